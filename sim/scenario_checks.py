"""What a scenario may name: settings, measures, evidence, variants. Finds every mistake at once.

Looks at the shape of a scenario, the measures and the evidence's keys; changes nothing.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError

from sim.errors import UserMistake, did_you_mean
from sim.mistakes import Where, refuse, sentence, shown, visible
from sim.outcomes import MEASURES
from sim.policies import LEVERS, Lever
from sim.policies.shock import Shock
from sim.policies.shocks import SHOCKS
from sim.scenario_shape import (
    Arrows,
    CouncilRules,
    Expectation,
    Override,
    Plan,
    Rivals,
    RunDefaults,
)
from sim.scenario_text import is_name

# Tables of blocks, and the key that says which kind of block each is.
_NAMED_BY = {"invest": "lever", "shock": "kind"}
_OVERRIDES = "overrides"
# Beyond this, whole numbers are no longer exact as floats.
_EXACT = 2**53


def check(data: dict[str, Any], source: str, name: str = "") -> None:
    """Raise one `UserMistake` that names everything wrong with a plan."""
    wrong = _shape_mistakes(data) + _name_mistakes(data, name or str(data.get("name", "")))
    if not wrong:
        wrong = _variant_mistakes(data)
    if wrong:
        raise refuse(source, wrong)


def _shape_mistakes(data: Mapping[str, Any]) -> list[str]:
    try:
        Plan.model_validate(data)
    except ValidationError as errors:
        found = [
            (_without_lever_tag(error["loc"]), cast(dict[str, Any], error))
            for error in errors.errors(include_url=False)
        ]
        told = [sentence(error, where, lambda at: _known_at(at, data)) for where, error in found]
        return told + _contradictions_behind([where for where, _ in found], data)
    return []


def _contradictions_behind(wrong: Sequence[Where], data: Mapping[str, Any]) -> list[str]:
    """Return contradictions in blocks whose other mistakes kept them from being looked for."""
    told = []
    for index in sorted({int(at[1]) for at in wrong if len(at) > 2 and at[0] == "invest"}):
        block = data["invest"][index]
        bad = {at[2] for at in wrong if at[:2] == ("invest", index) and len(at) > 2}
        kept = {key: value for key, value in block.items() if key not in bad}
        try:
            LEVERS[block["lever"]].model_validate({"gbp_per_head": 0.0} | kept)
        except ValidationError as errors:
            told += [
                sentence(cast(dict[str, Any], error), ("invest", index), lambda _: ())
                for error in errors.errors(include_url=False)
                if not error["loc"]
            ]
    return told


def _without_lever_tag(where: Where) -> Where:
    """Drop the lever's or shock's name pydantic puts into a place: invest, 0, hubs, minibus."""
    tagged = len(where) > 2 and (
        (where[0] == "invest" and where[2] in LEVERS)
        or (where[0] == "shock" and where[2] in SHOCKS)
    )
    return (*where[:2], *where[3:]) if tagged else tuple(where)


def _known_at(where: Where, data: Mapping[str, Any]) -> Iterable[str]:
    """Return the settings that exist at a place in a file."""
    match tuple(where):
        case ():
            return [key for key in Plan.model_fields if key != "name"]
        case ("invest", int(index)):
            name = _block(data, "invest", index).get("lever")
            return LEVERS.get(name if isinstance(name, str) else "", Lever).model_fields
        case ("shock", int(index)):
            name = _block(data, "shock", index).get("kind")
            return SHOCKS.get(name if isinstance(name, str) else "", Shock).model_fields
        case ("run",):
            return RunDefaults.model_fields
        case ("arrows",):
            return Arrows.model_fields
        case ("rules",):
            return CouncilRules.model_fields
        case ("rivals",):
            return Rivals.model_fields
        case ("overrides", str()):
            return Override.model_fields
        case ("expect",):
            return Expectation.model_fields
    return []


def _block(data: Mapping[str, Any], table: str, index: int) -> Mapping[str, Any]:
    """Return one block as written; nothing where there is none, or it is no table."""
    blocks = data.get(table)
    block = blocks[index] if isinstance(blocks, list | tuple) and index < len(blocks) else None
    return block if isinstance(block, dict) else {}


def _name_mistakes(data: Mapping[str, Any], name: str) -> list[str]:
    """Return a sentence for each name that nothing answers to."""
    told = []
    overrides, keys, expect = data.get("overrides"), data.get("evidence"), data.get("expect")
    if isinstance(overrides, dict):
        told += [_override_mistake(key, each) for key, each in overrides.items()]
    if isinstance(keys, list | tuple):
        told += [
            _evidence_mistake(key, f"evidence[{index}]")
            for index, key in enumerate(keys)
            if isinstance(key, str)
        ]
    direction = expect.get("direction") if isinstance(expect, dict) else None
    if isinstance(direction, dict):
        told += [
            f"expect.direction.{visible(measure)}: no such measure."
            + (did_you_mean(measure[:100], MEASURES) or f" Known: {', '.join(MEASURES)}.")
            for measure in direction
            if measure not in MEASURES
        ]
    if data.get("kind") == "baseline" and (data.get("invest") or data.get("shock")):
        told.append("kind: a baseline invests nothing. Choose another kind or remove [[invest]].")
    if name.split(":")[0] == "baseline" and data.get("kind") != "baseline":
        told.append('kind: the name baseline is kept for kind = "baseline". Rename the scenario.')
    return [each for each in told if each]


def _evidence_mistake(key: str, where: str) -> str:
    from sim.evidence import registry

    try:
        registry().get(key)
    except UserMistake as mistake:
        return f"{where}: {visible(str(mistake), 300)}"
    return ""


def _override_mistake(key: str, given: Any) -> str:
    """Return what is wrong with an override's key, or a value its unit cannot have."""
    where = f"overrides.{visible(key)}"
    missing = _evidence_mistake(key, where)
    if missing:
        return missing
    from sim.evidence import registry
    from sim.evidence.rows import is_possible

    row = registry().get(key)
    if row.same_as:
        return f"{where}: it holds the same fact as {row.same_as}. Override that one."
    if row.kind == "validation_target":
        return f"{where}: it is kept aside to test the model, so no plan can set it. Remove it."
    value = given.get("value") if isinstance(given, dict) else getattr(given, "value", None)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    if abs(value) <= _EXACT and is_possible(key, row.unit, float(value)):
        return ""
    hundredth = value / 100
    meant = 1 < value <= 100 and is_possible(key, row.unit, hundredth)
    hint = f" Did you mean {hundredth:g}?" if meant else " Give a value that can be."
    return f"{where}.value: {shown(value)} is impossible in {row.unit}.{hint}"


