"""The control API under ``/_mockseller/``, and its operations for use without HTTP.

:mod:`http` answers requests, :mod:`routes` is the table of paths, :mod:`schemas` has the bodies.
The other modules carry out the operations; the command line calls them directly.
"""
