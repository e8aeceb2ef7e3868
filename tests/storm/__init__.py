"""A seller whose workers are killed while clients buy (docs/survival.md): ``make storm``."""
