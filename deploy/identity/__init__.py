"""A development identity provider: OpenID Connect, authorization code with PKCE, for people who need no password.

Anyone who opens its page can act as any member of staff of this installation. It takes the role of production's
provider; nothing of it is started there.
"""
