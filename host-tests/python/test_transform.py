"""Batches and lists of records, and what holds for every call."""

import json
import os
import pickle
import re
import signal
import threading
import time
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType

import pytest
import wasmtime
from common import CASES, cases, explained, report
from senhasegura_siem import Changes, ConfigError, GuestError, Line, Rejection, Transformer
from senhasegura_siem._instance import _module


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['name']}-{case['format']}")
def test_writes_the_lines_that_the_native_transform_writes(case):
    batch = (CASES / case["input"]).read_bytes()
    output = Transformer(case["config"]).transform(batch)
    assert output.lines == (CASES / case["lines"]).read_bytes()
    assert report(output) == case["report"]
    assert isinstance(output.written, int)
    assert all(rejection.record == batch[rejection.start : rejection.end] for rejection in output.rejections)


@pytest.mark.parametrize("config,records", explained(), ids=lambda value: value if isinstance(value, str) else "")
def test_transforms_each_record_as_the_native_transform_does(config, records):
    outcomes = Transformer(config).transform_each((record for record, *_ in records), received=0)
    assert len(outcomes) == len(records)
    for index, (outcome, (record, explanation, rejection)) in enumerate(zip(outcomes, records)):
        if explanation is not None:
            assert outcome == Line(explanation["line"].encode(), Changes(**explanation["changes"]))
        else:
            record = record[rejection["start"] : rejection["end"]]
            assert outcome == Rejection(**(rejection | {"index": index, "record": record}))


def test_transforms_lists_of_any_length():
    transformer = Transformer()
    assert transformer.transform_each([]) == []
    outcomes = transformer.transform_each(['{"id": 17}', b"x", bytearray(b""), memoryview(b'{"id": 16}')] * 40_000)
    assert len(outcomes) == 160_000
    assert outcomes[4:8] == [outcomes[0], *(Rejection(4 + at, *rest(outcomes[at])) for at in [1, 2]), outcomes[3]]
    assert [outcome.index for outcome in outcomes if isinstance(outcome, Rejection)] == [
        index for index in range(160_000) if index % 4 in (1, 2)
    ]
    large = '{"id": 17, "msg": "%s"}' % ("x" * 1_000_000)
    assert len(transformer.transform_each([large] * 30)) == 30
    [outcome] = transformer.transform_each([b"x" * (300 << 20)])
    assert isinstance(outcome, Rejection) and outcome.reason == "too-long" and len(outcome.record) == 300 << 20
    for records in ["{}", b"{}", bytearray(b"{}"), memoryview(b"{}"), {"id": 17}]:
        with pytest.raises(TypeError, match=f"expected an iterable of records, found {type(records).__name__}"):
            transformer.transform_each(records)
    with pytest.raises(TypeError, match="^expected str or bytes at index 1, found dict$"):
        transformer.transform_each([b"{}", {"id": 17}])


def rest(rejection: Rejection) -> tuple:
    return rejection.start, rejection.end, rejection.reason, rejection.message, rejection.record


def test_gives_records_the_time_of_reception():
    transformer = Transformer()
    moment = datetime(2026, 3, 4, 12, 15, tzinfo=timezone.utc)
    for received in [moment, moment.astimezone(timezone(timedelta(hours=-3))), 1772626500000]:
        assert b"|rt=1772626500000" in transformer.transform(b'{"id": 17}', received).lines
        [line] = transformer.transform_each([b'{"id": 17}'], received)
        assert b"|rt=1772626500000" in line.line
    assert b"rt=" not in transformer.transform(b'{"id": 17}').lines
    # What a float would make another millisecond of.
    for millis in range(0, 1_000):
        received = moment + timedelta(milliseconds=millis)
        assert f"|rt={1772626500000 + millis}".encode() in transformer.transform(b'{"id": 17}', received).lines
    with pytest.raises(ValueError, match="with a time zone"):
        transformer.transform(b"", datetime(2026, 3, 4))
    with pytest.raises(TypeError, match="expected a datetime or an int of milliseconds, found float"):
        transformer.transform(b"", 1772626500.5)
    with pytest.raises(TypeError, match="expected a datetime or an int of milliseconds, found bool"):
        transformer.transform(b"", True)


@pytest.mark.parametrize(
    "received",
    [253402300800000, 2**64 + 1772626500000, 2**200, -1, -(2**200), datetime.min.replace(tzinfo=timezone.utc)],
)
def test_refuses_times_that_are_out_of_range(received):
    message = f"^expected milliseconds since 1970, up to the year 9999, found {re.escape(str(received))}$"
    for call in [Transformer().transform, Transformer().transform_column, Transformer().explain]:
        with pytest.raises(ValueError, match=message):
            call(b'{"id": 17}', received)


def test_takes_the_first_and_the_last_time():
    for received in [0, 253402300799999, datetime.max.replace(tzinfo=timezone.utc)]:
        assert b"|rt=" in Transformer().transform(b'{"id": 17}', received).lines


