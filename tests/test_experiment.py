"""Promises about running: nothing finished is lost, nothing torn is believed, nothing hangs."""

from __future__ import annotations

import errno
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fake_model import FakeModel, FakePlan

from sim.errors import UserMistake
from sim.experiment import atomic, ensemble, member, results
from sim.experiment.compare import compare, run
from sim.experiment.request import Request
from sim.experiment.run import Interrupted, NothingFinished, run_presets
from sim.show.saved import open_results

BASE = FakePlan("baseline")
PLANS = (BASE, FakePlan("more", shift=1.0, reach=2))
NOT_THE_CLOCK = ("results.parquet", "summary.csv", "run.json")


def go(out: Path, plans=PLANS, **asked):
    usual = {
        "place": "Testham",
        "residents": 500,
        "years": 1,
        "members": 3,
        "model_factory": FakeModel,
        "in_process": True,
    }
    return run_presets(plans, out=out, **(usual | asked))


def content(out: Path) -> dict[str, bytes]:
    members = sorted((out / "members").glob("*"))
    return {path.name: path.read_bytes() for path in [out / n for n in NOT_THE_CLOCK] + members}


def request(plans=PLANS, members=3) -> Request:
    return Request(
        "Testham", 500, 1, members, 1, plans[0], tuple(plans[1:]), "fake_model:FakeModel"
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("finished") / "out"
    go(out)
    return content(out)


def test_one_worker_two_workers_and_none_give_the_same_bytes(tmp_path, finished):
    for jobs in (1, 2):
        go(tmp_path / str(jobs), in_process=False, jobs=jobs)
        assert content(tmp_path / str(jobs)) == finished


def test_members_done_in_any_order_give_the_same_bytes(tmp_path, finished):
    (tmp_path / "members").mkdir()
    for each in (2, 0, 1):
        member.finish(request(), tmp_path, each)
    go(tmp_path)
    assert content(tmp_path) == finished


def test_a_second_run_lives_no_member_again(tmp_path, finished, monkeypatch):
    go(tmp_path)
    monkeypatch.setattr(FakeModel, "run", lambda self: pytest.fail("lived again"))
    told = []
    go(tmp_path, progress=lambda *said: told.append(said))
    assert content(tmp_path) == finished
    assert told == [(3, 3, "3 members already there")]


def test_a_run_can_be_extended_and_equals_one_asked_for_at_once(tmp_path, finished):
    go(tmp_path, members=1)
    go(tmp_path)
    assert content(tmp_path) == finished


@pytest.mark.parametrize("damage", ["torn", "flipped", "empty", "missing"])
def test_a_damaged_member_is_lived_again(tmp_path, finished, damage):
    go(tmp_path)
    path = member.path_of(tmp_path, 1)
    whole = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    elif damage == "flipped":
        whole[200] ^= 4
        path.write_bytes(whole)
    else:
        path.write_bytes(whole[: len(whole) // 2 if damage == "torn" else 0])
    told = []
    go(tmp_path, progress=lambda *said: told.append(said))
    assert (3, 3, "member 1 finished") in told
    assert content(tmp_path) == finished


def test_a_different_request_in_the_same_folder_is_refused_and_touches_nothing(tmp_path, finished):
    go(tmp_path)
    with pytest.raises(UserMistake, match=r"residents \(500 there, 600 asked\).*--out"):
        go(tmp_path, residents=600)
    with pytest.raises(UserMistake, match="the scenarios"):
        go(tmp_path, plans=(BASE, FakePlan("more", shift=2.0, reach=2)))
    (tmp_path / "members" / "request.json").unlink()
    with pytest.raises(UserMistake, match="seed"):
        go(tmp_path, seed=2)
    (tmp_path / "members" / "request.json").unlink()
    go(tmp_path)
    assert content(tmp_path) == finished


def test_a_member_that_always_fails_is_recorded_with_its_seed_and_the_rest_kept(tmp_path):
    plans = (BASE, FakePlan("flood", mischief="raise", on_member=1))
    done = go(tmp_path, plans=plans, seed=40)
    assert (done.partial, done.members_done, done.members_asked) == (True, 2, 3)
    said = results.load_run(tmp_path)
    assert said["members_failed"] == [
        {"member": 1, "seed": 41, "error": "RuntimeError: the town flooded"}
    ]
    assert said["partial"] is True and said["members_finished"] == [0, 2]
    assert set(results.load(tmp_path)["member"]) == {0, 2}


def test_a_member_that_fails_once_is_tried_again_and_leaves_no_mark(tmp_path):
    plans = (BASE, FakePlan("flood", mischief="raise", once=str(tmp_path / "once")))
    done = go(tmp_path / "out", plans=plans)
    assert (done.partial, done.members_done) == (False, 3)


def test_a_run_in_which_everything_fails_says_why(tmp_path):
    with pytest.raises(NothingFinished, match="the town flooded"):
        go(tmp_path, plans=(BASE, FakePlan("flood", mischief="raise")))


def test_a_killed_worker_is_replaced_and_nothing_is_lost(tmp_path):
    plans = (BASE, FakePlan("oom", mischief="die", once=str(tmp_path / "once")))
    calm = (BASE, replace(plans[1], mischief="", once=""))
    go(tmp_path / "calm", plans=calm)
    began = time.monotonic()
    done = go(tmp_path / "out", plans=plans, in_process=False, jobs=2)
    assert time.monotonic() - began < 20
    assert (done.partial, done.members_done) == (False, 3)
    assert content(tmp_path / "out") == content(tmp_path / "calm")


def test_a_member_that_always_kills_its_worker_costs_no_other_member(tmp_path):
    plans = (BASE, FakePlan("oom", mischief="die", on_member=0))
    done = go(tmp_path, plans=plans, in_process=False, jobs=2)
    assert [each.member for each in done.failed] == [0]
    assert "killed" in done.failed[0].error
    assert done.members_done == 2


def test_a_stop_sums_up_no_more_than_takes_a_moment(tmp_path, monkeypatch):
    from sim.experiment import run

    monkeypatch.setattr(run, "SUMMED_ON_STOP", 3)  # two members of two worlds are four
    plans = (BASE, FakePlan("stop", mischief="ctrl-c", on_member=2, once=str(tmp_path / "once")))
    with pytest.raises(Interrupted, match=r"2 of 3 members are kept.*resume") as stop:
        go(tmp_path / "out", plans=plans)
    assert not stop.value.shown and not (tmp_path / "out" / "summary.csv").exists()
    assert go(tmp_path / "out", plans=plans).members_done == 3


def test_a_stop_does_not_forget_which_members_had_failed(tmp_path):
    once = str(tmp_path / "once")
    plans = (
        BASE, FakePlan("bad", mischief="raise", on_member=0),
        FakePlan("stop", mischief="ctrl-c", on_member=2, once=once),
    )  # fmt: skip
    with pytest.raises(Interrupted) as stop:
        go(tmp_path / "out", plans=plans)
    assert [each.member for each in stop.value.failed] == [0]
    assert [each.member for each in pickle.loads(pickle.dumps(stop.value)).failed] == [0]
    said = json.loads((tmp_path / "out" / "run.json").read_text())
    assert said["members_finished"] == [1]
    assert [each["member"] for each in said["members_failed"]] == [0]


@pytest.mark.parametrize("how", ["ctrl-c", "terminate"])
def test_a_stop_keeps_finished_members_and_says_how_to_resume(tmp_path, how):
    once = str(tmp_path / "once")
    plans = (BASE, FakePlan("stop", mischief=how, on_member=2, once=once))
    with pytest.raises(Interrupted, match=r"2 of 3 members are kept.*resume") as stop:
        go(tmp_path / "out", plans=plans)
    assert (stop.value.kept, stop.value.asked) == (2, 3)
    assert stop.value.shown
    # What is there can be shown, and never as if it were the whole.
    said = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (said["partial"], said["members_finished"], said["members_asked"]) == (True, [0, 1], 3)
    assert set(results.load(tmp_path / "out")["member"]) == {0, 1}
    assert open_results(tmp_path / "out").partial_words == "2 of 3 runs finished"
    done = go(tmp_path / "out", plans=plans)
    assert (done.partial, done.members_done) == (False, 3)
    assert open_results(tmp_path / "out").partial_words == ""
    go(tmp_path / "calm", plans=plans)
    assert content(tmp_path / "out") == content(tmp_path / "calm")


def test_a_stop_before_anything_finished_leaves_no_results_to_mistake(tmp_path):
    plans = (BASE, FakePlan("stop", mischief="ctrl-c", on_member=0, once=str(tmp_path / "once")))
    with pytest.raises(Interrupted, match="0 of 3"):
        go(tmp_path / "out", plans=plans)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["members"]


PROGRAM = """
import signal, sys
# As from a terminal, even where these tests run in the background of a script, which starts its
# programs deaf to Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
from fake_model import FakeModel, FakePlan
from sim.experiment.run import Interrupted, run_presets
plans = (FakePlan("baseline"), FakePlan("slow", seconds=0.4))
try:
    run_presets(plans, place="Testham", residents=500, years=1, members=40, jobs=2,
                out=sys.argv[1], model_factory=FakeModel,
                progress=lambda done, total, note: print(done, flush=True))
except Interrupted as stop:
    print("kept", stop.kept, flush=True)
    sys.exit(3)
"""


def started(out: Path, until: int = 2) -> subprocess.Popen:
    """Start a slow run in its own group of processes and wait until it says `until` members."""
    here = Path(__file__).parent
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])},
    )
    assert running.stdout is not None
    for line in running.stdout:
        if int(line) >= until:
            break
    return running


