"""Lists of sessions on other sites: the web component, and the page that makes its code."""
