"""Rules for every overlay. A rule takes the rendered overlay and yields a sentence for each violation."""
