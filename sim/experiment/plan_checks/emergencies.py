"""What schemes do to emergency use, as published evaluations would see it.

Matched evaluations of such schemes in England mostly found no fall, or a rise as need came to
light, while before-and-after figures of the same kind of scheme showed large falls. Looks at the
files of those met; changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from sim.experiment.evaluation import designs
from sim.experiment.evaluation.estimates import Estimate, alike, rates
from sim.experiment.evaluation.files import Served
from sim.experiment.fit_finding import Row
from sim.experiment.plan_checks.reading import promise, told
from sim.experiment.plan_checks.schemes import (
    CARERS,
    CONNECTORS,
    PRESCRIBING,
    SCHEMES,
    WARD,
    Seen,
    pooled,
)

ADMITTED = "admitted"
NOBODY = Estimate(math.nan, math.nan, 0)


def rows(seen: Mapping[str, Seen]) -> list[Row]:
    """Every published effect on emergency use that the schemes lived can be held against."""
    met = pooled(seen, CONNECTORS)
    older = [seen[name].older() for name in SCHEMES if name in seen]
    found = [*_matched(seen), *_of_connectors(met), _breakdowns(seen.get(CARERS))]
    prescribed = seen[PRESCRIBING].files if PRESCRIBING in seen else None
    for key, kind in (("rotherham_nonelective_change", ADMITTED), ("rotherham_ae_change", "ae")):
        amount = before_after(prescribed, kind)
        found.append(
            told(key, amount.value, f"{amount.people} people met by {PRESCRIBING}, the year from "
                 "being met over the year before; nobody is referred for having been in hospital",
                 amount.error)
        )  # fmt: skip
    for key, kind in (("popp_before_after_ae", "ae"),
                      ("popp_before_after_overnight_stays", ADMITTED)):  # fmt: skip
        mean = alike([before_after(each, kind) for each in older])
        what = "A&E" if kind == "ae" else "emergency admissions, in place of nights in hospital,"
        ward = before_after(seen[WARD].older() if WARD in seen else None, kind)
        found.append(
            told(key, mean.value, f"{what} of people of 65 or over, the year from being met "
                 f"over the year before, mean of {len(older)} schemes alike in weight; alone, "
                 f"{WARD}, which meets people in hospital: {ward.value:.2f}", mean.error)
        )  # fmt: skip
    return found


def _matched(seen: Mapping[str, Seen]) -> list[Row]:
    """Eight schemes by matched evaluation: how many cut emergency use, and which way most point."""
    each = {name: designs.matched(seen[name].files, 1.0).emergency
            for name in SCHEMES if name in seen}  # fmt: skip
    each = {name: one for name, one in each.items() if math.isfinite(one.value)}
    falls = [name for name, one in each.items() if one.high < 0]
    rises = [name for name, one in each.items() if one.low > 0]
    said = ", ".join(f"{name} {one.value:+.3f} ({one.low:.3f} to {one.high:.3f})"
                     for name, one in each.items())  # fmt: skip
    half = len(each) / 2
    most = -1.0 if len(falls) > half else 1.0 if len(rises) > half else 0.0
    note = (
        f"of {len(each)} schemes by matched evaluation {len(falls)} cut emergency use and "
        f"{len(rises)} raised it, with 95% intervals clear of nought; contacts a person a year: "
        f"{said}"
    )
    connectors = [each[name] for name in CONNECTORS if name in each]
    least = min((one.high for one in connectors), default=math.nan)
    cut = float(len(falls)) if each else math.nan
    return [
        told("popp_interventions_reducing_emergency", cut, note),
        told("nuffield_evaluations_overall_direction", most if each else math.nan, note),
        promise("matched_connectors_find_no_fall", least, 0.0, None,
                f"the lowest upper end of {len(connectors)} matched evaluations of connectors, "
                "emergency use in the first year"),
    ]  # fmt: skip


def _of_connectors(met: Served | None) -> list[Row]:
    """Connectors of three presets pooled: matched, before-after, and against their own twins."""
    if met is None:
        matched = after = ratio = relative = NOBODY
        size = 0
    else:
        size = len(met)
        matched = designs.matched(met, 1.0).emergency
        after = designs.before_after(met, 1.0).emergency
        ratio, relative = _twin_ratio(met), _matched_admissions(met)
    who = f"{size} people met by connectors of {len(CONNECTORS)} presets"
    return [
        told("age_uk_picp_emergency_direction", _clear_sign(matched),
             f"matched evaluation, {who}: {matched.value:+.3f} contacts a person a year "
             f"({matched.low:.3f} to {matched.high:.3f})"),
        told("icp_case_management_emergency_change", relative.value,
             f"admissions by matched evaluation over a year, {who}", relative.error),
        told("wellbeing_coordinator_torbay_service_use",
             max(_clear_sign(after), 0.0) if math.isfinite(after.value) else math.nan,
             f"before and after, {who}: {after.value:+.3f} contacts a person a year "
             f"({after.low:.3f} to {after.high:.3f}); 1 is a rise clear of nought"),
        told("connector_direct_crisis_rate_ratio", ratio.value,
             f"emergency use over that of their own lives without it, {who}", ratio.error),
    ]  # fmt: skip


def before_after(files: Served | None, kind: str) -> Estimate:
    """Relative change in A&E ("ae") or admissions ("admitted") from the year before to the next."""
    if files is None or not len(files):
        return NOBODY
    before, after = _events(files, kind, "before"), _events(files, kind, "after")
    earlier = files.floats("years_before")
    usual = float(before.sum() / earlier.sum()) if earlier.sum() > 0 else 0.0
    change = rates((1.0, after, files.floats("years_after")), (-1.0, before, earlier))
    return change.over(usual) if usual > 0 else NOBODY


def _events(files: Served, kind: str, when: str) -> np.ndarray:
    admitted = files.floats(f"admitted_{when}")
    return admitted if kind == ADMITTED else files.floats(f"use_{when}") - admitted


def _matched_admissions(met: Served) -> Estimate:
    """Admissions of those met over those of their matched people, less 1."""
    had = met.only(np.isfinite(met.floats("match_admitted_after")))
    years = had.floats("match_years_after")
    theirs = had.floats("match_admitted_after")
    usual = float(theirs.sum() / years.sum()) if len(had) and years.sum() > 0 else 0.0
    more = rates(
        (1.0, had.floats("admitted_after"), had.floats("years_after")), (-1.0, theirs, years)
    )
    return more.over(usual) if usual > 0 else NOBODY


def _twin_ratio(met: Served) -> Estimate:
    """Emergency use of those met over that of their own untreated lives."""
    years = met.floats("twin_years_after")
    usual = float(met.floats("twin_use_after").sum() / years.sum()) if years.sum() > 0 else 0.0
    effect = designs.truth(met, 1.0).emergency
    if usual <= 0:
        return NOBODY
    part = effect.over(usual)
    return Estimate(1.0 + part.value, part.error, part.people)


def _breakdowns(one: Seen | None) -> Row:
    """Breakdowns of carers in support, over those of their own lives without it."""
    key = "carer_support_effect_breakdown_rr"
    carers = one.files.only(one.files.floats("carer") > 0) if one is not None else Served()
    if not len(carers) or not carers.floats("twin_broke_after").sum():
        return told(key, math.nan, "too few carers were met for one of them to break down")
    years, other = carers.floats("years_after"), carers.floats("twin_years_after")
    broke, twin = carers.floats("broke_after"), carers.floats("twin_broke_after")
    usual = float(twin.sum() / other.sum())
    more = rates((1.0, broke, years), (-1.0, twin, other)).over(usual)
    note = (
        f"carers whom {CARERS} met, {more.people}: {broke.sum():.0f} breakdowns in the year, "
        f"{twin.sum():.0f} in their own lives without it"
    )
    return told(key, 1.0 + more.value, note, more.error)


def _clear_sign(found: Estimate) -> float:
    """-1 or 1 where the whole interval is on one side of nought, else 0: luck has no direction."""
    if math.isnan(found.value):
        return math.nan
    return 1.0 if found.low > 0 else -1.0 if found.high < 0 else 0.0
