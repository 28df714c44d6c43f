"""The house keeps its own rules: no number without a source, one idea a room, nothing leaks in."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import sim

HERE = Path(__file__).resolve().parent.parent
HOUSE = HERE / "sim"
ROOMS = sorted(HOUSE.rglob("*.py"))
LONGEST_ROOM = 350

# Rooms that act take every number from the evidence registry. Evidence, experiments and charts are
# not the model; everything else acts unless it is named here, with why its numbers may stand.
NOT_THE_MODEL = ("evidence/", "experiment/", "show/", "viz", "cli", "scenario", "__")
DEFINITIONS = {
    "errors.py": "wording",
    "mistakes.py": "wording",
    "luck.py": "constants of the hash and of exact distributions",
    "mixing.py": "constants of the hash",
    "decisions.py": "names of streams of luck",
    "units.py": "the only conversions in the house",
    "outcomes.py": "what a measure is counted per",
    "parameters.py": "how a draw is made from a row's own range",
    "settings.py": "what a run is when nobody says otherwise; every run prints it",
    "world/bands.py": "ages and groups as the statistics define them",
    "world/vital.py": "rows and columns of the official life tables",
    "world/columns.py": "storage: types and growth, nothing about people",
    "world/place_data.py": "columns of the place files; their rules are rows of place_rules.csv",
    "world/place_facts.py": "says in words what the place files hold",
    "world/places.py": "searching names",
}
PLAIN_NUMBERS = {-1, 0, 1, 2, 12, 100}
# A name in capitals in a room that acts, and why its number is not evidence about the world.
NAMED_NUMBERS = {
    "FULL": "fixed point: a tie's full strength as an integer, so that sums ignore order",
    "HALF": "fixed point: bits of the lower of two sums held in one whole number",
    "Z_UNIT": "fixed point: one unit of feeling as an integer, so that sums ignore order",
    "BISECTIONS": "numerical precision: halvings of an interval until it cannot shrink",
    "MOST_MONTHS_COUNTED": "a counter stops here; far beyond any run",
}


@functools.cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def parts(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file: one promise after another looks through all of them."""
    return tuple(ast.walk(syntax(path)))


