"""Promises about the evidence: every number is sourced, possible, in one role, and found fast.

Looks at the registry, its tables and the code of the model. Changes nothing but copies of tables
in a temporary folder.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import UserMistake
from sim.evidence import account, completeness, registry, rows, series
from sim.evidence import registry as read_registry
from sim.evidence.rows import CURATED, DATA, PUBLISHED, Evidence

SIM = Path(rows.__file__).parents[1]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the tables that a test may spoil; nothing read from it is remembered."""
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    module = sys.modules["sim.evidence.registry"]
    for room in (rows, account, series, completeness, module):
        monkeypatch.setattr(room, "DATA", copy)
    caches = (rows.known_units, rows.unit_of, rows._exceptions, series.points)
    for each in caches:
        each.cache_clear()
    yield copy
    for each in caches:
        each.cache_clear()


def fresh() -> object:
    """Read the tables again, past the cache."""
    return read_registry.__wrapped__()


def spoil(table: Path, key: str, cells: dict[str, str]) -> None:
    """Change cells of one row of a table."""
    with table.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        if line["key"] == key:
            line.update(cells)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)


def test_every_table_is_read() -> None:
    tables = {row.table for row in registry()}
    assert tables >= {
        "population_loneliness.csv",
        "health_crisis_costs.csv",
        "care_finance_workforce.csv",
        "community_interventions.csv",
        "councils_and_updates.csv",
        "england_account.csv",
    }
    assert len(registry()) >= 1257 + 522


def test_every_row_says_where_it_comes_from() -> None:
    for row in registry():
        assert row.source and row.unit and row.population, row.key


def test_no_row_names_the_workshop_it_was_made_in() -> None:
    for row in registry():
        text = f"{row.source} {row.note} {row.population}".lower()
        for word in (
            "sibling table",
            "nhsd.io",
        ):
            assert word not in text and word not in row.url, row.key


def test_only_uncertainty_is_ever_drawn() -> None:
    drawn = [row for row in registry() if row.is_drawn]
    assert len(drawn) > 100
    for row in drawn:
        assert row.kind == "parameter" and row.range_kind == "uncertainty"
        assert row.low is not None and row.high is not None and row.low <= row.value <= row.high


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("annual_mortality_85_89", "subgroup"),
        ("requests_per_1000_65plus", "between_councils"),
        ("asc_budget_social_isolation_per_resident_2023_24", "between_councils"),
        ("council_price_residential_65plus_2016_17", "between_councils"),
        ("home_91_days_after_discharge_to_reablement", "none"),
        ("hub_minibus_annual_cost", "uncertainty"),
    ],
)
def test_women_and_men_councils_and_years_are_not_uncertainty(key: str, kind: str) -> None:
    row = registry().get(key)
    assert row.range_kind == kind
    assert row.is_drawn == (kind == "uncertainty")


def test_a_range_between_low_and_high_councils_never_hides_as_uncertainty() -> None:
    words = ("p10", "p90", "quartile", "council range", "low = female", "low/high council")
    for row in registry():
        if row.range_kind == "uncertainty" and row.table != "england_account.csv":
            text = f"{row.note} {row.population}".lower()
            assert not any(word in text for word in words), row.key


def test_every_target_states_how_near_is_near_enough_and_why() -> None:
    targets = registry().targets()
    assert len(targets) > 300
    for row in targets:
        assert row.tolerance is not None and row.tolerance_basis, row.key
        if row.tolerance == 0:
            assert row.unit in ("sign", "flag") or row.unit.startswith("count_of"), row.key


def test_a_fact_held_twice_is_used_once() -> None:
    book = registry()
    twins = [row for row in book if row.same_as]
    assert len(twins) >= 40
    for row in twins:
        assert not book.get(row.same_as).same_as
        assert row not in book.parameters() and row not in book.targets()


def test_two_rows_said_to_be_one_fact_agree_when_they_share_a_unit() -> None:
    for row in registry():
        twin = registry().get(row.same_as) if row.same_as else row
        # A row worked out from its twin may say it in another way; a plain copy may not differ.
        if row.unit == twin.unit and "derived" not in f"{row.note} {row.source}".lower():
            assert row.value == pytest.approx(twin.value, rel=0.02), row.key


