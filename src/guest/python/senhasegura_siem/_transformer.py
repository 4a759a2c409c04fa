"""The transform of batches, lists, columns and streams."""

from __future__ import annotations

import errno
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar, overload

from ._explanation import Explanation, read_explanation
from ._instance import PIECE, ROWS_MAX, GuestError, Instance, Refused
from ._outcome import ConfigError, Line, Output, Rejection, joined, read_batch, read_each, read_part

if TYPE_CHECKING:
    import pyarrow  # type: ignore[import-untyped, import-not-found, unused-ignore]

T = TypeVar("T")

Data: TypeAlias = bytes | bytearray | memoryview | str
"""Bytes, or text, which is read as its UTF-8."""

Time: TypeAlias = datetime | int
"""When records were received: a `datetime` with a time zone, or milliseconds since 1970. Before 1970 and after the year
9999, it is refused with a `ValueError`."""

# The length of a read, and of what the module gets of a stream at once.
READ: Final = 1 << 18

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)

# The end of the year 9999.
_MILLIS_MAX: Final = 253_402_300_799_999


class Readable(Protocol):
    """A file in binary mode, or anything else that is read as one."""

    def read(self, size: int, /) -> bytes | None:
        """Returns at most `size` bytes, none at the end, or `None` if there are none yet."""


