"""Measures what was promised. Each module has ``rows()``; ``make bench`` runs them and writes docs/benchmarks.md."""
