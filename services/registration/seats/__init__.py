"""Seats: taken, waited for, offered, given up; who changes one holds its session's lock."""
