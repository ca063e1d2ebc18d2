"""The demo trust: the story it tells, reckoned from its raw rows alone."""
