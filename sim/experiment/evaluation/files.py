"""The evaluation's files: one line for each person a programme served, with everything known.

From two registers of the same town, with the programme and without, it makes what an evaluator
would hold (answers and emergency use before and after, matched people, a comparison group) and
what only the model knows (feelings without answer noise, and the person's own untreated twin).
It looks at registers and keyed luck; it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiment.evaluation.matching import nearest
from sim.experiment.evaluation.register import Register
from sim.luck import Decision, Luck
from sim.world.bands import AGE_BANDS, SEXES, age_band

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """When people are measured: `before` months until the day they are met, `follow_up` after."""

    follow_up: int
    last: int  # the run's last month
    before: int

    def first_entry(self) -> int:
        """The first month of being met that has all its months before."""
        return self.before + 1

    def last_entry(self) -> int:
        """The last month of being met that has all its months after."""
        return self.last - self.follow_up + 1


class Served(dict[str, NDArray[np.generic]]):
    """Columns of the files, one entry for each person served; see `COLUMNS`."""

    def __len__(self) -> int:
        return int(next(iter(self.values())).size) if self.keys() else 0

    @property
    def ids(self) -> NDArray[np.uint64]:
        """Identities: uint64[n]."""
        return np.asarray(self["id"], dtype=np.uint64)

    def floats(self, name: str) -> Floats:
        """One column as float64[n]."""
        return np.asarray(self[name], dtype=np.float64)

    def only(self, kept: NDArray[np.bool_]) -> Served:
        """The lines for which `kept` is true."""
        return Served({name: column[kept] for name, column in self.items()})


COLUMNS = {
    "id": "identity",
    "town": "which pair of runs",
    "area": "neighbourhood, a row of the town's",
    "met": "month in which the programme first reached the person",
    "answer_before": "answer about loneliness on the day they were met, SD of latent loneliness",
    "answer_after": "answer at the end of follow-up with the programme; not a number if gone",
    "twin_answer_after": "the same person's answer without the programme",
    "felt_before": "latent loneliness on the day they were met",
    "felt_after": "latent loneliness at the end of follow-up with the programme",
    "twin_before": "latent loneliness on that day without the programme",
    "twin_after": "latent loneliness at the end of follow-up without the programme",
    "use_before": "A&E attendances and emergency admissions in the months before",
    "years_before": "years lived here in those months",
    "use_after": "the same from the month they were met, with the programme",
    "years_after": "years lived here in those months",
    "admitted_before": "of the contacts in the months before, emergency admissions",
    "admitted_after": "of the contacts from the month they were met, emergency admissions",
    "match_admitted_after": "mean admissions of their matched people from the month of meeting",
    "broke_after": "breakdowns as a carer from the month of meeting, with the programme",
    "twin_broke_after": "the same without the programme",
    "carer": "1 for an unpaid carer on the day they were met",
    "in_home": "1 for somebody in a care home that day",
    "on_ward": "1 for somebody met in hospital: the month of that admission counts as before",
    "age": "years of age on the day they were met",
    "twin_use_after": "the same without the programme",
    "twin_years_after": "years lived here in those months",
    "match_answer_before": "mean answer of their matched people on the same day",
    "match_answer_after": "mean answer of their matched people at the end",
    "match_felt_before": "mean latent loneliness of their matched people on that day",
    "match_use_before": "mean contacts of their matched people in the months before",
    "match_years_before": "mean years their matched people lived here in those months",
    "match_use_after": "mean contacts of their matched people from the month of meeting",
    "match_years_after": "mean years their matched people lived here in those months",
    "other_change": "mean change in the answers of unserved people of the same age band and sex",
    "other_use_before": "their mean contacts in the months before",
    "other_years_before": "their mean years lived here in those months",
    "other_use_after": "their mean contacts from the month of meeting",
    "other_years_after": "their mean years lived here in those months",
    "all_change": "change in latent loneliness of all adults of the same age band and sex "
    "without the programme, over the same months",
    "need": "care need level on the day they were met",
    "match_need": "mean care need level of their matched people that day",
    "undetected_use_after": "use after with the programme, had nobody been noticed by it",
    "undetected_years_after": "years lived here in those months",
    "arm": "1 where the trial's coin fell on treatment",
    "order": "the neighbourhood's place in the order of starting, uniform from 0 to 1",
    "felt_gap": "latent loneliness less the mean of all of the same age band and sex",
}


def served_files(
    plan: Register,
    base: Register,
    luck: Luck,
    noise: float,
    window: Window,
    town: int,
    ward: bool = False,
) -> Served:
    """The files of one town, from its registers with the plan and without.

    `noise` is the SD of the survey answer about the latent score. With `ward` the plan meets people
    in hospital: an admission in the month of being met is then taken to be what led to the meeting.
    Registers hold months, so the few who were met elsewhere and admitted later in that month are
    taken for met on the ward.
    """
    parts = []
    for met in range(window.first_entry(), window.last_entry() + 1):
        rows = np.flatnonzero(plan.reached == met)
        rows = rows[plan.here[rows, met - 1]]  # whoever had just arrived has no day before
        twin = base.rows(plan.ids[rows])
        both = (twin >= 0) & base.here[twin, met - 1]
        if both.any():
            here = rows[both]
            on_ward = ward & (plan.states["admissions"][here, met] > 0)
            parts.append(_of_month(plan, base, here, twin[both], met, luck, noise, window, on_ward))
    if not parts:
        return Served()
    files = Served({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    files["town"] = np.full(len(files), town, dtype=np.int32)
    files["arm"] = luck.bits(Decision.TRIAL_ARM, files.ids, 0) >> np.uint64(63)
    areas = files["area"].astype(np.uint64)
    files["order"] = luck.uniform(Decision.WEDGE_ORDER, areas, 0)
    return undetected(files, plan, window)


def undetected(files: Served, unnoticed: Register, window: Window) -> Served:
    """The same files with the emergency use of a run in which the plan notices nobody."""
    use, years = np.zeros(len(files)), np.zeros(len(files))
    rows, met = unnoticed.rows(files.ids), files["met"]
    for month in np.unique(met):
        these = np.flatnonzero((met == month) & (rows >= 0))
        span = slice(int(month), int(month) + window.follow_up)
        on_ward = files.floats("on_ward")[these] > 0
        use[these], years[these] = _use(unnoticed, rows[these], span, on_ward)
    return Served(files | {"undetected_use_after": use, "undetected_years_after": years})


def emergency_use(
    book: Register, who: Rows, span: slice, what: str = "contacts"
) -> tuple[Floats, Floats]:
    """Contacts (or `what` else is counted) in some months, and the years lived here in them."""
    here = book.here[who, span]
    seen = (book.states[what][who, span] * here).sum(axis=1)
    return seen.astype(np.float64), here.sum(axis=1) / 12.0


def _use(
    book: Register, who: Rows, span: slice, on_ward: NDArray[np.bool_], what: str = "contacts"
) -> tuple[Floats, Floats]:
    """`emergency_use`, a month later for those met on the ward: their admission came before."""
    seen, years = emergency_use(book, who, span, what)
    late = slice(span.start + 1, span.stop + 1)
    seen_late, years_late = emergency_use(book, who, late, what)
    return np.where(on_ward, seen_late, seen), np.where(on_ward, years_late, years)


def _of_month(
    plan: Register,
    base: Register,
    rows: Rows,
    twin: Rows,
    met: int,
    luck: Luck,
    noise: float,
    window: Window,
    on_ward: NDArray[np.bool_],
) -> Served:
    """Everybody met in one month."""
    day, end = met - 1, met - 1 + window.follow_up
    before, after = slice(met - window.before, met), slice(met, end + 1)

    def answers(book: Register, who: Rows, month: int) -> Floats:
        said = luck.normal(Decision.ANSWER, book.ids[who], month)
        return np.asarray(book.z[who, month] + noise * said, dtype=np.float64)

    files = Served(id=plan.ids[rows], area=plan.traits["area"][rows])
    files["met"] = np.full(rows.size, met, dtype=np.int32)
    files["answer_before"] = answers(plan, rows, day)
    files["answer_after"] = answers(plan, rows, end)
    files["twin_answer_after"] = answers(base, twin, end)
    files["felt_before"] = plan.z[rows, day].astype(np.float64)
    files["felt_after"] = plan.z[rows, end].astype(np.float64)
    files["twin_before"] = base.z[twin, day].astype(np.float64)
    files["twin_after"] = base.z[twin, end].astype(np.float64)
    files["use_before"], files["years_before"] = _use(plan, rows, before, on_ward)
    files["use_after"], files["years_after"] = _use(plan, rows, after, on_ward)
    files["twin_use_after"], files["twin_years_after"] = _use(base, twin, after, on_ward)
    files["admitted_before"], _ = _use(plan, rows, before, on_ward, "admissions")
    files["admitted_after"], _ = _use(plan, rows, after, on_ward, "admissions")
    files["on_ward"] = on_ward.astype(np.int32)
    files["need"] = plan.states["need"][rows, day].astype(np.float64)
    files["broke_after"], _ = _use(plan, rows, after, on_ward, "broke")
    files["twin_broke_after"], _ = _use(base, twin, after, on_ward, "broke")
    files["carer"] = plan.states["carer"][rows, day].astype(np.float64)
    files["in_home"] = plan.states["in_home"][rows, day].astype(np.float64)
    files["age"] = (day - plan.traits["born"][rows]) / 12.0

    # The unserved: here that day, and not reached before the end. Some die or move away, as do
    # some of those served: answers are of those left, emergency use is by time lived here.
    free = (plan.reached == 0) | (plan.reached > end)
    others = np.flatnonzero(free & plan.here[:, day])
    told = {"answer_before": answers(plan, others, day), "answer_after": answers(plan, others, end)}
    told["use_before"], told["years_before"] = emergency_use(plan, others, before)
    told["use_after"], told["years_after"] = emergency_use(plan, others, after)
    admitted, _ = emergency_use(plan, others, after, "admissions")

    def visible(who: Rows, answer: Floats, spent: Floats, years: Floats) -> Floats:
        age = (day - plan.traits["born"][who]) / 12.0
        a_year = spent / np.maximum(years, 1 / 12)
        return np.stack([age, plan.traits["quintile"][who], answer, a_year], axis=1)

    def alike(who: Rows) -> Rows:
        alone, carer = plan.states["alone"][who, day], plan.states["carer"][who, day]
        return np.asarray(plan.traits["sex"][who] * 4 + alone * 2 + carer, dtype=np.int64)

    seen = ("answer_before", "use_before", "years_before")
    pairs = nearest(
        visible(rows, *(files.floats(name) for name in seen)),
        visible(others, *(told[name] for name in seen)),
        alike(rows),
        alike(others),
    )
    cell, groups = _cell(plan, rows, day), _cell(plan, others, day)
    for name, values in told.items():
        files[f"match_{name}"] = _of_matches(values, pairs)
        if not name.startswith("answer"):
            files[f"other_{name}"] = _mean_by_cell(values, groups, cell)
    change = told["answer_after"] - told["answer_before"]
    files["other_change"] = _mean_by_cell(change, groups, cell)
    files["match_admitted_after"] = _of_matches(admitted, pairs)
    files["match_felt_before"] = _of_matches(plan.z[others, day].astype(np.float64), pairs)
    files["match_need"] = _of_matches(plan.states["need"][others, day].astype(np.float64), pairs)

    everyone = np.flatnonzero(base.here[:, day] & base.here[:, end])
    change = (base.z[everyone, end] - base.z[everyone, day]).astype(np.float64)
    files["all_change"] = _mean_by_cell(change, _cell(base, everyone, day), cell)
    level = base.z[everyone, day].astype(np.float64)
    usual = _mean_by_cell(level, _cell(base, everyone, day), cell)
    files["felt_gap"] = files.floats("felt_before") - usual
    return files


def _of_matches(values: Floats, pairs: Rows) -> Floats:
    """Mean over each one's matched people who can be seen, not a number where there is none."""
    seen = np.where(pairs >= 0, values[pairs], np.nan)
    number = np.isfinite(seen).sum(axis=1)
    total = np.where(np.isfinite(seen), seen, 0.0).sum(axis=1)
    return np.asarray(np.where(number > 0, total / np.maximum(number, 1), np.nan))


def _cell(book: Register, who: Rows, day: int) -> Rows:
    """Age band and sex as one code: int64[len(who)]."""
    band = age_band((day - book.traits["born"][who]).astype(np.int64))
    return np.asarray(band.astype(np.int64) * len(SEXES) + book.traits["sex"][who])


def _mean_by_cell(values: Floats, groups: Rows, wanted: Rows) -> Floats:
    """Mean of what can be seen in each of the `wanted` cells; of all where a cell is empty."""
    size = len(AGE_BANDS) * len(SEXES)
    seen = np.isfinite(values)
    number = np.bincount(groups[seen], minlength=size)
    total = np.bincount(groups[seen], weights=values[seen], minlength=size)
    usual = float(values[seen].mean()) if seen.any() else np.nan
    return np.asarray(np.where(number > 0, total / np.maximum(number, 1), usual)[wanted])
