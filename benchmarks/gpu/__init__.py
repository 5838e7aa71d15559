"""Whether all of this works on a GPU: ``python -m benchmarks gpu [--dry] [--only NAME]… [--write]``.

One command, eight minutes at most, one table and one verdict. ``--dry`` runs the same checks on the CPU with
small networks, on a machine without a card, so that none of them is run for the first time on a borrowed one.

A check is a function that yields rows (``check``); ``plan`` lists them. They run in a process of their own
(``bench``), which is replaced where one of them ends it, hangs, or breaks the device for those that follow.
"""
