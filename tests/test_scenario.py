"""A scenario is read exactly or refused in plain words; it is never half understood."""

from __future__ import annotations

import contextlib
import os
import pickle
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import scenario_text
from sim.errors import UserMistake
from sim.outcomes import MEASURES
from sim.policies import LEVERS, FormalServices, Hubs, Lever
from sim.scenario import Scenario, load, presets

HEAD = 'title = "A plan"\nsummary = "What it does."\nkind = "what councils could do"\n'
HUB = HEAD + '[[invest]]\nlever = "hubs"\ngbp_per_head = 6.0\n'
PAID = HEAD + '[[invest]]\nlever = "formal_services"\ngbp_per_head = 30.0\n'


def write(folder: Path, text: str | bytes, name: str = "plan.toml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def mistake(folder: Path, text: str | bytes) -> str:
    with pytest.raises(UserMistake) as caught:
        load(write(folder, text))
    return str(caught.value)


# What is wrong with a file, and words its refusal must hold.
BAD: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "empty": ("", ("plan.toml", "says nothing")),
    "comments only": ("# hello\n# there\n", ("says nothing",)),
    "byte order mark only": (b"\xef\xbb\xbf", ("says nothing",)),
    "not TOML": ("title = \n", ("line 1", "not TOML")),
    "YAML": ("title: A plan\n", ("line 1", "not TOML")),
    "JSON": ('{"title": "A plan"}', ("line 1", "not TOML")),
    "stray bracket": (HEAD + "}\n", ("line 4",)),
    "same key twice": (HEAD + 'title = "B"\n', ("line 4", "given twice")),
    "same table twice": (HEAD + "[run]\nyears=2\n[run]\nyears=3\n", ("given twice",)),
    "unclosed text": ('title = "A plan\n', ("line 1",)),
    "not UTF-8": (HEAD.encode() + b"# caf\xe9\n", ("line 4", "UTF-8")),
    "UTF-16": (HEAD.encode("utf-16"), ("UTF-8",)),
    "NUL in the text": (HEAD.encode() + b"\x00", ("line 4",)),
    "binary": (bytes(range(256)), ("plan.toml",)),
    "too large": ("#" * 100 + "\n" + "# x\n" * 300_000, ("1 MB",)),
    "one endless line": (HEAD + "x = [" + "0," * 5_000 + "]\n", ("line 4", "longer")),
    "nested too deeply": (HEAD + "x = " + "[" * 2_400 + "]" * 2_400 + "\n", ("plan.toml",)),
    "a number of 4,400 digits": (HEAD + "x = " + "9" * 4_400 + "\n", ("too long",)),
    "no title": (HUB.split("\n", 1)[1], ("title: missing",)),
    "nothing but a title": ('title = "A"\n', ("summary: missing", "kind: missing")),
    "blank title": (HEAD.replace("A plan", "  "), ("title: empty",)),
    "title not text": (HEAD.replace('"A plan"', "7"), ("title: 7 is not text",)),
    "endless title": (HEAD.replace("A plan", "x" * 500), ("title: too long",)),
    "escape code in title": (HEAD.replace("A plan", "a\\u001B[31m"), ("hidden", "U+001B")),
    "reversed writing in title": (HEAD.replace("A plan", "a\\u202Eb"), ("hidden", "U+202E")),
    "line break in title": (HEAD.replace("A plan", "a\\nb"), ("title: runs over",)),
    "bell in summary": (HEAD.replace("What", "\\u0007"), ("summary: holds hidden",)),
    "unknown kind": (
        HEAD.replace("what councils", "what councillors"),
        ("Did you mean what coun",),
    ),
    "kind not text": (HEAD.replace('"what councils could do"', "3"), ("kind: 3",)),
    "unknown key": (HEAD + 'sumary = "x"\n', ("sumary: no such setting. Did you mean summary?",)),
    "wrong case": (HEAD + "Evidence = []\n", ("Did you mean evidence?",)),
    "empty key": (HEAD + '"" = 1\n', ('"": no such setting',)),
    "hostile key": (HEAD + '"a\\u001Bb" = 1\n', ("\\x1bb", "no such setting")),
    "right key at the wrong level": (HEAD + "gbp_per_head = 6\n", ("belongs in [[invest]]",)),
    "run setting at the top": (HEAD + "residents = 600\n", ("belongs in [run]",)),
    "name in the file": (HEAD + 'name = "x"\n', ("name: a scenario is called what its file",)),
    "invest not a list": (HEAD + '[invest]\nlever = "hubs"\n', ("invest: a table is not a list",)),
    "invest a number": (HEAD + "invest = 6\n", ("invest: 6 is not a list",)),
    "block not a table": (HEAD + "invest = [6]\n", ("invest[0]",)),
    "list too deep": (HEAD + 'invest = [[{lever = "hubs"}]]\n', ("invest[0]",)),
    "no lever": (HEAD + "[[invest]]\ngbp_per_head = 6\n", ("invest[0]: no lever named",)),
    "unknown lever": (HUB.replace('"hubs"', '"hub"'), ("no such lever. Did you mean hubs?",)),
    "lever a number": (HUB.replace('"hubs"', "5"), ("invest[0]", "no such lever")),
    "lever a list": (HUB.replace('"hubs"', '["hubs"]'), ("invest[0]", "no such lever")),
    "unknown setting": (
        HUB + "minibus_seat = 12\n",
        ("plan.toml: invest[0].minibus_seat: no such setting. Did you mean minibus_seats?",),
    ),
    "other lever's setting": (PAID + "minibus = true\n", ("invest[0].minibus: no such setting",)),
    "no money": (HEAD + '[[invest]]\nlever = "hubs"\n', ("invest[0].gbp_per_head: missing",)),
    "number in quotes": (HUB.replace("6.0", '"6.0"'), ("without quotes",)),
    "words for a number": (HUB.replace("6.0", '"lots"'), ('"lots" is not a number',)),
    "boolean for a number": (HUB.replace("6.0", "true"), ("true is not a number",)),
    "date for a number": (HUB.replace("6.0", "2024-04-01"), ("is not a number",)),
    "not a number": (HUB.replace("6.0", "nan"), ("not a finite number",)),
    "infinite": (HUB.replace("6.0", "inf"), ("gbp_per_head",)),
    "minus infinity": (HUB.replace("6.0", "-inf"), ("gbp_per_head",)),
    "money below zero": (HUB.replace("6.0", "-1.0"), ("only formal_services",)),
    "far too much money": (HUB.replace("6.0", "1e15"), ("too large",)),
    "money of 300 digits": (HUB.replace("6.0", "1" + "0" * 300), ("gbp_per_head",)),
    "fractional month": (HUB + "start_month = 1.5\n", ("1.5 is not a whole number",)),
    "month as 3.0": (HUB + "start_month = 3.0\n", ("not a whole number. Write 3.",)),
    "month true": (HUB + "start_month = true\n", ("true is not a whole number",)),
    "month below zero": (HUB + "start_month = -1\n", ("too small",)),
    "month beyond all": (HUB + "start_month = 99999\n", ("too large",)),
    "month of 25 digits": (HUB + "start_month = " + "9" * 25 + "\n", ("too large",)),
    "ramp below zero": (HUB + "ramp_months = -6\n", ("ramp_months",)),
    "end before start": (HUB + "start_month = 9\nend_month = 4\n", ("not after start_month = 9",)),
    "end at start": (HUB + "end_month = 0\n", ("not after start_month",)),
    "unknown payer": (HUB + 'payer = "counsil"\n', ("Did you mean council?",)),
    "unknown order of places": (HUB + 'where = "anywhere"\n', ("invest[0].where",)),
    "named without names": (HUB + 'where = "named"\n', ("needs a list of neighbourhoods",)),
    "names without named": (HUB + 'neighbourhoods = ["E01016858"]\n', ('where = "evenly"',)),
    "neighbourhoods as text": (HUB + 'neighbourhoods = "Moulsecoomb"\n', ("not a list",)),
    "same neighbourhood twice": (
        HUB + 'where = "named"\nneighbourhoods = ["a", "a"]\n',
        ("same place twice",),
    ),
    "seats without a minibus": (
        HUB + "minibus = false\nminibus_seats = 12\n",
        ("minibus = false",),
    ),
    "a minibus without seats": (HUB + "minibus_seats = 0\n", ("minibus_seats = 0",)),
    "lunch without a kitchen": (HUB + "kitchen = false\nlunch_club_seats = 40\n", ("kitchen",)),
    "seats below zero": (HUB + "lunch_club_seats = -40\n", ("too small",)),
    "half a seat": (HUB + "lunch_club_seats = 2.5\n", ("whole number",)),
    "nobody's catchment": (HUB + "catchment_people = 0\n", ("too small",)),
    "a minibus called yes": (HUB + 'minibus = "yes"\n', ("neither true nor false",)),
    "a minibus of 1": (HUB + "minibus = 1\n", ("neither true nor false",)),
    "for an unknown group": (
        HUB + 'for_whom = ["ethnicity_whit"]\n',
        ("Did you mean ethnicity_wh",),
    ),
    "for nobody": (HUB + "for_whom = []\n", ("nobody is named",)),
    "for everyone and some": (HUB + 'for_whom = ["everyone", "female"]\n', ("stands alone",)),
    "shares above one": (PAID + "share_to_hours = 0.6\nshare_to_fees = 0.6\n", ("sum to 1.2",)),
    "shares below one": (PAID + "share_to_hours = 0.5\nshare_to_fees = 0.49\n", ("sum to 0.99",)),
    "share as a percentage": (PAID + "share_to_hours = 50\n", ("too large",)),
    "services split, not built": (PAID + "services = {home_care = 1}\n", ("services", "no such")),
    "paid care aimed at places": (PAID + 'where = "most_deprived_first"\n', ("follows need",)),
    "unknown run setting": (HEAD + "[run]\nresident = 500\n", ("Did you mean residents?",)),
    "too few residents": (HEAD + "[run]\nresidents = 0\n", ("too small",)),
    "too many years": (HEAD + "[run]\nyears = 1000\n", ("too large",)),
    "half a year": (HEAD + "[run]\nyears = 0.5\n", ("whole number",)),
    "no members": (HEAD + "[run]\nmembers = 0\n", ("too small",)),
    "a shock": (HEAD + '[[shock]]\nkind = "metoer"\n', ("no such shock", "austerity, pandemic")),
    "override of nothing": (
        HEAD + '[overrides.ramp_new_hub_month]\nvalue = 1\nbecause = "x"\n',
        ("overrides.ramp_new_hub_month",),
    ),
    "override without a reason": (
        HEAD + "[overrides.ramp_new_hub_months]\nvalue = 20\n",
        ("overrides.ramp_new_hub_months.because: missing",),
    ),
    "override with a blank reason": (
        HEAD + '[overrides.ramp_new_hub_months]\nvalue = 20\nbecause = " "\n',
        ("because: empty",),
    ),
    "override as a bare number": (HEAD + "[overrides]\nramp_new_hub_months = 20\n", ("table",)),
    "override in quotes": (
        HEAD + '[overrides.ramp_new_hub_months]\nvalue = "20"\nbecause = "x"\n',
        ("without quotes",),
    ),
    "override not a number": (
        HEAD + '[overrides.ramp_new_hub_months]\nvalue = nan\nbecause = "x"\n',
        ("finite",),
    ),
    "percentage for a share": (
        HEAD + '[overrides.hub_share_of_users_lonely]\nvalue = 20\nbecause = "x"\n',
        ("Did you mean 0.2?",),
    ),
    "unknown measure": (HEAD + '[expect.direction]\noften_lonly = "up"\n', ("often_lonely_share",)),
    "unknown direction": (
        HEAD + '[expect.direction]\noften_lonely_share = "downn"\n',
        ("Did you mean down?",),
    ),
    "expectation as text": (HEAD + 'expect = "good things"\n', ("expect",)),
    "unknown evidence": (HEAD + 'evidence = ["no_such_number"]\n', ("evidence[0]",)),
    "evidence not text": (HEAD + "evidence = [1]\n", ("evidence[0]: 1 is not text",)),
    "empty variant": (HUB + "[variants.x]\n", ("variants.x: it changes nothing",)),
    "variant not a table": (HUB + "[variants]\nx = 1\n", ("variants.x",)),
    "variant of an unused lever": (
        HUB + "[variants.x]\nformal_services.gbp_per_head = 1\n",
        ("does not invest",),
    ),
    "variant of an unknown setting": (
        HUB + "[variants.x]\nhubs.minibuss = false\n",
        ("variants.x.hubs.minibuss", "Did you mean minibus?"),
    ),
    "variant of the wrong type": (
        HUB + "[variants.x]\nhubs.minibus = 0\n",
        ("variants.x", "neither true nor false"),
    ),
    "variant that contradicts": (
        HUB + "minibus_seats = 12\n[variants.x]\nhubs.minibus = false\n",
        ("variants.x", "minibus_seats = 12"),
    ),
    "variant with a hostile name": (
        HUB + '[variants."a/../b"]\nhubs.minibus = false\n',
        ("variant's name",),
    ),
    "variant without a setting": (HUB + "[variants.x]\nhubs = false\n", ("not a table",)),
    "baseline that spends": (HUB.replace("what councils could do", "baseline"), ("baseline",)),
    "extends nothing": (HEAD + 'extends = "bevy_hubb"\n', ("Did you mean bevy_hub?",)),
    "extends a number": (HEAD + "extends = 1\n", ("extends",)),
    "extends itself": (HEAD + 'extends = "./plan.toml"\n', ("cannot extend itself",)),
    "extends a missing file": (HEAD + 'extends = "./gone.toml"\n', ("no such file",)),
}


