"""Streams and files."""

import errno
import gc
import gzip
import io
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest
from common import CASES, cases, report
from senhasegura_siem import Changes, GuestError, Output, Stream, Transformer
from senhasegura_siem._instance import Instance

RECORD = b'{"event_id": 17, "msg": "x"}\n'


def whole(outputs: list[Output]) -> Output:
    """Returns the outputs of a stream as that of a batch."""
    return Output(
        b"".join(output.lines for output in outputs),
        sum(output.written for output in outputs),
        tuple(rejection for output in outputs for rejection in output.rejections),
        sum((output.changes for output in outputs), Changes()),
    )


class Pieces:
    """A file that reads as much as it likes."""

    def __init__(self, data: bytes, lengths) -> None:
        self.data, self.lengths = data, lengths

    def read(self, size: int) -> bytes:
        length = next(self.lengths)
        piece, self.data = self.data[:length], self.data[length:]
        return piece


def lengths(most: int):
    while True:
        yield random.randint(1, most)


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['name']}-{case['format']}")
def test_writes_the_lines_of_the_whole_wherever_it_is_cut(case):
    transformer, data = Transformer(case["config"]), (CASES / case["input"]).read_bytes()
    expected = transformer.transform(data)
    random.seed(case["name"])
    for most in [7 if len(data) < 5000 else 5000, len(data) + 1, 10 * len(data)]:
        output = whole(list(transformer.transform_file(Pieces(data, lengths(most)))))
        assert output.lines == (CASES / case["lines"]).read_bytes()
        # Of what is longer than a record may be, each piece is rejected.
        rejections = [it for it in output.rejections if it.message != "another piece of the record that was rejected before it"]
        assert [(it.index, it.start, it.reason, it.message) for it in rejections] == [
            (it.index, it.start, it.reason, it.message) for it in expected.rejections
        ]
        assert all(it.record == data[it.start : it.end] for it in output.rejections)
        if len(rejections) == len(output.rejections):
            assert report(output) == case["report"]


def test_is_cut_at_every_byte():
    data = b'[{"id": 17,\n "msg": "\xc3\xa9"}]\nCEF:0|x\n\xef\xbb\xbf{"id": 16}{"id"\r\n{"id": 16} x'
    transformer = Transformer()
    expected = transformer.transform(data)
    assert expected.written == 3 and len(expected.rejections) == 3
    for first in range(len(data)):
        for second in range(first, len(data) + 1):
            stream = Stream(transformer)
            parts = [stream.push(part) for part in (data[:first], data[first:second], data[second:])]
            assert whole([*parts, stream.finish()]) == expected


def test_reads_files_of_any_kind(tmp_path):
    data = RECORD * 3000 + b"no record"
    path = tmp_path / "records"
    path.write_bytes(data)
    transformer = Transformer()
    expected = transformer.transform(data)
    (tmp_path / "records.gz").write_bytes(gzip.compress(data))
    for file in [path.open("rb"), path.open("rb", buffering=0), gzip.open(tmp_path / "records.gz"), io.BytesIO(data)]:
        for size in [1 << 18, 1000]:
            file.seek(0)
            assert whole(list(transformer.transform_file(file, size=size))) == expected
        file.close()
    for empty in [b"", b"\n \0,,", b"\xef\xbb\xbf"]:
        assert list(transformer.transform_file(io.BytesIO(empty))) == []
    # More than it was asked for, and other bytes.
    assert whole(list(transformer.transform_file(Pieces(data, iter([1 << 30, 1]))))) == expected
    for kind in [bytearray, memoryview]:
        parts = iter([kind(data), kind(b"")])
        assert (
            whole(list(transformer.transform_file(type("File", (), {"read": lambda self, size: next(parts)})())))
            == expected
        )
    with pytest.raises(ValueError, match="expected a size of at least 1, found 0"):
        transformer.transform_file(io.BytesIO(), size=0)
    with pytest.raises(ValueError, match="expected milliseconds since 1970, up to the year 9999, found -1"):
        transformer.transform_file(io.BytesIO(), -1)
    for file in [None, str(path), path, io.StringIO()]:
        with pytest.raises(TypeError, match=f"^expected a file opened in binary mode, found {type(file).__name__}$"):
            transformer.transform_file(file)


