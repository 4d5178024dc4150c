"""What registrants do with their own registration through the link in their email."""