def test_there_are_more_than_sixty_ways_to_be_wrong():
    assert len(BAD) > 60


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_in_plain_words(case, tmp_path):
    text, words = BAD[case]
    said = mistake(tmp_path, text)
    for word in words:
        assert word in said
    for line in said.splitlines():
        assert line.startswith("plan.toml: ")
        assert line.endswith((".", "?"))
        assert line.isprintable()
        assert len(line) < 900
    assert "pydantic" not in said and "Traceback" not in said


def test_every_mistake_is_named_at_once(tmp_path):
    text = (
        HUB.replace("6.0", '"six"').replace("A plan", "")
        + 'minibus_seat = 1\n[expect.direction]\nx = "up"\n[overrides.nope]\nvalue = true\n'
    )
    said = mistake(tmp_path, text)
    for word in (
        "title:",
        "gbp_per_head:",
        "minibus_seat:",
        "expect.direction.x:",
        "nope",
        "because:",
    ):
        assert word in said


def test_contradictions_are_named_beside_other_mistakes(tmp_path):
    text = HUB.replace("6.0", "true") + "minibuss = 1\nminibus = false\nminibus_seats = 9\n"
    said = mistake(tmp_path, text + "end_month = 0\n")
    for word in ("gbp_per_head: true", "Did you mean minibus?", "minibus = false", "end_month = 0"):
        assert word in said
    assert len(said.splitlines()) == 4


