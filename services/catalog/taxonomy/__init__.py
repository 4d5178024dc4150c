"""Fixed value lists, text fields and schema parts that every kind of entry uses."""
