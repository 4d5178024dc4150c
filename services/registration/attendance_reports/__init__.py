"""Attendance reports of webinar platforms: from the bytes of a file to rows that say who was there, and when."""
