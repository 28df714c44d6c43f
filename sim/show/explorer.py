"""The explorer's page: sliders that answer at once from an emulator, complete in one file.

It looks at the emulator's data and writes the one page it is asked for. The page asks nothing of
any network, runs only the script whose fingerprint its own policy names, and refuses to answer
outside what was tested.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.evidence import registry
from sim.experiment import explorer as kept
from sim.experiment.trust import Facts, judge
from sim.show.export import put
from sim.show.figures import LICENCE
from sim.units import financial_year

TEMPLATES = Path(__file__).parent / "templates"
BUTTONS = {
    "services_only": "£30, all to care",
    "whole_village": "£30, a whole village",
    "community_only": "£30, all to community",
    "bevy_hub": "A hub",
    "local_area_coordination": "Coordinators",
    "nothing": "Nothing",
}
# Below this share of differences explained, the page says that plans can hardly be told apart.
WEAK = 0.5
USUAL_SHARE = 0.4  # community's share where nothing is funded yet: the whole village's


def build(path: Path, data: Mapping[str, Any]) -> Path:
    """Write the page and return where it is."""
    return put(Path(path), page(data).encode("utf-8"))


def page(data: Mapping[str, Any]) -> str:
    """The whole page as HTML; the same data gives the same bytes."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    style, script = (
        (TEMPLATES / f"explorer.{kind}").read_text(encoding="utf-8") for kind in ("css", "js")
    )
    mixes = kept.mixes() | {"nothing": {}}
    weak = _weak(data)
    told = {**data, "presets": mixes, "usual_share": USUAL_SHARE, "weak": list(weak)}
    house = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    made = data["made"]
    opening = round(registry().get("ramp_new_hub_months").value)
    return house.get_template("explorer.html.j2").render(
        style=style, script=script, style_digest=_digest(style), script_digest=_digest(script),
        told=_inside_a_page(told), data=data, made=made, buttons=BUTTONS, licence=LICENCE,
        last_year=financial_year(made["years"]), first_year=financial_year(1),
        checks=kept.check_lines(data), weak=list(weak.values()),
        stale=kept.stale(data), opening=opening, label=_label(made["draws"]),
    )  # fmt: skip


def _label(draws: int) -> str:
    """How sure an answer can be at best: all runs agreeing, but a mixture that was not screened."""
    return judge(Facts(1.0, draws, held_out="passed")).label.value.lower()


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _inside_a_page(value: Any) -> str:
    """JSON that no browser can take for the end of the script it stands in."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _weak(data: Mapping[str, Any]) -> dict[str, str]:
    """Outcomes on which the emulator can hardly tell one plan from another: key -> words."""
    checks = data["emulator"]["outcomes"]
    return {
        each["key"]: each["label"]
        for each in data["outcomes"]
        if checks[each["key"]]["check"]["explained"] < WEAK
    }
