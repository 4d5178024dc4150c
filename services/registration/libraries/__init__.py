"""A directory of libraries, to look up while typing."""
