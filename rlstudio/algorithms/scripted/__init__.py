"""Scripted: rules written by hand, to show what knowing an environment is worth without any learning."""
