"""Speed, beside floors and peers measured in the same run (docs/performance.md): ``make bench``."""
