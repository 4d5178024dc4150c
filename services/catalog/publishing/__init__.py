"""What every write of the catalog goes through: its lock, its revision, the documents it changes and their events."""
