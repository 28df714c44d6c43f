"""One member of an ensemble: one town, one seed, one draw, lived once for every scenario.

The task that a worker does from start to finish, and the file it leaves behind. It may look at
a model through its diary, its lives and its provenance; it writes one file, whole or not at all.
"""

from __future__ import annotations

import gc
import hashlib
import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import UserMistake
from sim.experiment import atomic, flows, model_town, story_sample, table, tie_sample
from sim.experiment.request import BASELINE, Plan, Request, differing, resolve

REACHED = "reached"


class Book(Protocol):
    """A model's diary."""

    def table(self) -> pd.DataFrame: ...


class Lives(Protocol):
    """A model's yearly record of chosen people."""

    def table(self, ids: Any) -> pd.DataFrame: ...


class Model(Protocol):
    """What an experiment needs of a model."""

    diary: Book
    lives: Lives
    reached: Any

    def run(self) -> Any: ...

    def provenance(self) -> dict[str, Any]: ...


class Damaged(Exception):
    """A member file that is torn, edited or not a member file at all."""


@dataclass(frozen=True)
class Stored:
    """A member read back from its file and found whole."""

    content: pa.Table
    digest: bytes
    identity: str
    provenance: dict[str, Any]


def path_of(folder: Path, member: int) -> Path:
    """Return where a member of the run in `folder` is kept."""
    return folder / "members" / f"member_{member:04d}.parquet"


def live(request: Request, member: int) -> tuple[pa.Table, dict[str, Any]]:
    """Run every scenario of one member; return its canonical table and each one's provenance."""
    plans = story_sample.tell_first(request.plans)
    base, beside = _begun(request, plans, member)
    provenance = {BASELINE: base.provenance() | model_town.of_model(base)}
    parts = [_monthly(base, BASELINE), *_gap_effect(base, base, BASELINE)]
    for plan in plans:
        model = beside or _lived(request, plan, member)
        beside = None
        provenance[plan.name] = (
            model.provenance() | model_town.of_model(model) | flows.of_member(model, base)
        )
        if member == 0:  # one run's picture of who knows whom, and one life, are enough
            provenance[plan.name] |= tie_sample.of_member(model, base)
            provenance[plan.name] |= story_sample.of_member(model, base)
        parts.append(_monthly(model, plan.name))
        parts.extend(_reached(model, base, plan.name))
        parts.extend(_gap_effect(model, base, plan.name))
        # Two towns at a time is enough memory; Mesa models hold cycles, so ask for them back.
        del model
        gc.collect()
    return _labelled(request, member, parts), provenance


def one_world(request: Request, plan: Plan, member: int) -> pa.Table:
    """Run one scenario of one member; return its canonical table."""
    return _labelled(request, member, [_monthly(_lived(request, plan, member), plan.name)])


def _begun(request: Request, plans: list[Plan], member: int) -> tuple[Model, Model | None]:
    """The baseline, lived; in the first member beside the plan whose story is told."""
    if member or story_sample.plan_to_tell(plans) is None:
        return _lived(request, request.baseline, member), None
    base, beside = (_made(request, each, member) for each in (request.baseline, plans[0]))
    story_sample.live_side_by_side(base, beside)
    return cast(Model, base), cast(Model, beside)


def _made(request: Request, plan: Plan, member: int) -> Any:
    return resolve(request.model)(
        place=request.where,
        residents=request.residents,
        years=request.years,
        **request.world_of(plan, member),
    )


def _lived(request: Request, plan: Plan, member: int) -> Model:
    model = _made(request, plan, member)
    model.run()
    return cast(Model, model)


def _labelled(request: Request, member: int, parts: list[pd.DataFrame]) -> pa.Table:
    rows = request.kept(pd.concat(parts, ignore_index=True))
    lived = request.world_of(request.baseline, member)
    return table.canonical(
        rows.assign(member=member, seed=lived["rng"], draw=lived["draw"], place=request.place)
    )


def _monthly(model: Model, scenario: str) -> pd.DataFrame:
    rows = model.diary.table()[["month", "group", "measure", "value"]]
    # The people reached are followed by identity below, so a diary's own count of them is left out.
    rows = rows[~rows["group"].astype(str).str.startswith(REACHED)]
    return rows.astype({"group": object, "measure": object}).assign(scenario=scenario)


