"""Appraisal: what a plan costs, who pays and what comes back, by the rules of the Green Book.

Like an accountant handed two sets of books of the same town, one with the plan and one without.
Everything here is arithmetic on differences between paired runs: real prices, discounting, WELLBYs,
optimism about cost and delay, payback. Looks at the numbers of a run. Changes nothing.
"""
