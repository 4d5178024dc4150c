"""HTML forms for the parts of a program document."""
