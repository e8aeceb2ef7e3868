"""Grades a reseller's integration: serves it a world and plays a difficult seller.

docs/grading.md is the protocol. A lesson asks a client for something in the trade's own words,
prepares a trap on the way, and holds what the client did against what a reseller can afford.
"""
