"""What the catalog holds on a person: comments, which carry no address, and what the programme says of people."""
