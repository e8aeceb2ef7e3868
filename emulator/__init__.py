"""The seller: an emulator of the billing API, behaving as the real one is known to behave.

Importing this package is cheap; its parts are imported by their users.
"""

__version__ = "0.1.0"
