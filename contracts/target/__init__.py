"""The seller that is judged, and the spending guard in front of it."""