def waiting_for_the_processor() -> float:
    """How many times longer work takes here than its processor time: 1 on a quiet machine."""
    wall, cpu = time.perf_counter(), time.process_time()
    while time.process_time() - cpu < 0.3:
        pass
    return max(1.0, (time.perf_counter() - wall) / (time.process_time() - cpu))


@pytest.mark.skipif(os.name != "posix", reason="signals to a whole group of processes")
def test_a_real_stop_ends_within_three_seconds_without_a_traceback(tmp_path):
    running = started(tmp_path)
    began = time.monotonic()
    # As a terminal does it: every process of the group hears it.
    os.killpg(running.pid, signal.SIGINT)
    said, complaints = running.communicate(timeout=30)
    took = time.monotonic() - began
    assert took < 3 * waiting_for_the_processor()
    assert running.returncode == 3
    kept = len(list((tmp_path / "members").glob("member_*.parquet")))
    assert said.splitlines()[-1] == f"kept {kept}" and 2 <= kept < 40
    assert complaints == ""


@pytest.mark.skipif(os.name != "posix", reason="signals to a whole group of processes")
def test_a_stop_while_the_workers_start_is_as_quiet(tmp_path):
    running = started(tmp_path, until=0)
    time.sleep(0.6)
    os.killpg(running.pid, signal.SIGINT)
    said, complaints = running.communicate(timeout=30)
    assert (running.returncode, complaints) == (3, "")
    assert said.splitlines()[-1].startswith("kept ")


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_a_main_process_killed_outright_leaves_whole_members_and_no_workers(tmp_path):
    running = started(tmp_path)
    running.kill()
    # Its workers hold the other end of this pipe: it closes when the last of them has gone.
    running.communicate(timeout=30)
    files = sorted((tmp_path / "members").glob("member_*.parquet"))
    assert len(files) >= 2
    assert all(member.read(path).content.num_rows > 0 for path in files)
    # Nobody was left to put them together: who asks for a report is told how to go on.
    with pytest.raises(UserMistake, match=rf"{len(files)} runs are kept.*same command again"):
        open_results(tmp_path)


