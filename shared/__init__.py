"""The library that all three services use. It knows none of them."""