def test_a_thousand_mistakes_are_counted_not_listed(tmp_path):
    said = mistake(tmp_path, HEAD + "".join(f"x{n} = 1\n" for n in range(1000)))
    assert len(said.splitlines()) == 51 and "950 more" in said


def test_loops_of_extension_are_refused(tmp_path):
    write(tmp_path, HEAD + 'extends = "./b.toml"\n', "a.toml")
    write(tmp_path, HEAD + 'extends = "./a.toml"\n', "b.toml")
    with pytest.raises(UserMistake, match="only one level"):
        load(tmp_path / "a.toml")


def test_extending_keeps_what_is_not_said_and_replaces_what_is(tmp_path):
    child = 'extends = "bevy_hub"\ntitle = "Ours"\n[variants.small]\nhubs.lunch_club_seats = 10\n'
    ours, bevy = load(write(tmp_path, child, "ours.toml")), load("bevy_hub")
    assert (ours.name, ours.title, ours.summary) == ("ours", "Ours", bevy.summary)
    assert ours.invest == bevy.invest
    assert set(ours.variants) == {"no_minibus", "exclusive_hub", "small"}
    assert Scenario(extends="bevy_hub", title="Ours", name="ours").invest == bevy.invest


@pytest.mark.parametrize(
    "asked",
    [
        "",
        " ",
        "bevy_hubb",
        "BEVY",
        "a\0b.toml",
        "x" * 5000,
        "bevy_hub:",
        "bevy_hub:no_minibuss",
        "services_only:x",
        "./gone.toml",
        "bevy_hub:a:b",
        "../..",
        "\udcff.toml",
        "/dev/null",
        "\x1b[31m",
    ],
)
def test_a_name_that_nothing_answers_to_is_refused(asked):
    with pytest.raises(UserMistake) as caught:
        load(asked)
    assert str(caught.value).isprintable()


