"""Creating, replacing and renaming single entries."""
