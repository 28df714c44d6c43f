"""Sizes, formats and fixed bytes: a figure to SVG and PNG, the same every time.

It may be handed a drawing function and a specification. It writes only the files asked for,
each to a temporary name first, so a reader never meets half a picture.
"""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAKER = "social-infrastructure-sim"
SIZES = {"landscape": (1200, 675), "square": (1080, 1080), "portrait": (1080, 1350)}
DOTS_PER_INCH = 100
# On these pictures as small as the usual level, in seven tenths of the time.
_SQUEEZED = {"compress_level": 3}
# Ships with matplotlib, so a machine without Arial draws the same bytes.
FONT = "DejaVu Sans"
SVG_FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"


@contextmanager
def house_style() -> Iterator[None]:
    """The Analysis Function style, with everything that could vary held still."""
    import warnings

    import matplotlib
    import matplotlib.style

    fixed: Any = {
        "font.family": [FONT],
        "font.sans-serif": [FONT],
        "svg.hashsalt": MAKER,
        "svg.fonttype": "none",
        # Names are plain text: a dollar sign in one must not start a formula.
        "text.parse_math": False,
        "text.usetex": False,
        "axes.unicode_minus": True,
        "axes.formatter.use_locale": False,
        "figure.autolayout": False,
        "savefig.bbox": None,
        "path.simplify": False,
    }
    # afcharts ships no types; only its style sheet and palette are wanted.
    sheet = Path(str(importlib.import_module("afcharts").__file__)).parent / "afcharts.mplstyle"
    with warnings.catch_warnings():
        # A name in a script the font lacks is drawn as boxes; that is no reason to stop.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.style.use(sheet)
            matplotlib.rcParams.update(fixed)
            yield


def png_bytes(figure: Figure, title: str, words: str) -> bytes:
    """PNG whose metadata is the title, the alt text and nothing that changes by the day."""
    page = io.BytesIO()
    with house_style():
        figure.savefig(
            page, format="png", dpi=DOTS_PER_INCH, pil_kwargs=_SQUEEZED,
            metadata={"Software": MAKER, "Title": title, "Description": words},
        )  # fmt: skip
    return page.getvalue()


def svg_bytes(figure: Figure, title: str, words: str) -> bytes:
    """SVG with its text kept as text, its title and description inside, and no date."""
    page = io.BytesIO()
    with house_style():
        figure.savefig(
            page, format="svg", metadata={"Date": None, "Creator": MAKER, "Title": title}
        )
    text = page.getvalue().decode("utf-8").replace(f"'{FONT}'", SVG_FONTS)
    named = f"<title>{escape(title)}</title>\n <desc>{escape(words)}</desc>"
    text = re.sub(r"(<svg\b[^>]*)>", lambda tag: f'{tag[1]} role="img">\n {named}', text, count=1)
    return text.encode("utf-8")


def put(path: Path, content: bytes) -> Path:
    """Write a whole file or nothing, making its folder first."""
    from sim.experiment import atomic

    atomic.make_folder(path.parent)
    atomic.write(path, content)
    return path
