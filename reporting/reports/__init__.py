"""The reports that there are: one module each."""
