"""Personal data in the catalog: comments, which have no email address, and names in the program."""
