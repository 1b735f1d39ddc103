"""What tests of algorithms that train whole runs hold in their hands: see job_harness."""

from job_harness import attentive

__all__ = ["attentive"]
