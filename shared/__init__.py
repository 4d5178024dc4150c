"""The one library that all three services stand on. It knows none of them."""
