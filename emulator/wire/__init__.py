"""The wire: what arrives is understood here, and what leaves is written here.

Knows HTTP, XML, JSON and plain text, and no business.
"""
