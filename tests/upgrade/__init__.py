"""What an upgrade promises: code of the previous release and of this tree work beside each other, on one schema and
through one broker, and no request is lost while one takes the place of the other.
"""
