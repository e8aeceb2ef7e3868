"""Accounts of resellers with their logins, sessions, payers, partners and notifications."""
