"""From a row and the present state of the copies to the bytes of a mail: text, HTML, calendar entry."""
