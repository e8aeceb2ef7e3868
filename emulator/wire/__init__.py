"""The wire: requests are read, authenticated and answered, answers are written in every format.

It knows HTTP, XML, JSON and text, and no rules of the trade.
"""
