"""The seller: a billing API that sells nothing, behaving as the real one is known to.

Importing this package costs nothing; the parts are loaded by whoever uses them.
"""

__version__ = "0.1.0"
