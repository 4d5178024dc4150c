"""Seats: registering, the waiting list, giving a seat up."""
