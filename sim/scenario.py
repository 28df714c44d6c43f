"""A scenario: a plan for a place, read from a file or made in Python.

Looks at scenario files, the levers, the evidence's keys and the measures' names. A scenario never
changes after it is made, and means the same in whatever order its investments are listed.
The file's shape is in `scenario_shape`, what it may name in `scenario_checks`, finding and
reading the file in `scenario_text`, and the wording of mistakes in `mistakes`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Self

from sim import scenario_text as files
from sim.errors import UserMistake, did_you_mean
from sim.mistakes import visible
from sim.policies import Lever
from sim.policies.lever import MONTHS_PER_YEAR
from sim.policies.shock import Shock
from sim.scenario_checks import check, outside_their_range, with_changes
from sim.scenario_shape import RUN_LIMITS, USUAL_YEARS, Override, Plan

__all__ = ["RUN_LIMITS", "USUAL_YEARS", "Override", "Scenario", "load", "presets"]


class Scenario(Plan):
    """A plan for a place: what is funded, when, who pays, and what is expected of it.

    Raises `UserMistake` naming every mistake at once.
    """

    def __init__(self, /, **data: Any) -> None:
        named = data.get("name")
        source = visible(named) if isinstance(named, str) and named else "scenario"
        data = _expanded(data, source, beside=None)
        check(data, source)
        data["name"] = named or files.name_from(Path(data["title"].replace("/", "_") + ".toml"))
        super().__init__(**data)

    @property
    def variant_names(self) -> list[str]:
        return list(self.variants)

    @property
    def warnings(self) -> list[str]:
        """Return what is allowed but probably not meant, over the run's own years."""
        return self.warnings_over(self.run.years or USUAL_YEARS)

    def warnings_over(self, years: int) -> list[str]:
        """Return what is allowed but probably not meant, in a run of `years`."""
        last = years * MONTHS_PER_YEAR
        told = []
        for block in self.invest:
            if block.start_month >= last:
                told.append(
                    f"{self.name}: {block.lever} starts in month {block.start_month}, after the "
                    f"run ends (month {last}), so it does nothing."
                )
        told += [
            f"{self.name}: the {shock.kind} shock starts in month {shock.start_month}, after the "
            f"run ends (month {last}), so it does nothing."
            for shock in self.shock
            if shock.start_month >= last
        ]
        told += outside_their_range(self.overrides, self.name)
        return told

    def with_variant(self, variant: str) -> Scenario:
        """Return this plan with one of its variants' changes made."""
        if variant not in self.variants:
            if not self.variants:
                raise UserMistake(f"{self.name}: it has no variants, so no {visible(variant)}.")
            hint = did_you_mean(variant[:100], self.variants)
            raise UserMistake(
                f"{self.name}:{visible(variant)}: no such variant.{hint} "
                f"Variants: {', '.join(self.variants)}."
            )
        data = with_changes(self._written(), self.variants[variant])
        data.pop("variants", None)
        data["title"] = f"{self.title} ({variant.replace('_', ' ')})"[:120]
        return Scenario(**data, name=f"{self.name}:{variant}")

    def pounds_per_head(self) -> float:
        """Return pounds a head a year with every ramp complete, when most money is moving."""
        full = [block.start_month + block.ramp_months for block in self.invest]
        totals = [
            sum(b.gbp_per_head for b in self.invest if b.ramp_share(month) == 1) for month in full
        ]
        return max(totals, key=abs, default=0.0)

    def _written(self) -> dict[str, Any]:
        """Return what a file would have to say to mean this plan, its tables last."""
        said = self.model_dump(
            mode="json", exclude={"name", "extends", "invest", "shock"}, exclude_defaults=True
        )
        said["invest"] = [_block_written(block) for block in self.invest]
        said["shock"] = [_block_written(block) for block in self.shock]
        tables = ("run", "invest", "shock", "rules", "arrows", "rivals", "variants", "overrides")
        plain = {key: value for key, value in said.items() if key not in (*tables, "expect")}
        return plain | {key: said[key] for key in (*tables, "expect") if said.get(key)}

    def to_toml(self) -> str:
        """Return the whole plan, expanded, as the text of a scenario file."""
        import tomlkit

        return tomlkit.dumps(self._written())

    @classmethod
    def from_toml(cls, text: str, name: str = "") -> Self:
        """Return the plan that a scenario file's text describes."""
        try:
            said = tomllib.loads(text)
        except ValueError as error:
            raise UserMistake(f"{name or 'scenario'}: this is not TOML ({error}).") from None
        return cls(**(said | ({"name": name} if name else {})))

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """Return the JSON Schema of a scenario file, for editors."""
        schema = Plan.model_json_schema()
        schema["title"] = "Scenario"
        del schema["properties"]["name"]
        needed = schema.pop("required")
        schema["anyOf"] = [{"required": ["extends"]}, {"required": needed}]
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def presets() -> list[Scenario]:
    """Return every preset, the baseline first."""
    return [load(name) for name in files.preset_names()]


def load(asked: str | Path | Scenario, variant: str | None = None) -> Scenario:
    """Return a scenario by preset name, path or as it is; `name:variant` names a variant."""
    if isinstance(asked, Scenario):
        return asked.with_variant(variant) if variant is not None else asked
    if isinstance(asked, str):
        text, named = files.split_variant(asked)
        if named is not None and variant is not None and named != variant:
            raise UserMistake(f"{visible(asked)}: two variants are named; name one.")
        variant = named if variant is None else variant
        path = files.find(text)
    elif isinstance(asked, Path):
        path = asked
    else:
        raise UserMistake(
            f"A scenario is a preset's name, a path or a Scenario, not {type(asked).__name__}."
        )
    scenario = _from_file(path)
    return scenario if variant is None else scenario.with_variant(variant)


def _from_file(path: Path) -> Scenario:
    data, source = files.read(path), visible(path.name)
    if "name" in data:
        raise UserMistake(
            f"{source}: name: a scenario is called what its file is called. Remove it."
        )
    data = _expanded(data, source, beside=path)
    check(data, source, files.name_from(path))
    return Scenario(**data, name=files.name_from(path))


def _expanded(data: dict[str, Any], source: str, beside: Path | None) -> dict[str, Any]:
    """Return the plan with what it extends filled in: its own words win, table by table."""
    base_name = data.get("extends")
    if base_name is None:
        return dict(data)
    if not isinstance(base_name, str):
        raise UserMistake(f"{source}: extends: not text. Name a preset or a file.")
    try:
        path = files.find(base_name, beside.parent if beside else None)
        if beside is not None and path.resolve() == beside.resolve():
            raise UserMistake("a scenario cannot extend itself.")
        base = files.read(path)
    except UserMistake as mistake:
        raise UserMistake(f"{source}: extends: {mistake}") from None
    if "extends" in base:
        raise UserMistake(
            f"{source}: extends: {visible(base_name)} itself extends another scenario, and only "
            "one level is allowed. Extend the first one directly."
        )
    check(base, visible(path.name))
    merged = base | {key: value for key, value in data.items() if key != "extends"}
    for table in ("run", "rules", "arrows", "rivals", "variants", "overrides", "expect"):
        if isinstance(base.get(table), dict) and isinstance(data.get(table), dict):
            merged[table] = base[table] | data[table]
    return merged


def _block_written(block: Lever | Shock) -> dict[str, Any]:
    """Return what a file says of one block: its lever or kind first, defaults left out."""
    said = block.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    first = {"lever": block.lever} if isinstance(block, Lever) else {"kind": block.kind}
    return first | said
