"""How the documentation site is built: Sphinx reads the Markdown pages and the code's docstrings.

    python -m sphinx -W --keep-going -b html docs docs/_build

Warnings are errors. Pages that belong to the repository itself (presets, changes, place data) are
linked as files, because they are read there too.
"""

from __future__ import annotations

import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sim import __version__  # noqa: E402  # the checkout's own version, wherever sphinx runs

project = "Social infrastructure simulator"
author = "The social-infrastructure-sim authors"
copyright = "The social-infrastructure-sim authors, MIT licence"
version = release = __version__
language = "en_GB"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "diagrams"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_format = "short"

html_theme = "furo"
html_title = f"Social infrastructure simulator {release}"
html_static_path: list[str] = []
html_copy_source = False
html_show_sphinx = False


PERHAPS, ANY_OTHER = "perhaps ", "any other page"


def point_outside(app: Sphinx, doctree: nodes.document) -> None:
    """Make links to the repository's own files plain text with their path: they are not pages."""
    from sphinx.addnodes import pending_xref

    here = Path(doctree["source"]).parent
    for link in list(doctree.findall(pending_xref)):
        target = str(link.get("reftarget", ""))
        file = (here / target.partition("#")[0]).resolve()
        outside = file.exists() and HERE not in file.parents
        if outside and link.get("reftype") == "myst":
            path = file.relative_to(HERE.parent).as_posix()
            said = link.astext()
            words = [nodes.inline("", said)] if said and said != path else []
            between = [nodes.Text(" (")] if words else []
            after = [nodes.Text(")")] if words else []
            link.replace_self([*words, *between, nodes.literal(path, path), *after])


def list_pages(app: Sphinx, page: str, source: list[str]) -> None:
    """In the index, leave out pages that are not there and add those nobody listed.

    Pages are written by several hands; the site must build before and after each arrives.
    """
    if page != "index":
        return
    there = {
        each.relative_to(HERE).with_suffix("").as_posix()
        for each in HERE.rglob("*.md")
        if "_build" not in each.parts
    }
    lines = [line.strip() for line in source[0].split("\n")]
    listed = {line.removeprefix(PERHAPS) for line in lines}
    kept: list[str] = []
    for line in source[0].split("\n"):
        name = line.removeprefix(PERHAPS)
        if line == ANY_OTHER:
            kept += sorted(there - listed - {"index"})
        elif name == line or name in there:
            kept.append(name)
    source[0] = "\n".join(kept)


def read_the_index(*_: object) -> list[str]:
    """Which pages are there may have changed since the index was last read: read it every time."""
    return ["index"]


def setup(app: Sphinx) -> None:
    """Tell Sphinx about the steps above."""
    app.connect("env-get-outdated", read_the_index)
    app.connect("source-read", list_pages)
    app.connect("doctree-read", point_outside)
