"""Columns of Apache Arrow."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final

import pyarrow
import pyarrow.compute

from ._instance import ROWS, Instance

# A call for at most this many bytes, so that the memory of the module stays small.
PIECE: Final = 4 << 20


def transform_column(instance: Instance, column: Any, received: Any, millis: Callable[[Any], int]) -> Any:
    if isinstance(column, pyarrow.ChunkedArray):
        times = received
        if isinstance(received, pyarrow.ChunkedArray):
            times = received.combine_chunks()
        chunks, start = [], 0
        for chunk in column.chunks:
            of_chunk = times.slice(start, len(chunk)) if isinstance(times, pyarrow.Array) else times
            chunks.append(transform_column(instance, chunk, of_chunk, millis))
            start += len(chunk)
        return pyarrow.chunked_array(chunks, TYPE)
    texts = _texts(column)
    if not isinstance(received, pyarrow.Array):
        received = millis(received)
    elif len(received) != len(column):
        raise ValueError(f"expected {len(column)} times of reception, found {len(received)}")
    else:
        received = _times(received)
    return pyarrow.concat_arrays(list(_pieces(instance, texts, received)) or [pyarrow.array([], TYPE)])


TYPE: Final = pyarrow.struct([(name, pyarrow.string()) for name in ("line", "reason", "error")])


def _texts(column: pyarrow.Array) -> pyarrow.Array:
    """Returns the column with offsets of 32 bits."""
    if pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pyarrow.types.is_string(column.type) or pyarrow.types.is_binary(column.type):
        return column
    if not _is_text(column.type):
        raise TypeError(f"expected a column of strings or binary values, found one of {column.type}")
    return column.cast(pyarrow.binary())


def _is_text(kind: pyarrow.DataType) -> bool:
    types = pyarrow.types
    tests = (types.is_large_string, types.is_large_binary, types.is_string_view, types.is_binary_view)
    return any(test(kind) for test in (*tests, types.is_fixed_size_binary, types.is_null))


def _times(column: pyarrow.Array) -> pyarrow.Array:
    """Returns the column as milliseconds since 1970; a negative number stands for none."""
    if not pyarrow.types.is_integer(column.type):
        column = column.cast(pyarrow.timestamp("ms", getattr(column.type, "tz", None)), safe=False)
    return pyarrow.compute.fill_null(column.cast(pyarrow.int64()), -1)


def _pieces(instance: Instance, texts: pyarrow.Array, received: int | pyarrow.Array) -> Any:
    """Transforms the column in pieces of rows that are short enough."""
    rest = [(0, len(texts))]
    while rest:
        start, length = rest.pop()
        piece = texts.slice(start, length)
        _, offsets, _ = piece.buffers()
        first, last = _offsets(offsets, piece.offset, length)
        if last - first > PIECE and length > 1:
            half = length // 2
            rest += [(start + half, length - half), (start, half)]
        elif length > 0:
            times = received if isinstance(received, int) else received.slice(start, length)
            yield _piece(instance, piece, first, last, times)


def _offsets(offsets: pyarrow.Buffer | None, start: int, length: int) -> tuple[int, int]:
    """Returns the first and the last offset of a slice."""
    if offsets is None or length == 0:
        return 0, 0
    of = ctypes.c_int32.from_address
    return of(offsets.address + 4 * start).value, of(offsets.address + 4 * (start + length)).value


def _piece(instance: Instance, piece: pyarrow.Array, first: int, last: int, received: int | pyarrow.Array) -> Any:
    rows = len(piece)
    _, offsets, data = piece.buffers()
    column = [(offsets.address + 4 * piece.offset, 4 * (rows + 1)), (data.address + first if data else 0, last - first)]
    if isinstance(received, int):
        instance.write(*column)
        at = instance.transform("siem_rows", rows, received)
    else:
        _, times = received.buffers()
        instance.write((times.address + 8 * received.offset, 8 * rows), *column)
        at = instance.transform("siem_rows_at", rows)
    answer = instance.read(ROWS, at)
    columns = []
    for validity, starts, text, length in (answer[0:4], answer[4:8], answer[8:12]):
        buffers = [(starts, 4 * (rows + 1)), (text, length), (validity, (rows + 7) // 8)]
        columns.append(
            pyarrow.StringArray.from_buffers(rows, *(pyarrow.py_buffer(instance.bytes(*place)) for place in buffers))
        )
    if piece.null_count:
        is_valid = piece.is_valid()
        columns = [pyarrow.compute.if_else(is_valid, column, None) for column in columns]
    return pyarrow.StructArray.from_arrays(columns, fields=list(TYPE))
