"""What schemes do to loneliness, as published designs would see it.

Published effects are in SD of the participants' own scores, mostly of people who were lonely when
they joined. So each scheme's participants who scored as lonely are read the same way, and schemes
weigh alike. Looks at the files of those met; changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sim.experiment.evaluation import designs
from sim.experiment.evaluation.estimates import Estimate, alike
from sim.experiment.evaluation.files import Served
from sim.experiment.evaluation.reasons import changed
from sim.experiment.fit_finding import Row
from sim.experiment.plan_checks.reading import promise, told
from sim.experiment.plan_checks.schemes import HUB, NURSERY, SCHEMES, VISITS, Seen

# Before-after over controlled among published studies (-0.42 over -0.24), and its room.
FACTOR_LOW, FACTOR_HIGH = 1.4, 2.2
IN_HOMES = f"care homes of {NURSERY}"
FEWEST = 30  # participants; of fewer a scheme says nothing of its own
Design = Callable[[Served, float], designs.Finding]


def rows(seen: Mapping[str, Seen]) -> list[Row]:
    """Every published effect on loneliness that the schemes lived can be held against."""
    told_of = [seen[name] for name in SCHEMES if name in seen]
    found = [
        _lonely("loneliness_smd_single_cohort", told_of, designs.before_after, "before and after"),
        _lonely("masi_prepost_es", told_of, designs.before_after, "before and after"),
        _lonely("loneliness_smd_multicohort", told_of, designs.matched, "matched comparison"),
        _lonely("masi_rct_mean_es", told_of, designs.randomised_trial, "randomised trial"),
        _flattery(told_of),
    ]
    homes = seen.get(NURSERY)
    if homes is not None:
        homes = replace(homes, files=homes.files.only(homes.files.floats("in_home") > 0))
    apart = {**seen, IN_HOMES: homes}
    for key, name, sign, who in (
        ("group_social_effect_loneliness_smd", HUB, 1.0, "everybody the hub met"),
        ("befriending_loneliness_smd", VISITS, 1.0, "everybody visited"),
        ("befriending_overall_smd", VISITS, -1.0, "everybody visited; above 0 is better"),
        ("intergenerational_effect_smd", IN_HOMES, 1.0, "people in care homes whom children visit"),
    ):
        amount = _truth(apart.get(name))
        note = f"{who}, {amount.people} people, against their own lives without it"
        found.append(told(key, sign * amount.value, note, amount.error))
    return found


def in_own_sd(files: Served, design: Design) -> Estimate:
    """What a design reports in SD of these participants' own answers on the day they were met."""
    if len(files) < 2:
        return Estimate(math.nan, math.nan, len(files))
    return design(files, float(files.floats("answer_before").std(ddof=1))).loneliness


def _lonely(key: str, told_of: Sequence[Seen], design: Design, what: str) -> Row:
    """A published effect beside the same design among those who scored as lonely on the day."""
    groups = [each.lonely() for each in told_of]
    kept = [group for group in groups if len(group) >= FEWEST]
    amount = alike([in_own_sd(group, design) for group in kept])
    everybody = alike([in_own_sd(each.files, design) for each in told_of])
    note = (
        f"{what}, mean of {len(kept)} schemes alike in weight, {amount.people} people who scored "
        f"as lonely when met, in SD of their own answers; among everybody met {everybody.value:.2f}"
    )
    return told(key, amount.value, note, amount.error)


def _flattery(told_of: Sequence[Seen]) -> Row:
    """Before-after over the truth, each the mean over schemes, among people they changed."""
    groups = [(each.name, changed(each.files, each.ruler)) for each in told_of]
    kept = [(name, group) for name, group in groups if len(group) >= FEWEST]
    reports = [in_own_sd(group, designs.before_after) for _, group in kept]
    truths = [in_own_sd(group, designs.truth) for _, group in kept]
    report, truth = alike(reports), alike(truths)
    both = report.value < 0 and truth.value < 0
    # a report of a fall that never was flatters without end
    factor = report.value / truth.value if both else math.inf if kept else math.nan
    luck = abs(report.error / truth.value) if both else 0.0
    own = ", ".join(
        f"{name} {one.value:.2f} over {real.value:.2f}"
        for (name, _), one, real in zip(kept, reports, truths, strict=True)
    )
    note = (
        f"{report.value:.2f} over {truth.value:.2f}: means of {len(kept)} schemes alike in weight, "
        f"{report.people} people whom they changed, in SD of their own answers ({own})"
    )
    return promise("before_after_over_controlled", factor, FACTOR_LOW, FACTOR_HIGH, note, luck)


def _truth(one: Seen | None) -> Estimate:
    if one is None or len(one.files) < FEWEST:
        return Estimate(math.nan, math.nan, 0)
    return in_own_sd(one.files, designs.truth)