def outside_their_range(overrides: Mapping[str, Override], source: str) -> list[str]:
    """Return a warning for each override beyond the evidence's own range."""
    from sim.evidence import registry

    told = []
    for key, override in overrides.items():
        row = registry().get(key)
        low, high = row.low, row.high
        if low is not None and high is not None and not low <= override.value <= high:
            told.append(
                f"{source}: overrides.{key}: {override.value:g} is outside the evidence's range, "
                f"{low:g} to {high:g}."
            )
    return told


def with_changes(data: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan's tables with a variant's changes made to each block it names.

    A block is named by its lever, or a shock by its kind; `overrides` are added to the plan's.
    """
    changed = copy.deepcopy(dict(data))
    for table, name in _NAMED_BY.items():
        changed[table] = [
            {**block, **variant.get(block[name], {})} for block in changed.get(table, [])
        ]
    if _OVERRIDES in variant:
        changed[_OVERRIDES] = {**changed.get(_OVERRIDES, {}), **variant[_OVERRIDES]}
    return changed


def _variant_mistakes(data: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the variants of a plan that is otherwise right."""
    plain = {key: value for key, value in data.items() if key != "variants"}
    for table in _NAMED_BY:
        plain[table] = [
            block.model_dump() if isinstance(block, Lever | Shock) else block
            for block in data.get(table, ())
        ]
    told: list[str] = []
    for name, variant in data.get("variants", {}).items():
        wrong = _variant_names(f"variants.{visible(name)}", name, variant, plain)
        if not wrong:
            found = _shape_mistakes(with_changes(plain, variant))
            found += _name_mistakes({_OVERRIDES: variant.get(_OVERRIDES, {})}, "")
            wrong = [f"variants.{name}: once changed, {each}" for each in found]
        told += wrong
    return told


def _variant_names(
    where: str, name: str, variant: Mapping[str, Any], plan: Mapping[str, Any]
) -> list[str]:
    used = {block[by] for table, by in _NAMED_BY.items() for block in plan[table]}
    if not is_name(name):
        return [f"{where}: a variant's name holds letters, digits, _ and - only."]
    if not variant:
        return [f"{where}: it changes nothing. Write lines such as hubs.minibus = false."]
    told = []
    for lever, changes in variant.items():
        at = f"{where}.{visible(lever)}"
        if lever == _OVERRIDES and isinstance(changes, dict):
            continue
        if lever not in used:
            hint = did_you_mean(lever[:100], used) or f" It invests in: {', '.join(sorted(used))}."
            told.append(f"{at}: this scenario does not invest in that.{hint}")
        elif not isinstance(changes, dict):
            told.append(f"{at}: not a table. Write a setting, such as {lever}.gbp_per_head = 1.")
        else:
            fields = {**LEVERS, **SHOCKS}[lever].model_fields
            known = [each for each in fields if each not in _NAMED_BY.values()]
            told += [
                f"{at}.{visible(each)}: no such setting."
                + (did_you_mean(each[:100], known) or f" Known here: {', '.join(known)}.")
                for each in changes
                if each not in known
            ]
    return told
