"""Templates by staff: how a kind of mail is worded otherwise than it is built in."""