def test_a_member_edited_after_it_was_checked_stops_the_results_and_says_so(tmp_path):
    def meddle(done, total, note):
        if done == total:
            member.path_of(tmp_path, 0).write_bytes(b"edited")

    with pytest.raises(UserMistake, match=r"changed while.*again"):
        go(tmp_path, progress=meddle)
    assert not (tmp_path / "results.parquet").exists()
    assert go(tmp_path).members_done == 3


def test_a_full_disk_is_one_plain_sentence_and_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(atomic.FolderTrouble, match="disk is full"):
        go(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_disk_that_fills_while_results_are_written_keeps_the_old_ones(tmp_path, monkeypatch):
    go(tmp_path, members=2)
    before = content(tmp_path)

    def full(source, target):
        if Path(target).name == "results.parquet":
            raise OSError(errno.ENOSPC, "No space left on device")
        os.rename(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(atomic.FolderTrouble, match="disk is full"):
        go(tmp_path)
    after = content(tmp_path)
    assert all(after[name] == before[name] for name in NOT_THE_CLOCK)
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_folder_is_one_plain_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(atomic.FolderTrouble, match="may not be written"):
        go(tmp_path / "out")


def test_a_forbidden_folder_is_one_plain_sentence_even_for_an_administrator(tmp_path, monkeypatch):
    def forbidden(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", forbidden)
    with pytest.raises(atomic.FolderTrouble, match=r"may not be written.*--out"):
        go(tmp_path / "out")


def test_a_file_in_the_way_is_one_plain_sentence(tmp_path):
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(UserMistake, match="--out"):
            go(out)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("residents", value) for value in (0, -5, 199, 2_000_001, 2.5, "500", True, 10**30)],
        *[("years", value) for value in (0, 31, 1.5)],
        *[("members", value) for value in (0, -3, 10_001)],
        *[("seed", value) for value in (-1, 2**63, 1.0, "1", None)],
        *[("jobs", value) for value in (0, -1, 257)],
        ("place", " "),
        ("out", ""),
    ],
)
def test_an_impossible_number_is_refused_by_name_before_anything_is_written(tmp_path, key, value):
    with pytest.raises(UserMistake, match=f"^{key}: "):
        go(**({"out": tmp_path / "out"} | {key: value}))
    assert not (tmp_path / "out").exists()


