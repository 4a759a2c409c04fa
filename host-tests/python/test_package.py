"""The installed package: the cases and rows in the folder `CASES`, and what its documentation promises."""

import json
import os
import pickle
import signal
import struct
import threading
import time
import unittest
from base64 import b64decode
from datetime import datetime, timezone
from pathlib import Path

import pyarrow

import wasmtime

from senhasegura_siem import ConfigError, GuestError, Output, Transformer
from senhasegura_siem._instance import _module

CASES = Path(os.environ["CASES"])


def report(output: Output) -> str:
    rejected = [
        f"record {it.index}, bytes {it.start}..{it.end}: {it.reason}: {it.message}\n" for it in output.rejections
    ]
    changes = output.changes
    names = ["renamed", "replaced", "truncated", "dropped", "repeated", "unreadable"]
    return "".join(rejected + [f"{name}: {count}\n" for name in names if (count := getattr(changes, name)) > 0])


def rows() -> list:
    return [json.loads(line) for line in (CASES / "rows.ndjson").read_text().splitlines()]


def forked(call) -> int:
    """Returns what a call answers in a forked process, or -1 if it takes a minute."""
    child = os.fork()
    if child == 0:
        os._exit(call())
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


class Package(unittest.TestCase):
    def test_writes_the_lines_that_the_native_transform_writes(self):
        cases = json.loads((CASES / "cases.json").read_text())
        self.assertGreater(len(cases), 400)
        for case in cases:
            with self.subTest(name=case["name"], format=case["format"]):
                output = Transformer(case["config"]).transform((CASES / case["input"]).read_bytes())
                self.assertEqual(output.lines, (CASES / case["lines"]).read_bytes())
                self.assertEqual(report(output), case["report"])
                self.assertIsInstance(output.written, int)

    def test_keeps_rows_aligned(self):
        for case in rows():
            transformer = Transformer(case["config"])
            records = [b64decode(row[0]) for row in case["rows"]]
            expected = [dict(zip(("line", "reason", "error"), row[2:])) for row in case["rows"]]
            times = [row[1] for row in case["rows"]]
            column, received = pyarrow.array(records, pyarrow.binary()), pyarrow.array(times, pyarrow.int64())
            with self.subTest(config=case["config"]):
                answer = transformer.transform_column(column, received)
                self.assertEqual(answer.to_pylist(), expected)
                answer.validate(full=True)
                # A slice, pieces and another layout of the same.
                self.assertEqual(transformer.transform_column(column[3:], received[3:]).to_pylist(), expected[3:])
                chunks = pyarrow.chunked_array([column[:5], column[5:5], column[5:]])
                self.assertEqual(transformer.transform_column(chunks, received).to_pylist(), expected)
                large = column.cast(pyarrow.large_binary())
                self.assertEqual(transformer.transform_column(large, received).to_pylist(), expected)

    def test_takes_columns_of_any_kind(self):
        transformer = Transformer()
        texts = ['{"id": 17}', None, "", '{"id": 16}', "é", '{"id": 17}'] * 3
        expected = transformer.transform_column(pyarrow.array(texts)).to_pylist()
        self.assertEqual([row["reason"] for row in expected[:5]], [None, None, "not-one", None, "malformed"])
        self.assertEqual(expected[1], {"line": None, "reason": None, "error": None})
        self.assertTrue(expected[3]["line"].startswith("CEF:0|MT4|senhasegura|unknown|16|"))
        for kind in [pyarrow.large_string(), pyarrow.string_view(), pyarrow.binary(), pyarrow.binary_view()]:
            column = pyarrow.array(texts, pyarrow.string()).cast(kind)
            self.assertEqual(transformer.transform_column(column).to_pylist(), expected, kind)
        self.assertEqual(transformer.transform_column(pyarrow.array(texts).dictionary_encode()).to_pylist(), expected)
        self.assertEqual(transformer.transform_column(pyarrow.array([], pyarrow.string())).to_pylist(), [])
        self.assertEqual(transformer.transform_column(pyarrow.array([None])).to_pylist()[0]["line"], None)
        # More than one call takes.
        long = pyarrow.array(['{"id": 17, "msg": "%s"}' % ("x" * 500_000)] * 30)
        self.assertEqual(transformer.transform_column(long).field("reason").null_count, 30)
        with self.assertRaisesRegex(TypeError, "expected a column of strings"):
            transformer.transform_column(pyarrow.array([1]))

    def test_gives_records_the_time_of_reception(self):
        transformer = Transformer()
        moment = datetime(2026, 3, 4, 12, 15, tzinfo=timezone.utc)
        for received in [moment, 1772626500000]:
            self.assertIn(b"|rt=1772626500000", transformer.transform(b'{"id": 17}', received).lines)
        self.assertNotIn(b"rt=", transformer.transform(b'{"id": 17}').lines)
        with self.assertRaisesRegex(ValueError, "with a time zone"):
            transformer.transform(b"", datetime(2026, 3, 4))
        column = pyarrow.array(['{"id": 17}'] * 2)
        for received in [
            pyarrow.array([moment, None], pyarrow.timestamp("us", "UTC")),
            pyarrow.array([moment, None], pyarrow.timestamp("ns")),
            pyarrow.array([1772626500000, -1]),
        ]:
            lines = transformer.transform_column(column, received).field("line").to_pylist()
            self.assertEqual(["rt=1772626500000" in line for line in lines], [True, False])
        for of_column in [column, pyarrow.chunked_array([column.slice(0, 1), column.slice(1)])]:
            for count in [1, 3]:
                with self.assertRaisesRegex(ValueError, f"expected 2 times of reception, found {count}"):
                    transformer.transform_column(of_column, pyarrow.array([1] * count))

    def test_says_what_is_wrong_with_an_argument(self):
        with self.assertRaisesRegex(TypeError, "expected a column of pyarrow, found list"):
            Transformer().transform_column(["{}"])

    def test_takes_times_that_are_far_out_of_range_for_none(self):
        transformer = Transformer()
        for received in [2**62, 2**63, 2**64 + 1772626500000, 2**200, -1, -(2**200)]:
            self.assertNotIn(b"rt=", transformer.transform(b'{"id": 17}', received).lines, received)
        column = pyarrow.array(['{"id": 17}'] * 2)
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
            self.assertEqual(["rt=1772626500000" in line for line in lines], [False, True], received)
            self.assertNotIn("rt=", lines[0], received)

    def test_refuses_offsets_of_what_is_not_the_columns(self):
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
            with self.assertRaises(pyarrow.ArrowInvalid):
                transformer.transform_column(column)
        # Within a column of several calls.
        offsets = pyarrow.py_buffer(struct.pack("<4i", 0, 1, 100_000_000, 6_000_000))
        column = pyarrow.Array.from_buffers(pyarrow.binary(), 3, [None, offsets, pyarrow.py_buffer(b"x" * 6_000_000)])
        with self.assertRaises(pyarrow.ArrowInvalid):
            transformer.transform_column(column)
        self.assertEqual(transformer.transform_column(good["record"]).field("line").null_count, 0)

    def test_takes_columns_of_any_length(self):
        transformer = Transformer()
        rows = 3_000_000
        for column in [pyarrow.repeat(pyarrow.scalar(""), rows), pyarrow.nulls(rows)]:
            answer = transformer.transform_column(column)
            self.assertEqual((len(answer), answer.field("line").null_count), (rows, rows))
        # More than 2 GiB of text.
        long = pyarrow.array(["x" * 4_000_000])
        column = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 600, pyarrow.int32()), long)
        reasons = transformer.transform_column(column).field("reason")
        self.assertEqual(set(reasons.to_pylist()), {"too-long"})

    def test_says_what_is_wrong_with_a_configuration(self):
        with self.assertRaises(ConfigError) as refused:
            Transformer({"timezone": "Brasilia"})
        self.assertEqual(refused.exception.pointer, "/timezone")
        self.assertRegex(str(refused.exception), "^/timezone: expected .*, found ")
        with self.assertRaises(ConfigError) as refused:
            Transformer("{")
        self.assertEqual(refused.exception.pointer, "")

    def test_goes_on_after_too_large_a_batch(self):
        transformer = Transformer()
        with self.assertRaises((MemoryError, GuestError)):
            transformer.transform(b"x\n" * (1 << 25))
        self.assertEqual(transformer.transform(b'{"id": 17}').written, 1)
        with self.assertRaises(TypeError):
            transformer.transform(17)
        self.assertEqual(transformer.transform(bytearray(b'{"id": 17}')).written, 1)

    @unittest.skipUnless(Path("/proc/self/statm").exists(), "the size of the process is that of Linux")
    def test_gives_back_the_memory_of_too_large_batches(self):
        transformer, sizes, errors = Transformer(), [], []
        for _ in range(4):
            try:
                transformer.transform(b"x\n" * (1 << 24))
            except GuestError as error:
                errors.append(error)
            sizes.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
        self.assertEqual(len(errors), 4)
        # Those who keep an error keep the batch, which is in its frames.
        self.assertLess(sizes[-1] - sizes[0], 3 * (150 << 20))

    def test_has_room_for_a_batch_whatever_came_before(self):
        transformer = Transformer()
        for mib in [400, 500, 600]:
            [rejection] = transformer.transform(b"x" * (mib << 20)).rejections
            self.assertEqual(rejection.reason, "too-long")

    def test_is_called_during_a_call(self):
        transformer, large, called = Transformer(), b'{"id": 17}\n' * 20_000, []
        signal.signal(signal.SIGALRM, lambda *_: called.append(transformer.transform(b'{"id": 16}').written))
        self.addCleanup(signal.signal, signal.SIGALRM, signal.SIG_DFL)
        for _ in range(20):
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            self.assertEqual(transformer.transform(large).written, 20_000)
            while len(called) == 0:
                time.sleep(0.001)
            self.assertEqual(called.pop(), 1)

    def test_goes_on_in_a_forked_process(self):
        transformer = Transformer()
        for _ in range(3):
            self.assertEqual(forked(lambda: transformer.transform(b'{"id": 17}').written), 1)
        # After another module was compiled, by threads that the forked process has not.
        wasmtime.Module(wasmtime.Engine(), "(module (func) (func))")
        _module.cache_clear()
        self.assertEqual(forked(lambda: Transformer().transform(b'{"id": 17}').written), 1)

    def test_is_pickled_and_shared_by_threads(self):
        transformer = pickle.loads(pickle.dumps(Transformer({"format": "rfc5424"})))
        expected = transformer.transform(b'{"id": 17}\n' * 100)
        self.assertTrue(expected.lines.startswith(b"<13>1 "))
        outputs = []
        threads = [
            threading.Thread(target=lambda: outputs.append(transformer.transform(b'{"id": 17}\n' * 100)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(outputs, [expected] * 8)


if __name__ == "__main__":
    unittest.main()
