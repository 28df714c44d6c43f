"""Promises: labels come from the rule, the worse is taken, and each says what would raise it."""

from dataclasses import replace

import pytest

from sim.experiment.trust import Facts, Label, judge, threshold, thresholds

BEST = Facts(
    sign_agreement=0.99,
    draws=200,
    share_from_c_d=0.1,
    share_from_d=0.05,
    rules_tried=("sceptic", "face_value"),
    held_out="passed",
)


def test_a_headline_that_meets_every_condition_is_well_supported():
    trust = judge(BEST)
    assert trust.label is Label.WELL_SUPPORTED
    assert trust.why_not_higher == "" and trust.would_raise == ""


@pytest.mark.parametrize(
    ("change", "label", "word"),
    [
        ({"sign_agreement": 0.94}, Label.DIRECTION_PROBABLE, "94%"),
        ({"draws": 39}, Label.DIRECTION_PROBABLE, "39 runs"),
        ({"share_from_c_d": 0.26}, Label.DIRECTION_PROBABLE, "26%"),
        ({"held_out": "failed"}, Label.DIRECTION_PROBABLE, "missed"),
        ({"rules_tried": ()}, Label.DIRECTION_PROBABLE, "no other rule sets"),
        ({"rules_unsure": ("sceptic",)}, Label.DIRECTION_PROBABLE, "sceptic"),
        ({"sign_agreement": 0.79}, Label.EITHER_WAY, "79%"),
        ({"draws": 5}, Label.EITHER_WAY, "too few"),
        ({"sign_agreement": None}, Label.EITHER_WAY, "too few"),
        ({"rules_reversed": ("first come",)}, Label.EITHER_WAY, "first come"),
        ({"no_direction": "the range goes across zero"}, Label.EITHER_WAY, "across zero"),
        ({"share_from_d": 0.51}, Label.ILLUSTRATION, "51%"),
        ({"share_from_d": None, "share_from_c_d": None}, Label.ILLUSTRATION, "not yet screened"),
        ({"held_out": "none"}, Label.ILLUSTRATION, "kept aside"),
        ({"outside_range": "30 years"}, Label.ILLUSTRATION, "30 years"),
    ],
)
def test_one_condition_that_fails_lowers_the_label_and_is_named(change, label, word):
    trust = judge(replace(BEST, **change))
    assert trust.label is label
    assert word in trust.why_not_higher
    assert trust.would_raise


def test_the_borders_belong_to_the_better_side():
    on_the_border = replace(
        BEST,
        sign_agreement=threshold("well_sign_agreement"),
        share_from_c_d=threshold("well_most_c_d"),
        draws=int(threshold("well_least_draws")),
    )
    assert judge(on_the_border).label is Label.WELL_SUPPORTED
    lowest = replace(
        BEST,
        sign_agreement=threshold("direction_sign_agreement"),
        share_from_d=threshold("illustration_most_d"),
    )
    assert judge(lowest).label is Label.DIRECTION_PROBABLE


def test_the_worst_failing_condition_decides():
    both = replace(BEST, sign_agreement=0.5, share_from_d=0.9)
    assert judge(both).label is Label.ILLUSTRATION


def test_more_agreement_never_lowers_a_label():
    ranks = [
        judge(replace(BEST, sign_agreement=share / 100)).label.rank for share in range(50, 101)
    ]
    assert ranks == sorted(ranks, reverse=True)
    assert set(ranks) == {0, 1, 2}


def test_every_threshold_says_what_it_decides_and_where_it_comes_from():
    for each in thresholds().values():
        assert each.what and each.source
        assert each.value > 0


# From here on: what the program knows of a headline, and the words that follow from its label.


