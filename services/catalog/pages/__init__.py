"""What people and their tools read of the catalog: a page for each thing, structured data, the sitemap, oEmbed."""
