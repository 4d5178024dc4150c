"""What is held under an address, and erasing people."""
