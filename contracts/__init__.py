"""The judge: what is on record of the seller's API, and the suites that hold both sides to it.

It may look at the seller through :mod:`emulator.app` and :mod:`emulator.testing` and at the
reseller through its public names. Nobody imports it.
"""
