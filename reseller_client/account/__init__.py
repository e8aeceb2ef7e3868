"""The account: logins, money, payers, tickets."""