def test_levels_of_forward_runs_stay_out_of_the_hindcast() -> None:
    book = registry()
    held_out = book.forward_only()
    assert "gce_2023_24" in held_out and "gce_2019_20" not in held_out
    assert not held_out & {row.key for row in book.targets(hindcast=True)}


def test_an_official_series_fed_in_is_not_also_a_target() -> None:
    assert {p.use for p in series.series("care_worker_median_pay")} == {"input"}
    keys = {row.key for row in registry().targets()}
    assert not any(key.startswith("pay_care_worker_median") for key in keys)
    assert [p.year for p in series.series("vacancy_rate", "fit")][:2] == ["2016/17", "2017/18"]


def test_the_account_has_one_stable_key_per_line() -> None:
    found = [row for row in registry() if row.table == "england_account.csv"]
    with (DATA / "england_account.csv").open(encoding="utf-8", newline="") as file:
        assert len(found) == len({row.key for row in found}) == sum(1 for _ in file) - 1
    assert registry().get("account_1_people_population_18_34").value == 12596405
    assert registry().get("account_1_people_own_home_level_4_65plus").value == 198998
    assert not any(row.is_drawn for row in found)  # drawn alone, lines would stop adding up


def test_search_finds_all_words_and_puts_the_plainest_first() -> None:
    book = registry()
    assert book.search("minibus cost")[0].key == "hub_minibus_annual_cost"
    assert book.search("HUB_MINIBUS_ANNUAL_COST")[0].key == "hub_minibus_annual_cost"
    for row in book.search("lonely widowed"):
        text = f"{row.key} {row.population} {row.source} {row.note}".lower()
        assert "lonely" in text and "widowed" in text
    assert book.search("") == [] and book.search("no such words anywhere") == []


def test_an_unknown_key_is_a_plain_mistake_with_the_nearest_key() -> None:
    with pytest.raises(UserMistake, match="hub_minibus_annual_cost"):
        registry().get("hub_minibus_anual_cost")


def test_reading_all_the_evidence_is_quick_and_needs_no_heavy_library() -> None:
    best = min(_seconds(fresh) for _ in range(3))
    assert best < 0.25  # about 0.06 on a quiet machine
    code = "import sys, sim.evidence as e; e.registry(); print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SIM.parent
    )
    for heavy in ("pandas", "numpy", "mesa", "pydantic"):
        assert f"'{heavy}'" not in done.stdout


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def test_the_hash_changes_with_any_number_and_not_with_line_endings(data: Path) -> None:
    before = registry().hash
    path = data / "health_crisis_costs.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert fresh().hash == before
    path.write_bytes(path.read_bytes().replace(b",1.26,", b",1.27,", 1))
    assert fresh().hash != before


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"value": "abc"}, "value", "not a number"),
        ({"value": "nan"}, "value", "finite"),
        ({"value": "1.7", "low": "", "high": "", "range_kind": "none"}, "value", "impossible"),
        ({"value": "0.9"}, "value", "outside its own range"),
        ({"low": "", "high": ""}, "range_kind", "lacks low or high"),
        ({"unit": "fractoin"}, "unit", "Did you mean fraction"),
        ({"kind": "guess"}, "kind", "not one of"),
        ({"grade": "E"}, "grade", "not one of"),
        ({"verified": "maybe"}, "verified", "not one of"),
        ({"range_kind": "subgroup"}, "distribution", "only a range of uncertainty"),
        ({"distribution": "gauss"}, "distribution", "not one of"),
        ({"low": "0", "distribution": "lognormal"}, "distribution", "lognormal needs"),
        ({"kind": "calibration_target"}, "tolerance", "no tolerance"),
        ({"same_as": "no_such_row"}, "same_as", "stands alone"),
        ({"key": "Bad Key"}, "key", "lower-case"),
        ({"key": "hub_minibus_annual_cost"}, "key", "already a row"),
    ],
)
def test_a_row_that_cannot_be_right_names_file_line_and_column(
    data: Path, cells: dict[str, str], column: str, says: str
) -> None:
    spoil(data / "community_interventions.csv", "hub_share_of_users_lonely", cells)
    with pytest.raises(UserMistake) as caught:
        fresh()
    message = str(caught.value)
    assert message.startswith("community_interventions.csv: line ")
    assert f"column {column}:" in message and says in message


