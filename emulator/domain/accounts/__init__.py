"""Who trades: accounts, logins, sessions, payers, partners, tickets, notifications."""
