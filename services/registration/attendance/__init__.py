"""Taking part: live, from a platform's report, and by watching a recording."""
