"""What staff do to one thing at a time: make, replace, rename, publish now or later, withdraw."""
