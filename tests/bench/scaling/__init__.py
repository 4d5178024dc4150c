"""The gain of another replica of a process, and its cost for the engines behind it."""
