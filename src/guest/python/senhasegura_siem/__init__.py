"""Turns privileged-access events of senhasegura (Segura) into CEF, RFC 5424 or lines for Sensage.

>>> transformer = Transformer({"timezone": "-03:00"})
>>> output = transformer.transform('{"event_id": 17, "time": "2026-03-04 09:15:00", "suser": "stlee"}')
>>> output.lines
b'CEF:0|MT4|senhasegura|unknown|17|Session finished|5|rt=1772626500000 suser=stlee\\n'

The README of the project describes records, formats and the configuration.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ._instance import BATCH, REJECTION, GuestError, Instance, Refused

if TYPE_CHECKING:
    import pyarrow

T = TypeVar("T")

__all__ = ["Changes", "ConfigError", "GuestError", "Output", "Rejection", "Transformer"]


class ConfigError(ValueError):
    """A configuration that is refused."""

    pointer: str
    """The JSON Pointer (RFC 6901) of the value at fault; empty for the whole."""
    message: str
    """What was expected and what was found."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(pointer, message)
        self.pointer = pointer
        self.message = message

    def __str__(self) -> str:
        return f"{self.pointer}: {self.message}" if self.pointer else self.message


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that did not become a line."""

    index: int
    """Its index in the batch, rejected records included."""
    start: int
    """The offset of its first byte in the batch (of the UTF-8 text, if that is a `str`)."""
    end: int
    """The offset after its last byte."""
    reason: str
    """A word for programs, such as `malformed`."""
    message: str
    """What was expected, what was found and where."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How lines differ from their records: counts."""

    renamed: int
    replaced: int
    truncated: int
    dropped: int
    repeated: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Output:
    """The outcome of a batch. Every record becomes either a line or a rejection."""

    lines: bytes
    """The lines in the order of their records, each ended by a line feed or framed as configured."""
    written: int
    """The number of lines."""
    rejections: tuple[Rejection, ...]
    """The rejected records, in the order of the batch."""
    changes: Changes
    """The differences between all lines and their records."""


class Transformer:
    """Turns batches of records into lines.

    It compiles a WebAssembly module, once a process, and has an instance of it. Reuse it. Threads may share one: it makes
    another instance for each call that comes during another, and keeps it. It can be pickled, and the process forked while
    no other thread is in a call.
    """

    def __init__(self, config: Mapping[str, Any] | str | None = None) -> None:
        """Creates a transformer.

        `config` has the options of the configuration, or is its JSON text. Raises `ConfigError` if it is refused.
        """
        self._config = "" if config is None else config if isinstance(config, str) else json.dumps(config)
        # Those that no call uses. Without a lock, as calls may also come from a signal's handler, or after a fork.
        self._idle = [self._made()]

    def __reduce__(self) -> tuple[type[Transformer], tuple[str]]:
        return Transformer, (self._config,)

    def transform(self, batch: bytes | bytearray | memoryview | str, received: datetime | int | None = None) -> Output:
        """Transforms a batch of records.

        Records without a time get `received`: a `datetime` with a time zone, or milliseconds since 1970. Batches of
        64 KiB to 1 MiB are fastest. The module's memory has a limit of 1 GiB: raises `MemoryError` or `GuestError` if
        that does not suffice for the batch, its lines and its rejections.
        """
        data = batch.encode("utf-8", "surrogatepass") if isinstance(batch, str) else bytes(memoryview(batch))
        millis = _millis(received)

        def call(instance: Instance) -> Output:
            instance.write(data)
            return _output(instance, instance.transform("siem_batch", millis))

        return self._call(call)

    @overload
    def transform_column(
        self, column: pyarrow.Array, received: datetime | int | pyarrow.Array | None = None
    ) -> pyarrow.StructArray: ...

    @overload
    def transform_column(
        self, column: pyarrow.ChunkedArray, received: datetime | int | pyarrow.ChunkedArray | None = None
    ) -> pyarrow.ChunkedArray: ...

    def transform_column(self, column: Any, received: Any = None) -> Any:
        """Transforms the rows of a column of strings or binary values, one record each.

        Returns a column of structures with the strings `line`, `reason` and `error`: of a row that is written, only
        the line is valid, and has no framing; of one that is rejected, only the others are; of a null, none is.
        `received` is that of all rows, or a column with that of each, in milliseconds since 1970 or of an Arrow type
        for times.

        Raises `MemoryError` or `GuestError` as `transform` does, and `OverflowError` if the lines of a column that has
        no chunks are more than 2 GiB. Long columns take several calls of the module.
        """
        from . import arrow

        times = _millis(received) if received is None or isinstance(received, (int, datetime)) else received
        return self._call(lambda instance: arrow.transform_column(instance, column, times))

    def _call(self, call: Callable[[Instance], T]) -> T:
        """Calls with an instance that no other call uses meanwhile."""
        try:
            instance = self._idle.pop()
        except IndexError:
            instance = self._made()
        else:
            try:
                return self._call_with(instance, call)
            except (GuestError, MemoryError):
                # What came before has left its memory in pieces, and one that has failed is not used again.
                instance = self._made()
        return self._call_with(instance, call)

    def _call_with(self, instance: Instance, call: Callable[[Instance], T]) -> T:
        is_whole = True
        try:
            return call(instance)
        except (GuestError, MemoryError):
            is_whole = False
            instance.close()
            raise
        finally:
            if is_whole:
                self._idle.append(instance)

    def _made(self) -> Instance:
        try:
            return Instance(self._config.encode("utf-8", "surrogatepass"))
        except Refused as refused:
            raise ConfigError(*refused.args) from None


def _millis(received: datetime | int | None) -> int:
    """Returns a time in milliseconds since 1970; a negative number stands for none."""
    if received is None:
        return -1
    if isinstance(received, datetime):
        if received.tzinfo is None:
            raise ValueError("expected a time of reception with a time zone, found one without")
        return int(received.timestamp() * 1000)
    # What does not fit into 64 bits is as far off as the most that does.
    return max(-1, min(received, 2**63 - 1))


def _output(instance: Instance, at: int) -> Output:
    lines, length, rejections, count, written, *changes = instance.read(BATCH, at)
    rows = REJECTION.iter_unpack(instance.bytes(rejections, REJECTION.size * count))
    return Output(
        lines=instance.bytes(lines, length),
        written=written,
        rejections=tuple(
            Rejection(index, start, end, instance.text(reason, reason_length), instance.text(message, message_length))
            for index, start, end, reason, reason_length, message, message_length in rows
        ),
        changes=Changes(*changes),
    )
