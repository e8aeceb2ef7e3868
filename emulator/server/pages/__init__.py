"""Pages for people: the landing page and the page on which a payment is paid."""
