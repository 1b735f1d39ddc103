"""What tests of jobs hold in their hands: see job_harness."""

from job_harness import attentive, bench, fake_time

__all__ = ["attentive", "bench", "fake_time"]
