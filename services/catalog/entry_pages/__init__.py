"""The public page of each entry, with its comment form."""
