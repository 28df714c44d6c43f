"""The calibration as a page of Markdown: what was fitted, what is off first, what was learnt.

Looks at finished fits and the synthetic proof; returns words. Figures come from the runs alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from sim.experiment.calibration.fitting import Fit
from sim.experiment.calibration.shipping import Line, account, fit_table
from sim.experiment.calibration.synthetic import World

_HEAD = (
    "| target | published | tolerance | discrepancy | central | before the fit (5% to 95%) | "
    "after the fit (5% to 95%) | inside |"
)
_RULE = "|---|--:|--:|--:|--:|--:|--:|---|"
INTRODUCTION = """# Calibration

Written by `{command}` on {date}. Do not edit: run it again.

Which values of the model's least known numbers do the published figures still allow? Numbers come
from `calibrated_parameters.csv`, figures from `calibration_targets.csv`, both beside the evidence
and each row with its reason. Only numbers whose range is *uncertainty* are fitted; validation
targets are never used; nothing is fitted to a council, and half of the councils (by a hash of the
code) never will be.

1. One central point is lived with many seeds: that is the luck of a run.
2. Points spread evenly over the ranges are lived (a Sobol design), and a Gaussian process learns
   each figure from them.
3. Numbers are ruled out where the third largest *implausibility* is above 3: distance to the
   published figure over the root of tolerance (read as two standard deviations), the stated
   discrepancy, the emulator's own variance and luck. New points are lived in what is left, until a
   wave leaves more than {settled:.0%} of what was left before it or the planned waves are done.
4. The emulators are fitted anew without each fifth of the runs in turn, and judged on it: figures
   are read only along directions that those runs follow by three standard errors, what is foretold
   is shrunk by the slope found there, and the size and the company of errors come from there. The
   targets' own room comes on top. Draws are taken from what is left by this likelihood and the
   ranges' own shapes.
5. Some of the draws are lived in the model itself; the tables below show those runs, never the
   emulators.

*Discrepancy* says how far off the model may be at its best numbers because it is not the world.
It is stated by hand, per target, before the fit. *Inside* compares the mean over lived draws with
the tolerance alone. A draw in place of the ranges is a better guess, not a proof.
"""


def page(
    fits: Sequence[Fit],
    worlds: Sequence[World],
    command: str,
    settled: float,
    when: datetime | None = None,
) -> str:
    """Everything as Markdown."""
    date = (when or datetime.now(UTC)).date().isoformat()
    parts = [INTRODUCTION.format(command=command, settled=settled, date=date)]
    for fit in fits:
        parts += _fit(fit, account(fit, command))
    if worlds:
        parts += _proof(worlds)
    return "\n".join(parts).rstrip() + "\n"


def headline(fit: Fit) -> str:
    """The fit in one sentence."""
    inside = account(fit, "")["inside_tolerance"]
    return (
        f"{fit.kind}: {inside['mean_of_draws']} of {inside['of']} targets inside tolerance after "
        f"the fit, {inside['central']} at the central numbers; over single runs "
        f"{inside['share_over_posterior_draws']:.0%} against "
        f"{inside['share_over_prior_draws']:.0%} before."
    )


def _fit(fit: Fit, told: dict[str, Any]) -> list[str]:
    lines = fit_table(fit)
    starts = "in April 2024" if fit.kind == "forward" else "in April 2015, fitted to 2019/20"
    waves = "; ".join(
        f"wave {wave['number']}: {wave['points']} points in all, {wave['left_share']:.2%} of the "
        f"prior not ruled out, most by {wave['worst'].replace('_', ' ')}"
        for wave in told["waves"]
    )
    lost = ", ".join(told["not_told_by_runs_this_size"]) or "none"
    return [
        f"## {fit.kind.capitalize()}: a start {starts}",
        "",
        headline(fit),
        "",
        f"{told['runs']} runs of {told['residents']:,} residents of England, seed {told['seed']}, "
        f"{told['draws']} draws shipped. {waves}. Of the lived draws' figures "
        f"{told['spot_check_within_two_deviations']:.0%} lie within two standard deviations of "
        f"what the emulators foretold (95% if they were perfect). At the draw nearest to all "
        f"others {told['inside_tolerance']['medoid']} targets are inside. Walkers' steps accepted: "
        f"{told['accepted_steps']:.0%}; largest drift between the last two quarters of the walk: "
        f"{told['mixing']:.2f} spreads. Targets that runs of this size cannot tell: {lost}.",
        "",
        _HEAD,
        _RULE,
        *(_line(line) for line in lines),
        "",
        "What was learnt about the numbers (a spread of 1 is nothing learnt):",
        "",
        "| number | central | before (5% to 95%) | after (5% to 95%) | spread left | steers |",
        "|---|--:|--:|--:|--:|---|",
        *_numbers(fit),
        "",
    ]


def _line(line: Line) -> str:
    cells = (
        line.target.replace("_", " "), _n(line.published), _n(line.tolerance),
        _n(line.discrepancy), _n(line.central),
        f"{_n(line.prior)} ({_n(line.prior_low)} to {_n(line.prior_high)})",
        f"{_n(line.posterior)} ({_n(line.posterior_low)} to {_n(line.posterior_high)})",
        "yes" if line.inside_after else "**no**",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _numbers(fit: Fit) -> list[str]:
    found = []
    spread = fit.chain.points.std(axis=0) * np.sqrt(12.0)
    for at, side in enumerate(fit.space.sides):
        values = np.array([numbers[side.key] for numbers in fit.numbers])
        low, high = (fit.space.numbers(np.full(len(fit.space), u))[side.key] for u in (0.05, 0.95))
        after = np.quantile(values, (0.05, 0.95))
        cells = (
            side.key, _n(side.row.value), f"{_n(low)} to {_n(high)}",
            f"{_n(after[0])} to {_n(after[1])}", f"{spread[at]:.2f}", side.steers,
        )  # fmt: skip
        found.append(f"| {' | '.join(cells)} |")
    return found


def _proof(worlds: Sequence[World]) -> list[str]:
    held = float(np.mean([world.sides_held for world in worlds]))
    middle = float(np.median([world.narrowed for world in worlds]))
    best = float(np.median([world.best_known for world in worlds]))
    return [
        "## Worlds whose numbers are known",
        "",
        f"{recovered_line(worlds)} Number by number, {held:.0%} of true values lay in their own "
        "90% interval. A world is one run, with one run's luck: its figures leave the middle "
        f"number {middle:.0%} of its prior spread, the best known {best:.0%} (medians over "
        "worlds). The model stood for the world, so this says that the fitting works, not that "
        "the model is right.",
        "",
        "| world | share of draws more probable than the truth | in the 90% region | "
        "numbers in their own 90% | median spread left | least spread left |",
        "|--:|--:|---|--:|--:|--:|",
        *(
            f"| {each.number} | {each.rank:.2f} | {'yes' if each.recovered else '**no**'} | "
            f"{each.sides_held:.0%} | {each.narrowed:.2f} | {each.best_known:.2f} |"
            for each in worlds
        ),
        "",
    ]


def recovered_line(worlds: Sequence[World]) -> str:
    """How many of the worlds' truths were found."""
    found = sum(world.recovered for world in worlds)
    return f"The truth was in the 90% region in {found} of {len(worlds)} synthetic worlds."


def _n(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
