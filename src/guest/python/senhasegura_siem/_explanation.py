"""What happened to one record, and the kinds of event: for people and their tools."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from ._instance import (
    EVENT_ID,
    EXPLANATION,
    FIELD,
    INDEX,
    KIND,
    LINE_PART,
    LIST,
    NONE,
    NOTE,
    PART_NOTE,
    Instance,
)
from ._outcome import Changes, RecordError, read_rejection

PartSource: TypeAlias = Literal["field", "catalog", "configuration", "reception", "wrapper", "default", "format"]
"""Where a part of a line comes from: a field of the record, the catalog of kinds of event, the configuration, the time
of reception, what is around the record, the value that is written if nothing else gives one, or the format: its signs,
and labels that it requires."""

Fate: TypeAlias = Literal["written", "absent", "repeated", "dropped"]
"""What happened to a field as a whole: the line contains it; it has no value; the record repeats it, and another value
is written; it is left out, and a note says why."""

Change: TypeAlias = Literal["renamed", "replaced", "truncated", "dropped", "repeated", "unreadable", "redacted"]
"""What was done to a field or a part: the name of a count in `Changes`."""


@dataclass(frozen=True, slots=True)
class Note:
    """A change, or the reason why a field does not have the role that its name suggests."""

    change: Change | None
    """The change; `None` if the field was not changed."""
    why: str
    """The reason, for programs: a word such as `misspelt`. Later versions may add words."""
    message: str
    """The change and the reason, for people."""


@dataclass(frozen=True, slots=True)
class LinePart:
    """A part of a line: `line[start:end]`, which is never empty."""

    name: str
    """The name that the standard gives the part, or its key in the line; empty for separators and other signs of the
    format."""
    start: int
    """The index of its first character in the line."""
    end: int
    """The index after its last character."""
    source: PartSource
    """Where it comes from."""
    field: int | None
    """The index, in `Explanation.fields`, of the field that it comes from; `None` unless `source` is `field`."""


@dataclass(frozen=True, slots=True)
class RecordField:
    """What happened to one field of a record: `record[start:end]`."""

    name: str
    """The name as received, without its quotes; of a field that has its place instead of a name, what the standard
    calls it."""
    value: str
    """The value as received: JSON text, or text."""
    start: int
    """The index of the field's first character, the quote before its name, in the record."""
    end: int
    """The index after the last character of its value."""
    fate: Fate
    """What happened to the field as a whole."""
    parts: tuple[int, ...]
    """The indices, in `Explanation.parts`, of the parts of the line that come from the field."""
    notes: tuple[Note, ...]
    """What was changed, and why."""


@dataclass(frozen=True, slots=True)
class PartNote:
    """A note on parts of a line that do not come from a field."""

    source: PartSource
    """Where the parts come from."""
    note: Note
    """What was changed, and why."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened to one record. Indices in `line` and `record` are those of `str`: they count characters."""

    line: str
    """The line, without line feed or framing."""
    record: str
    """The text of the record. If it is inside another object or a text, this is the inner text. What is not UTF-8 has
    become U+FFFD."""
    is_wrapped: bool
    """Whether the record is inside another object or a text, or has a form that is read into a record first, such as
    CEF."""
    way: tuple[str, ...]
    """What was read to come to the record, from the outside in, in words; empty if the record is not wrapped."""
    left: tuple[str, ...]
    """The names of fields around the record, or beside its fields, that are not used."""
    kind: str | None
    """The `name` of the event's kind; `None` if the catalog does not hold the event."""
    kind_from: int | None
    """The index, in `fields`, of the field that determined the kind; `None` if no field did."""
    parts: tuple[LinePart, ...]
    """The parts of the line, in order. Every character of the line is in exactly one."""
    fields: tuple[RecordField, ...]
    """The members of the record and of its `extensions`, in the order of the record; of a record in another dialect,
    those that are fields of the event."""
    notes: tuple[PartNote, ...]
    """What was changed in parts of the line that do not come from a field."""
    changes: Changes
    """The differences between the line and its record. Each is counted once and has one note."""


