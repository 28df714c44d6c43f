"""Cases worked by hand: every file in tests/cases comes out to the last digit written.

The files are written for people who know care and money, not programs; see tests/cases/README.md.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from cases_kinds import CASES

HERE = Path(__file__).parent / "cases"
FILES = sorted(HERE.glob("*.toml"))


def told(path: Path) -> dict[str, Any]:
    """A case file, its numbers as the decimals that were written."""
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def wrong(case: dict[str, Any]) -> list[str]:
    """One sentence for each expected value that does not come out."""
    work, expect = CASES[case["kind"]], case["expect"]
    if "refused" in expect:
        try:
            found = work(**case["input"])
        except ValueError as refusal:
            why = str(refusal)
            return [] if expect["refused"] in why else [f"refused, but because: {why}"]
        return [f"should be refused ({expect['refused']}), but gives {found}"]
    found = work(**case["input"])
    said = []
    for name, value in expect.items():
        if name not in found:
            said.append(f"{name}: this kind of case gives only {', '.join(found)}")
        elif not same(found[name], value):
            said.append(
                f"{name}: expected {shown(value)}, but it comes out as {shown(found[name])}"
            )
    return said


def same(found: Any, expected: Any) -> bool:
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, str) or isinstance(expected, str):
        return found == expected
    return Fraction(found) == Fraction(expected)


def shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{value:,}" if isinstance(value, Decimal | int) else repr(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_case_comes_out_as_it_was_worked_by_hand(path: Path) -> None:
    case = told(path)
    assert set(case) == {"title", "kind", "input", "expect"}, f"{path.name}: parts of a case"
    assert case["kind"] in CASES, f"{path.name}: kind may be {', '.join(sorted(CASES))}"
    said = wrong(case)
    if said:
        lines = "\n  ".join(said)
        pytest.fail(f"{path.name}: {case['title']}\n  {lines}", pytrace=False)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_case_says_what_it_shows_and_how_it_was_worked(path: Path) -> None:
    case, text = told(path), path.read_text(encoding="utf-8")
    assert len(case["title"].split()) >= 5, "the title says in words what is shown"
    assert "\n# Working" in text, "the working is a comment that begins '# Working'"
    working = text[text.index("# Working") : text.index("[input]")]
    assert len(working.split()) > 10, "the working is worked out, not just announced"
    assert case["input"] and case["expect"]


def test_every_kind_has_a_case_and_no_two_cases_have_one_title() -> None:
    every = [told(path) for path in FILES]
    assert {case["kind"] for case in every} == set(CASES)
    assert len({case["title"] for case in every}) == len(every)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_wrong_expectation_is_noticed_and_named(path: Path) -> None:
    """Each expected value in turn is put out by a penny (or a word): the case must then fail."""
    case = told(path)
    for name, value in case["expect"].items():
        bent = {**case["expect"], name: bend(value)}
        said = wrong({**case, "expect": bent})
        assert len(said) == 1 and (name in said[0] or "refused" in said[0]), (name, said)


def bend(value: Any) -> Any:
    if isinstance(value, list):
        return [*value[:-1], bend(value[-1])]
    return f"{value} or so" if isinstance(value, str) else Decimal(value) + Decimal("0.01")


def test_a_failure_reads_like_a_sentence() -> None:
    case = {
        "kind": "discounting",
        "input": {"pounds_by_year": [1000, 1000], "rate_percent": 0},
        "expect": {"present_value_pounds": 1999, "pounds_owed": 1},
    }
    assert wrong(case) == [
        "present_value_pounds: expected 1,999, but it comes out as 2,000",
        "pounds_owed: this kind of case gives only present_value_pounds, discounted_pounds_by_year",
    ]
