"""The account itself: logins, money, payers, tickets."""
