"""A session's time, registration window, cancellation and end."""
