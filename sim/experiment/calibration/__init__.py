"""Calibration: which numbers the published figures still allow, and draws of them to run with.

`space` the numbers that are fitted, `targets` the figures they are fitted to, `points` one run of
the model for a choice of numbers, `emulator` a quick stand-in for the model, `history` the waves
that rule numbers out, `posterior` the draws that are left, `synthetic` the proof on worlds whose
numbers are known, `hindcast` a start in 2015/16, `halves` the councils nothing is fitted to.
"""
