"""One file for each environment: how a person who knows it would act, from the observation alone."""
