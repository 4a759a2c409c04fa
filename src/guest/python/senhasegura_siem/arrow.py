"""Columns and batches of Apache Arrow, by pyarrow."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pyarrow
import pyarrow.compute

from ._instance import ROWS, Instance

if TYPE_CHECKING:
    from . import Transformer

COLUMNS: Final = ("line", "reason", "error")
"""What `with_lines` appends, all strings."""

STRUCT: Final = pyarrow.struct([(name, pyarrow.string()) for name in COLUMNS])
"""The type that `Transformer.transform_column` returns."""

# A call takes at most this many bytes, so that the memory of the module stays small.
PIECE: Final = 4 << 20


def with_lines(
    batches: Iterable[pyarrow.RecordBatch], *, config: str = "", record: str = "record", received: str | None = None
) -> Iterator[pyarrow.RecordBatch]:
    """Appends the columns `line`, `reason` and `error` to batches: a function for Spark's `mapInArrow`.

    `config` is the JSON text of the configuration, `record` the name of the column with the records, one a row, and
    `received` that of the column with their times of reception. A process keeps the transformers of its last eight
    configurations: Spark pickles a function of an installed module by its name, and its workers are used again.
    """
    transformer = _kept(config)
    for batch in batches:
        times = None if received is None else batch.column(received)
        siem = transformer.transform_column(batch.column(record), times)
        names = [*batch.schema.names, *COLUMNS]
        yield pyarrow.RecordBatch.from_arrays([*batch.columns, *siem.flatten()], names=names)


@functools.lru_cache(maxsize=8)
def _kept(config: str) -> Transformer:
    from . import Transformer

    return Transformer(config)


def transform_column(instance: Instance, column: Any, received: Any) -> Any:
    """See `Transformer.transform_column`. `received` is a number of milliseconds or a column."""
    if isinstance(received, pyarrow.ChunkedArray):
        received = received.combine_chunks()
    if not isinstance(received, int) and len(received) != len(column):
        raise ValueError(f"expected {len(column)} times of reception, found {len(received)}")
    if isinstance(column, pyarrow.ChunkedArray):
        chunks, start = [], 0
        for chunk in column.chunks:
            of_chunk = received if isinstance(received, int) else received.slice(start, len(chunk))
            chunks.append(transform_column(instance, chunk, of_chunk))
            start += len(chunk)
        return pyarrow.chunked_array(chunks, STRUCT)
    if not isinstance(column, pyarrow.Array):
        raise TypeError(f"expected a column of pyarrow, found {type(column).__name__}")
    texts = _texts(column)
    if not isinstance(received, int):
        received = _times(received)
    pieces = list(_pieces(instance, texts, received))
    return pyarrow.concat_arrays(pieces) if pieces else pyarrow.array([], STRUCT)


def _texts(column: pyarrow.Array) -> pyarrow.Array:
    """Returns the column with offsets of 32 bits."""
    types = pyarrow.types
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if types.is_string(column.type) or types.is_binary(column.type):
        return column
    others = (types.is_large_string, types.is_large_binary, types.is_string_view, types.is_binary_view)
    if any(is_other(column.type) for is_other in (*others, types.is_fixed_size_binary, types.is_null)):
        return column.cast(pyarrow.binary())
    raise TypeError(f"expected a column of strings or binary values, found one of {column.type}")


def _times(column: pyarrow.Array) -> pyarrow.Array:
    """Returns the column as milliseconds since 1970; a negative number stands for none."""
    if not pyarrow.types.is_integer(column.type):
        column = column.cast(pyarrow.timestamp("ms", getattr(column.type, "tz", None)), safe=False)
    return pyarrow.compute.fill_null(column.cast(pyarrow.int64()), -1)


def _pieces(instance: Instance, texts: pyarrow.Array, received: int | pyarrow.Array) -> Iterator[pyarrow.StructArray]:
    """Transforms the rows in as many calls as it takes."""
    rest = [(0, len(texts))]
    while rest:
        start, length = rest.pop()
        if length == 0:
            continue
        piece = texts.slice(start, length)
        _, offsets, _ = piece.buffers()
        first, last = (
            ctypes.c_int32.from_address(offsets.address + 4 * row).value
            for row in (piece.offset, piece.offset + length)
        )
        if last - first > PIECE and length > 1:
            half = length // 2
            rest += [(start + half, length - half), (start, half)]
        else:
            times = received if isinstance(received, int) else received.slice(start, length)
            yield _piece(instance, piece, first, last, times)


def _piece(
    instance: Instance, piece: pyarrow.Array, first: int, last: int, received: int | pyarrow.Array
) -> pyarrow.StructArray:
    """Transforms rows whose texts are from the offset `first` to `last`, in one call."""
    rows = len(piece)
    _, offsets, data = piece.buffers()
    texts = [(offsets.address + 4 * piece.offset, 4 * (rows + 1)), (data.address + first if data else 0, last - first)]
    if isinstance(received, int):
        instance.write(*texts)
        at = instance.transform("siem_rows", rows, received)
    else:
        _, times = received.buffers()
        instance.write((times.address + 8 * received.offset, 8 * rows), *texts)
        at = instance.transform("siem_rows_at", rows)
    answer = instance.read(ROWS, at)
    columns = []
    for validity, starts, text, length in (answer[0:4], answer[4:8], answer[8:12]):
        places = [(starts, 4 * (rows + 1)), (text, length), (validity, (rows + 7) // 8)]
        buffers = [pyarrow.py_buffer(instance.bytes(*place)) for place in places]
        columns.append(pyarrow.StringArray.from_buffers(rows, *buffers))
    if piece.null_count:
        is_valid = piece.is_valid()
        columns = [pyarrow.compute.if_else(is_valid, column, None) for column in columns]
    return pyarrow.StructArray.from_arrays(columns, fields=list(STRUCT))