def test_the_nearest_names_are_offered():
    with pytest.raises(UserMistake, match="Did you mean bevy_hub"):
        load("bevi_hub")
    with pytest.raises(UserMistake, match=r"no such variant\. Did you mean no_minibus"):
        load("bevy_hub:no_minibuss")


@pytest.mark.parametrize("asked", [None, 3, b"bevy_hub", ["bevy_hub"], {"title": "x"}, True])
def test_what_is_no_scenario_at_all_is_refused(asked):
    with pytest.raises(UserMistake, match="not"):
        load(asked)


def test_folders_pipes_and_locked_files_are_refused(tmp_path):
    with pytest.raises(UserMistake, match="a folder"):
        load(tmp_path)
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(UserMistake, match="not an ordinary file"):
        load(tmp_path / "pipe.toml")
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    with pytest.raises(UserMistake):
        load(tmp_path / "loop.toml")


def test_symlinks_byte_order_marks_and_windows_lines_are_fine(tmp_path):
    plain = load(write(tmp_path, HUB))
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "plan.toml").symlink_to(tmp_path / "plan.toml")
    assert load(str(tmp_path / "link" / "plan.toml")) == plain
    assert load(write(tmp_path, b"\xef\xbb\xbf" + HUB.encode())) == plain
    assert load(write(tmp_path, HUB.replace("\n", "\r\n"))) == plain