def test_seeds_never_run_past_their_end(tmp_path):
    with pytest.raises(UserMistake, match="no room"):
        go(tmp_path / "out", seed=2**63 - 2, members=3)
    assert go(tmp_path / "out", seed=2**63 - 2, members=2).members_done == 2


def test_the_same_preset_twice_is_once_but_two_of_one_name_are_refused(tmp_path):
    twice = go(tmp_path / "twice", plans=(*PLANS, PLANS[1]))
    assert set(twice.summary["scenario"]) == {"baseline", "more"}
    with pytest.raises(UserMistake, match="Rename"):
        go(tmp_path / "clash", plans=(*PLANS, FakePlan("more", shift=9.0)))


def test_the_baseline_alone_can_be_run(tmp_path):
    done = go(tmp_path, plans=(BASE,))
    assert set(done.summary["scenario"]) == {"baseline"}
    assert done.summary["difference_median"].isna().all()


def test_the_callback_comes_after_everything_is_written(tmp_path):
    seen = []
    go(tmp_path, after=lambda out: seen.append(sorted(path.name for path in out.glob("*.*"))))
    assert seen == [["clock.json", "results.parquet", "run.json", "summary.csv"]]


def test_old_leftovers_are_swept_and_young_ones_left(tmp_path):
    for name, age in (("old", 10_000), ("young", 0)):
        leftover = tmp_path / f".{name}.unfinished"
        leftover.write_text("half")
        os.utime(leftover, (time.time() - age,) * 2)
    atomic.sweep(tmp_path, 3600)
    assert [path.name for path in tmp_path.iterdir()] == [".young.unfinished"]


def test_without_out_another_run_gets_a_folder_of_its_own_and_finds_it_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = [{}, {"years": 2}, {"residents": 600}, {"years": 2}, {}, {"members": 4}]
    found = [go(None, **each).out.name for each in asked]
    name = found[0]
    assert found == [name, f"{name}_2", f"{name}_3", f"{name}_2", name, name]
    assert sorted(each.name for each in (tmp_path / "outputs").iterdir()) == sorted(set(found))
    with pytest.raises(UserMistake, match="holds a different run, which differs in years"):
        go(Path("outputs") / name, years=2)


def test_a_comparison_keeps_nothing_on_disk_and_answers_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = compare(
        *PLANS,
        place="Testham",
        residents=500,
        years=2,
        members=2,
        model_factory=FakeModel,
        in_process=True,
    )
    assert list(tmp_path.iterdir()) == []
    found = told.difference("often_lonely_share")
    assert found["year"].tolist() == [1, 2]
    assert found["difference_median"].to_numpy() == pytest.approx(1.0)
    with pytest.raises(UserMistake, match="Did you mean often_lonely_share"):
        told.difference("often_lonly_share")
    with pytest.raises(UserMistake, match="no 'nobody'"):
        told.difference("often_lonely_share", "nobody")
    page = told._repr_html_()
    assert "2 of 2 members" in page and "Often or always lonely" in page


def test_one_world_equals_member_nought_of_the_ensemble():
    told = compare(
        *PLANS,
        place="Test<b>ham",
        residents=500,
        years=1,
        members=1,
        model_factory=FakeModel,
        in_process=True,
    )
    alone = run(PLANS[1], place="Test<b>ham", residents=500, years=1, model_factory=FakeModel)
    there = told.results
    there = there[(there["scenario"] == "more") & (there["group"] != "reached")]
    assert there["value"].tolist() == alone["value"].tolist()
    assert "<b>" not in told._repr_html_()


def test_workers_are_counted_by_members_and_cores():
    assert ensemble.default_jobs(1) == 1
    assert 1 <= ensemble.default_jobs(10_000) <= (os.cpu_count() or 1)


@pytest.mark.parametrize("out", [3, 2.5, ["x"], "", " "])
def test_what_is_no_folder_name_is_refused_before_anything_runs(out):
    with pytest.raises(UserMistake, match="no folder name given"):
        run_presets(["bevy_hub"], residents=300, years=1, members=1, out=out)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")
def test_a_folder_that_cannot_be_made_is_not_said_to_have_disappeared():
    with pytest.raises(atomic.FolderTrouble, match=r"no folder can be made here.*--out"):
        atomic.make_folder(Path("/proc/here/members"))
