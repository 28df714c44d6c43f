"""Every preset against what its own file expects, and what stood in the way where it is not so.

Runs presets (and variants) as one paired ensemble, kept in a folder, so that it can be stopped and
taken up again. Looks at results and at what members kept; changes nothing but that folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.errors import UserMistake
from sim.experiment import preset_words, results
from sim.experiment.appraise import Verdict, appraise
from sim.experiment.ensemble import Progress
from sim.experiment.preset_facts import Facts, facts_of
from sim.experiment.request import BASELINE
from sim.experiment.run import RunResult, run_presets
from sim.experiment.summary import yearly
from sim.outcomes import MEASURES
from sim.scenario import Scenario, load, presets

Judged = Literal["as stated", "within luck", "the other way", "no difference at all"]
SHOWN = (
    "often_lonely_share",
    "crises_per_1000",
    "funding_gap_gbp_per_head",
    "life_satisfaction_mean",
)
REACHED = "reached"
CONVERSION = preset_words.CONVERSION
FLAT_WITHIN = 0.02  # of the baseline's level: a smaller change still counts as flat
FLAT_OVER_YEARS = 0.15  # the same for a baseline, whose people and prices change over the years
AGREED = 0.9  # of members: in a few runs the range alone leaves out the one that differs
LIKELY = 0.5  # a chance of saving cash above this must be carried by lines of the ledger


@dataclass(frozen=True)
class Change:
    """A paired difference over members, and the level it is a difference from.

    `year` is 0 for the mean of all years.
    """

    median: float
    p05: float
    p95: float
    level: float
    year: int
    agreement: float = 1.0

    @classmethod
    def of(cls, moved: pd.Series, level: float, year: int) -> Change:
        """The change whose value in each member is one of `moved`."""
        middle, low, high = (float(each) for each in moved.quantile([0.5, 0.05, 0.95]))
        agree = (np.sign(moved) == np.sign(middle)).mean()
        return cls(middle, low, high, level, year, float(agree))

    @property
    def sign(self) -> int:
        """1 or -1 where the 90% range lies on one side of nothing and the runs agree, else 0."""
        return ((self.p05 > 0) - (self.p95 < 0)) * (self.agreement >= AGREED)


@dataclass(frozen=True)
class Judgement:
    """What a file expects of a measure, what came out and how that is judged."""

    measure: str
    expected: str
    change: Change
    judged: Judged


@dataclass(frozen=True)
class Row:
    """One preset or variant: effects on everyone and on the people reached, and its pattern."""

    scenario: Scenario
    effects: dict[str, Change]
    on_reached: dict[str, Change]
    judgements: tuple[Judgement, ...]
    facts: Facts
    verdict: Verdict | None
    mechanisms: tuple[str, ...]
    cash: str

    @property
    def inside(self) -> str:
        """Whether every expectation came out as stated: yes, within luck, or no."""
        found = {each.judged for each in self.judgements}
        if found & {"the other way", "no difference at all"}:
            return "no"
        return "within luck" if "within luck" in found else "yes"

    @property
    def cash_is_carried(self) -> bool:
        """False where saving is likelier than not, and no line of the ledger says by what."""
        return preset_words.carried(self.verdict, self.facts, LIKELY)


@dataclass(frozen=True)
class Checked:
    """A finished check: its rows, the baseline's facts and the run it rests on."""

    rows: list[Row]
    facts: dict[str, Facts]
    run: RunResult
    request: dict[str, Any] = field(default_factory=dict)


def wanted(names: Sequence[str] = (), variants: bool = False) -> list[Scenario]:
    """The presets asked for (all of them when none is), each followed by its variants."""
    plans = [load(name) for name in names] if names else presets()
    found = [plan for plan in plans if plan.name != BASELINE]
    if names and not found:
        raise UserMistake("presets: the baseline alone has nothing to be compared with.")
    if variants:
        found = [each for plan in found for each in (plan, *_variants(plan))]
    return found


def _variants(plan: Scenario) -> list[Scenario]:
    return [plan.with_variant(name) for name in plan.variant_names]


def check(
    names: Sequence[str] = (),
    variants: bool = False,
    progress: Progress | None = None,
    **asked: Any,
) -> Checked:
    """Run presets and hold each against its own file; `asked` is what `run_presets` takes.

    Raises UserMistake, FolderTrouble, Interrupted or NothingFinished as a run does.
    """
    plans = wanted(names, variants)
    done = run_presets(plans, progress=progress, **asked)
    return judge(plans, done)


def judge(plans: Sequence[Scenario], done: RunResult) -> Checked:
    """Hold a finished run's presets against their own files."""
    record = results.load_run(done.out)
    table = results.load(done.out)
    summary, verdicts = done.summary, appraise(table, record).verdicts
    facts = facts_of(done.out, record["members_finished"])
    here = table[table["group"] == "all"]
    years = yearly(here.astype({"scenario": object, "measure": object, "group": object}))
    rows = [_baseline_row(years, facts)]
    rows += [_row(plan, summary, years, facts, verdicts.get(plan.name)) for plan in plans]
    return Checked(rows, facts, done, record["request"])


