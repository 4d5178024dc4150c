"""A development identity provider: OpenID Connect, authorization code with PKCE, for people who need no password.

Whoever looks at its page may be anyone of the staff of this installation. It stands in for the provider that production
has, where nothing of this is started.
"""
