"""What another replica of a process brings, and what it costs the engines behind it."""