def _row(
    plan: Scenario,
    summary: pd.DataFrame,
    years: pd.DataFrame,
    facts: dict[str, Facts],
    verdict: Verdict | None,
) -> Row:
    mine = summary[summary["scenario"] == plan.name]
    level = summary[summary["scenario"] == BASELINE]
    year = min(plan.expect.in_year or int(mine["year"].max()), int(mine["year"].max()))

    def everyone(measure: str) -> Change | None:
        if plan.expect.in_year is None and MEASURES[measure].yearly == "sum":
            return _over_the_run(years, plan.name, measure)
        return _change(mine, level, measure, "all", year)

    judgements = tuple(
        Judgement(measure, expected, change, _judge(expected, change, FLAT_WITHIN))
        for measure, expected in plan.expect.direction.items()
        if (change := everyone(measure)) is not None
    )
    judgements += _conversion(plan, facts, year)
    effects = {each: everyone(each) for each in SHOWN}
    reached = {each: _change(mine, level, each, REACHED, year) for each in SHOWN}
    row = Row(
        scenario=plan,
        effects={key: change for key, change in effects.items() if change},
        on_reached={key: change for key, change in reached.items() if change},
        judgements=judgements,
        facts=facts[plan.name],
        verdict=verdict,
        mechanisms=(),
        cash=preset_words.cash(verdict, facts[plan.name]),
    )
    told = preset_words.mechanisms(row, facts[BASELINE], mine[mine["year"] == year])
    return Row(**(vars(row) | {"mechanisms": tuple(told)}))


def _conversion(plan: Scenario, facts: dict[str, Facts], year: int) -> tuple[Judgement, ...]:
    """The share of referred people who did anything in the whole run, where a file expects it."""
    if plan.expect.conversion is None:
        return ()
    pairs = zip(facts[plan.name].shares, facts[BASELINE].shares, strict=True)
    moved = pd.Series([with_plan - without for with_plan, without in pairs])
    change = Change.of(moved, facts[BASELINE].did_anything_share, year)
    judged = _judge(plan.expect.conversion, change, FLAT_WITHIN)
    return (Judgement(CONVERSION.key, plan.expect.conversion, change, judged),)


def _change(
    mine: pd.DataFrame, level: pd.DataFrame, measure: str, group: str, year: int
) -> Change | None:
    here = mine[(mine["measure"] == measure) & (mine["group"] == group)]
    here = here[here["year"] == year]
    if here.empty or here["difference_median"].isna().all():
        return None
    found = here.iloc[0]
    usual = level[(level["measure"] == measure) & (level["group"] == "all")]
    usual = usual[usual["year"] == year]["median"]
    return Change(
        float(found["difference_median"]),
        float(found["difference_p05"]),
        float(found["difference_p95"]),
        float(usual.iloc[0]) if len(usual) else float("nan"),
        year,
        float(found["sign_agreement"]),
    )


def _over_the_run(years: pd.DataFrame, name: str, measure: str) -> Change | None:
    """Events in an average year of the run: one year of a small town holds too few to tell."""
    here = years[(years["measure"] == measure) & years["scenario"].isin([name, BASELINE])]
    wide = here.pivot_table(index="member", columns="scenario", values="value")
    if name not in wide:
        return None
    return Change.of(wide[name] - wide[BASELINE], float(wide[BASELINE].median()), 0)


def _judge(expected: str, change: Change, flat_within: float) -> Judged:
    if expected == "unclear":
        return "as stated"
    if expected in ("flat", "holds"):
        small = abs(change.median) <= flat_within * abs(change.level)
        fine = small or change.sign == 0 or (expected == "holds" and change.sign > 0)
        return "as stated" if fine else "the other way"
    if change.median == change.p05 == change.p95 == 0:
        return "no difference at all"
    if change.sign == 0:
        return "within luck"
    return "as stated" if change.sign == {"up": 1, "down": -1}[expected] else "the other way"


def _baseline_row(years: pd.DataFrame, facts: dict[str, Facts]) -> Row:
    """The baseline against its own file: the last year less the first, paired by member."""
    plan = load(BASELINE)
    mine = years[years["scenario"] == BASELINE]
    wide = mine.pivot_table(index=["measure", "member"], columns="year", values="value")
    last = int(years["year"].max())
    told = {}
    for measure in dict.fromkeys((*SHOWN, *plan.expect.direction)):
        here = wide.loc[measure]
        told[measure] = Change.of(here[last] - here[1], float(here[1].median()), last)
    judgements = tuple(
        Judgement(
            measure, expected, told[measure], _judge(expected, told[measure], FLAT_OVER_YEARS)
        )
        for measure, expected in plan.expect.direction.items()
    )
    row = Row(
        plan, {key: told[key] for key in SHOWN}, {}, judgements, facts[BASELINE], None, (), ""
    )
    told_of = [
        preset_words.judged(each, MEASURES[each.measure])
        for each in row.judgements
        if each.judged != "as stated"
    ]
    return Row(**(vars(row) | {"mechanisms": tuple(told_of)}))
