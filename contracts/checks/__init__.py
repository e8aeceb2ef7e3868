"""Checks of sellers, clients and endpoints for modules, and their verdicts."""
