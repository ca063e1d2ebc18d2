"""Tables that leave as files."""