def room(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def acts(name: str) -> bool:
    return not name.startswith(NOT_THE_MODEL) and name not in DEFINITIONS


def named_in_capitals(tree: ast.Module) -> dict[ast.AST, str]:
    """Every node inside a module-level `NAME = ...`, with that name."""
    found = {}
    for statement in tree.body:
        target = None
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
        if isinstance(target, ast.Name) and re.fullmatch(r"_?[A-Z][A-Z0-9_]*", target.id):
            found |= dict.fromkeys(ast.walk(statement), target.id)
    return found


def positions_and_labels(tree: ast.Module) -> set[ast.AST]:
    """Numbers that say where or which, never how much.

    Positions in an array or tuple (`x[3]`), members of an enumeration, and the declared limits of
    a column.
    """
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            found.update(ast.walk(node.slice))
        elif isinstance(node, ast.ClassDef):
            if any(ast.unparse(base).endswith(("Enum", "Flag")) for base in node.bases):
                for member in node.body:
                    if isinstance(member, ast.Assign):
                        found.update(ast.walk(member.value))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Column":
            found.update(ast.walk(node))
    return found


def unsourced_numbers(source: str) -> list[tuple[int, object]]:
    """Line and value of every literal number a room that acts should not hold."""
    tree = ast.parse(source)
    names, allowed = named_in_capitals(tree), positions_and_labels(tree)
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or node in allowed:
            continue
        if not isinstance(node.value, int | float | complex) or node.value in PLAIN_NUMBERS:
            continue
        if names.get(node, "").lstrip("_") not in NAMED_NUMBERS:
            found.append((node.lineno, node.value))
    return sorted(found, key=lambda each: each[0])


def visible_files() -> list[Path]:
    """What git tracks or would track; every file when this is not a checkout."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=HERE,
            capture_output=True,
            check=True,
        ).stdout.decode()
        paths = [HERE / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [
            path
            for path in HERE.rglob("*")
            if not any(part.startswith(".") for part in path.relative_to(HERE).parts)
        ]
    return [path for path in paths if path.is_file()]


@functools.cache
def calls(path: Path) -> tuple[tuple[int, str, ast.Call], ...]:
    """Line, dotted name and node of every call in a file."""
    return tuple(
        (node.lineno, ast.unparse(node.func), node)
        for node in parts(path)
        if isinstance(node, ast.Call)
    )


def listed(faults: list[str]) -> str:
    return f"{len(faults)} found:\n" + "\n".join(faults)


def test_rooms_that_act_hold_no_number_without_a_source() -> None:
    faults = [
        f"sim/{room(path)}:{line}: {value}"
        for path in ROOMS
        if acts(room(path))
        for line, value in unsourced_numbers(path.read_text(encoding="utf-8"))
    ]
    assert not faults, listed(faults)


@pytest.mark.parametrize(
    "text", ["x = 0.35", "y = p.rate * 52", "RATE = 0.2", "class Plan:\n    size = 6"]
)
def test_an_unsourced_number_is_found(text: str) -> None:
    assert unsourced_numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = -1",
        "y = 1.0 / 12",
        "z = x[3:] * 100",
        "FULL = 65536",
        "class Kind(IntEnum):\n    CARE = 6",
    ],
)
def test_plain_and_named_numbers_are_let_be(text: str) -> None:
    assert not unsourced_numbers(text)


def test_every_definition_room_still_stands() -> None:
    assert set(DEFINITIONS) <= {room(path) for path in ROOMS}


def test_every_named_number_is_still_in_the_house() -> None:
    """A name that has left the house leaves this list too."""
    here = {
        name.lstrip("_")
        for path in ROOMS
        if acts(room(path))
        for name in named_in_capitals(syntax(path)).values()
    }
    assert set(NAMED_NUMBERS) <= here, set(NAMED_NUMBERS) - here


def test_every_room_opens_with_a_doorplate() -> None:
    faults = [
        f"sim/{room(path)}:1"
        for path in ROOMS
        if not (ast.get_docstring(syntax(path)) or "").strip()
    ]
    assert not faults, listed(faults)


def test_every_folder_of_rooms_is_a_package() -> None:
    """Without `__init__.py` a folder escapes the import rules and the wheel's checks."""
    faults = sorted(
        {room(path.parent) for path in ROOMS if not (path.parent / "__init__.py").exists()}
    )
    assert not faults, listed(faults)


def test_no_room_is_too_long() -> None:
    lengths = {room(path): len(path.read_text(encoding="utf-8").splitlines()) for path in ROOMS}
    faults = [f"sim/{name}: {lines}" for name, lines in lengths.items() if lines > LONGEST_ROOM]
    assert not faults, listed(faults)


# In pieces, so that this file does not match itself.
HOSTS = re.compile(
    "|".join(
        ["py" + r"pi\.org", "pythonho" + "sted", "npm" + r"js\.(org|com)", "deb" + r"\.debian\.org"]
    ),
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile("|".join(f"/{folder}/" for folder in ("work", "farm", "root")))


def test_no_machine_path_and_no_registry_is_named() -> None:
    faults = []
    for path in visible_files():
        data = path.read_bytes()
        if b"\0" in data[:8192]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if HOSTS.search(line) or MACHINE_PATHS.search(line):
                faults.append(f"{path.relative_to(HERE)}:{number}: {line.strip()[:80]}")
    assert not faults, listed(faults)


def test_results_are_never_kept_with_the_code() -> None:
    kept = {"README.md", ".gitignore"}
    faults = [
        str(path.relative_to(HERE))
        for path in visible_files()
        if path.relative_to(HERE).parts[0] == "outputs" and path.name not in kept
    ]
    assert not faults, listed(faults)


def test_only_the_command_line_prints() -> None:
    faults = [
        f"sim/{room(path)}:{line}: {name}"
        for path in ROOMS
        if not room(path).startswith("cli")
        for line, name, _ in calls(path)
        if name in {"print", "sys.stdout.write", "sys.stderr.write"}
    ]
    assert not faults, listed(faults)


FORBIDDEN_CALLS = re.compile(
    r"(eval|exec|compile|os\.(system|popen)|c?[pP]ickle\.\w+|marshal\.\w+|joblib\.(load|dump)"
    r"|yaml\.(load|unsafe_load)|\w+\.read_pickle|\w+\.to_pickle)"
)


def test_nothing_runs_text_or_opens_a_pickle() -> None:
    """Results and scenarios come from strangers: reading them must never run them."""
    faults = []
    for path in ROOMS:
        for line, name, call in calls(path):
            shell = any(
                word.arg == "shell"
                and not (isinstance(word.value, ast.Constant) and not word.value.value)
                for word in call.keywords
            )
            unsafe_arrays = name.endswith("np.load") and any(
                word.arg == "allow_pickle" for word in call.keywords
            )
            if shell or unsafe_arrays or FORBIDDEN_CALLS.fullmatch(name):
                faults.append(f"sim/{room(path)}:{line}: {name}")
        for node in parts(path):
            names = []
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            faults += [
                f"sim/{room(path)}:{node.lineno}: import {name}"
                for name in names
                if name.split(".")[0] in {"pickle", "cPickle", "marshal", "shelve", "dill"}
            ]
    assert not faults, listed(faults)


def test_guards_are_exceptions_because_asserts_can_be_switched_off() -> None:
    faults = [
        f"sim/{room(path)}:{node.lineno}"
        for path in ROOMS
        for node in parts(path)
        if isinstance(node, ast.Assert)
    ]
    assert not faults, listed(faults)


def test_rooms_import_only_from_rooms_below_them(capsys: pytest.CaptureFixture[str]) -> None:
    linter = pytest.importorskip("importlinter.cli", reason="needs the dev extra")
    outcome = linter.lint_imports(config_filename=str(HERE / "pyproject.toml"), no_cache=True)
    assert outcome == linter.EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_test_file_can_fail() -> None:
    """Each file of tests asserts something or expects something to be raised."""
    faults = []
    for path in sorted((HERE / "tests").rglob("test_*.py")):
        asserts = any(isinstance(node, ast.Assert) for node in ast.walk(syntax(path)))
        if not (asserts or any(name == "pytest.raises" for _, name, _ in calls(path))):
            faults.append(path.name)
    assert not faults, listed(faults)


@pytest.mark.parametrize("door", ["import sim", "import sim.cli", "import sim.errors"])
def test_the_door_opens_without_waking_the_house(door: str) -> None:
    """`import sim` and the command line stay quick: nothing heavy until it is asked for."""
    heavy = ("numpy", "mesa", "pandas", "matplotlib", "scipy", "pyarrow", "networkx")
    program = f"{door}; import sys; print(*[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=HERE, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_one_version_is_told_everywhere() -> None:
    citation = (HERE / "CITATION.cff").read_text(encoding="utf-8")
    changes = (HERE / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(
        rf"^version: [\"']?{re.escape(sim.__version__)}[\"']?$", citation, re.MULTILINE
    )
    assert f"## {sim.__version__}" in changes


def locked_versions(name: str) -> dict[str, str]:
    pins = re.findall(
        r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (HERE / name).read_text(encoding="utf-8"), re.MULTILINE
    )
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in pins}


def test_the_two_lists_of_versions_agree() -> None:
    constraints, locked = locked_versions("constraints.txt"), locked_versions("requirements.lock")
    differ = {
        name: (constraints[name], locked[name])
        for name in constraints.keys() & locked.keys()
        if constraints[name] != locked[name]
    }
    assert len(constraints.keys() & locked.keys()) > len(project()["dependencies"])
    assert not differ


def project() -> dict[str, list[str]]:
    found: dict[str, list[str]] = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    return found


def test_every_dependency_has_a_tested_version() -> None:
    constraints = locked_versions("constraints.txt")
    wanted = [re.split(r"[<>=!~\[ ]", line, maxsplit=1)[0] for line in project()["dependencies"]]
    assert not [name for name in wanted if name.lower() not in constraints]


def test_only_mesa_is_capped() -> None:
    extras = [line for lines in project()["optional-dependencies"].values() for line in lines]
    capped = [line for line in (*project()["dependencies"], *extras) if re.search(r"<|==|~=", line)]
    assert [line.split(">")[0] for line in capped] == ["mesa"]


def test_the_two_commands_stand_in_the_readme_as_people_type_them() -> None:
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    start = (
        "python3 -m venv .venv && . .venv/bin/activate && python -m pip install -c constraints.txt"
    )
    assert f"{start} -e . && python -m sim run\n" in readme
    assert f'{start} -e ".[test]" && python -m pytest\n' in readme
