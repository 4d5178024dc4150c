"""Certificates of attendance and completion: issued, shown, verified, revoked."""
