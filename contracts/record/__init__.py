"""Exchanges on record: read, compared, written in every format."""
