"""Licenses sold together with servers of the reseller's own."""
