"""Issues of the newsletter: written in Markdown, sent to its readers, kept to be read."""
