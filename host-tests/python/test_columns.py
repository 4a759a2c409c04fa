"""Columns of pyarrow."""

import struct
import subprocess
import sys
from base64 import b64decode
from datetime import datetime, timezone

import pyarrow
import pytest
from common import lines_of
from senhasegura_siem import Transformer
from senhasegura_siem.arrow import with_lines


@pytest.mark.parametrize("case", lines_of("rows.ndjson"), ids=lambda case: case["config"])
def test_keeps_rows_aligned(case):
    transformer = Transformer(case["config"])
    records = [b64decode(row[0]) for row in case["rows"]]
    expected = [dict(zip(("line", "reason", "error"), row[2:])) for row in case["rows"]]
    times = [row[1] for row in case["rows"]]
    column, received = pyarrow.array(records, pyarrow.binary()), pyarrow.array(times, pyarrow.int64())
    answer = transformer.transform_column(column, received)
    assert answer.to_pylist() == expected
    answer.validate(full=True)
    # A slice, pieces and another layout of the same.
    assert transformer.transform_column(column[3:], received[3:]).to_pylist() == expected[3:]
    chunks = pyarrow.chunked_array([column[:5], column[5:5], column[5:]])
    assert transformer.transform_column(chunks, received).to_pylist() == expected
    large = column.cast(pyarrow.large_binary())
    assert transformer.transform_column(large, received).to_pylist() == expected


def test_takes_columns_of_any_kind():
    transformer = Transformer()
    texts = ['{"id": 17}', None, "", '{"id": 16}', "é", '{"id": 17}'] * 3
    expected = transformer.transform_column(pyarrow.array(texts)).to_pylist()
    assert [row["reason"] for row in expected[:5]] == [None, None, "not-one", None, "malformed"]
    assert expected[1] == {"line": None, "reason": None, "error": None}
    assert expected[3]["line"].startswith("CEF:0|MT4|senhasegura|unknown|16|")
    for kind in [pyarrow.large_string(), pyarrow.string_view(), pyarrow.binary(), pyarrow.binary_view()]:
        column = pyarrow.array(texts, pyarrow.string()).cast(kind)
        assert transformer.transform_column(column).to_pylist() == expected, kind
    assert transformer.transform_column(pyarrow.array(texts).dictionary_encode()).to_pylist() == expected
    assert transformer.transform_column(pyarrow.array([], pyarrow.string())).to_pylist() == []
    assert transformer.transform_column(pyarrow.array([None])).to_pylist()[0]["line"] is None
    # More than one call takes.
    long = pyarrow.array(['{"id": 17, "msg": "%s"}' % ("x" * 500_000)] * 30)
    assert transformer.transform_column(long).field("reason").null_count == 30
    with pytest.raises(TypeError, match="expected a column of strings"):
        transformer.transform_column(pyarrow.array([1]))
    with pytest.raises(TypeError, match="expected a pyarrow column, found list"):
        transformer.transform_column(["{}"])


def test_gives_rows_their_time_of_reception():
    transformer, moment = Transformer(), datetime(2026, 3, 4, 12, 15, tzinfo=timezone.utc)
    column = pyarrow.array(['{"id": 17}'] * 2)
    for received in [
        pyarrow.array([moment, None], pyarrow.timestamp("us", "UTC")),
        pyarrow.array([moment, None], pyarrow.timestamp("ns")),
        pyarrow.array([1772626500000, -1]),
    ]:
        lines = transformer.transform_column(column, received).field("line").to_pylist()
        assert ["rt=1772626500000" in line for line in lines] == [True, False]
    for of_column in [column, pyarrow.chunked_array([column.slice(0, 1), column.slice(1)])]:
        for count in [1, 3]:
            with pytest.raises(ValueError, match=f"expected a time of reception for each of the 2 records, found {count}"):
                transformer.transform_column(of_column, pyarrow.array([1] * count))
    for received in [1.5, [moment, None]]:
        with pytest.raises(TypeError, match=f"or a pyarrow column, found {type(received).__name__}$"):
            transformer.transform_column(column, received)


