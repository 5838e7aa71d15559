"""Reads logs of other programs, live or once, and says of one that is written what went wrong when.

``places.LogPlaces(path).find()`` finds logs, ``LogPlace.open(wanted)`` reads one as a ``log_feed.LogFeed``:
``poll()`` gives what was appended, as series of ours. A format is a file in ``formats``, told by ``content``.

The same detectors as in training, over the same series, in the same order.
``python -m latentop.engine.external.logs PATH`` prints the answer as JSON.
"""