@dataclass(frozen=True, slots=True)
class EventId:
    """An event id."""

    id: str
    """A number, sometimes with three decimals, such as `17` or `336.501`."""
    severity: int
    """The CEF severity, from 0 to 10, of records that give none."""
    name: str
    """The event name of records that give none."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event. If only its event id is documented, the other names and the keys are empty."""

    name: str
    """The English name up to release 3.33."""
    name_four: str
    """The English name from release 4.0 on."""
    name_pt: str
    """The Portuguese name."""
    origin: str
    """The module that reports it, such as `COSE`; empty if unknown."""
    ids: tuple[EventId, ...]
    """Its event ids; empty if none is documented."""
    keys: tuple[str, ...]
    """The documented keys, in the order in which they are written."""


@functools.cache
def kinds() -> tuple[Kind, ...]:
    """Returns the catalog of kinds of event, which never changes.

    >>> [kind.name for kind in kinds() if any(event.id == "17" for event in kind.ids)]
    ['Session Ended']
    """
    instance = Instance(b"")

    def kind(row: tuple[int, ...]) -> Kind:
        name, name_four, name_pt, origin = (instance.text(*row[at : at + 2]) for at in range(0, 8, 2))
        ids = (
            EventId(instance.text(*of_id[:2]), of_id[2], instance.text(*of_id[3:]))
            for of_id in instance.items(EVENT_ID, *row[8:10])
        )
        return Kind(name, name_four, name_pt, origin, tuple(ids), instance.texts(*row[10:]))

    found = tuple(kind(row) for row in instance.items(KIND, *instance.read(LIST, instance.answer("siem_kinds"))))
    instance.close()
    return found


def read_explanation(instance: Instance, at: int, data: bytes) -> Explanation:
    """Reads the answer for a record. Raises `RecordError` if it is rejected."""
    answer = instance.read(EXPLANATION, at)
    if answer[0] != 0:
        raise RecordError(read_rejection(instance, answer[0], data))
    line, record, (is_wrapped, *_) = instance.bytes(*answer[1:3]), instance.bytes(*answer[3:5]), answer[5:6]
    kind, kind_from = instance.text(*answer[10:12]), answer[12]
    in_line, in_record = _Indices(line), _Indices(record)
    parts = (
        LinePart(instance.text(*row[:2]), in_line.of(row[2]), in_line.of(row[3]), *_source(instance, row[4:]))
        for row in instance.items(LINE_PART, *answer[13:15])
    )
    fields = (
        RecordField(
            name=instance.text(*row[:2]),
            value=instance.text(*row[2:4]),
            start=in_record.of(row[4]),
            end=in_record.of(row[5]),
            fate=cast(Fate, instance.text(*row[6:8])),
            parts=tuple(part for (part,) in instance.items(INDEX, *row[8:10])),
            notes=tuple(_note(instance, note) for note in instance.items(NOTE, *row[10:])),
        )
        for row in instance.items(FIELD, *answer[15:17])
    )
    notes = (
        PartNote(_source(instance, row[:3])[0], _note(instance, row[3:]))
        for row in instance.items(PART_NOTE, *answer[17:19])
    )
    return Explanation(
        line=line.decode(),
        record=record.decode(),
        is_wrapped=bool(is_wrapped),
        way=instance.texts(*answer[6:8]),
        left=instance.texts(*answer[8:10]),
        kind=kind or None,
        kind_from=_index(kind_from),
        parts=tuple(parts),
        fields=tuple(fields),
        notes=tuple(notes),
        changes=Changes(*answer[19:]),
    )


def _index(number: int) -> int | None:
    return None if number == NONE else number


def _source(instance: Instance, row: tuple[int, ...]) -> tuple[PartSource, int | None]:
    return cast(PartSource, instance.text(*row[:2])), _index(row[2])


def _note(instance: Instance, row: tuple[int, ...]) -> Note:
    change = cast(Change, instance.text(*row[:2])) or None
    return Note(change, instance.text(*row[2:4]), instance.text(*row[4:]))


class _Indices:
    """Indices of characters, found by the offsets of bytes."""

    def __init__(self, text: bytes) -> None:
        self._text, self._offset, self._index = text, 0, 0

    def of(self, offset: int) -> int:
        """Returns the index. It takes as long as the last offset is far away."""
        before, self._offset = self._offset, offset
        if offset < before:
            self._index -= len(self._text[offset:before].decode())
        else:
            self._index += len(self._text[before:offset].decode())
        return self._index
