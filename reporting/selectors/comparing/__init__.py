"""Comparing schools and ARBs: what is counted, side by side, and what it says."""