def test_says_what_is_wrong_with_a_configuration():
    with pytest.raises(ConfigError, match="^/timezone: expected .*, found ") as refused:
        Transformer({"timezone": "Brasilia"})
    assert refused.value.pointer == "/timezone"
    assert pickle.loads(pickle.dumps(refused.value)).pointer == "/timezone"
    for config in ["{", "\ud800", []]:
        with pytest.raises(ConfigError) as refused:
            Transformer(config)
        assert refused.value.pointer == ""
    with pytest.raises(TypeError, match="expected a configuration of JSON values, found bytes"):
        Transformer(b"{}")


def test_takes_any_mapping_for_a_configuration():
    config = MappingProxyType({"format": "rfc5424"})
    assert Transformer(config).transform('{"id": 17}').lines.startswith(b"<13>1 ")


def test_reads_text_with_surrogates():
    transformer = Transformer()
    output = transformer.transform('{"id": 17, "msg": "\ud83d \udce9"}\n\ud83d')
    assert "msg=\ufffd" in output.lines.decode() and "\ud83d" not in output.lines.decode()
    assert [rejection.record for rejection in output.rejections] == [b"\xed\xa0\xbd"]
    assert isinstance(transformer.transform_each(["\udfff"])[0], Rejection)


def test_goes_on_after_too_large_a_batch():
    transformer = Transformer()
    with pytest.raises(GuestError, match="^the memory of the module, at most 1 GiB, does not suffice$") as failed:
        transformer.transform(b"x\n" * (1 << 25))
    assert isinstance(failed.value.__cause__, wasmtime.Trap)
    assert transformer.transform(b'{"id": 17}').written == 1
    for batch in [17, {"id": 17}, [b"{}"], None]:
        with pytest.raises(TypeError, match=f"^expected str or bytes, found {type(batch).__name__}$"):
            transformer.transform(batch)
    assert transformer.transform(bytearray(b'{"id": 17}')).written == 1


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the size of the process is that of Linux")
def test_gives_back_the_memory_of_too_large_batches():
    transformer, sizes, errors = Transformer(), [], []
    for _ in range(4):
        try:
            transformer.transform(b"x\n" * (1 << 24))
        except GuestError as error:
            errors.append(error)
        sizes.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    assert len(errors) == 4
    # Those who keep an error keep the batch, which is in its frames.
    assert sizes[-1] - sizes[0] < 3 * (150 << 20)


def test_has_room_for_a_batch_whatever_came_before():
    transformer = Transformer()
    for mib in [400, 500, 600]:
        [rejection] = transformer.transform(b"x" * (mib << 20)).rejections
        assert rejection.reason == "too-long"


def test_is_called_during_a_call():
    transformer, large, called = Transformer(), b'{"id": 17}\n' * 20_000, []
    signal.signal(signal.SIGALRM, lambda *_: called.append(transformer.transform(b'{"id": 16}').written))
    try:
        for _ in range(20):
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            assert transformer.transform(large).written == 20_000
            while len(called) == 0:
                time.sleep(0.001)
            assert called.pop() == 1
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def test_refuses_calls_once_it_is_closed():
    with Transformer() as transformer:
        assert transformer.transform(b'{"id": 17}').written == 1
    transformer.close()
    calls = [transformer.transform, transformer.explain, lambda _: transformer.transform_each([])]
    for call in [*calls, transformer.transform_column, transformer.transform_file, lambda _: transformer.__enter__()]:
        with pytest.raises(ValueError, match="^expected an open transformer, found a closed one$"):
            call(b"{}")
    # Pickled, it is its configuration.
    assert pickle.loads(pickle.dumps(transformer)).transform(b'{"id": 17}').written == 1


def test_is_closed_during_a_call():
    transformer = Transformer()
    signal.signal(signal.SIGALRM, lambda *_: transformer.close())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        with pytest.raises(ValueError, match="^expected an open transformer, found a closed one$"):
            while True:
                assert transformer.transform(b'{"id": 17}\n' * 20_000).written == 20_000
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    assert transformer._idle == []


def forked(call: Callable[[], int]) -> int:
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


def test_goes_on_in_a_forked_process():
    transformer = Transformer()
    for _ in range(3):
        assert forked(lambda: transformer.transform(b'{"id": 17}').written) == 1
    # After another module was compiled, by threads that the forked process has not.
    wasmtime.Module(wasmtime.Engine(), "(module (func) (func))")
    _module.cache_clear()
    assert forked(lambda: Transformer().transform(b'{"id": 17}').written) == 1


def test_is_pickled_and_shared_by_threads():
    transformer = pickle.loads(pickle.dumps(Transformer({"format": "rfc5424"})))
    batch = b'{"id": 17}\nx\n' * 100
    calls = [
        lambda: transformer.transform(batch),
        lambda: transformer.transform_each(batch.split(b"\n")),
        lambda: transformer.explain(b'{"id": 17}'),
    ]
    expected = [call() for call in calls]
    assert expected[0].lines.startswith(b"<13>1 ")
    outputs = []
    threads = [threading.Thread(target=lambda: outputs.append([call() for call in calls])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outputs == [expected] * 8
    assert pickle.loads(pickle.dumps(expected)) == expected
