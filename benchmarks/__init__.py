"""Scripts that measure speed and quality beside other algorithms; `python -m benchmarks --help`."""
