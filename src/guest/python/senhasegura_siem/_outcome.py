"""What becomes of records: lines, rejections and counts, and the errors that are raised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field
from operator import add
from typing import Literal, TypeAlias, cast

from ._instance import BATCH, EACH, HELD, LINE, REJECTION, Instance

Reason: TypeAlias = Literal[
    "malformed",
    "not-an-object",
    "too-long",
    "too-deep",
    "too-many-fields",
    "no-record",
    "not-an-event",
    "unknown-event",
    "line-too-long",
    "not-one",
]
"""Why a record is rejected, for programs: it

* is not JSON, CEF or syslog (`malformed`), or is JSON but not an object (`not-an-object`);
* is longer than `max_record_bytes` (`too-long`), nested deeper than `max_depth` (`too-deep`), or has more fields than
  `max_fields` (`too-many-fields`);
* is not where the option `record` points, or in the text that holds it (`no-record`);
* has no event id, event name or message type, or is of another vendor (`not-an-event`);
* is an event that the catalog does not hold, and `unknown_events` is `reject` (`unknown-event`);
* has a line that is longer than `max_bytes` even without everything that can be dropped or cut (`line-too-long`);
* is none, or several, where one is expected (`not-one`).
"""


class ConfigError(ValueError):
    """A configuration that is refused.

    >>> from senhasegura_siem import Transformer
    >>> try:
    ...     Transformer({"timezone": "Brasilia"})
    ... except ConfigError as error:
    ...     print(error.pointer)
    /timezone
    """

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


class RecordError(ValueError):
    """A record that cannot be explained, as it is rejected."""

    rejection: Rejection
    """The rejection, with its reason and message."""

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection)
        self.rejection = rejection

    def __str__(self) -> str:
        return f"{self.rejection.reason}: {self.rejection.message}"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that did not become a line."""

    index: int
    """Its index in the batch or the stream, rejected records included, or that of the record in the list."""
    start: int
    """The offset of its first byte in the batch, the stream or the record of the list (of its UTF-8, if that is a
    `str`)."""
    end: int
    """The offset after its last byte."""
    reason: Reason
    """A word for programs, such as `malformed`."""
    message: str
    """What was expected, what was found and where."""
    record: bytes = field(repr=False)
    """Its bytes, from `start` to `end`, to be kept or tried again."""
    is_continuation: bool = False
    """Whether it is another piece of the record that was rejected before, which is longer than a stream keeps."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How lines differ from their records: counts, which `+` adds.

    >>> Changes(renamed=1) + Changes(renamed=1, dropped=2)
    Changes(renamed=2, replaced=0, truncated=0, dropped=2, repeated=0, unreadable=0, redacted=0)
    """

    renamed: int = 0
    """Fields under another name: a misspelt key is repaired, or the format cannot hold the name. A field may have
    both."""
    replaced: int = 0
    """Values with characters that are replaced, as the format cannot hold them or nobody sees them, once for each
    reason."""
    truncated: int = 0
    """Values cut to the length that the format or `max_bytes` allows."""
    dropped: int = 0
    """Fields left out: nothing in them is visible, a label has no value, another field has the same name, the field is
    not wanted, or the line has no room for it."""
    repeated: int = 0
    """Fields that the record repeats. The last value is written."""
    unreadable: int = 0
    """Times and severities that cannot be read as such. They are written as fields."""
    redacted: int = 0
    """Values of which `[redacted]` is written in place of a secret, or of all, as `redact` asks."""

    def __add__(self, other: Changes) -> Changes:
        if not isinstance(other, Changes):
            return NotImplemented
        return Changes(*map(add, astuple(self), astuple(other)))


@dataclass(frozen=True, slots=True)
class Output:
    """The outcome of a batch, or of a part of a stream. Every record becomes either a line or a rejection."""

    lines: bytes
    """The lines in the order of their records, each ended by a line feed or framed as configured."""
    written: int
    """The number of lines."""
    rejections: tuple[Rejection, ...]
    """The rejected records, in the order of the batch."""
    changes: Changes
    """The differences between all lines and their records."""


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one record."""

    line: bytes
    """The line, without line feed or framing. It is valid UTF-8 without control characters."""
    changes: Changes
    """The differences between the line and its record."""


def read_batch(instance: Instance, at: int, data: bytes, *, offset: int = 0) -> Output:
    """Reads the answer for a batch, which begins at `offset` of a stream."""
    lines, length, rejections, count, written, *changes = instance.read(BATCH, at)
    rejected = _rejections(instance, rejections, count, [data], offset=offset)
    return Output(instance.bytes(lines, length), written, tuple(rejected), Changes(*changes))


def read_part(instance: Instance, at: int) -> tuple[Output, int]:
    """Reads the answer for a part of a stream, and the offset from which another stream goes on."""
    offset, rest, held, length = instance.read(HELD, at + BATCH.size)
    return read_batch(instance, at, instance.bytes(held, length), offset=offset), rest


def read_each(instance: Instance, at: int, records: Sequence[bytes], first: int) -> list[Line | Rejection]:
    """Reads the answer for records, of which `first` is the index of the first."""
    lines, line_count, rejections, rejection_count = instance.read(EACH, at)
    written = _lines(instance, lines, line_count)
    if rejection_count == 0:
        return list(written)
    rejected = {it.index: it for it in _rejections(instance, rejections, rejection_count, records, first=first)}
    # Each index has either.
    return [rejected.get(index) or next(written) for index in range(first, first + len(records))]


def _lines(instance: Instance, at: int, count: int) -> Iterator[Line]:
    """Reads lines, which stand one after the other."""
    rows = list(instance.items(LINE, at, count))
    if not rows:
        return
    first, (last, length, *_) = rows[0][0], rows[-1]
    text = instance.bytes(first, last + length - first)
    # Many have the same.
    known: dict[tuple[int, ...], Changes] = {}
    for start, length, *counts in rows:
        key = tuple(counts)
        if (changes := known.get(key)) is None:
            changes = known[key] = Changes(*counts)
        yield Line(text[start - first : start - first + length], changes)


def read_rejection(instance: Instance, at: int, record: bytes) -> Rejection:
    """Reads the rejection of one record."""
    [rejection] = _rejections(instance, at, 1, [record])
    return rejection


def _rejections(
    instance: Instance, at: int, count: int, records: Sequence[bytes], *, first: int = 0, offset: int = 0
) -> list[Rejection]:
    """Reads rejections. Their bytes are those of the record of each, or those of the only one."""
    rejections = []
    texts: dict[tuple[int, int], str] = {}

    def text(start: int, length: int) -> str:
        # Most rejections have one of a few texts.
        if (found := texts.get((start, length))) is None:
            found = texts[start, length] = instance.text(start, length)
        return found

    for index, start, end, *words, is_continuation in instance.items(REJECTION, at, count):
        reason, message = cast(Reason, text(*words[:2])), text(*words[2:])
        record = (records[0] if len(records) == 1 else records[index])[start:end]
        place = first + index, offset + start, offset + end
        rejections.append(Rejection(*place, reason, message, record, bool(is_continuation)))
    return rejections


def joined(outputs: Sequence[Output]) -> Output:
    """Returns the outputs of parts as that of the whole."""
    if len(outputs) == 1:
        return outputs[0]
    return Output(
        lines=b"".join(output.lines for output in outputs),
        written=sum(output.written for output in outputs),
        rejections=tuple(rejection for output in outputs for rejection in output.rejections),
        changes=sum((output.changes for output in outputs), Changes()),
    )
