"""How full sessions are: asked, told to the catalog, and checked against the registrations."""
