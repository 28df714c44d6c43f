"""Complete both ways: every number the code reads has a row, every parameter row is read or listed.

Looks at the syntax trees of the rooms under `root` (the `sim` folder), at the registry and at
data/unused_parameters.csv. Changes nothing.

What counts as reading a number: an attribute of something called `p`, `numbers` or `parameters`
(or of `self.p`, `model.numbers`, ...), a literal subscript of one, and `.array(prefix, names)`.
Where a prefix or the names are worked out while running, the read becomes a pattern with `*`; a
text handed over together with the numbers (`by_age_and_sex(p, "living_alone")`) is a prefix too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from sim.evidence.registry import registry
from sim.evidence.rows import DATA, KEY, RowReader, read_table

FILE = "unused_parameters.csv"
NAMES = ("p", "numbers", "parameters")
# Half of all nodes lead nowhere; and a union of types is made anew each time it is asked for.
LEAVES = frozenset({ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, ast.Pass})
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# Names of the numbers object's own questions, and of ordinary mappings: not numbers.
QUESTIONS = frozenset(
    {
        "array",
        "build",
        "draw",
        "drawn",
        "items",
        "keys",
        "overridden",
        "reads",
        "replaced",
        "scaled",
        "values",
    }
)


@dataclass(slots=True)
class Reads:
    """What a tree of code reads: keys and patterns, each with the places that read it.

    `handed_over` holds looser patterns, from texts given to a function along with the numbers.
    """

    keys: dict[str, list[str]] = field(default_factory=dict)
    patterns: dict[str, list[str]] = field(default_factory=dict)
    handed_over: set[str] = field(default_factory=set)

    def add(self, key: str, place: str) -> None:
        """Note one read; a key with `*` in it is a pattern."""
        if key.startswith("*"):
            return  # says nothing: the texts handed over say what is read
        kept = self.patterns if "*" in key else self.keys
        kept.setdefault(key, []).append(place)

    def surely(self, key: str) -> bool:
        """Return whether a row is read, by its key or by a pattern of a known prefix."""
        return key in self.keys or any(fnmatchcase(key, each) for each in self.patterns)

    def covers(self, key: str) -> bool:
        """Return whether a row is read, or may be through a text handed over."""
        return self.surely(key) or any(fnmatchcase(key, each) for each in self.handed_over)


def reads(root: Path) -> Reads:
    """Return every number read by the Python files under a folder."""
    # these rooms make the numbers; they use none
    paths = [
        path
        for path in sorted(root.rglob("*.py"))
        if path.name != "parameters.py" and path.parent.name != "evidence"
    ]
    return _read(root, tuple((path, path.stat().st_mtime_ns) for path in paths))


@lru_cache(maxsize=1)
def _read(root: Path, files: tuple[tuple[Path, int], ...]) -> Reads:
    """The same for these files as they were written at these times: asked in four ways in a row."""
    found = Reads()
    trees = {
        path.relative_to(root).as_posix(): ast.parse(path.read_text(encoding="utf-8"), str(path))
        for path, _ in files
    }
    everywhere: dict[str, tuple[str, ...]] = {}
    for tree in trees.values():
        everywhere |= _constants(tree)
    for file, tree in trees.items():
        _Reader(tree, file, everywhere | _constants(tree), found).visit(tree)
    return found


def missing(root: Path) -> list[str]:
    """Return one sentence for each number the code reads that the registry cannot give."""
    book, found = registry(), reads(root)
    readable = [row.key for row in book if row.kind != "validation_target" and not row.same_as]
    wrong = []
    for key, places in sorted(found.keys.items()):
        if key not in book:
            wrong.append(f"{places[0]} reads {key}, which has no row.{book.hint(key)}")
        elif book.get(key).same_as:
            wrong.append(f"{places[0]} reads {key}: read {book.get(key).same_as} instead.")
        elif book.get(key).kind == "validation_target":
            wrong.append(f"{places[0]} reads {key}: a validation target must not feed the model.")
    for pattern, places in sorted(found.patterns.items()):
        if not any(fnmatchcase(key, pattern) for key in readable):
            wrong.append(f"{places[0]} reads {pattern}, which fits no row.")
    return wrong


def unused(root: Path) -> set[str]:
    """Return the parameter rows that no code reads."""
    found = reads(root)
    return {row.key for row in registry().parameters() if not found.covers(row.key)}


def unlisted(root: Path) -> set[str]:
    """Return the parameter rows neither read nor listed as unused with a reason."""
    patterns = listed()
    return {k for k in unused(root) if not any(fnmatchcase(k, each) for each in patterns)}


def stale(root: Path) -> set[str]:
    """Return the lines of the unused list that cover no unused row: read by now, or gone."""
    idle = unused(root)
    return {each for each in listed() if not any(fnmatchcase(key, each) for key in idle)}


def two_roles(root: Path) -> set[str]:
    """Return the calibration targets the code also reads: a number may not be in two roles."""
    found = reads(root)
    return {row.key for row in registry().targets() if found.surely(row.key)}


def listed() -> dict[str, str]:
    """Return the unused list: key or `prefix*` -> reason. An empty reason is a mistake."""
    lines: dict[str, str] = {}
    for line, cells in read_table(DATA / FILE, ("key", "reason"), ()):
        at = RowReader(DATA / FILE, line, cells)
        if not at.text("reason"):
            raise at.wrong("reason", f"say why {at.text('key')} is not used.")
        if at.text("key") in lines:
            raise at.wrong("key", f"{at.text('key')} is listed twice.")
        lines[at.text("key")] = at.text("reason")
    return lines


class _Reader(ast.NodeVisitor):
    """Walks one file, keeping track of which local names hold the numbers."""

    def __init__(
        self, tree: ast.Module, file: str, constants: dict[str, tuple[str, ...]], found: Reads
    ) -> None:
        self.file, self.constants, self.found = file, constants, found
        self.scopes: list[dict[str, bool]] = [_bound_in(tree.body)]

    def generic_visit(self, node: ast.AST) -> None:
        """Look inside, where there is an inside."""
        for each in ast.iter_child_nodes(node):
            if type(each) not in LEAVES:
                self.visit(each)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Enter a function: its arguments and assignments decide what its names hold."""
        scope = _bound_in(node.body)
        for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            if arg.arg in NAMES:
                words = ast.unparse(arg.annotation) if arg.annotation else "Parameters"
                scope[arg.arg] = "Parameters" in words
        self.scopes.append(scope)
        self.generic_visit(node)
        self.scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """`p.key`."""
        if self._holds_numbers(node.value) and _is_key(node.attr):
            self.found.add(node.attr, f"{self.file}:{node.lineno}")
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """`p["key"]`."""
        if self._holds_numbers(node.value):
            for key in self._texts(node.slice):
                self.found.add(key, f"{self.file}:{node.lineno}")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """`p.array(prefix, names)` and `getattr(p, key)`."""
        place, call = f"{self.file}:{node.lineno}", node.func
        if isinstance(call, ast.Attribute) and call.attr == "array" and len(node.args) == 2:
            if self._holds_numbers(call.value):
                for prefix in self._texts(node.args[0]):
                    for name in self._names(node.args[1]):
                        self.found.add(f"{prefix}_{name}", place)
        elif any(self._holds_numbers(each) for each in node.args):
            exact = isinstance(call, ast.Name) and call.id == "getattr"
            for text in (text for each in node.args for text in self._texts(each)):
                if exact:
                    self.found.add(text, place)
                elif _is_key(text):
                    self.found.handed_over |= {text, f"{text}_*"}
        self.generic_visit(node)

    def _holds_numbers(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr.lstrip("_") in NAMES
        if isinstance(node, ast.Call):
            return ast.unparse(node.func).endswith("Parameters.build")
        if not isinstance(node, ast.Name) or node.id not in NAMES:
            return False
        return next((s[node.id] for s in reversed(self.scopes) if node.id in s), True)

    def _texts(self, node: ast.expr) -> Sequence[str]:
        """Return the texts an expression can be; what is not written down becomes `*`."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return (node.value,)
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "*" for part in node.values)
            return ("".join(map(str, parts)),)
        if isinstance(node, ast.IfExp):
            return (*self._texts(node.body), *self._texts(node.orelse))
        return ()  # a key held in a variable: whoever wrote the key down is where it counts

    def _names(self, node: ast.expr) -> Sequence[str]:
        if isinstance(node, ast.Tuple | ast.List):
            return [text for each in node.elts for text in (self._texts(each) or ("*",))]
        if isinstance(node, ast.Name) and node.id in self.constants:
            return self.constants[node.id]
        return ("*",)


def _is_key(name: str) -> bool:
    return name not in QUESTIONS and KEY.fullmatch(name) is not None


def _bound_in(body: list[ast.stmt]) -> dict[str, bool]:
    """Say, for names bound in a body, whether they hold the numbers of a run."""
    bound: dict[str, bool] = {}
    for name, value in _bindings(body):
        words = ast.unparse(value) if value is not None else ""
        ends = words.rsplit(".", 1)[-1].lstrip("_") if "." in words else ""
        bound[name] = bound.get(name, False) or "Parameters" in words or ends in NAMES
    return bound


def _bindings(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr | None]]:
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if type(node) in LEAVES or isinstance(node, INNER):
            continue
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
            yield from ((t.id, v) for t, v in pairs if isinstance(t, ast.Name) and t.id in NAMES)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            target = node.target
            if isinstance(target, ast.Name) and target.id in NAMES:
                yield target.id, node.annotation if isinstance(node, ast.AnnAssign) else node.value
        elif isinstance(node, (ast.For, ast.comprehension)):
            for each in ast.walk(node.target):
                if isinstance(each, ast.Name) and each.id in NAMES:
                    yield each.id, None
        elif isinstance(node, (ast.ImportFrom, ast.Import)):
            for alias in node.names:
                if (alias.asname or alias.name) in NAMES:
                    yield alias.asname or alias.name, None
        stack.extend(ast.iter_child_nodes(node))


def _constants(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """Return module-level tuples of text, by name."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple | ast.List):
            texts = [e.value for e in node.value.elts if isinstance(e, ast.Constant)]
            if len(texts) == len(node.value.elts) and all(isinstance(t, str) for t in texts):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        found[target.id] = tuple(map(str, texts))
    return found