def test_writes_a_line_as_soon_as_its_record_is_complete():
    ours, theirs = socket.socketpair()
    for file in [ours.makefile("rb"), ours.makefile("rb", buffering=0)]:
        outputs = Transformer().transform_file(file)
        for _ in range(3):
            # A read that waited for more would never end.
            theirs.sendall(RECORD)
            assert next(outputs).written == 1
    theirs.sendall(b"no record")
    theirs.close()
    assert [output.rejections[0].record for output in outputs] == [b"no record"]
    ours.close()


def test_goes_on_after_an_error_of_the_file():
    class Boom(Exception):
        pass

    parts = iter(
        [RECORD[:9], Boom(), None, RECORD.decode(), RECORD[9:] + b'{"id"', KeyboardInterrupt(), b": 16}", b"", b""]
    )

    class File:
        def read(self, size):
            part = next(parts)
            if isinstance(part, BaseException):
                raise part
            return part

    outputs = Transformer().transform_file(File())
    with pytest.raises(Boom):
        next(outputs)
    with pytest.raises(BlockingIOError) as blocked:
        next(outputs)
    assert blocked.value.errno == errno.EAGAIN
    with pytest.raises(TypeError, match="expected a file whose reads return bytes, found one whose reads return str"):
        next(outputs)
    assert next(outputs).written == 1
    with pytest.raises(KeyboardInterrupt):
        next(outputs)
    assert next(outputs).written == 1
    # Then, it is no longer read.
    assert list(outputs) == [] == list(outputs) and next(parts) == b""


def test_raises_the_end_of_another_iterator_as_an_error():
    reads = iter([b'{"id": 17}\n', b'{"id": 16}', None, b""])
    times = iter([0])

    class File:
        def read(self, size):
            # As one does that reads too far.
            if (part := next(reads)) is None:
                raise StopIteration
            return part

    outputs = Transformer().transform_file(File(), lambda: next(times))
    assert next(outputs).written == 1
    with pytest.raises(RuntimeError, match="^expected `received` to return, found that it raises StopIteration$"):
        next(outputs)
    times = iter([0, 0])
    # What had been read is not lost.
    assert next(outputs).written == 1
    with pytest.raises(RuntimeError, match="^expected `read` to return, found that it raises StopIteration$"):
        next(outputs)
    assert list(outputs) == []


class Interrupts:
    """Raises `KeyboardInterrupt` at the n-th place where Python runs the handlers of signals: when a function begins,
    and when one in C has returned."""

    def __init__(self, place: int) -> None:
        self.places, self.has_raised = place, False

    def __call__(self, frame, event, argument) -> None:
        if event in ("call", "c_return") and frame.f_code is not self.__exit__.__func__.__code__:
            self.places -= 1
            if self.places == 0:
                self.has_raised = True
                raise KeyboardInterrupt

    def __enter__(self) -> None:
        sys.setprofile(self)

    def __exit__(self, *_) -> None:
        sys.setprofile(None)


# In a finaliser, it is ignored.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_loses_nothing_silently_wherever_it_is_interrupted():
    transformer, data, ends = Transformer(), RECORD * 5 + b"no record", []
    expected = transformer.transform(data)
    for place in itertools.count(1):
        outputs, found, interrupts = transformer.transform_file(io.BytesIO(data), size=60), [], Interrupts(place)
        end = None
        while end is None:
            try:
                with interrupts:
                    output = outputs.__next__()
                found.append(output)
            except KeyboardInterrupt:
                pass
            except (StopIteration, ValueError) as error:
                end = error
        if isinstance(end, StopIteration):
            assert whole(found) == expected, place
        else:
            assert "that has not failed" in str(end) or "that no other call" in str(end)
        if not interrupts.has_raised:
            break
        ends.append(type(end))
    assert ends.count(StopIteration) > 20 and ends.count(ValueError) > 100


def test_waits_for_a_pipe_that_does_not_block():
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    with open(reader, "rb", buffering=0) as file:
        outputs = Transformer().transform_file(file)
        with pytest.raises(BlockingIOError):
            next(outputs)
        os.write(writer, RECORD)
        assert next(outputs).written == 1
        os.close(writer)
        assert list(outputs) == []


