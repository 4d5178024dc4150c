"""oEmbed."""
