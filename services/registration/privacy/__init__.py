"""What is held on a person, and forgetting them."""