class Transformer:
    """Turns records into lines.

    It compiles a WebAssembly module, once a process, and has an instance of it. Reuse it. Threads may share one: it
    makes another instance for each call that comes during another, and keeps it until it is closed or no longer used.
    It can be pickled, and the process forked while no other thread is in a call.

    >>> transformer = Transformer({"timezone": "-03:00"})
    >>> transformer.transform('{"event_id": 17, "suser": "stlee"}').lines
    b'CEF:0|MT4|senhasegura|unknown|17|Session finished|5|suser=stlee\\n'
    """

    def __init__(self, config: Mapping[str, Any] | str | None = None) -> None:
        """Creates a transformer.

        `config` has the options of the configuration, or is its JSON text. Raises `ConfigError` if it is refused.
        """
        self._config = _text(config)
        # Those that no call uses. Without a lock, as calls may also come from a signal's handler, or after a fork.
        self._idle = [self._make()]
        self._is_closed = False

    def __reduce__(self) -> tuple[type[Transformer], tuple[str]]:
        return Transformer, (self._config,)

    def __enter__(self) -> Transformer:
        self._refuse_closed()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the memory at once. Other calls are then refused with a `ValueError`; another `close` does nothing.

        Streams that have begun go on to their end.
        """
        self._is_closed = True
        # A call that ends meanwhile may take the last one away.
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def transform(self, batch: Data, received: Time | None = None) -> Output:
        """Transforms a batch of records.

        Records without a time get `received`. Batches of 64 KiB to 1 MiB are fastest. The module's memory has a limit
        of 1 GiB: raises `MemoryError` or `GuestError` if that does not suffice for the batch, its lines and its
        rejections.

        >>> output = Transformer().transform('{"event_id": 17}\\nno record\\n')
        >>> output.written, [rejection.record for rejection in output.rejections]
        (1, [b'no record'])
        """
        data, millis = _bytes(batch), _millis(received)

        def call(instance: Instance) -> Output:
            instance.write(data)
            return read_batch(instance, instance.transform("siem_batch", millis), data)

        return self._call(call)

    def transform_each(self, records: Iterable[Data], received: Time | None = None) -> list[Line | Rejection]:
        """Transforms records one by one: the n-th outcome is that of the n-th record.

        What holds no record, or several, is rejected as `not-one`. Raises `MemoryError` or `GuestError` as `transform`
        does.

        >>> for outcome in Transformer().transform_each(['{"event_id": 17}', "no record"]):
        ...     print(outcome.line if isinstance(outcome, Line) else outcome.reason)
        b'CEF:0|MT4|senhasegura|unknown|17|Session finished|5|'
        malformed
        """
        self._refuse_closed()
        if isinstance(records, (bytes, bytearray, memoryview, str, Mapping)):
            raise TypeError(f"expected an iterable of records, found {type(records).__name__}")
        millis, outcomes = _millis(received), list[Line | Rejection]()
        for piece in _pieces(_bytes(record, index) for index, record in enumerate(records)):

            def call(instance: Instance, piece: list[bytes] = piece) -> list[Line | Rejection]:
                instance.write_texts(piece)
                at = instance.transform("siem_each", len(piece), millis)
                return read_each(instance, at, piece, len(outcomes))

            outcomes += self._call(call)
        return outcomes

    def transform_file(
        self, file: Readable, received: Time | Callable[[], Time | None] | None = None, *, size: int = READ
    ) -> Iterator[Output]:
        """Transforms a file, a pipe or anything else that is read as one, to its end: an output for each part that has
        lines or rejections.

        Reads at most `size` bytes at once, and no more than there are if the file has `read1`, as those of `open` and
        `sys.stdin.buffer` have: a line is there as soon as its record is complete. `received` is the time of reception
        of all records, or a function that is called after each read and returns that of the records that end in it.

        After whatever `read` or `received` raises, `next` goes on where it was; a `StopIteration` of theirs is raised
        as a `RuntimeError`. That goes for the `BlockingIOError` that is raised if a file that does not block has
        nothing yet. The end of the file ends the outputs. So does a `MemoryError` or `GuestError`, if the module's
        memory does not suffice, and what the handler of a signal raises while the module has the last read, such as
        `KeyboardInterrupt`: each further `next` raises a `ValueError`, and lost are the last read and the record that
        waited for more.

        The outputs are those of a `Stream`, and do not depend on what a read returns. Apart from them, about twice
        `max_record_bytes` are kept.

        >>> import io
        >>> for output in Transformer().transform_file(io.BytesIO(b'{"event_id": 17}\\n' * 4), size=40):
        ...     output.written
        2
        2
        """
        self._refuse_closed()
        return _Outputs(Stream(self), file, received, size)

    @overload
    def transform_column(
        self, column: pyarrow.Array, received: Time | pyarrow.Array | None = None
    ) -> pyarrow.StructArray: ...

    # Where pyarrow has no types, both are the same.
    @overload
    def transform_column(  # type: ignore[overload-cannot-match, unused-ignore]
        self, column: pyarrow.ChunkedArray, received: Time | pyarrow.ChunkedArray | None = None
    ) -> pyarrow.ChunkedArray: ...

    def transform_column(self, column: Any, received: Any = None) -> Any:
        """Transforms the rows of a column of strings or binary values, one record each. Needs pyarrow.

        Returns a column of structures with the strings `line`, `reason` and `error`: of a row that is written, only
        the line is valid, and has no framing; of one that is rejected, only the others are; of a null, none is.
        `received` is that of all rows, or a column with that of each, in milliseconds since 1970 or of an Arrow type
        for times; in a column, a time before 1970 or after the year 9999 is none.

        Raises `MemoryError` or `GuestError` as `transform` does, `ValueError` if the offsets of a column are not those
        of its texts, and `OverflowError` if the lines of a column that has no chunks are more than 2 GiB. Long columns
        take several calls of the module.
        """
        from . import arrow

        times = _millis(received) if received is None or isinstance(received, (int, datetime)) else received
        return self._call(lambda instance: arrow.transform_column(instance, column, times))

    def explain(self, record: Data, received: Time | None = None) -> Explanation:
        """Transforms one record, and says where each part of its line comes from and what happened to its fields.

        It is meant for people and their tools: it takes several times as long as `transform_each`. Raises `RecordError`
        if the record is rejected.

        >>> explanation = Transformer().explain('{"event_id": 17, "dposrt": 22}')
        >>> for field in explanation.fields:
        ...     parts = [explanation.parts[index] for index in field.parts]
        ...     print(field.name, [explanation.line[part.start:part.end] for part in parts])
        ...     print([note.message for note in field.notes])
        event_id ['17']
        []
        dposrt ['dpt=22']
        ["renamed: this is senhasegura's misspelling of `dpt`"]
        """
        data, millis = _bytes(record), _millis(received)

        def call(instance: Instance) -> Explanation:
            instance.write(data)
            return read_explanation(instance, instance.transform("siem_explain", millis), data)

        return self._call(call)

    def _call(self, call: Callable[[Instance], T]) -> T:
        """Calls with an instance that no other call uses meanwhile."""
        self._refuse_closed()
        try:
            instance = self._idle.pop()
        except IndexError:
            instance = self._make()
        else:
            try:
                return self._call_with(instance, call)
            except (GuestError, MemoryError):
                # What came before has left its memory in pieces, and one that has failed is not used again.
                instance = self._make()
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
                self._give_back(instance)

    def _take(self) -> Instance:
        """Returns an instance that no call uses until it is given back."""
        self._refuse_closed()
        try:
            return self._idle.pop()
        except IndexError:
            return self._make()

    def _give_back(self, instance: Instance) -> None:
        self._idle.append(instance)
        # Maybe since it was taken.
        if self._is_closed:
            self.close()

    def _refuse_closed(self) -> None:
        if self._is_closed:
            raise ValueError("expected an open transformer, found a closed one")

    def _make(self) -> Instance:
        try:
            return Instance(self._config.encode("utf-8", "surrogatepass"))
        except Refused as refused:
            raise ConfigError(*refused.args) from None


class Stream:
    """Turns a stream of records that arrives in pieces into lines, for callers that do not read a file.

    The lines, the changes and the rejected records are those of the whole stream, wherever it is cut into pieces, and
    the offsets of rejections count from its beginning. A record longer than twice `max_record_bytes` is rejected in
    pieces: several rejections of the same index, all but the first with `is_continuation`.

    One thread uses a stream at a time. It has an instance of the module of its own, from its first piece to its end.
    A call during another is refused with a `ValueError`, as is each after one has failed or the stream is closed.

    >>> stream = Stream(Transformer())
    >>> stream.push(b'{"event_id": 17, "msg": "Ses').written
    0
    >>> stream.push(b'sion closed"}\\nno record').lines
    b'CEF:0|MT4|senhasegura|unknown|17|Session finished|5|msg=Session closed\\n'
    >>> [(rejection.index, rejection.start, rejection.record) for rejection in stream.finish().rejections]
    [(1, 42, b'no record')]
    """

    def __init__(self, transformer: Transformer) -> None:
        """Creates a stream whose records `transformer` turns into lines. It may be used for anything else meanwhile."""
        self._transformer = transformer
        # The instance, or `None` before the first piece. Empty during a call, and after one that has failed.
        self._held: list[Instance | None] = [None]
        self._has_failed = self._is_closed = False
        self._rest = 0

    def __enter__(self) -> Stream:
        self._refuse_closed()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the memory at once, without what the stream holds: a record that waits for more is lost unless `finish`
        was called. Other calls are then refused with a `ValueError`; another `close` does nothing."""
        self._is_closed = True
        # It is empty during a call, which closes at its end.
        with suppress(IndexError):
            if (instance := self._held.pop()) is not None:
                instance.close()

    @property
    def rest(self) -> int:
        """The offset in the stream from which another one goes on if this one has failed: everything before it is in
        the outputs. Of a record that is being rejected in pieces, this is the start."""
        return self._rest

    def push(self, data: Data, received: Time | None = None) -> Output:
        """Transforms the next piece. Returns what became of the records that end in it.

        Raises `MemoryError` or `GuestError` if the module's memory does not suffice. The stream has then failed, as it
        has after what the handler of a signal raises meanwhile, such as `KeyboardInterrupt`: lost are the record that
        waited for more, and the outcome of the whole piece. The module gets it in slices of 256 KiB, so that those who
        push no more at once lose the least.
        """
        pieces, millis = memoryview(_bytes(data)), _millis(received)
        # So that the memory of the module stays small.
        starts = range(0, max(len(pieces), 1), READ)
        return self._call("siem_push", (bytes(pieces[start : start + READ]) for start in starts), millis)

    def finish(self, received: Time | None = None) -> Output:
        """Ends the stream, and the record that waits for more. The next piece begins another stream.

        Raises what `push` does, and the stream has then failed.
        """
        return self._call("siem_finish", [b""], _millis(received))

    def _call(self, function: str, pieces: Iterable[bytes], millis: int) -> Output:
        self._refuse_closed()
        if self._has_failed:
            raise ValueError("expected a stream that has not failed, found one that has")
        try:
            held = self._held.pop()
        except IndexError:
            raise ValueError("expected a stream that no other call uses, found one in use") from None
        instance: Instance | None
        try:
            instance = self._transformer._take() if held is None else held
        except BaseException:
            # Nothing is lost.
            self._held.append(None)
            raise
        # Whatever is raised from here on, the stream has failed: what it holds is not known, or an output is lost.
        try:
            outputs, rests = zip(*[_part(instance, function, piece, millis) for piece in pieces])
            output = joined(outputs)
            if function == "siem_finish":
                # It is the transformer's before anything can be raised.
                used, instance = instance, None
                self._transformer._give_back(used)
            self._held = [instance]
            if self._is_closed:
                self.close()
            self._rest = rests[-1]
            return output
        except BaseException:
            self._has_failed = True
            if instance is not None:
                instance.close()
            raise

    def _refuse_closed(self) -> None:
        if self._is_closed:
            raise ValueError("expected an open stream, found a closed one")


