"""Simulated evaluations: the field's designs applied to the same simulated people.

A programme is lived with and without in the same towns with the same luck, so the truth about
everybody it served is known: their own untreated twin. Beside it stands what five designs would
report. This room may look at models month by month; it changes nothing in them and prints nothing.
"""
