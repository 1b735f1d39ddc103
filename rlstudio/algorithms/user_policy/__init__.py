"""Your own policy: what acts is written in a Python file of the user's own."""
