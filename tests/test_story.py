"""Stories of one person: every line is a change, nothing follows death, no plan changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import towns

from sim import chronicle_rules as rules
from sim.chronicle import Life
from sim.cli import main
from sim.errors import UserMistake
from sim.experiment import stories, story_rules
from sim.show import story as shown
from sim.show import story_words
from sim.show.story import Pair, Story, date, label
from sim.world.people import COUNTED

MONTHS = 24


def busy(model, number: int = 40) -> list[int]:
    """Identities of the oldest: those to whom most happens."""
    people = model.world.people
    line = np.lexsort((people.id, -people.age_months.astype(np.int64)))
    return [int(each) for each in people.id[line[:number]]]


@pytest.fixture(scope="module")
def followed():
    """A town followed for two years, with what its columns said of the followed each month."""
    model = towns.town(towns.plan(towns.hubs()), years=2)
    who = busy(model)
    model.follow(*who)
    pages = [look(model, who)]
    gone: dict[int, int] = {}
    for _ in range(MONTHS):
        before = set(model.world.people.id.tolist())
        model.step()
        pages.append(look(model, who))
        for each in set(who) & (before - set(model.world.people.id.tolist())):
            gone[each] = model.month
    return model, who, pages, gone


def look(model, who):
    people = model.world.people
    rows = people.row_of(np.array(who, dtype=np.uint64))
    found = {}
    for identity, row in zip(who, rows.tolist(), strict=True):
        if row < 0:
            continue
        told = {name: getattr(people, name)[row].item() for name in people.names}
        mate = told["partner"]
        told["partner"] = int(people.id[mate]) if mate >= 0 else 0
        told |= {f"events.{name}": bool(getattr(model.events, name)[row]) for name in rules.EVENTS}
        told["answer"] = int((told["z"] > model.norms.thresholds).sum())
        for layer in ("friends", "kin", "companions"):
            edges = getattr(model.world.ties, layer)
            here = (edges.a == row) | ((edges.b == row) & (edges.b >= 0))
            told[layer] = int((here & (edges.b >= 0)).sum())
            if layer == "friends":
                told["outside_friends"] = int((here & (edges.b < 0)).sum())
        found[identity] = told
    return found


def test_every_line_is_a_change_of_what_the_model_remembers(followed):
    model, who, pages, _ = followed
    lines = 0
    for identity in who:
        for each in model.chronicle.lives[identity].happenings:
            if each.column == "id":
                assert identity not in pages[each.month] and identity in pages[each.month - 1]
                continue
            now, was = pages[each.month][identity], pages[each.month - 1][identity]
            if each.column not in ("friends", "kin", "companions"):
                assert each.before != each.after, each  # ties may change and keep their number
            assert now[each.column] == each.after, each
            if not each.column.startswith("events.") and each.column != "answer":
                assert was[each.column] == each.before, each
            lines += 1
    assert lines > 100


def test_nothing_is_told_after_somebody_has_gone(followed):
    model, who, _, gone = followed
    assert gone  # of the forty oldest some have died
    for identity in who:
        life = model.chronicle.lives[identity]
        months = [each.month for each in life.happenings]
        assert months == sorted(months)
        if identity in gone:
            assert life.left and life.happenings[-1].kind in ("died", "moved_away")
            assert life.happenings[-1].month == gone[identity] == life.until_month
            assert [each.column for each in life.happenings].count("id") == 1
        else:
            assert not life.left and life.until_month == MONTHS


def test_the_dead_died_and_the_others_moved(followed):
    model, *_ = followed
    died = [each for each, life in model.chronicle.lives.items()
            if life.left and life.happenings[-1].kind == "died"]  # fmt: skip
    assert died and set(died) <= model.chronicle.dead
    assert not model.chronicle.dead & model.chronicle.moved


@pytest.fixture(scope="module")
def unfollowed():
    """The same two years with nobody followed, lived a month at a time."""
    model = towns.town(towns.plan(towns.hubs()), years=2)
    while model.month < MONTHS:
        model.step()
    return model


def test_a_story_is_told_twice_the_same_and_by_living_it_again(followed, unfollowed):
    model, who, *_ = followed
    other = unfollowed
    for identity in who[:2]:
        assert model.story(identity).lines == model.story(identity).lines
    told = other.story(who[0])  # nobody followed them: lived again
    assert told.text == model.story(who[0]).text and told.lines


def test_following_somebody_changes_nobody(followed, unfollowed):
    model, other = followed[0], unfollowed
    assert towns.who_differs(model, other) == {}
    assert towns.same_diary(model, other)


def test_a_world_changed_by_hand_is_not_lived_again():
    model = towns.town(years=1, residents=500)
    model.step()
    someone = model.residents[0]
    someone.z = 3.0
    with pytest.raises(UserMistake, match="changed by hand"):
        model.story(someone)


def test_a_stranger_has_no_story():
    model = towns.town(years=1, residents=500)
    with pytest.raises(UserMistake, match="no resident 5"):
        model.story(5)
    for nobody in ("me", None, 1.5, -1, 10**30):
        with pytest.raises(UserMistake, match="is no resident"):
            model.story(nobody)


def test_a_plan_without_effect_leaves_both_sides_the_same():
    who = busy(towns.town(years=1, residents=500), 1)[0]
    nothing = towns.plan(towns.hubs(gbp_per_head=0.0))
    chosen = stories.tell(nothing, str(who), towns.PLACE, 500, 1)
    pair = shown.pair_of(chosen)
    assert pair.same and chosen.without.happenings == chosen.with_plan.happenings
    assert "changed nothing" in pair.page()


def test_an_effect_shows_on_one_side_only():
    chosen = stories.tell(towns.plan(towns.hubs()), "median", towns.PLACE, 500, 1)
    pair = shown.pair_of(chosen)
    kinds = [{each.kind for each in life.happenings}
             for life in (chosen.without, chosen.with_plan)]  # fmt: skip
    assert "reached" in kinds[1] - kinds[0] and not pair.same
    assert "Simulated" in pair.page() and chosen.rule in " ".join(pair.page().split())
    for width in (60, 90, 120):
        assert max(map(len, pair.page(width).splitlines())) <= width
    told = json.loads(json.dumps(pair.facts()))
    assert told["simulated"] is True and told["identity"] == str(chosen.identity)


# --- whose story ------------------------------------------------------------------------------


class World:
    """Finished lives made by hand: identity, months here, chance lonely, UCLA-3."""

    def __init__(self, rows, reached=()):
        ids = np.array([row[0] for row in rows], dtype=np.uint64)
        sums = np.zeros((len(rows), len(COUNTED)), dtype=np.float32)
        for at, (_, months, lonely, score) in enumerate(rows):
            sums[at, COUNTED.index("people")] = months
            sums[at, COUNTED.index("often_lonely")] = lonely * months
            sums[at, COUNTED.index("ucla3")] = score * months
        old = (1, ids, sums * 0)
        self.lives = type("Lives", (), {"pages": [old, (2, ids, sums)]})()
        self.reached = list(reached)


BASE = World([(1, 12, 0.1, 5.0), (2, 12, 0.9, 8.0), (3, 12, 0.1, 4.0), (4, 12, 0.8, 7.0),
              (5, 6, 0.9, 9.0), (6, 12, 0.7, 7.5), (7, 12, 0.9, 7.0)])  # fmt: skip
PLAN = World([(1, 12, 0.1, 4.5), (2, 12, 0.9, 7.9), (3, 12, 0.1, 4.2), (4, 12, 0.8, 6.9),
              (5, 6, 0.9, 1.0), (6, 12, 0.7, 7.5), (7, 12, 0.9, 7.4)],
             reached=(1, 2, 3, 5))  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "identity"), [("median", 2), ("most", 1), ("least", 3), ("not_reached", 6)]
)
def test_the_rule_picks_whom_it_says_by_hand(rule, identity):
    chosen, said = story_rules.choose(BASE, PLAN, rule, "a plan")
    assert chosen == identity and said.startswith(story_rules.RULES[rule])


def test_nobody_who_fits_is_a_plain_sentence():
    with pytest.raises(UserMistake, match="not_reached"):
        story_rules.choose(BASE, World([(1, 12, 0.1, 4.5)]), "median", "a plan")
    with pytest.raises(UserMistake, match="Did you mean median"):
        stories.tell("bevy_hub", "medain")
    with pytest.raises(UserMistake, match="baseline"):
        stories.tell("baseline")


def test_an_identity_is_read_in_either_form():
    assert stories._identity("255") == stories._identity("0xff") == 255
    assert stories._identity("median") is None


# --- words ------------------------------------------------------------------------------------


def seen(**changes):
    values = dict.fromkeys(rules.WATCHED, 0) | {
        "hub": -1, "hub_volunteer": -1, "provider": -1, "household_size": 1, "partner": 0,
        "answer": 1, "told": 1, "outside_friends": 0, "age_months": 900,
    }  # fmt: skip
    values |= dict.fromkeys(rules.EVENTS, False)
    tied = {layer: changes.pop(layer, frozenset()) for layer in ("friends", "kin", "companions")}
    return rules.Seen(values | changes, tied)


KNOWN = {
    7: rules.Other(7, 71, 1, "street"),
    8: rules.Other(8, 44, 0, "neighbourhood"),
    9: rules.Other(9, 80, 1, "place"),
}


def lines(before, after, gone=(frozenset(), frozenset()), month=24):
    return [story_words.sentence(each) for each in rules.compare(month, before, after, gone, KNOWN)]


@pytest.mark.parametrize(
    ("before", "after", "gone", "said"),
    [
        ({"partner": 7}, {"household_size": 1}, ({7}, ()),
         "Lost their partner, a woman of 71 from the same street, who died."),
        ({"partner": 8}, {}, ((), ()),
         "Parted from their partner, a man of 44 from the neighbourhood."),
        ({"friends": frozenset({9})}, {}, ({9}, ()), "A friend died: a woman of 80."),
        ({"friends": frozenset({9})}, {}, ((), {9}), "A friend moved away: a woman of 80."),
        ({"friends": frozenset({9})}, {}, ((), ()), "Lost touch with a woman of 80."),
        ({}, {"companions": frozenset({7, 8})}, ((), ()),
         "Got to know a woman of 71 from the same street and a man of 44 from the neighbourhood "
         "over lunch."),
        ({}, {"admission": True, "ae": True}, ((), ()),
         "Was taken into hospital as an emergency."),
        ({}, {"care_home": 2}, ((), ()), "Moved into a care home, paid from their own money."),
        ({"waiting": 2, "months_waiting": 3}, {"client": 1, "package": 90}, ((), ()),
         "Council care began: home care, 1.5 hours a week, after a wait of 3 months."),
        ({"client": 1}, {"waiting": 2}, ((), ()),
         "Their care was handed back or their provider closed; they wait again."),
        ({}, {"carer": True, "answered_hours": 21.4}, ((), ()),
         "Began to care for somebody, 21 hours a week."),
        ({"answer": 3, "told": 3}, {"answer": 4}, ((), ()),
         "Felt lonelier: would now say: often or always lonely."),
    ],
)  # fmt: skip
def test_the_words_say_what_changed(before, after, gone, said):
    assert lines(seen(**before), seen(**after), tuple(map(frozenset, gone))) == [said]


def test_a_month_like_the_last_has_no_line():
    assert lines(seen(), seen()) == []


def test_a_hub_that_closed_is_not_one_that_was_left():
    left = seen()
    assert lines(seen(hub=3), left) == ["Left the lunch club or hub."]
    left.closed_hubs = frozenset({3})
    assert lines(seen(hub=3), left) == ["Their lunch club or hub closed."]


def test_small_steps_of_loneliness_wait_for_march_and_the_worst_is_told_at_once():
    one, two = seen(answer=2, told=2), seen(answer=3)
    assert lines(one, two, month=23) == [] and two.values["told"] == 2
    assert lines(two, seen(answer=3), month=24) == [
        "Felt lonelier: would now say: lonely some of the time."
    ]
    assert len(lines(two, seen(answer=4), month=23)) == 1


def test_every_kind_of_line_has_its_words_and_no_words_are_idle():
    room = Path(rules.__file__)
    rooms = (room, room.with_name("chronicle.py"))
    source = " ".join(each.read_text(encoding="utf-8") for each in rooms)
    for kind in story_words.WORDS:
        assert f'"{kind}"' in source, kind
    kinds = {kind for three in rules.SIMPLE.values() for kind in three if kind}
    assert kinds <= set(story_words.WORDS)


@pytest.mark.parametrize(
    ("month", "said"),
    [(0, "Before April 2024"), (1, "April 2024"), (9, "December 2024"), (10, "January 2025"),
     (24, "March 2026"), (25, "April 2026")],
)  # fmt: skip
def test_months_are_dated_as_people_do(month, said):
    assert date(month) == said


def test_nobody_has_a_name():
    assert label(0x3F2A_0000_0000_0001) == "Resident 3f2a"
    story = Story(1, "Leeds", "x\x1b[31m", "", (), "")
    pair = Pair("T", "rule", 1, 500, story, story, "9.9")
    assert "Resident 0000" in pair.page() and "not a finding" in pair.page()


def test_somebody_who_comes_later_is_followed_once_they_come():
    model = towns.town(years=1, residents=500)
    here = set(model.world.people.id.tolist())
    model.run()
    came = sorted(set(model.world.people.id.tolist()) - here)[0]
    again = towns.town(years=1, residents=500)
    again.follow(came)
    again.run()
    life: Life = again.chronicle.lives[came]
    assert life.happenings[0].kind == "arrived" and life.from_month == life.happenings[0].month > 0


def test_the_command_prints_both_sides_and_keeps_them(tmp_path, capsys):
    asked = ["story", "bevy_hub", "--residents", "300", "--years", "1", "--person", "not_reached"]
    assert main([*asked, "--json", "--out", str(tmp_path / "out")]) == 0
    page = (tmp_path / "out" / "story.txt").read_text(encoding="utf-8")
    for words in ("Simulated", "Without the plan", "With the plan", "April 2024"):
        assert words in page
    told = json.loads(capsys.readouterr().out)
    assert told["person"].startswith("Resident ") and told["with"]["lines"] is not None
    assert main([*asked[:-1], "nobody"]) == 2
    assert "Rules: median" in capsys.readouterr().err