def test_a_start_after_the_run_is_a_warning_not_a_mistake(tmp_path):
    late = load(write(tmp_path, HUB + "start_month = 120\n"))
    assert len(late.warnings) == 1 and "after the run ends" in late.warnings[0]
    assert late.warnings_over(11) == [] and load("bevy_hub").warnings == []


def test_an_override_beyond_the_evidence_is_a_warning(tmp_path):
    text = HUB + '[overrides.ramp_new_hub_months]\nvalue = {}\nbecause = "Try it."\n'
    assert load(write(tmp_path, text.format(30))).warnings == []
    assert "outside the evidence's range" in load(write(tmp_path, text.format(90))).warnings[0]


def test_the_order_of_investments_never_matters(tmp_path):
    one = '[[invest]]\nlever = "hubs"\ngbp_per_head = 6.0\n'
    two = '[[invest]]\nlever = "formal_services"\ngbp_per_head = 3.0\n'
    three = '[[invest]]\nlever = "hubs"\ngbp_per_head = 2\nstart_month = 5\n'
    assert load(write(tmp_path, HEAD + one + two + three)) == load(
        write(tmp_path, HEAD + three + two + one)
    )


@pytest.mark.parametrize("name", scenario_text.preset_names())
def test_writing_a_preset_and_reading_it_back_changes_nothing(name):
    plan = load(name)
    assert Scenario.from_toml(plan.to_toml(), name=name) == plan
    assert Scenario.from_toml(plan.to_toml(), name=name).to_toml() == plan.to_toml()
    assert pickle.loads(pickle.dumps(plan)) == plan
    for variant in plan.variants:
        other = load(f"{name}:{variant}")
        assert other == load(name, variant) == load(plan, variant)
        assert other.name == f"{name}:{variant}"
        told = [(each.invest, each.shock, each.overrides) for each in (other, plan)]
        assert told[0] != told[1]
        assert Scenario.from_toml(other.to_toml(), name=other.name) == other


