"""Sending of webhook deliveries that are due: claiming, signing, calling and settling."""
