"""Promises of a council's own numbers: the same where unedited, different where said."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.cli import main
from sim.errors import UserMistake
from sim.experiment import sensitivity
from sim.experiment.compare import compare
from sim.experiment.sensitivity_design import read_by
from sim.model import CommunityModel
from sim.parameters import Parameters
from sim.world import own_numbers, own_place, places
from sim.world.margins import carer_factors

COUNCIL = "Middlesbrough"
SMALL = {"residents": 600, "years": 1, "rng": 3}


@pytest.fixture(scope="module")
def filled() -> dict[str, str]:
    """The template of a council, as a dict of cells."""
    rows = csv.DictReader(io.StringIO(places.template(COUNCIL)))
    return {row["key"]: row["value"] for row in rows}


def written(folder: Path, cells: dict[str, object], name: str = "mine.csv") -> Path:
    file = folder / name
    with file.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([("key", "value"), *cells.items()])
    return file


def edited(folder: Path, **cells: object) -> places.Place:
    return places.get(written(folder, {"based_on": COUNCIL, **cells}))


def diary_of(place: object) -> pd.DataFrame:
    return CommunityModel(place=place, **SMALL).run().diary.table()


def test_an_unedited_template_gives_exactly_the_councils_own_results(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(places.template(COUNCIL), encoding="utf-8")
    pd.testing.assert_frame_equal(diary_of(str(file)), diary_of(COUNCIL), check_exact=True)


@pytest.mark.parametrize("council", ["Leeds", "Bristol, City of", "City of London", "Somerset"])
def test_a_template_read_back_changes_no_fact(council: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(places.template(council), encoding="utf-8")
    mine, real = places.get(file), places.get(council)
    assert mine.facts == real.facts
    assert mine.code == real.code
    assert mine.neighbourhoods.own is None
    assert mine.name == f"{real.name} (your numbers)"
    assert own_place.changes(mine) == [f"mine.csv: every figure is as published for {real.name}"]


def test_a_spreadsheets_own_way_of_saving_reads_the_same(
    filled: dict[str, str], tmp_path: Path
) -> None:
    plain = places.get(written(tmp_path, dict(filled)))
    one_row = tmp_path / "row.csv"
    with one_row.open("w", newline="", encoding="utf-8-sig") as handle:
        csv.writer(handle, lineterminator="\r\n").writerows([filled.keys(), filled.values()])
    assert places.get(one_row).facts == plain.facts
    pounds = edited(tmp_path, asc_net_current_gbp_2023_24="£70,000,000", no_car_share="40%")
    assert pounds.facts["asc_net_current_gbp_2023_24"].value == 70_000_000
    assert pounds.facts["no_car_share"].value == pytest.approx(0.40, abs=1e-4)


def test_every_figure_of_a_template_changes_what_the_model_is_told(
    filled: dict[str, str], tmp_path: Path
) -> None:
    real = places.get(COUNCIL)
    for key in own_numbers.FIGURES:
        value = float(filled[key])
        cells: dict[str, object] = {key: repr(value * 1.2)}
        if key in own_numbers.PEOPLE:
            cells = {key: round(value * 1.2)}
        for whole in (own_numbers.FIFTHS, own_numbers.ETHNIC):
            if key in whole:  # what one share gains another must lose
                other = next(each for each in whole if each != key and float(filled[each]) > 0.05)
                cells = {key: value + 0.05, other: float(filled[other]) - 0.05}
        mine = edited(tmp_path, **cells)
        assert mine.facts != real.facts or mine.neighbourhoods.own is not None, key
        assert own_place.changes(mine), key


def test_people_deprivation_disability_and_cars_come_out_as_told(tmp_path: Path) -> None:
    mine = edited(
        tmp_path,
        people_85_89=4_000,
        imd_q1_share=0.6,
        imd_q2_share=0.1,
        imd_q3_share=0.1,
        imd_q4_share=0.1,
        imd_q5_share=0.1,
        disabled_share=0.3,
        no_car_share=0.2,
    )
    here = mine.neighbourhoods
    assert here.people[:, 11].sum() == 4_000
    assert mine.facts["people_85_89"].value == 4_000
    largest = here.adults.max() / here.adults.sum()
    poorest = here.adults[here.quintile == 1].sum() / here.adults.sum()
    assert poorest == pytest.approx(0.6, abs=largest)  # as near as whole neighbourhoods come
    people = here.people.sum(axis=1)
    assert here.disabled_share @ people / people.sum() == pytest.approx(0.3)
    assert here.households_no_car.sum() / here.households.sum() == pytest.approx(0.2, abs=1e-3)
    real = places.get(COUNCIL).neighbourhoods
    others = np.delete(real.people, 11, axis=1)
    assert np.array_equal(np.delete(here.people, 11, axis=1), others)
    moved = np.flatnonzero(here.quintile != real.quintile)
    assert (real.imd_score[moved] >= np.median(real.imd_score[moved]) / 3).all()


def test_identities_stay_those_of_the_council(tmp_path: Path) -> None:
    mine = CommunityModel(place=edited(tmp_path, pubs_bars_2018=1).numbers, **SMALL)
    real = CommunityModel(place=COUNCIL, **SMALL)
    assert np.array_equal(mine.world.people.id, real.world.people.id)
    assert np.array_equal(mine.world.people.age_months, real.world.people.age_months)


def test_a_councils_own_money_and_prices_reach_its_books(tmp_path: Path) -> None:
    real = CommunityModel(place=COUNCIL, **SMALL)
    facts = real.place.facts
    double = repr(facts["asc_net_current_gbp_2023_24"].value * 2)
    dear = own_place.published(places.get(COUNCIL))["care_home_gbp_per_week_65plus"] * 1.5
    mine = CommunityModel(
        place=written(
            tmp_path,
            {
                "based_on": COUNCIL,
                "asc_net_current_gbp_2023_24": double,
                "care_home_gbp_per_week_65plus": repr(dear),
            },
        ),
        **SMALL,
    )
    prevention = mine.council.prevention_pence  # a fixed share of what the council spends
    assert prevention == pytest.approx(2 * real.council.prevention_pence, abs=1)
    ratio = mine.p.council_care_home_week_65plus / real.p.council_care_home_week_65plus
    assert ratio == pytest.approx(1.5, rel=1e-3)  # factors are kept to four figures


def test_more_unpaid_carers_than_published_means_more_care_for_people_elsewhere(
    filled: dict[str, str], tmp_path: Path
) -> None:
    p = Parameters.build({}, 0)
    doubled = {key: 2 * float(filled[key]) for key in own_numbers.CARERS}
    mine, real = edited(tmp_path, **doubled), places.get(COUNCIL)
    more, usual = (carer_factors(each.neighbourhoods, p).share for each in (mine, real))
    assert (more > usual).all()
    elsewhere = places.get("Leeds").neighbourhoods
    assert np.array_equal(
        carer_factors(elsewhere, p).share,
        carer_factors(places.get("Leeds").neighbourhoods, p).share,
    )


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"based_on": ""}, "no council is named"),
        ({"based_on": "Lees"}, "Did you mean Kirklees; Lewes; Leeds"),
        ({"based_on": "Hastings"}, "Use its council, East Sussex"),
        ({"based_on": "Leeds", "carer_1_9h": 25}, "Did you mean carers_1_9h?"),
        ({"based_on": "Leeds", "care_home_beds": 25}, "none the model acts on"),
        ({"based_on": "Leeds", "people": 25}, "is the sum of the age bands"),
        ({"based_on": "Leeds", "people_16_17": 12.5}, "not a whole number of people"),
        ({"based_on": "Leeds", "people_16_17": -5}, "not a number of 0 or more"),
        ({"based_on": "Leeds", "people_16_17": "many"}, "not a number of 0 or more"),
        ({"based_on": "Leeds", "people_16_17": 99_999_999}, "Give 200 to"),
        ({"based_on": "Leeds", "disabled_share": 17}, "17 per cent is 0.17"),
        ({"based_on": "Leeds", "no_car_share": 0}, "not a share between 0 and 1"),
        ({"based_on": "Leeds", "imd_q1_share": 0.5}, "add up to 1"),
        ({"based_on": "Leeds", "asc_net_current_gbp_2023_24": 298_336}, "Is the unit right?"),
        ({"based_on": "Leeds", "home_care_gbp_per_hour": "2%"}, "is a percentage"),
        ({"based_on": "Leeds", "name": "a" * 99}, "at most 60 letters"),
    ],
)
def test_a_mistake_is_one_plain_sentence_that_names_the_file(
    cells: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(UserMistake) as told:
        places.get(written(tmp_path, cells))
    text = str(told.value)
    assert text.startswith("mine.csv: ") or "place called 'Lees'" in text
    assert said in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe\x00", "not plain text"),
        (b"Leeds;3\n", "the first line must name the columns key,value"),
        (b"key,value\nbased_on\n", "the line has no value"),
        (b"based_on,libraries\nLeeds,1,000\n", "2 columns are named and 3 are filled in"),
        (b"x" * 200_000, "too large"),
    ],
)
def test_a_file_that_is_no_sheet_of_figures_is_refused(
    raw: bytes, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.csv"
    file.write_bytes(raw)
    with pytest.raises(UserMistake, match=said):
        places.get(file)


def test_a_missing_file_is_answered_with_the_nearest_there_is(tmp_path: Path) -> None:
    written(tmp_path, {"based_on": "Leeds"}, "my_council.csv")
    with pytest.raises(UserMistake, match="Did you mean my_council.csv"):
        places.get(tmp_path / "my_councl.csv")
    with pytest.raises(UserMistake, match="--template Leeds"):
        places.get(tmp_path / "zzz" / "quite_other.csv")


def test_a_run_says_whose_numbers_it_used(tmp_path: Path) -> None:
    cells = {"based_on": COUNCIL, "name": "Our town", "libraries": 1}
    file = written(tmp_path, cells)
    found = compare("bevy_hub", place=file, residents=400, years=1, members=1, in_process=True)
    assert found.record["request"]["place"] == "Our town (your numbers)"
    assert found.record["own_numbers"] == places.get(file).numbers.record()
    assert found.record["own_numbers"]["content"] == file.read_text(encoding="utf-8")
    assert set(found.results["place"]) == {"Our town (your numbers)"}
    assert "libraries: 1 in mine.csv" in json.dumps(found.record["provenance"])


def test_the_analyses_read_the_same_numbers_of_a_file_as_of_its_council(tmp_path: Path) -> None:
    file = written(tmp_path, {"based_on": COUNCIL, "name": "Ourtown"})
    named, own = (
        sensitivity.request(["services_only"], place, residents=200, years=1)
        for place in (COUNCIL, str(file))
    )
    assert own.place == "Ourtown (your numbers)"
    assert read_by(own) == read_by(named) != frozenset()


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("sensitivity", "services_only", "--groups", "3", "--trajectories", "1", "--lucks", "1",
         "--draws", "0"),
        ("worth-knowing", "services_only", "baseline", "--draws", "12"),
        ("uncertainty", "services_only", "--draws", "2", "--seeds", "2", "--rule-draws", "0"),
    ],
)  # fmt: skip
def test_every_analysis_takes_a_file_as_its_place_by_command(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    written(tmp_path, {"based_on": COUNCIL, "name": "Ourtown"}, "my_council.csv")
    keep = () if words[0] == "worth-knowing" else ("--keep", "kept")
    done = sim(
        *words, "--place", "my_council.csv", "--residents", "200", "--years", "1", "--jobs", "1",
        "--out", "made", *keep, "--json", where=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    # A page that names its command names one that can be typed again.
    for made in tmp_path.glob("kept/screened_runs.csv"):
        assert '--place "my_council.csv"' in made.read_text().replace('""', '"')


def sim(*words: str, where: Path) -> subprocess.CompletedProcess[str]:
    here = {**os.environ, "PYTHONPATH": str(Path(own_place.__file__).parents[2])}
    return subprocess.run(
        [sys.executable, "-m", "sim", *words],
        capture_output=True, text=True, cwd=where, env=here, check=False,
    )  # fmt: skip


def test_the_command_line_writes_a_template_and_refuses_nonsense(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["places", "--template", COUNCIL]) == 0
    assert capsys.readouterr().out == places.template(COUNCIL)
    written(tmp_path, {"based_on": COUNCIL, "libraries": "lots"})
    wrong = sim("run", "--place", "mine.csv", where=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("mine.csv: libraries: lots is not a number")
    assert [each.name for each in tmp_path.iterdir()] == ["mine.csv"]
