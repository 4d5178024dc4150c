"""`robots.txt`, `security.txt` and the icon."""
