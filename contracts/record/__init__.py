"""Exchanges on record: reads them, compares answers with them, writes them in every format."""
