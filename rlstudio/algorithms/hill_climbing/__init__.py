"""Hill climbing: change the best policy a little, keep the change where it helps."""
