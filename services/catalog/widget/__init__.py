"""Sessions on other people's sites: the web component, and the page that makes the code to paste."""
