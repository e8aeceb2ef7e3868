"""Journeys: each way of reselling, from order to deletion, at a seller that is judged."""
