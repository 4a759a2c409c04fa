"""A program with types, for mypy: what the package says of its own. It runs, too."""

import io
from collections.abc import Iterator
from datetime import datetime, timezone

from senhasegura_siem import (
    Change,
    Changes,
    ConfigError,
    Data,
    Explanation,
    Fate,
    Kind,
    Line,
    Output,
    PartSource,
    Reason,
    RecordError,
    Rejection,
    Stream,
    Time,
    Transformer,
    kinds,
)
from typing_extensions import assert_type


def lines(config: dict[str, object] | str, records: list[str]) -> Iterator[bytes]:
    transformer = Transformer(config)
    assert_type(transformer.transform(b"", 1772626500000), Output)
    assert_type(transformer.transform(memoryview(b""), datetime.now(timezone.utc)), Output)
    for outcome in transformer.transform_each(records):
        assert_type(outcome, Line | Rejection)
        match outcome:
            case Line(line, changes):
                assert_type(line, bytes)
                assert_type(changes.renamed, int)
                yield line
            case Rejection(index=index, reason=reason, record=record):
                assert_type(index, int)
                assert_type(reason, Reason)
                assert_type(record, bytes)
                if reason == "not-one":
                    continue


def stream(file: io.BufferedReader, raw: io.FileIO, memory: io.BytesIO) -> None:
    transformer = Transformer()
    assert_type(transformer.transform_file(memory), Iterator[Output])
    for readable in (file, raw):
        for output in transformer.transform_file(readable, lambda: datetime.now(timezone.utc), size=1 << 16):
            assert_type(output.lines, bytes)
            assert_type(output.rejections, tuple[Rejection, ...])
    data: Data = ""
    received: Time = 0
    with Transformer() as other, Stream(other) as pieces:
        assert_type((other, pieces), tuple[Transformer, Stream])
        output = pieces.push(data, received)
    assert_type(output, Output)
    assert_type(sum([output.changes], Changes()), Changes)


def explain(transformer: Transformer, record: str) -> Explanation | None:
    try:
        explanation = transformer.explain(record)
    except RecordError as error:
        assert_type(error.rejection, Rejection)
        return None
    for part in explanation.parts:
        assert_type(part.source, PartSource)
        assert_type(part.field, int | None)
    for field in explanation.fields:
        assert_type(field.fate, Fate)
        for note in field.notes:
            assert_type(note.change, Change | None)
    return explanation


def catalog() -> dict[str, Kind]:
    return {event.id: kind for kind in kinds() for event in kind.ids}


try:
    Transformer({"format": "xml"})
except ConfigError as error:
    assert_type(error.pointer, str)
    print(error.pointer)
print(*lines({"timezone": "-03:00"}, ['{"event_id": 17}', "no record"]))
explained = explain(Transformer(), '{"event_id": 17}')
print(explained and explained.kind, catalog()["17"].origin)
