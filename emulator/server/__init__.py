"""The seller as a server: under gunicorn, with the pages a browser meets."""
