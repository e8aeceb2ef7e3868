"""The seller as a server: gunicorn, the pages for browsers, and the license file API."""
