"""Exercises for trainees: read from files, and recognised in the journal (docs/training.md)."""
