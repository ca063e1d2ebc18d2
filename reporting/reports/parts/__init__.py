"""The sections of reports, each in a file of its own: rows in, words and tables out."""
