"""The promises of an upgrade: code of the previous release and of this tree work beside each other, on one schema and
through one broker, and no request is lost while one replaces the other.
"""
