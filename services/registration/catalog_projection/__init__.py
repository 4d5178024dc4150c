"""Registration's copy of the catalog's facts: the sessions, series and recordings that it decides by."""
