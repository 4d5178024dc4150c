"""What an outside site is to be told: a row each, from the event to what the site answered."""
