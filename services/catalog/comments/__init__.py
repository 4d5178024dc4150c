"""Comments of readers on sessions and announcements, which nobody else sees before staff approve them."""
