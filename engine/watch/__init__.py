"""Reads the training and says how it is: diversity of samples, signs in the numbers of every step, alarms.

``watch.Watch`` is all that the trainer needs. Nothing is imported here: what judges numbers alone does
without torch, and so does whoever asks it about a log.
"""
