"""Promises of docs/limits.md: every figure on it stands where a command wrote it, or is a source's.

The rule. A number on that page is one of these, and nothing else:

- the text of a link whose title names a row: `[0.35](fit.md "row")`. The page must have that row,
  and in it a number that rounds to the one quoted. Pages linked so name command and day;
- the value or an end of the range of a row of evidence named in backticks in the same paragraph;
- in a paragraph with a command in backticks and its day, or with the words *not measured again*;
- no measurement: an age, a year, a level of need, the name of a score (`NO_FIGURE`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from docs_scripts import script

from sim.evidence import registry

DOCS = Path(__file__).resolve().parents[1] / "docs"
LIMITS = (DOCS / "limits.md").read_text(encoding="utf-8")
QUOTED = re.compile(r'\[([^\]]+)\]\((\w+\.md)\s+"([^"]+)"\)')
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
NUMBER = re.compile(r"(?<![\w.,])-?\d[\d,]*(?:\.\d+)?")
SIZES = {"million": 1e6, "billion": 1e9, "": 1.0}
COMMAND_AND_DAY = re.compile(r"`python [^`]+`[^`]*\b20\d\d-\d\d-\d\d")
NO_FIGURE = (
    r"\b(?:at |of )?\d\d (?:or over|to \d\d)\b",  # ages
    r"\b(?:[Uu]nder|from|turns) \d\d\b",
    r"\b16-year-olds\b",
    r"\b(?:19|20)\d\d(?:/\d\d|s)?\b",  # years
    r"\blevels? \d(?: and \d)?\b",  # of need
    r"\b\d\d or more\b",  # hours of caring, as the Census counts them
    r"\bUCLA-3\b|\bA&E\b|\bipyvuetify 1\b|\bnotebook 04\b|\b12-week\b",
    r"\bmonth 9 to month 18\b",  # the span of the published figure named beside it
    r"\b60,000 residents\b",
    r"^\d+\. ",  # a list's own
)


def paragraphs(text: str) -> list[str]:
    """Bullets and paragraphs, each with its lines joined; headings and tables hold no figures."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=- |\d+\. )", text):
        joined = " ".join(line.strip() for line in block.splitlines() if line.strip())
        if joined and not joined.startswith("#"):
            found.append(joined)
    return found


@cache
def rows(page: str, row: str) -> tuple[str, ...]:
    """Lines of a page that hold a row: a cell of that name, or a line with these words."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    exact = [
        line for line in lines if row in [cell.strip(" †") for cell in line.strip("|").split("|")]
    ]
    return tuple(exact or [line for line in lines if row in line])


def numbers(text: str) -> list[float]:
    return [float(each.replace(",", "")) for each in NUMBER.findall(text)]


def agrees(quoted: str, line: str) -> bool:
    """Whether a number of the line, rounded as the quoted one is, is the quoted one."""
    told = re.fullmatch(r"(-?[\d,]+(?:\.(\d+))?)(%?) ?(million|billion)?", quoted)
    if told is None:
        return False
    digits = told[1].replace(",", "")
    value, room = float(digits), 0.5 * 10 ** -len(told[2] or "")
    if value >= 1000 and not told[2]:  # 217,000 is 217,199: rounded to its last digit that is no 0
        room = 0.5 * 10 ** (len(digits) - len(digits.rstrip("0")))
    scales = [1 / SIZES[told[4] or ""], *([1.0] if told[4] else []), *([100.0] if told[3] else [])]
    return any(
        abs(abs(each) * scale - abs(value)) <= room * 1.001
        for each in numbers(line)
        for scale in scales
    )


def loose(paragraph: str) -> list[str]:
    """Numbers of a paragraph that have no home."""
    if COMMAND_AND_DAY.search(paragraph) or "not measured again" in paragraph:
        return []
    text = QUOTED.sub(" ", paragraph)
    known = {row.key: row for row in registry()}
    named = [known[key] for key in re.findall(r"`(\w+)`", text) if key in known]
    allowed = {f"{each:g}" for row in named for each in (row.value, row.low, row.high)
               if each is not None}  # fmt: skip
    text = re.sub(r"`[^`]*`", " ", LINK.sub(r" \1 ", text))
    for pattern in NO_FIGURE:
        text = re.sub(pattern, " ", text)
    return [
        each for each in NUMBER.findall(text) if f"{float(each.replace(',', '')):g}" not in allowed
    ]


QUOTES = QUOTED.findall(" ".join(LIMITS.split()))


def test_the_page_quotes_figures() -> None:
    assert len(QUOTES) > 50
    assert len(paragraphs(LIMITS)) > 100


def test_a_quoted_figure_is_the_one_in_its_row() -> None:
    wrong = [
        (quoted, page, row)
        for quoted, page, row in QUOTES
        if not any(agrees(quoted, line) for line in rows(page, row))
    ]
    assert wrong == [], "no such row, or another number in it"


@pytest.mark.parametrize("page", sorted({page for _, page, _ in QUOTES}))
def test_a_page_that_is_quoted_names_its_command_and_its_day(page: str) -> None:
    head = (DOCS / page).read_text(encoding="utf-8").split("\n\n")[1]
    assert re.match(r"(?:Written by|Made on 20\d\d-\d\d-\d\d by) `python ", head)
    assert re.search(r"\b20\d\d-\d\d-\d\d\b", head)


def test_every_number_has_a_home() -> None:
    found = {each: loose(each) for each in paragraphs(LIMITS)}
    assert {each: strays for each, strays in found.items() if strays} == {}


def test_a_number_that_moved_or_has_no_home_is_noticed() -> None:
    assert agrees("0.35", "| row | 0.29 | 0.3504 |") and not agrees("0.36", "| row | 0.3504 |")
    assert agrees("44%", "| row | 0.4445 |") and not agrees("45%", "| row | 0.4445 |")
    assert agrees("8.0 million", "| row | 7,951,923 |") and agrees("8.0 billion", "need gap 7.99.")
    assert agrees("217,000", "| row | 217,199 |") and not agrees("216,000", "| row | 217,199 |")
    assert not rows("fit.md", "no_such_row")
    assert loose("It was 3.7 in one run.") == ["3.7"]
    assert loose("It rose by 12% (November 2026).") == ["12"]
    assert (
        loose("Published 14 months (8 to 24, `effect_half_life_after_support_ends_months`)") == []
    )
    assert loose("Ours is 15 (`effect_half_life_after_support_ends_months`).") == ["15"]
    assert loose("At 65 or over, from 2024/25, level 2.") == []
    assert loose("It took 7 minutes (`python -m sim validate`, 2026-11-23).") == []


def test_the_page_of_figures_has_the_rows_of_todays_script() -> None:
    limits = script("make_limits")
    written = (DOCS / "limits_figures.md").read_text(encoding="utf-8")
    made = limits.page(england_of=1500, runs=2, town_of=400, members=1, years=4, places="-")

    def keys(text: str) -> list[str]:
        measured = text.partition("## How near")[0]
        return [
            re.sub(r"_year_\d+$", "", each) for each in re.findall(r"\| (\w+) \|$", measured, re.M)
        ]

    assert len(keys(written)) > 20
    assert keys(made) == keys(written), "run: python docs/make_limits.py"
    assert re.findall("^## .*", made, re.M) == re.findall("^## .*", written, re.M)


def test_the_margins_of_places_are_on_the_page_of_figures() -> None:
    written = (DOCS / "limits_figures.md").read_text(encoding="utf-8")
    for name in script("make_limits").margins().CONTRASTING:
        assert re.search(rf"^\| {name} \| 0\.\d+ / 0\.\d+ ", written, re.M), name
