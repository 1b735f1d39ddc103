"""What tests of the command line hold in their hands: see command_harness."""

from command_harness import call, trained

__all__ = ["call", "trained"]