def test_takes_times_that_are_far_out_of_range_for_none():
    transformer, column = Transformer(), pyarrow.array(['{"id": 17}'] * 2)
    for received in [
        pyarrow.array([2**63, 1772626500000], pyarrow.uint64()),
        pyarrow.array([2**64 - 1, 1772626500000], pyarrow.uint64()),
        # In milliseconds, that would be 2026 modulo 2**64.
        pyarrow.array([2**61 + 1772626500, 1772626500], pyarrow.timestamp("s")),
        pyarrow.array([-(2**61) + 1772626500, 1772626500], pyarrow.timestamp("s", "UTC")),
        pyarrow.array([2**62, 1772626500], pyarrow.timestamp("s")).dictionary_encode(),
        pyarrow.array([None, 1772626500], pyarrow.timestamp("s")),
    ]:
        lines = transformer.transform_column(column, received).field("line").to_pylist()
        assert ["rt=1772626500000" in line for line in lines] == [False, True], received
        assert "rt=" not in lines[0], received


def test_refuses_offsets_of_what_is_not_the_columns():
    transformer, record, rows = Transformer(), '{"id": 17}', 200
    good = pyarrow.record_batch([pyarrow.array([record] * rows)], ["record"])
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, good.schema) as writer:
        writer.write_batch(good)
    message = sink.getvalue().to_pybytes()
    offsets = struct.pack(f"<{rows + 1}i", *range(0, len(record) * (rows + 1), len(record)))
    start = message.find(offsets)
    for row, offset in [(0, 2100), (0, -5), (rows, 4_000_000), (rows, 2_000_000_000), (rows, -1)]:
        changed = bytearray(message)
        struct.pack_into("<i", changed, start + 4 * row, offset)
        column = pyarrow.ipc.open_stream(bytes(changed)).read_all()["record"]
        with pytest.raises(pyarrow.ArrowInvalid):
            transformer.transform_column(column)
    # Within a column of several calls.
    offsets = pyarrow.py_buffer(struct.pack("<4i", 0, 1, 100_000_000, 6_000_000))
    column = pyarrow.Array.from_buffers(pyarrow.binary(), 3, [None, offsets, pyarrow.py_buffer(b"x" * 6_000_000)])
    with pytest.raises(pyarrow.ArrowInvalid):
        transformer.transform_column(column)
    # Between the first and the last.
    offsets = pyarrow.py_buffer(struct.pack("<4i", 0, 5, 3, 6))
    column = pyarrow.Array.from_buffers(pyarrow.binary(), 3, [None, offsets, pyarrow.py_buffer(b"x" * 6)])
    with pytest.raises(ValueError, match="^malformed column: expected ascending offsets .*, found others for row 1$"):
        transformer.transform_column(column)
    assert transformer.transform_column(good["record"]).field("line").null_count == 0


def test_takes_columns_of_any_length():
    transformer, rows = Transformer(), 3_000_000
    for column in [pyarrow.repeat(pyarrow.scalar(""), rows), pyarrow.nulls(rows)]:
        answer = transformer.transform_column(column)
        assert (len(answer), answer.field("line").null_count) == (rows, rows)
    # More than 2 GiB of text.
    long = pyarrow.array(["x" * 4_000_000])
    column = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 600, pyarrow.int32()), long)
    reasons = transformer.transform_column(column).field("reason")
    assert set(reasons.to_pylist()) == {"too-long"}


def test_says_what_installs_pyarrow():
    program = "import sys; sys.modules['pyarrow'] = None; import senhasegura_siem.arrow"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stderr.endswith(
        "\nImportError: expected pyarrow, which `senhasegura-siem[arrow]` installs, found that it is missing\n"
    )


def test_appends_columns_to_batches():
    batch = pyarrow.record_batch({"key": [1, 2], "record": ['{"id": 17}', "x"], "at": [1772626500000, 0]})
    [answer] = with_lines([batch], received="at")
    assert answer.schema.names == ["key", "record", "at", "line", "reason", "error"]
    assert answer["line"].to_pylist() == ["CEF:0|MT4|senhasegura|unknown|17|Session finished|5|rt=1772626500000", None]
    assert answer["reason"].to_pylist() == [None, "malformed"]