def test_a_plan_made_in_python_equals_the_same_plan_in_a_file(tmp_path):
    made = Scenario(
        title="A plan",
        summary="What it does.",
        kind="what councils could do",
        name="plan",
        invest=[Hubs(gbp_per_head=6)],
    )
    tables = Scenario(
        title="A plan",
        summary="What it does.",
        kind="what councils could do",
        name="plan",
        invest=[{"lever": "hubs", "gbp_per_head": 6.0}],
    )
    assert made == tables == load(write(tmp_path, HUB))
    with pytest.raises(UserMistake, match="Did you mean title"):
        Scenario(titel="x")


def test_the_presets_are_the_plans_the_specification_prices():
    assert presets()[0].name == "baseline"
    assert load("baseline").pounds_per_head() == 0 and load("baseline").invest == ()
    assert load("services_only").pounds_per_head() == 30
    assert load("bevy_hub").pounds_per_head() == 6
    (hub,) = load("bevy_hub:no_minibus").invest
    assert hub.minibus is False
    (hub,) = load("bevy_hub:exclusive_hub").invest
    assert hub.for_whom == ("ethnicity_white",)
    for plan in presets():
        assert plan.evidence and plan.expect.says
        assert set(plan.expect.direction) <= set(MEASURES)


def test_pounds_per_head_is_the_most_that_moves_at_once():
    blocks = [Hubs(gbp_per_head=12, end_month=30), Hubs(gbp_per_head=2, start_month=30)]
    plan = Scenario(title="Pilot", summary="x", kind="cautionary", invest=blocks)
    assert plan.pounds_per_head() == 12
    cut = [FormalServices(gbp_per_head=-30), Hubs(gbp_per_head=1)]
    plan = Scenario(title="Cut", summary="x", kind="cautionary", invest=cut)
    assert plan.pounds_per_head() == -29


def test_loading_a_preset_is_quick():
    load("bevy_hub")
    began = time.process_time()
    for _ in range(5):
        load("bevy_hub")
    assert (time.process_time() - began) / 5 < 0.1


def test_the_schema_knows_every_setting_and_not_the_name():
    schema = Scenario.json_schema()
    assert "name" not in schema["properties"] and "extends" in schema["properties"]
    assert set(LEVERS) >= {"hubs", "formal_services", "connectors", "volunteering", "capacity"}
    for kind in LEVERS.values():
        assert set(schema["$defs"][kind.__name__]["properties"]) == set(kind.model_fields)


# Money over time


def test_two_halves_of_the_money_or_of_the_people_make_the_whole():
    whole = FormalServices(gbp_per_head=30, start_month=3, ramp_months=12)
    half = FormalServices(gbp_per_head=15, start_month=3, ramp_months=12)
    for month in range(40):
        assert 2 * half.funding_gbp(month, 1000) == whole.funding_gbp(month, 1000)
        assert 2 * whole.funding_gbp(month, 500) == whole.funding_gbp(month, 1000)