def _gap_effect(model: Model, base: Model, scenario: str) -> Iterator[pd.DataFrame]:
    """What sets the scenario's funding gap apart from the baseline's, in models that can say."""
    against = getattr(model, "gap_against", None)
    if against is not None:
        rows = pd.DataFrame(against(base), columns=["month", "measure", "value"])
        yield rows.assign(group="all", scenario=scenario)


def _reached(model: Model, base: Model, scenario: str) -> Iterator[pd.DataFrame]:
    people = np.asarray(model.reached, dtype=np.uint64)
    if people.size == 0:
        return
    for world, name, group in (
        (model, scenario, REACHED),
        (base, BASELINE, f"{REACHED}_by_{scenario}"),
    ):
        rows = world.lives.table(people)[["month", "measure", "value"]]
        yield rows.astype({"measure": object}).assign(group=group, scenario=name)


def finish(request: Request, folder: Path, member: int) -> float:
    """Live one member and leave its file in `folder`; return the seconds it took.

    Raises UserMistake for a request the model cannot meet, FolderTrouble for the disk, and
    whatever the model raises.
    """
    started = time.perf_counter()
    content, provenance = live(request, member)
    atomic.write(path_of(folder, member), to_bytes(request, content, provenance))
    return time.perf_counter() - started


def to_bytes(request: Request, content: pa.Table, provenance: dict[str, Any]) -> bytes:
    """Return the member file: its rows, its request, its provenance and a seal over all three."""
    told = json.dumps(provenance, sort_keys=True, default=plain, allow_nan=False)
    sink = io.BytesIO()
    seal = _seal(table.digest(content), request.identity, told)
    metadata = {"request": request.identity, "provenance": told, "seal": seal}
    with table.writer(sink) as pages:
        pages.write_table(content)
        pages.add_key_value_metadata(metadata)
    return sink.getvalue()


def read(path: Path) -> Stored:
    """Read a member file back, checking its seal; raises Damaged or FileNotFoundError."""
    raw = path.read_bytes()
    try:
        file = pq.ParquetFile(
            io.BytesIO(raw), read_dictionary=table.WORDS, page_checksum_verification=True
        )
        content = file.read()
        metadata = {key.decode(): text.decode() for key, text in file.metadata.metadata.items()}
        identity, told = metadata["request"], metadata["provenance"]
        content = content.select(table.COLUMNS).replace_schema_metadata()
        digest = table.digest(content)
        whole = metadata["seal"] == _seal(digest, identity, told)
        provenance = json.loads(told)
    except Exception as error:
        # Whatever a torn file makes the reader say, the answer is the same: live it again.
        raise Damaged(f"{path.name}: {error}") from error
    if not whole:
        raise Damaged(f"{path.name}: the content does not match its seal")
    return Stored(content, digest, identity, provenance)


def is_finished(request: Request, folder: Path, member: int) -> bool:
    """Say whether this member is already there, whole.

    Raises UserMistake when the folder holds a member of another request.
    """
    path = path_of(folder, member)
    try:
        stored = read(path)
    except (FileNotFoundError, Damaged):
        return False
    except OSError as error:
        raise atomic.explain(error, path) from error
    refuse_stranger(request, stored.identity, folder)
    return True


def refuse_stranger(request: Request, identity: str, folder: Path) -> None:
    """Raise UserMistake when `identity` is another request than this one."""
    if identity != request.identity:
        raise UserMistake(
            f"{folder}: this folder holds a different run, which differs in "
            f"{differing(request.identity, identity)}. Choose another --out, or delete that folder."
        )


def _seal(digest: bytes, identity: str, told: str) -> str:
    total = hashlib.sha256(digest)
    for text in (identity, told):
        total.update(hashlib.sha256(text.encode()).digest())
    return total.hexdigest()


def plain(thing: Any) -> Any:
    """Return numpy scalars, arrays, sets and paths as what JSON knows."""
    if isinstance(thing, np.generic):
        return thing.item()
    if isinstance(thing, np.ndarray):
        return thing.tolist()
    if isinstance(thing, set | frozenset):
        return sorted(thing)
    return str(thing)
