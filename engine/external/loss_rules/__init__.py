"""What losses alone can say of a training: one rule a file, and a watch over them all.

Rules read courses, condensed as a log grows, in the log's own rows and steps; each gives conditions for the
alarms. :class:`~latentop.engine.external.loss_rules.loss_watch.LossWatch` asks them at looks that depend on
the rows alone, so that a log that is read at once and one that is read as it grows are judged alike.
"""
