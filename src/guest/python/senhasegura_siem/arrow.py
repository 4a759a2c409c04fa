"""Columns and batches of Apache Arrow, by pyarrow."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

# It has no types, and may be missing where types are checked.
try:
    import pyarrow  # type: ignore[import-untyped, import-not-found, unused-ignore]
    import pyarrow.compute  # type: ignore[import-untyped, import-not-found, unused-ignore]
except ModuleNotFoundError as error:
    raise ImportError("expected pyarrow, which `senhasegura-siem[arrow]` installs, found that it is missing") from error

from ._instance import PIECE, ROWS, ROWS_MAX, Instance, Refused

if TYPE_CHECKING:
    from ._transformer import Transformer

COLUMNS: Final = ("line", "reason", "error")
"""What `with_lines` appends, all strings."""

STRUCT: Final = pyarrow.struct([(name, pyarrow.string()) for name in COLUMNS])
"""The type that `Transformer.transform_column` returns."""


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
    from ._transformer import Transformer

    return Transformer(config)


def transform_column(instance: Instance, column: Any, received: Any) -> Any:
    """See `Transformer.transform_column`. `received` is a number of milliseconds or a column."""
    if isinstance(received, pyarrow.ChunkedArray):
        received = received.combine_chunks()
    if not isinstance(received, int):
        if not isinstance(received, pyarrow.Array):
            expected = "a datetime, an int of milliseconds or a pyarrow column"
            raise TypeError(f"expected {expected}, found {type(received).__name__}")
        if len(received) != len(column):
            raise ValueError(f"expected a time of reception for each of the {len(column)} records, found {len(received)}")
        received.validate()
        received = _times(received)
    if isinstance(column, pyarrow.ChunkedArray):
        chunks, start = [], 0
        for chunk in column.chunks:
            of_chunk = received if isinstance(received, int) else received.slice(start, len(chunk))
            chunks += _transform(instance, chunk, of_chunk)
            start += len(chunk)
        return pyarrow.chunked_array(chunks, STRUCT)
    if not isinstance(column, pyarrow.Array):
        raise TypeError(f"expected a pyarrow column, found {type(column).__name__}")
    pieces = _transform(instance, column, received)
    try:
        return pyarrow.concat_arrays(pieces) if pieces else pyarrow.array([], STRUCT)
    except pyarrow.ArrowInvalid as error:
        raise OverflowError("expected at most 2 GiB of lines for an Array, found more (pass a ChunkedArray)") from error


def _transform(instance: Instance, column: pyarrow.Array, received: int | pyarrow.Array) -> list[pyarrow.StructArray]:
    """Transforms a column. The answer's pieces may be more than fit into one column."""
    column.validate()
    # Of any other type than texts, it is refused even without rows.
    _texts(column.slice(0, 0))
    return list(_pieces(instance, column, received))


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
    types, compute = pyarrow.types, pyarrow.compute
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if types.is_timestamp(column.type) and column.type.unit == "s":
        # Far out of range, the product would be another time.
        seconds = compute.fill_null(column.cast(pyarrow.int64()), -1)
        return compute.multiply(compute.max_element_wise(compute.min_element_wise(seconds, 10**15), -1), 1000)
    if not types.is_integer(column.type):
        column = column.cast(pyarrow.timestamp("ms", getattr(column.type, "tz", None)), safe=False)
    # Numbers of 64 bits without a sign become negative if they are far out of range.
    return compute.fill_null(column.cast(pyarrow.int64(), safe=False), -1)


def _pieces(instance: Instance, column: pyarrow.Array, received: int | pyarrow.Array) -> Iterator[pyarrow.StructArray]:
    """Transforms the rows in as many calls as it takes."""
    rest = [(0, len(column))]
    while rest:
        start, length = rest.pop()
        if length == 0:
            continue
        if (found := _small(column.slice(start, length))) is None:
            half = length // 2
            rest += [(start + half, length - half), (start, half)]
        else:
            times = received if isinstance(received, int) else received.slice(start, length)
            try:
                yield _piece(instance, *found, times)
            except Refused as refused:
                # `validate` looks at the first and the last offset.
                _, message = refused.args
                raise ValueError(f"malformed column: {message}") from None


def _small(piece: pyarrow.Array) -> tuple[pyarrow.Array, int, int] | None:
    """Returns the texts of rows, and the offsets of their first and last byte, unless they are too many for a call."""
    rows, types = len(piece), pyarrow.types
    if rows > ROWS_MAX:
        return None
    if types.is_large_string(piece.type) or types.is_large_binary(piece.type):
        first, last = _ends(piece, ctypes.c_int64)
        if last - first > PIECE and rows > 1:
            return None
        # A copy has offsets from 0 on, which 32 bits suffice for.
        piece = pyarrow.concat_arrays([piece, piece.slice(0, 0)])
    try:
        texts = _texts(piece)
    except pyarrow.ArrowInvalid:
        # Of more than 2 GiB, they cannot be had at once.
        if rows == 1:
            raise
        return None
    first, last = _ends(texts, ctypes.c_int32)
    return None if last - first > PIECE and rows > 1 else (texts, first, last)


def _ends(texts: pyarrow.Array, number: type[ctypes.c_int32 | ctypes.c_int64]) -> tuple[int, int]:
    """Returns the offsets of the first and the last byte of texts."""
    # They may be those of bytes elsewhere.
    texts.validate()
    _, offsets, _ = texts.buffers()
    size = ctypes.sizeof(number)
    first, last = (
        number.from_address(offsets.address + size * row).value for row in (texts.offset, texts.offset + len(texts))
    )
    return first, last


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