def test_gives_each_read_its_time_of_reception():
    times, reads = iter([1772626500000, None, None]), iter([b'{"id": 17}', b'{"id": 16}', b""])
    file = type("File", (), {"read": lambda self, size: next(reads)})()
    first, second = Transformer().transform_file(file, lambda: next(times))
    assert b"rt=1772626500000" in first.lines and b"rt=" not in second.lines
    [output] = Transformer().transform_file(io.BytesIO(b'{"id": 17}'), 1772626500000)
    assert b"rt=1772626500000" in output.lines
    # What was read is not lost if there is no such time.
    times = iter([1.5, -1, 1772626500000, 0])
    outputs = Transformer().transform_file(io.BytesIO(b'{"id": 17}'), lambda: next(times))
    for error, found in [(TypeError, "float"), (ValueError, "-1")]:
        with pytest.raises(error, match=f"found {found}$"):
            next(outputs)
    assert b"rt=1772626500000" in next(outputs).lines
    with pytest.raises(StopIteration):
        next(outputs)


def test_rejects_long_records_in_pieces():
    stream = Stream(Transformer({"max_record_bytes": 1000}))
    data = b"x" * 300_000 + b"\n" + RECORD
    output = whole([*(stream.push(data[start : start + 900]) for start in range(0, len(data), 900)), stream.finish()])
    assert output.written == 1 and len(output.rejections) > 100
    assert {(rejection.index, rejection.reason) for rejection in output.rejections} == {(0, "too-long")}
    first, *others = output.rejections
    assert not first.is_continuation and all(rejection.is_continuation for rejection in others)
    assert b"".join(rejection.record for rejection in output.rejections) == data[:300_000]
    [start] = {rejection.start for rejection in output.rejections} - {rejection.end for rejection in output.rejections}
    assert start == 0


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the size of the process is that of Linux")
def test_keeps_its_memory():
    def size() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    class Endless:
        def __init__(self, data: bytes, count: int) -> None:
            self.data, self.count = data, count

        def read(self, size: int) -> bytes:
            self.count -= 1
            return self.data if self.count >= 0 else b""

    transformer = Transformer()
    # Records, one that never ends, blanks, brackets, and the shortest there are.
    for data in [RECORD * 5000, b"x" * 250_000, b" " * 250_000, b"[" * 250_000, b'{"a":"' * 40_000, b"{}" * 5000]:
        for _ in transformer.transform_file(Endless(data, 40)):
            pass
        before = size()
        for _ in transformer.transform_file(Endless(data, 400)):
            pass
        assert size() - before < 30 << 20, data[:10]


def test_says_where_another_stream_goes_on():
    data = RECORD + b"no record\n" + b"x" * 3000 + b"\n" + RECORD[:9] + RECORD[9:] + RECORD
    config = {"max_record_bytes": 1000}
    expected = Transformer(config).transform(data)
    for end in range(0, len(data), 7):
        with Stream(Transformer(config)) as stream:
            output = whole([stream.push(data[start : min(start + 50, end)]) for start in range(0, end, 50)])
            rest = stream.rest
        other = Transformer(config).transform(data[rest:])
        assert output.lines + other.lines == expected.lines
        before = [it for it in output.rejections if it.start < rest and not it.is_continuation]
        assert len(before) + len(other.rejections) == len(expected.rejections) == 2
    stream = Stream(Transformer())
    assert stream.rest == 0
    stream.push(RECORD + b"{")
    assert stream.rest == len(RECORD)


def test_takes_any_length_at_once():
    stream = Stream(Transformer())
    output = stream.push(RECORD * 1_000_000 + b"no record")
    assert output.written == 1_000_000
    assert [rejection.index for rejection in stream.finish().rejections] == [1_000_000]
    # The next piece begins another.
    assert stream.push("no record\n").rejections[0].index == 0


def test_is_used_beside_its_transformer():
    transformer = Transformer()
    streams = [Stream(transformer) for _ in range(3)]
    for stream in streams:
        stream.push(RECORD[:9])
        assert transformer.transform(RECORD).written == 1
    for stream in streams:
        assert stream.push(RECORD[9:]).written == 1
        stream.finish()
    # Of what each has had, another call uses it.
    assert len(transformer._idle) == 4


def test_is_used_by_one_call_at_a_time():
    transformer, refused, entered, leave = Transformer(), [], threading.Event(), threading.Event()

    class Waits:
        def read(self, size):
            entered.set()
            leave.wait()
            return b""

    outputs = transformer.transform_file(Waits())
    thread = threading.Thread(target=lambda: refused.append(list(outputs)))
    thread.start()
    entered.wait()
    with pytest.raises(ValueError, match="expected a file that no other call reads, found one being read"):
        next(outputs)
    leave.set()
    thread.join()
    assert refused == [[]]

    class Reenters:
        def read(self, size):
            return next(inner)

    inner = transformer.transform_file(Reenters())
    with pytest.raises(ValueError, match="expected a file that no other call reads, found one being read"):
        next(inner)