class _Outputs(Iterator[Output]):
    """The outputs of a file. A generator would end with the first error of the file."""

    def __init__(
        self, stream: Stream, file: Readable, received: Time | Callable[[], Time | None] | None, size: int
    ) -> None:
        if size < 1:
            raise ValueError(f"expected a size of at least 1, found {size}")
        read = getattr(file, "read1", None) or getattr(file, "read", None)
        if read is None or isinstance(file, io.TextIOBase):
            raise TypeError(f"expected a file opened in binary mode, found {type(file).__name__}")
        if not callable(received):
            _millis(received)
        self._stream, self._received, self._size = stream, received, size
        # Empty while a call reads.
        self._read: list[Callable[[int], object]] = [read]
        # At most one read, which did not reach the stream, as something was raised before.
        self._data: list[object] = []
        self._is_finished = self._has_failed = False

    def __next__(self) -> Output:
        while not self._is_finished:
            output = self._next()
            if output.written or output.rejections:
                return output
        raise StopIteration

    def _next(self) -> Output:
        try:
            read = self._read.pop()
        except IndexError:
            raise ValueError("expected a file that no other call reads, found one being read") from None
        try:
            if self._has_failed:
                raise ValueError("expected a stream that has not failed, found one that has")
            data, received = self._last_read(read), self._time()
            # What is raised from here on, also by the handler of a signal, takes the output away.
            self._has_failed = True
            output = self._stream.push(data, received) if len(data) > 0 else self._stream.finish(received)
            self._data, self._is_finished = [], len(data) == 0
        finally:
            self._read.append(read)
        self._has_failed = False
        return output

    def _last_read(self, read: Callable[[int], object]) -> bytes | bytearray | memoryview:
        if not self._data:
            # In one call, so that the handler of a signal cannot raise anything between the read and its keeping.
            self._data.extend(map(read, [self._size]))
            if not self._data:
                raise _stopped("read")
        [data] = self._data
        if isinstance(data, (bytes, bytearray, memoryview)):
            return data
        self._data = []
        if data is None:
            raise BlockingIOError(errno.EAGAIN, "the file has nothing to read yet")
        raise TypeError(f"expected a file whose reads return bytes, found one whose reads return {type(data).__name__}")

    def _time(self) -> Time | None:
        try:
            received = self._received() if callable(self._received) else self._received
        except StopIteration as error:
            raise _stopped("received") from error
        _millis(received)
        return received


