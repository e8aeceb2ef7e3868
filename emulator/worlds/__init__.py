"""Worlds on disk: stored, seeded from fixtures or a price list, opened."""
