"""The control API under ``/_mockseller/`` and what it does, usable without HTTP too.

What an operation means stands in :mod:`clock`, :mod:`accounts`, :mod:`services`, :mod:`state` and
:mod:`matching`; the command line and the tests' seller use the same. :mod:`api` gives it HTTP.
"""
