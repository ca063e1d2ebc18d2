"""The sums of what is published, as pure arithmetic: no database, no Django."""
