"""Comparing schools and ARBs: the pages, their files and their charts."""