def test_the_track_record_that_is_shipped_is_told_in_words_and_adds_up():
    from sim.experiment import trust_record as record
    from sim.outcomes import MEASURES

    rows = record.rows(record.TRACK)
    assert rows and len({(row["outcome"], row["figure"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["outcome"] in MEASURES and row["verdict"] in ("pass", "near", "miss")
        assert "calibration" not in row["kind"] and "*" not in row["label"]
        assert row["label"] and "_" not in row["label"]
        assert row["command"].startswith("python -m sim validate") and row["date"]
    for outcome in {row["outcome"] for row in rows}:
        passed, number, failed = record.track_record(outcome)
        assert passed + len(failed) == number


@pytest.fixture
def known(tmp_path, monkeypatch):
    """The program's tables in a folder of their own, empty at first."""
    from sim.experiment import trust_record as record

    monkeypatch.setattr(record, "DATA", tmp_path)
    record.rows.cache_clear()
    yield record, tmp_path
    record.rows.cache_clear()


def test_held_out_figures_decide_by_how_many_pass(known):
    record, folder = known
    assert record.held_out("crises_per_1000") == "none"

    def kept(*verdicts: str) -> str:
        rows = [
            dict.fromkeys(record.RECORD, "")
            | {"outcome": "crises_per_1000", "label": f"f{k}", "verdict": each}
            for k, each in enumerate(verdicts)
        ]
        record.write(folder, record.TRACK, rows)
        return record.held_out("crises_per_1000")

    assert kept("pass", "miss") == "passed"
    assert kept("pass", "miss", "near") == "failed"
    assert record.track_record("crises_per_1000") == (1, 3, ["f1", "f2"])


def test_new_rows_replace_those_of_the_same_preset_only(known):
    record, folder = known

    def row(preset: str, share: str) -> dict[str, str]:
        return dict.fromkeys(record.SHARES, "0") | {
            "preset": preset, "outcome": "crises_per_1000",
            "share_from_c_d": share, "share_from_d": share,
        }  # fmt: skip

    record.write(folder, "screened_shares.csv", [row("a", "0.1"), row("b", "0.2")], "preset")
    record.write(folder, "screened_shares.csv", [row("b", "0.3")], "preset")
    assert record.shares_of("a", "crises_per_1000") == (0.1, 0.1)
    assert record.shares_of("b", "crises_per_1000") == (0.3, 0.3)
    assert record.shares_of("c", "crises_per_1000") is None


def test_a_plan_changed_in_what_it_does_is_no_longer_screened(known):
    record, folder = known
    text = 'title = "A"\n[[invest]]\nlever = "hubs"\ngbp_per_head = 6.0\n'
    run = dict.fromkeys(record.RUNS, "") | {
        "preset": "mine", "analysis": "sensitivity", "plan": record.plan_hash(text)
    }  # fmt: skip
    record.write(folder, "screened_runs.csv", [run])
    assert record.is_screened("mine", text, "sensitivity")
    assert record.is_screened("mine", text.replace('"A"', '"B"'), "sensitivity")
    assert not record.is_screened("mine", text.replace("6.0", "7.0"), "sensitivity")
    assert not record.is_screened("mine", text, "uncertainty")
    assert not record.is_screened("yours", text, "sensitivity")


def test_every_label_has_words_of_its_own_and_the_weakest_names_a_title():
    from sim.show.trust import LEADS, led, title_tail

    assert set(LEADS) == set(Label) and len(set(LEADS.values())) == 4
    claim = "In the model, about 12 fewer crisis episodes."
    assert led(fact(Label.WELL_SUPPORTED), claim) == claim
    assert led(fact(Label.ILLUSTRATION), claim) == f"Illustration only: i{claim[1:]}"
    assert title_tail([]) == "" and title_tail([None]) == ""
    assert title_tail([Label.EITHER_WAY]) == " (could go either way)"
    both = [Label.WELL_SUPPORTED, Label.ILLUSTRATION]
    assert title_tail(both) == " (the weakest: illustration only)"


def saved_with(record, folder, agreement: float, share: str, members: int = 60):
    """A run of one made-up plan whose crises fell, with everything known about it."""
    import show_fixture

    from sim.show.saved import Saved

    effects = {"services_only": show_fixture.EFFECTS["services_only"]}
    table = show_fixture.summarised(show_fixture.tidy(years=2, effects=effects))
    table["members"] = members
    text = '[[invest]]\nlever = "formal_services"\ngbp_per_head = 30.0\n'
    told = show_fixture.record(years=2, scenarios=("services_only",))
    told = told | {"scenarios": {"services_only": text}}
    plain = {"preset": "services_only", "outcome": "crises_per_1000"}
    for analysis in ("sensitivity", "uncertainty"):
        run = dict.fromkeys(record.RUNS, "") | {
            "preset": "services_only", "analysis": analysis, "plan": record.plan_hash(text)
        }  # fmt: skip
        record.write(folder, "screened_runs.csv", [run], "preset analysis")
    record.write(
        folder, "screened_shares.csv",
        [dict.fromkeys(record.SHARES, "0") | plain | {
            "share_from_c_d": share, "share_from_d": share}], "preset",
    )  # fmt: skip
    record.write(
        folder, "screened_drivers.csv",
        [plain | {"rank": 1, "key": "feeling_contagion", "grade": "D", "share": 0.6,
                  "basis": "Sobol, total", "switch": "0.15"}], "preset",
    )  # fmt: skip
    record.write(
        folder, "screened_rules.csv",
        [plain | {"rule_set": "lottery", "draws": 4, "mean": -1, "agreement": 1.0,
                  "opposite": 0.0}], "preset",
    )  # fmt: skip
    held = dict.fromkeys(record.RECORD, "") | {"outcome": "crises_per_1000", "verdict": "pass"}
    missed = held | {"verdict": "miss", "label": "A&E visits rise when care is cut"}
    record.write(folder, record.TRACK, [held, missed])
    table.loc[table["scenario"] != "baseline", "sign_agreement"] = agreement
    return Saved(table, told)


@pytest.mark.parametrize(
    ("agreement", "share", "label", "opening"),
    [
        (1.0, "0.1", Label.WELL_SUPPORTED, "In the model"),
        (0.9, "0.1", Label.DIRECTION_PROBABLE, "Probably"),
        (0.7, "0.1", Label.EITHER_WAY, "Could go either way"),
        (1.0, "0.9", Label.ILLUSTRATION, "Illustration only"),
    ],
)
def test_the_claim_the_title_and_the_reasons_follow_from_the_label(
    known, agreement, share, label, opening
):
    from sim.show import gallery
    from sim.show.alt import alt_text
    from sim.show.headline import findings
    from sim.show.trust_lines import trust_rows

    saved = saved_with(*known, agreement, share)
    (row,) = [each for each in trust_rows(saved) if each["measure"] == "crises_per_1000"]
    assert row["label"] == label.value
    (found,) = [each for each in findings(saved) if each.measure == "crises_per_1000"]
    assert found.claim.startswith(opening)
    assert found.sure.startswith(label.value)
    assert "hangs most on how far loneliness spreads between friends (evidence grade D)" in (
        found.unknowns
    )
    assert found.unknowns.endswith("is 0.15.") and "_" not in found.unknowns
    assert found.track_record == (
        "of 2 real figures kept aside for this outcome, the model met 1. "
        "Missed: A&E visits rise when care is cut."
    )
    spec = next(
        each for each in gallery.over_time(saved, ["crises_per_1000"])
        if each.kind == "difference"
    )  # fmt: skip
    assert label.value[1:] in spec.title and label.value[1:] in alt_text(spec)


def test_what_is_shipped_names_presets_outcomes_and_numbers_that_exist():
    from sim.evidence.registry import registry
    from sim.experiment import trust_record as record
    from sim.experiment.design import OUTCOMES
    from sim.experiment.uncertainty import RULE_SETS
    from sim.scenario_text import preset_names

    runs = record.rows("screened_runs.csv")
    assert {row["analysis"] for row in runs} == {"sensitivity", "uncertainty"}
    for row in runs:
        assert row["preset"] in preset_names() and len(row["plan"]) == 16
        assert row["command"].startswith(f"python -m sim {row['analysis']}") and row["date"]
    screened = {row["preset"] for row in runs if row["analysis"] == "sensitivity"}
    for row in record.rows("screened_shares.csv"):
        assert row["preset"] in screened and row["outcome"] in OUTCOMES
        for share in (row["share_from_c_d"], row["share_from_d"]):
            assert share == "" or 0 <= float(share) <= 1
    for row in record.rows("screened_drivers.csv"):
        assert registry().get(row["key"]).grade == row["grade"]
    tried = {row["preset"] for row in runs if row["analysis"] == "uncertainty"}
    for row in record.rows("screened_rules.csv"):
        assert row["preset"] in tried and row["rule_set"] in RULE_SETS
    assert screened and tried


def test_every_number_with_plain_words_is_drawn_and_no_two_have_the_same_words():
    from sim.experiment import trust_record as record
    from sim.experiment.sensitivity_design import uncertain

    names = record.plain_names()
    assert set(names) <= set(uncertain()) and len(set(names.values())) == len(names)
    assert not any("_" in words for words in names.values())
    for row in record.rows("screened_drivers.csv"):
        assert row["key"] in names, f"{row['key']} needs a line in plain_names.csv"


def fact(label, low=-3.0, high=-1.0):
    from sim.show.trust import Fact

    return Fact("hub", "crises_per_1000", "all", 2030, (low + high) / 2, low, high, 0.83, 6, label)


def test_probably_is_said_of_a_direction_and_never_of_no_clear_difference():
    from sim.show.trust import led

    clear, unclear = fact(Label.DIRECTION_PROBABLE), fact(Label.DIRECTION_PROBABLE, high=0.5)
    assert led(clear, "In the model, fewer.").startswith("Probably, and of uncertain size: in the")
    assert led(unclear, "No clear difference.") == "No clear difference."
    assert led(fact(Label.EITHER_WAY, high=0.5), "No clear").startswith("Could go either way: no")


@pytest.mark.parametrize(
    ("low", "high", "agreement", "claim"),
    [
        (-3.0, 0.5, 0.9, "Could go either way: no clear difference"),
        (-3.0, 0.0, 1.0, "Could go either way: no clear difference"),
        (-0.001, -0.0005, 1.0, "In the model, next to no difference"),
        (0.0, 0.0, 1.0, "In the model, no difference at all"),
    ],
)
def test_a_finding_that_names_no_direction_is_never_called_probable(
    known, low, high, agreement, claim
):
    from sim.show.facts import last_fact
    from sim.show.headline import findings
    from sim.show.trust import NO_DIRECTION

    saved = saved_with(*known, agreement, "0.1")
    rows = (saved.summary["scenario"] != "baseline") & (
        saved.summary["measure"] == "crises_per_1000"
    )
    columns = ["difference_p05", "difference_median", "difference_p95"]
    saved.summary.loc[rows, columns] = [low, (low + high) / 2, high]
    told = last_fact(saved, "crises_per_1000", "all", "services_only")
    assert told.verdict in NO_DIRECTION and told.label is Label.EITHER_WAY
    (found,) = [each for each in findings(saved) if each.measure == "crises_per_1000"]
    assert found.claim.startswith(claim)
    assert found.sure.startswith(f"Could go either way. Not higher: {NO_DIRECTION[told.verdict]}")


def test_too_few_runs_is_said_where_a_direction_is_named(known):
    from sim.show.figures import figure
    from sim.show.headline import findings

    saved = saved_with(*known, 1.0, "0.1", members=5)
    (found,) = [each for each in findings(saved) if each.measure == "crises_per_1000"]
    assert found.claim.startswith("Too few runs to be sure which way: in the model")
    assert "at least 6 runs (--members 6)" in found.sure
    title = figure(saved, "crises_per_1000").title
    assert title == (
        "In the model, 5 runs are too few to say if there are fewer or more crisis episodes with "
        "“Services only” in 2025/26 (could go either way)"
    )


def test_nothing_is_said_to_be_about_under_something():
    from sim.show.wording import change

    said = change(-0.004, "crises_per_1000", "all", 2, "about ")
    assert said.startswith("under 1 fewer")


def test_a_share_a_hair_over_its_limit_does_not_read_like_the_limit() -> None:
    from sim.experiment.trust import _percent

    assert [_percent(each, 0.5) for each in (0.5016, 0.50004, 0.56, 0.5)] == [
        "50.2%", "50.004%", "56%", "50%",
    ]  # fmt: skip
    assert _percent(0.5016) == "50%"
