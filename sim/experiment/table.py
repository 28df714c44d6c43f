"""The tidy table every result is kept in: its columns, its order, its bytes and its hash.

Rows run by member, scenario, group, measure, month, so members laid end to end are already
sorted and a table of any size can be written one member at a time. The same rows give the same
bytes. This room may look at the words of the outcomes; it changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.outcomes import MEASURES

SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string(), nullable=False),
        pa.field("member", pa.int32(), nullable=False),
        pa.field("seed", pa.int64(), nullable=False),
        pa.field("draw", pa.int32(), nullable=False),
        pa.field("month", pa.int32(), nullable=False),
        pa.field("place", pa.string(), nullable=False),
        pa.field("group", pa.string(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
    ]
)
COLUMNS = list(SCHEMA.names)
WORDS = ["scenario", "place", "group", "measure", "unit"]
ORDER = ["member", "scenario", "group", "measure", "month"]


def canonical(rows: pd.DataFrame) -> pa.Table:
    """Return `rows` (every column but unit) as the canonical table of one member.

    A month without a value (an empty group) has no row. Raises ValueError for an infinite value,
    an unknown measure or two values for the same thing.
    """
    strangers = sorted(set(rows["measure"]) - set(MEASURES))
    if strangers:
        raise ValueError(f"measures not defined in sim/outcomes.py: {', '.join(strangers)}")
    kept = rows[rows["value"].notna()].copy()
    values = kept["value"].to_numpy(dtype=np.float64)
    if np.isinf(values).any():
        first = kept[np.isinf(values)].iloc[0]
        raise ValueError(
            f"{first['measure']} of group {first['group']} is infinite in month {first['month']}"
        )
    # Adding 0.0 turns -0.0 into 0.0: the same number must have the same bytes.
    kept["value"] = values + 0.0
    kept["unit"] = kept["measure"].map({key: each.unit for key, each in MEASURES.items()})
    kept = kept.sort_values(ORDER, kind="stable", ignore_index=True)
    if kept.duplicated(ORDER).any():
        first = kept[kept.duplicated(ORDER)].iloc[0]
        raise ValueError(
            f"{first['measure']} of group {first['group']} has two values in month {first['month']}"
        )
    return pa.Table.from_pandas(
        kept[COLUMNS], schema=SCHEMA, preserve_index=False
    ).replace_schema_metadata()


def digest(table: pa.Table) -> bytes:
    """Return sha256 over one member's content, free of how it is chunked or encoded."""
    total = hashlib.sha256()
    for name in COLUMNS:
        column = table.column(name)
        if name in WORDS:
            content = "\n".join(_spelt_out(column)).encode()
        else:
            numbers = column.to_numpy()
            content = numbers.astype(numbers.dtype.newbyteorder("<")).tobytes()
        total.update(f"{name}:{len(content)}:".encode())
        total.update(content)
    return total.digest()


def _spelt_out(column: pa.ChunkedArray) -> Any:
    """Return a column of words as numpy objects, each word looked up once."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    encoded = column.unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        if encoded.num_chunks == 0:
            return []
        encoded = encoded.chunk(0)
    words = np.array([*encoded.dictionary.to_pylist(), ""], dtype=object)
    return words[encoded.indices.to_numpy(zero_copy_only=False)]


def results_hash(members: Iterable[pa.Table]) -> str:
    """Return one sha256 for a whole ensemble: the members' digests, in order of member."""
    return hash_of_digests(digest(member) for member in members)


def hash_of_digests(digests: Iterable[bytes]) -> str:
    """Return sha256 over member digests already taken."""
    total = hashlib.sha256()
    for each in digests:
        total.update(each)
    return total.hexdigest()


def writer(sink: BinaryIO) -> Any:
    """Return a Parquet writer whose bytes depend on nothing but the rows given to it."""
    return pq.ParquetWriter(
        sink,
        SCHEMA,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=WORDS,
        write_statistics=True,
        write_page_checksum=True,
        store_schema=False,
    )


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return the table for pandas, words as categories (a million rows take few megabytes)."""
    for name in WORDS:
        place = table.schema.get_field_index(name)
        column = table.column(name)
        if not pa.types.is_dictionary(column.type):
            table = table.set_column(place, name, column.dictionary_encode())
    frame: pd.DataFrame = table.unify_dictionaries().to_pandas()
    return frame