def _stopped(function: str) -> RuntimeError:
    """Returns the error of a function that raises `StopIteration`, which would end the outputs before the file."""
    return RuntimeError(f"expected `{function}` to return, found that it raises StopIteration")


def _part(instance: Instance, function: str, data: bytes, millis: int) -> tuple[Output, int]:
    """Transforms the next part of the stream of an instance. Returns what `read_part` does."""
    instance.write(data)
    return read_part(instance, instance.transform(function, millis))


def _text(config: Mapping[str, Any] | str | None) -> str:
    if config is None:
        return ""
    return config if isinstance(config, str) else json.dumps(config, default=_plain)


def _plain(value: object) -> dict[str, Any]:
    """Returns a mapping that is no `dict` as one, for the configuration's JSON."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"expected a configuration of JSON values, found {type(value).__name__}")


def _bytes(data: Data, index: int | None = None) -> bytes:
    """Returns the bytes of data, which has this index if it is one of several."""
    if isinstance(data, str):
        return data.encode("utf-8", "surrogatepass")
    try:
        view = memoryview(data)
    except TypeError:
        where = "" if index is None else f" at index {index}"
        raise TypeError(f"expected str or bytes{where}, found {type(data).__name__}") from None
    return bytes(view)


def _millis(received: Time | None) -> int:
    """Returns a time in milliseconds since 1970; a negative number stands for none."""
    if received is None:
        return -1
    millis = received
    if isinstance(millis, datetime):
        if millis.tzinfo is None:
            raise ValueError("expected a time of reception with a time zone, found one without")
        millis = (millis - _EPOCH) // timedelta(milliseconds=1)
    if not isinstance(millis, int) or isinstance(millis, bool):
        raise TypeError(f"expected a datetime or an int of milliseconds, found {type(millis).__name__}")
    if not 0 <= millis <= _MILLIS_MAX:
        raise ValueError(f"expected milliseconds since 1970, up to the year 9999, found {received}")
    return millis


def _pieces(records: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Returns the records in as many lists as it takes calls."""
    piece: list[bytes] = []
    length = 0
    for record in records:
        if piece and (length + len(record) > PIECE or len(piece) == ROWS_MAX):
            yield piece
            piece, length = [], 0
        piece.append(record)
        length += len(record)
    if piece:
        yield piece
