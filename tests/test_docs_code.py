"""Promises of the code blocks in the README and the pages: what is printed there can be typed.

The rule. In every fenced block of README.md, CONTRIBUTING.md, docs/ and the READMEs of folders:

- `python` is run, page by page in order, one page's blocks sharing their names, in an empty
  folder. Comparisons are cut to a tiny size first (200 residents, one year, one member), because
  what is promised is that the code works, not what it finds. (Slow tests.)
- `toml` that has a title is read as a scenario and must be one; other `toml` must be TOML.
- Lines that start with `python -m sim` (in `console` blocks or unnamed ones) are parsed by the
  command line itself: the command, its options and their values must be there, presets must exist.
  What is quick is also run: list, show, check, new, places, evidence, schema and --version.
  Tutorials and how-to guides are typed from top to bottom in one folder, long runs cut to size.
  (Slow tests.)
- Other lines of such blocks must start with a program named in `PROGRAMS`; .ci/run runs those.
- A block under an HTML comment `<!-- not run: why -->` is parsed and not run.
"""

from __future__ import annotations

import functools
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from sim.cli import app, main
from sim.scenario import Scenario, load

HOUSE = Path(__file__).resolve().parents[1]
PAGES = [
    *(HOUSE / name for name in ("README.md", "CONTRIBUTING.md")),
    *(HOUSE / folder / "README.md" for folder in ("scenarios", "outputs", "benchmarks")),
    *sorted(each for each in (HOUSE / "docs").rglob("*.md") if "_build" not in each.parts),
]
BLOCK = re.compile(
    r"(?P<why><!-- not run: [^>]+ -->\n)?(?P<indent>[ ]*)```(?P<kind>[^\n]*)\n"
    r"(?P<text>.*?)^[ ]*```",
    re.MULTILINE | re.DOTALL,
)
PROGRAMS = ("python", "python3", "bash", "ruff", "mypy", "lint-imports", "git", "cd", "uv")
DATA = ("text", "csv", "json", "mermaid")
QUICK = ("list", "show", "check", "new", "places", "evidence", "schema", "--version")
MINE = ("my_plan", "my_plan.toml", "my_council.csv")
TINY = {"residents": 200, "years": 1, "members": 1}


class Block(NamedTuple):
    page: str
    line: int
    kind: str
    text: str
    run: bool

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        lines = [each.removeprefix(found["indent"]) for each in found["text"].split("\n")]
        at = text.count("\n", 0, found.start()) + 1
        name = page.relative_to(HOUSE).as_posix()
        yield Block(name, at, found["kind"].strip(), "\n".join(lines), found["why"] is None)


ALL = [block for page in PAGES for block in blocks_of(page)]
SHELL = [block for block in ALL if block.kind in ("", "console", "bash", "sh")]


def commands(block: Block) -> list[str]:
    """Single commands of a shell block: lines joined at backslashes, parted at &&, no comments."""
    joined = re.sub(r"\\\n\s*", " ", block.text)
    lines = [re.sub(r"(^|\s)#.*$", "", line).removeprefix("$ ") for line in joined.split("\n")]
    return [each.strip() for line in lines for each in line.split("&&") if each.strip()]


def sim_words(command: str) -> list[str] | None:
    """The words after `python -m sim`, without what the table beside it explains."""
    found = re.match(r"python3? -m sim\b(.*)", command)
    if found is None:
        return None
    typed = re.split(r"\s{2,}|\s>\s", found[1].strip())[0]  # a column of explanation, a redirection
    return shlex.split(typed)


SIM_COMMANDS = [
    pytest.param(words, id=f"{block.where} {' '.join(words)}")
    for block in SHELL
    for command in commands(block)
    if (words := sim_words(command)) is not None
]


def test_every_block_is_of_a_kind_the_rule_names() -> None:
    known = {"", "console", "bash", "sh", "python", "toml", *DATA}
    strange = [b.where for b in ALL if b.kind not in known and not b.kind.startswith("{")]
    assert strange == []
    assert len(SIM_COMMANDS) > 30
    assert sum(block.kind == "python" for block in ALL) > 8


def test_every_other_command_is_a_program_the_rule_names() -> None:
    for block in SHELL:
        for command in commands(block):
            first = command.split()[0]
            assert first in (*PROGRAMS, ".") or sim_words(command) is not None, block.where


