"""Pages for browsers: the landing page and the payment page."""
