"""Bounces and complaints: reports about mails that came back, and the suppressions that follow from them."""
