"""What operators type, as real processes on real servers."""
