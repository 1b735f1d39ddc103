"""The vocabulary of the house: parameters, run configurations, messages, episodes, histories."""
