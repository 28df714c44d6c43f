"""Numbers into words: significant figures, fewer or more, and each measure's own phrase.

It looks at the outcome definitions and changes nothing. Rounding here keeps order and sign:
a larger number never prints smaller, and a number that is not zero never prints as zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sim.outcomes import GROUPS, MEASURES, WORKER_GROUPS

PRICES = "2024/25 prices"
SMALLEST = 0.01
TOO_SMALL = 0.015  # per 1,000 people: fewer than one in 60,000
# People are counted whole: for how many others they are counted, and the least such figure may be.
PEOPLE = (1_000, 10_000, 100_000)
LEAST_SAID = 10.0
EVERYONE = "residents aged 16 or over"
REACHED = "people the plan reached"
CARE_WORKERS = "care workers"
_LABELS = GROUPS | {key: words for part in WORKER_GROUPS.values() for key, words in part.items()}


@dataclass(frozen=True)
class Phrase:
    """How one measure is said: noun, unit on the page, and the words for less and more."""

    noun: str
    per: str
    axis: str
    less: str = "fewer"
    more: str = "more"
    kind: Literal["count", "size"] = "count"
    factor: float = 1.0
    pounds: bool = False
    who: str = EVERYONE
    note: str = ""
    base: int = 0  # people for whom a count is kept; 0 where it is no count of anybody
    whole: bool = False  # people or events, of which there are no parts

    @property
    def thing(self) -> str:
        """The noun as it follows "a difference in": 'crisis episodes', 'the funding gap'."""
        return f"the {self.noun}" if self.kind == "size" else self.noun

    def per_whom(self, group: str, per: int = 0) -> str:
        """'in every 1,000 residents aged 16 or over', or of the people reached."""
        return self.per.format(who=self.whom(group), per=f"{per or self.base:,}")

    def axis_for(self, group: str, per: int = 0) -> str:
        """The unit printed with a chart or table."""
        return self.axis_of(self.whom(group), per)

    def axis_of(self, who: str, per: int = 0) -> str:
        """The same of people named in other words."""
        return self.axis.format(who=who, per=f"{per or self.base:,}")

    def whom(self, group: str) -> str:
        """The people counted, narrowed to a group."""
        if group == "all":
            return self.who
        if group == "reached":
            return REACHED
        label = _LABELS.get(group, group)
        return f"{self.who} ({label[:1].lower()}{label[1:]})"


def _rate(noun: str, when: str = " a year", who: str = EVERYONE, base: int = 1_000,
          whole: bool = True) -> Phrase:  # fmt: skip
    return Phrase(noun, f"{when.strip()} for every {{per}} {{who}}".strip(),
                  f"{noun}{when} per {{per}} {{who}}", who=who, base=base, whole=whole)  # fmt: skip


def _people(noun: str) -> Phrase:
    return Phrase(noun, "in every {per} {who}", f"{noun} per {{per}} {{who}}", factor=1000.0,
                  base=1_000, whole=True)  # fmt: skip


def _pounds(noun: str, less: str = "smaller", more: str = "larger") -> Phrase:
    return Phrase(noun, "a head a year", f"pounds per head a year, {PRICES}",
                  less, more, "size", pounds=True, note=f" ({PRICES})")  # fmt: skip


def _score(noun: str, axis: str) -> Phrase:
    return Phrase(noun, "on average", axis, "lower", "higher", "size")


PHRASES: dict[str, Phrase] = {
    "often_lonely_share": _people("people often or always lonely"),
    "ucla3_mean": _score("UCLA-3 loneliness score", "UCLA-3 score, 3 to 9, average of {who}"),
    "crises_per_1000": _rate("crisis episodes"),
    "emergency_admissions_per_1000": _rate("emergency admissions"),
    "delayed_discharges_per_1000": _rate("discharges delayed for social care"),
    "ae_attendances_per_1000": _rate("A&E attendances"),
    "care_home_entries_per_100k_65plus": _rate(
        "care-home entries", who="residents aged 65 or over", base=100_000
    ),
    "carer_breakdowns_per_1000_carers": _rate("carer breakdowns", who="unpaid carers"),
    "unmet_hours_per_1000": _rate("unmet care hours", " a week", whole=False),
    "waiting_per_1000": _rate("people waiting for care", ""),
    "unpaid_carer_share": _people("unpaid carers"),
    "carers_20_plus_hours_share": _people("carers giving 20 hours a week or more"),
    "life_satisfaction_mean": _score("life satisfaction", "score, 0 to 10, average of {who}"),
    "hub_attender_share": _people("people going to a hub in a month"),
    "volunteer_share": _people("people volunteering in a month"),
    "filled_care_posts_per_1000": _rate("people in paid posts in care", "", whole=False),
    "secure_contract_share": Phrase(
        "care workers with secure hours",
        "in every {per} {who}",
        "care workers with secure hours per {per} {who}",
        factor=1000.0,
        base=1_000,
        who=CARE_WORKERS,
    ),
    "care_worker_pay_gbp_per_hour": Phrase(
        "pay of care workers",
        "an hour",
        "pounds an hour in 2024/25 wages, average of {who}",
        "lower",
        "higher",
        "size",
        pounds=True,
        who=CARE_WORKERS,
    ),
    "months_in_post_mean": Phrase(
        "time in post of care workers",
        "months on average",
        "months in post, average of {who}",
        "shorter",
        "longer",
        "size",
        who=CARE_WORKERS,
    ),
    "fee_gap_gbp_per_head": _pounds("fee gap"),
    "demand_gap_gbp_per_head": _pounds("demand gap"),
    "need_gap_gbp_per_head": _pounds("need gap"),
    "funding_gap_gbp_per_head": _pounds("social care funding gap"),
    "council_spend_gbp_per_head": _pounds(
        "council spending on adult social care", "lower", "higher"
    ),
    "nhs_spend_gbp_per_head": _pounds("NHS spending on crises", "lower", "higher"),
}


def phrase(measure: str) -> Phrase:
    """The phrase of a measure; one not yet given its own words is said by its label and unit."""
    if measure in PHRASES:
        return PHRASES[measure]
    known = MEASURES[measure]
    noun = known.label[:1].lower() + known.label[1:]
    if known.unit.startswith("pounds per head"):
        return _pounds(noun)
    return Phrase(noun, f"({known.unit})", f"{known.unit}, {known.denominator}",
                  "lower", "higher", "size", who=known.denominator)  # fmt: skip


def rounding_step(width: float) -> float:
    """The size of the second figure of a range this wide; 0 where there is none."""
    return 10.0 ** (math.floor(math.log10(width)) - 1) if 0 < width < math.inf else 0.0


def figure(value: float, step: float = 0.0) -> str:
    """`value` without its sign, to a multiple of `step`, in one or two significant figures."""
    size = abs(float(value))
    if not math.isfinite(size):
        return "not known"
    if size == 0:
        return "0"
    if size < SMALLEST:
        return f"under {SMALLEST}"
    digits = 2
    if step > 0:
        digits = max(1, min(2, math.floor(math.log10(size)) - round(math.log10(step)) + 1))
    places = digits - 1 - math.floor(math.log10(size))
    rounded = round(size, places)
    # 9.96 becomes 10, not 10.0: count the figures again after rounding.
    places = digits - 1 - math.floor(math.log10(rounded))
    text = f"{rounded:,.{max(0, places)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole_figure(value: float, step: float = 0.0) -> str:
    """People or events without a sign: '12', and 'under 1' where there is less than one."""
    size = abs(float(value))
    if not math.isfinite(size) or size == 0:
        return figure(size)
    return "under 1" if size < 1 else figure(math.floor(size + 0.5), step)


def per_for(sizes: Iterable[float], measure: str) -> int:
    """How many people to count for, so that the least of these sizes is of whole people.

    The sizes are as kept (see `Phrase.base`). Nothing is counted for more than 100,000 people.
    """
    words = phrase(measure)
    told = [size for size in sizes if math.isfinite(size) and size > 0]
    if not words.whole or not told:
        return words.base
    able = [each for each in PEOPLE if each >= words.base]
    return next((each for each in able if min(told) * each / words.base >= LEAST_SAID), able[-1])


def too_small(low: float, high: float, measure: str, per: int = 0) -> bool:
    """Whether a whole range rounds to nothing, so that a direction would mislead."""
    words = phrase(measure)
    grown = per / words.base if per and words.base else 1.0
    return not words.pounds and max(abs(low), abs(high)) < TOO_SMALL * grown


def amount(value: float, measure: str, step: float = 0.0) -> str:
    """A size with its pound sign where it is money: '12', '£1.5', 'under £0.01'."""
    said = (whole_figure if phrase(measure).whole else figure)(value, step)
    if not phrase(measure).pounds or said == "not known":
        return said
    if "." in said and not said.startswith("under "):
        whole, pence = said.split(".")
        said = f"{whole}.{pence:0<2}"
    under = said.startswith("under ")
    return f"under £{said.removeprefix('under ')}" if under else f"£{said}"


def standing(value: float, measure: str) -> str:
    """A level as it stands: '97', '£41', and '−£21' where a gap is below zero."""
    size = amount(value, measure)
    if value >= 0:
        return size
    return f"{size} below zero" if size.startswith("under ") else f"−{size}"


def signed(value: float, measure: str, step: float = 0.0) -> str:
    """A difference with its direction: '12 fewer', '£3 larger', 'no change'."""
    if value == 0:
        return "no change"
    words = phrase(measure)
    return f"{amount(value, measure, step)} {words.less if value < 0 else words.more}"


def span(low: float, high: float, measure: str, step: float = 0.0) -> str:
    """A range of differences, nearest to zero first: '5 to 20 fewer', '8 fewer to 5 more'."""
    if low == high:
        return signed(low, measure, step)
    if low * high > 0:
        near, far = sorted((low, high), key=abs)
        a, b = amount(near, measure, step), amount(far, measure, step)
        return signed(far, measure, step) if a == b else f"{a} to {signed(far, measure, step)}"
    return f"{signed(low, measure, step)} to {signed(high, measure, step)}"


def change(value: float, measure: str, group: str, step: float = 0.0, about: str = "",
           per: int = 0) -> str:  # fmt: skip
    """A difference said in full, with whom it is counted over.

    '12 fewer crisis episodes a year for every 1,000 people', or
    'the funding gap is £3 a head a year smaller (2024/25 prices)'.
    """
    words = phrase(measure)
    size = amount(value, measure, step)
    said = size if size.startswith("under ") else f"{about}{size}"
    direction, whom = words.less if value < 0 else words.more, words.per_whom(group, per)
    if words.kind == "count":
        return f"{said} {direction} {words.noun} {whom}"
    return f"the {words.noun} is {said} {whom} {direction}{words.note}"


def briefly(value: float, measure: str, group: str, step: float = 0.0, per: int = 0) -> str:
    """The same without its noun: '12 fewer a year for every 1,000 people'."""
    words = phrase(measure)
    if value == 0:
        return "no change"
    said, whom = amount(value, measure, step), words.per_whom(group, per)
    direction = words.less if value < 0 else words.more
    if words.kind == "count":
        return f"{said} {direction} {whom}"
    return f"{said} {whom} {direction}{words.note}"


def joined(names: list[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
