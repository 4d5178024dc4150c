"""Series and what completes them."""
