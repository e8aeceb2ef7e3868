"""What is for sale, and to whom it is offered."""
