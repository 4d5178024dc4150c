"""The HTTP entry point of every service: one Flask application built the same way, speaking JSON and problem documents
(RFC 9457).
"""

from shared.http.blueprint import Blueprint

__all__ = ["Blueprint"]