@pytest.mark.parametrize(
    ("spoiled", "says"),
    [
        (lambda text: text.replace("key,value", "key,valeu", 1), "unexpected column 'valeu'"),
        (lambda text: text.replace(",note,", ",", 1), "'note' is missing"),
        (lambda text: text + "a,b\n", "2 cells"),
        (lambda text: text + '"open\n', "cannot be read"),
    ],
)
def test_a_broken_table_is_a_plain_mistake(
    data: Path, spoiled: Callable[[str], str], says: str
) -> None:
    path = data / "population_loneliness.csv"
    path.write_text(spoiled(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(UserMistake, match=says):
        fresh()


def test_a_table_in_another_encoding_is_a_plain_mistake(data: Path) -> None:
    (data / "population_loneliness.csv").write_bytes(b"key,value\n\xff\xfe\n")
    with pytest.raises(UserMistake, match="population_loneliness.csv"):
        fresh()


def test_model_choices_are_judgement_and_say_so() -> None:
    chosen = [row for row in registry() if row.table == "model_choices.csv"]
    for row in chosen:
        assert row.grade == "D" or row.source, row.key
    path = DATA / "model_choices.csv"
    if path.exists():
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert set(PUBLISHED) <= set(header) <= {*PUBLISHED, *CURATED}
        assert chosen


def test_every_number_the_code_reads_has_a_row() -> None:
    assert completeness.missing(SIM) == []


def test_every_parameter_is_read_or_listed_with_a_reason() -> None:
    assert completeness.unlisted(SIM) == set()


def test_the_unused_list_needs_reasons(data: Path) -> None:
    assert all(completeness.listed().values())
    path = data / completeness.FILE
    path.write_text(path.read_text(encoding="utf-8") + "some_key,\n", encoding="utf-8")
    with pytest.raises(UserMistake, match="say why some_key"):
        completeness.listed()


ROOM = """
from sim.evidence.bands import AGES
SEXES = ("men", "women")

def act(p: Parameters, model, name):
    p.hub_minibus_annual_cost + model.numbers.no_such_number + p.reads
    p.array("received_adl_help", ("men_65plus_2014",)), p.array("carers_prevalence", UNKNOWN)
    p.array(f"close_{name}", SEXES)
    rows_of(p, "annual_mortality")
    numbers = model.numbers
    return numbers.frome_emergency_change + getattr(p, "lts_per_1000_18_64_2023_24")

def elsewhere(p: Path) -> None:
    p.read_text, [p.size for p in ()]
"""


def test_the_reader_of_code_sees_attributes_arrays_and_what_is_not_a_number(tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text(ROOM)
    found = completeness.reads(tmp_path)
    assert set(found.keys) == {
        "hub_minibus_annual_cost",
        "no_such_number",
        "received_adl_help_men_65plus_2014",
        "frome_emergency_change",
        "lts_per_1000_18_64_2023_24",
    }
    assert set(found.patterns) == {"carers_prevalence_*", "close_*_men", "close_*_women"}
    assert found.covers("annual_mortality_18_24") and not found.surely("annual_mortality_18_24")
    said = "\n".join(completeness.missing(tmp_path))
    assert "room.py:6 reads no_such_number, which has no row" in said
    assert "validation target must not feed" in said
    assert "read lts_18_64_2023_24 instead" in said
    assert "close_*_men, which fits no row" in said
    assert "hub_minibus_annual_cost" not in completeness.unused(tmp_path)
    assert "annual_mortality_18_24" not in completeness.unused(tmp_path)
    assert "received_adl_help_men_65plus_2014" in completeness.two_roles(tmp_path)


def test_a_line_of_the_unused_list_that_is_read_by_now_is_stale(data: Path, tmp_path: Path) -> None:
    room = tmp_path / "code"
    room.mkdir()
    (room / "room.py").write_text("def act(p: Parameters): return p.hub_minibus_annual_cost\n")
    text = "key,reason\nhub_minibus_annual_cost,waits\ngone_*,waits\nhub_*,waits\n"
    (data / completeness.FILE).write_text(text)
    assert completeness.stale(room) == {"hub_minibus_annual_cost", "gone_*"}
    unlisted = completeness.unlisted(room)
    assert "qaly_value_green_book" in unlisted and "hub_regular_users" not in unlisted


def test_a_row_of_evidence_cannot_be_changed() -> None:
    row = registry().get("hub_minibus_annual_cost")
    assert isinstance(row, Evidence)
    with pytest.raises(AttributeError):
        row.value = 0.0  # type: ignore[misc]
