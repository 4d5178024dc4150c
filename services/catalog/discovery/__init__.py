"""Finding what there is: the changes that a mirror follows."""
