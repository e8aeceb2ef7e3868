"""Reselling as each kind of system does it, led against a seller from order to deletion."""