def test_a_first_half_and_a_second_half_make_the_whole_run():
    whole = Hubs(gbp_per_head=6)
    first, second = Hubs(gbp_per_head=6, end_month=60), Hubs(gbp_per_head=6, start_month=60)
    for month in range(120):
        pair = first.funding_gbp(month, 999) + second.funding_gbp(month, 999)
        assert pair == whole.funding_gbp(month, 999)


def test_a_year_of_full_money_is_pounds_per_head_times_people():
    lever = Hubs(gbp_per_head=6, start_month=2, ramp_months=12)
    assert sum(lever.funding_gbp(m, 18_000) for m in range(24, 36)) == pytest.approx(108_000)
    ramp = sum(lever.funding_gbp(m, 18_000) for m in range(14))
    assert ramp == pytest.approx(108_000 * 6.5 / 12)  # 1/12 + 2/12 + ... + 12/12 = 6.5 months


def test_no_money_flows_outside_start_and_end():
    lever = Hubs(gbp_per_head=6, start_month=200, end_month=210)
    assert sum(lever.funding_gbp(m, 10_000) for m in range(120)) == 0
    assert lever.funding_gbp(199, 1) == lever.funding_gbp(210, 1) == 0 < lever.funding_gbp(209, 1)


def test_a_cut_is_the_mirror_of_a_gift():
    cut, gift = FormalServices(gbp_per_head=-30), FormalServices(gbp_per_head=30)
    assert cut.funding_gbp(5, 777) == -gift.funding_gbp(5, 777)


def test_settings_cannot_be_changed_and_a_bare_lever_does_not_act():
    with pytest.raises(ValueError, match="frozen"):
        Hubs(gbp_per_head=6).gbp_per_head = 7
    with pytest.raises(NotImplementedError):
        Lever(lever="none", gbp_per_head=0).act(None, 0, 0)


# Files nobody meant to write

SEEDS = [HUB, PAID] + [
    (scenario_text.folder() / f"{name}.toml").read_text() for name in scenario_text.preset_names()
]
ODD = [
    "\0",
    "\x1b",
    "=",
    "[",
    "]",
    "[[",
    '"',
    "'''",
    "\n",
    ".",
    "-",
    "nan",
    "1e999",
    "true",
    "\u202e",
    "\ud7ff",
    "{",
    "}",
    "#",
    ",",
    "9" * 30,
    "[variants.x]\n",
    "invest",
    "hubs",
    "[[invest]]\n",
]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.sampled_from(SEEDS), data=st.data())
def test_a_mangled_file_is_read_or_refused_but_never_crashes(seed, data, tmp_path):
    text = seed
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 12))
        put = data.draw(
            st.sampled_from(ODD) | st.text(max_size=4).filter(lambda t: t.isprintable())
        )
        text = text[:at] + put + text[at + gone :]
    path = write(tmp_path, text.encode("utf-8", "surrogateescape"))
    try:
        plan = load(path)
    except UserMistake as said:
        assert str(said).startswith("plan.toml: ")
    else:
        assert Scenario.from_toml(plan.to_toml(), name="plan") == plan


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "title",
                        "lever",
                        "gbp_per_head",
                        "hubs",
                        "value",
                        "because",
                        "direction",
                        "says",
                    ]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    ),
    st.sampled_from(
        [
            "title",
            "invest",
            "run",
            "variants",
            "overrides",
            "expect",
            "evidence",
            "shock",
            "extends",
            "kind",
            "name",
        ]
    ),
)
def test_python_misuse_is_refused_in_plain_words(value, key):
    good = {"title": "A", "summary": "B", "kind": "cautionary", "name": "c"}
    with contextlib.suppress(UserMistake):
        Scenario(**(good | {key: value}))


def test_every_preset_cites_numbers_that_exist():
    from sim.evidence import registry

    for plan in presets():
        for key in plan.evidence:
            assert registry().get(key).source
