"""People who work in care: told by employer, sex and ethnic group, paired, in the report too."""

from __future__ import annotations

import numpy as np
import pytest
from towns import town

from sim.agents import jobs
from sim.errors import UserMistake
from sim.experiment.compare import Comparison, compare
from sim.outcomes import MEASURES, WORKER_GROUPS, WORKER_MEASURES
from sim.show import work_section
from sim.show.report import page
from sim.show.saved import open_results
from sim.world.columns import Columns

GROUPS = [key for part in WORKER_GROUPS.values() for key in part]


@pytest.fixture(scope="module")
def lived():
    model = town(residents=2_000)
    model.run_for(6)
    return model


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> Comparison:
    return compare("services_only", place="Hartlepool", residents=500, years=2, members=2,
                   in_process=True, out=tmp_path_factory.mktemp("work") / "run")  # fmt: skip


def test_the_words_are_those_of_the_outcomes(lived) -> None:
    told = jobs.by_group(lived.posts, len(lived.world.people))
    assert {group for group, _ in told} <= set(GROUPS)
    assert {measure for _, measure in told} == set(WORKER_MEASURES)
    assert set(WORKER_MEASURES) <= set(MEASURES)


def test_each_way_of_dividing_workers_holds_all_of_them(lived) -> None:
    told = jobs.by_group(lived.posts, len(lived.world.people))
    number = int(lived.posts.filled.sum())
    whole = number / len(lived.world.people) * 1000
    for groups in WORKER_GROUPS.values():
        here = [group for group in groups if (group, WORKER_MEASURES[0]) in told]
        posts = np.array([told[group, WORKER_MEASURES[0]] for group in here])
        assert posts.sum() == pytest.approx(whole)
        for measure in WORKER_MEASURES[1:]:
            mean = posts @ [told[group, measure] for group in here] / posts.sum()
            assert mean == pytest.approx(getattr(lived, measure), rel=1e-4)


def test_it_says_what_the_table_of_jobs_says(lived) -> None:
    table = jobs.workforce_table(lived)
    told = jobs.by_group(lived.posts, len(lived.world.people))
    for part, group in table.index:
        if part == "all":
            continue
        for measure in WORKER_MEASURES[1:]:
            assert told[f"workers_{group}", measure] == pytest.approx(
                table.loc[(part, group), measure], rel=1e-4
            )


def test_the_order_of_posts_changes_nothing(lived) -> None:
    order = np.random.default_rng(1).permutation(len(lived.posts))
    mixed = Columns.from_state(
        lived.posts.schema,
        {name: column[order] for name, column in lived.posts.state().items()},
    )
    assert jobs.by_group(mixed, 2_000) == jobs.by_group(lived.posts, 2_000)


def test_a_month_of_the_diary_tells_jobs_by_group(lived) -> None:
    table = lived.diary.table()
    rows = table[(table["month"] == 6) & table["group"].isin(GROUPS)]
    now = jobs.by_group(lived.posts, len(lived.world.people))
    assert dict(zip(zip(rows["group"], rows["measure"], strict=True), rows["value"],
                    strict=True)) == now  # fmt: skip


def test_results_pair_the_scenario_with_the_baseline_group_by_group(found) -> None:
    told = found.workforce()
    assert set(told["by"]) == {"all", *WORKER_GROUPS}
    assert set(told["year"]) == {2}
    key = {"measure": "months_in_post_mean", "group": "workers_agency"}
    rows = found.results
    for name, value in key.items():
        rows = rows[rows[name] == value]
    years = rows[rows["month"] > 12].groupby(["member", "scenario"], observed=True)["value"].mean()
    apart = years.xs("services_only", level=1) - years.xs("baseline", level=1)
    line = told[(told["scenario"] == "services_only") & (told["group"] == key["group"])
                & (told["measure"] == key["measure"])].iloc[0]  # fmt: skip
    assert line["difference_median"] == pytest.approx(apart.median())
    assert line["difference_p05"] == pytest.approx(apart.quantile(0.05))
    assert (apart != 0).any()
    assert set(found.workforce(1)["year"]) == {1}
    with pytest.raises(UserMistake, match="Give 1 to 2"):
        found.workforce(3)


def test_the_report_has_a_table_for_each_measure_with_caption_and_groups(found) -> None:
    saved = open_results(found)
    section = work_section.section(saved)
    assert section is not None
    assert [table.label for table in section.tables] == [MEASURES[k].label for k in WORKER_MEASURES]
    for table in section.tables:
        assert table.caption.endswith("Modelled, not observed.")
        assert [title for title, _ in table.parts] == ["", *work_section.PARTS.values()]
        for _, rows in table.parts:
            assert all(len(row) == len(section.header) == 3 for row in rows)
    text = page(saved, measures=("often_lonely_share",))
    assert '<h2 id="work">People who work in care</h2>' in text
    assert '<a href="#work">' in text
    assert "Home care agencies" in text


def test_a_run_without_jobs_by_group_has_no_such_section(found) -> None:
    summary = found.summary[~found.summary["group"].str.startswith("workers_")]
    assert work_section.section(open_results(summary)) is None
