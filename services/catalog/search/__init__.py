"""Search: finding what is public by words, ranked, forgiving, with what was found shown in its place."""
