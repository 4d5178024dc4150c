"""When something is: a moment in a zone, or an uncertain date in EDTF."""