def test_fails_for_good_if_the_module_does():
    stream = Stream(Transformer({"max_record_bytes": 64 << 20}))
    stream.push(b'{"id": 17, "msg": "')
    [instance] = stream._held
    instance._store.set_limits(memory_size=1)
    with pytest.raises((GuestError, MemoryError)):
        for _ in range(100):
            stream.push(b"x" * (1 << 20))
    for call in [lambda: stream.push(b""), stream.finish]:
        with pytest.raises(ValueError, match="^expected a stream that has not failed, found one that has$"):
            call()
    assert stream._transformer.transform(RECORD).written == 1


def test_ends_a_file_if_the_module_fails():
    outputs = Transformer().transform_file(io.BytesIO(RECORD * 10), size=40)
    next(outputs)
    [instance] = outputs._stream._held
    instance._store.close()
    for message in ["already", "^expected a stream that has not failed, found one that has$", "^expected a stream that has not failed, found one that has$"]:
        with pytest.raises(ValueError, match=message):
            next(outputs)


def test_refuses_a_call_during_another():
    stream, refused = Stream(Transformer()), []

    def handle(*_):
        try:
            stream.push(RECORD)
        except ValueError as error:
            refused.append(str(error))

    signal.signal(signal.SIGALRM, handle)
    try:
        # One that comes between two calls is answered.
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        while len(refused) == 0:
            stream.push(RECORD * 5000)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    assert set(refused) == {"expected a stream that no other call uses, found one in use"}


def test_refuses_calls_once_it_is_closed():
    transformer = Transformer()
    with Stream(transformer) as stream:
        stream.push(RECORD[:9])
        [instance] = stream._held
    stream.close()
    for call in [lambda: stream.push(b""), stream.finish, stream.__enter__]:
        with pytest.raises(ValueError, match="^expected an open stream, found a closed one$"):
            call()
    with pytest.raises(ValueError, match="already"):
        instance._store.ptr()
    # The transformer goes on, and is closed before a stream that has begun.
    begun, not_begun = Stream(transformer), Stream(transformer)
    begun.push(RECORD[:9])
    transformer.close()
    for _ in range(2):
        with pytest.raises(ValueError, match="^expected an open transformer, found a closed one$"):
            not_begun.push(RECORD)
    assert begun.push(RECORD[9:]).written == 1
    begun.finish()
    assert transformer._idle == []


def test_is_abandoned_in_the_middle():
    transformer = Transformer()
    outputs = transformer.transform_file(io.BytesIO(RECORD * 10), size=40)
    next(outputs)
    stream = outputs._stream
    instance = weakref.ref(stream._held[0])
    del outputs, stream
    gc.collect()
    assert instance() is None
    assert transformer.transform(RECORD).written == 1


@pytest.mark.parametrize(
    "program",
    [
        # Alive when the interpreter ends, in each way that it does.
        "outputs = transformer.transform_file(io.BytesIO(RECORD * 10), size=40); print(next(outputs).written)",
        "stream = siem.Stream(transformer); stream.push(b'{'); sys.stream = stream; print(1)",
        "cycle = [transformer.transform_file(io.BytesIO(RECORD), size=9)]; cycle.append(cycle); print(1)",
        "threading.Thread(target=lambda: [transformer.transform(RECORD) for _ in range(10**9)], daemon=True).start(); print(1)",
        "atexit.register(lambda: print(transformer.transform(RECORD).written))",
        "weakref.finalize(transformer, lambda: print(siem.Transformer().transform(RECORD).written))",
    ],
)
def test_lets_the_interpreter_end(program):
    imports = "import atexit, io, sys, threading, time, weakref; import senhasegura_siem as siem"
    start = f"{imports}; RECORD = {RECORD!r}; transformer = siem.Transformer(); "
    ended = subprocess.run([sys.executable, "-c", start + program], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "1\n", "")


def test_goes_on_in_a_forked_process():
    transformer = Transformer()
    stream = Stream(transformer)
    stream.push(RECORD[:9])
    child = os.fork()
    if child == 0:
        os._exit(stream.push(RECORD[9:]).written)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    assert stream.push(RECORD[9:]).written == 1
