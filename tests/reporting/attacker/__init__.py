"""An attacker: has what governors and trustees may read, and works out what is hidden in it.

It shares no code with the reports and their hiding. It reads what stands on pages, in workbooks
and in pictures, knows what a clever reader knows of how figures hang together, and asks CP-SAT
whether a hidden figure could be any other.
"""
