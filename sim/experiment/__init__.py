"""Experiments: many paired months, kept safely, summed up honestly.

One task is one member of an ensemble: the same town with the same luck, lived once for the
baseline and once for every scenario asked for. This room may look at models and scenarios; it
writes only inside the output folder it was given, and it prints nothing.
"""
