"""The desk of those who look after the programme: all that there is, how it stands, what was done to it."""
