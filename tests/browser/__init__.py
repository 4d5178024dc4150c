"""Tests in a browser, with Debian's Chromium against all three services behind the gateway."""