@pytest.mark.parametrize("words", SIM_COMMANDS)
def test_a_printed_command_can_be_typed(words: list[str]) -> None:
    group: Any = typer.main.get_command(app)
    if not words or words[0].startswith("-"):
        return
    command = group.commands.get(words[0])
    assert command is not None, f"there is no command {words[0]}"
    with command.make_context(words[0], [*words[1:]]) as parsed:
        given = parsed.params
    named = given.get("preset") or []
    for preset in [named] if isinstance(named, str) else named:
        if preset not in MINE and preset != "PRESET":
            load(preset)


@pytest.mark.parametrize(
    "words",
    [each for each in SIM_COMMANDS if each.values[0] and each.values[0][0] in QUICK],
)
def test_a_quick_printed_command_does_what_it_says(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if words[0] == "check":
        assert main(["new", "my_plan", "--from", "bevy_hub"]) == 0
    if words[-1] in ("MY_PLAN", "NAME", "KEY", "TEXT") or "NAME" in words or "MY_PLAN" in words:
        pytest.skip("a word in capitals stands for the reader's own")
    assert main(words) == 0


@pytest.mark.parametrize(
    "block", [each for each in ALL if each.kind == "toml"], ids=lambda each: each.where
)
def test_printed_toml_is_a_scenario_or_part_of_one(block: Block) -> None:
    said = tomllib.loads(block.text)
    if "title" in said:
        Scenario.from_toml(block.text, "printed")
    else:
        Scenario(extends="bevy_hub", title="printed", **said)


PYTHON = {b.page: [each for each in ALL if each.page == b.page and each.kind == "python"]
          for b in ALL if b.kind == "python"}  # fmt: skip


@pytest.mark.parametrize("page", PYTHON)
def test_printed_python_is_python(page: str) -> None:
    for block in PYTHON[page]:
        compile(block.text, block.where, "exec")


@pytest.mark.slow
@pytest.mark.parametrize("page", PYTHON)
def test_printed_python_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiment import compare

    whole = compare.run_presets

    @functools.wraps(whole)
    def tiny(presets: object, **asked: object) -> object:
        return whole(presets, **{**asked, **TINY, "in_process": True, "out": tmp_path / "out"})

    monkeypatch.setattr(compare, "run_presets", tiny)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for number, block in enumerate(PYTHON[page]):
        if block.run:
            (tmp_path / "out").rename(tmp_path / f"out{number}") if (
                tmp_path / "out"
            ).exists() else 0
            exec(compile(block.text, block.where, "exec"), names)


GUIDES = sorted({block.page for block in SHELL if re.match("docs/(tutorials|howto)/", block.page)})
SMALL = {"--residents": "1000", "--members": "2", "--years": "5"}


def cut_to_size(words: list[str]) -> list[str]:
    """A run with no more people, members and years than `SMALL`; what is not said is filled in."""
    words = list(words)
    for option, most in SMALL.items():
        if words[0] not in ("run", "story") or (words[0] == "story" and option == "--members"):
            continue
        if option not in words:
            words += [option, str(int(most) + (option == "--residents"))]  # unlike the page's own
        elif int(words[words.index(option) + 1]) > int(most):
            words[words.index(option) + 1] = most
    return words


@pytest.mark.slow
@pytest.mark.parametrize("page", GUIDES)
def test_a_guide_can_be_typed_from_top_to_bottom(
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for block in SHELL:
        for command in commands(block) if block.page == page and block.run else ():
            words = sim_words(command)
            if words is None:
                continue
            assert main(cut_to_size(words)) == 0, command
            said = capsys.readouterr().out
            if goes_to := re.search(r"\s>\s(\S+)$", command):
                Path(goes_to[1]).write_text(said, encoding="utf-8")


def test_the_rule_can_fail() -> None:
    lines = "python -m sim rnu bevy_hub   # a comment\npython -m pip install x && rm y\n"
    found = BLOCK.search(f"```console\n{lines}```\n")
    assert found is not None
    block = Block("x.md", 1, found["kind"], found["text"], True)
    assert commands(block) == ["python -m sim rnu bevy_hub", "python -m pip install x", "rm y"]
    assert sim_words("python -m sim rnu bevy_hub") == ["rnu", "bevy_hub"]
    with pytest.raises(AssertionError, match="no command rnu"):
        test_a_printed_command_can_be_typed(["rnu", "bevy_hub"])
    with pytest.raises(Exception, match="residence"):
        test_a_printed_command_can_be_typed(["run", "--residence", "3"])
    assert cut_to_size(["run", "--members", "40", "--years", "2"]) == [
        "run", "--members", "2", "--years", "2", "--residents", "1001",
    ]  # fmt: skip
