"""Charts: plain Vega-Lite specifications, and the one way they become pictures."""
