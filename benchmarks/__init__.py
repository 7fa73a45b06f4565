"""Speed of scintidot: ``make bench``. Benchmarks, never timed tests: machines are shared and noisy."""
