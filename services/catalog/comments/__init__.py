"""Comments of readers on sessions, which nobody else sees before staff approve them."""
