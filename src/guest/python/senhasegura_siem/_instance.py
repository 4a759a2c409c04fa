"""An instance of the WebAssembly module, called by the contract of its header, `senhasegura-siem-core.h`."""

from __future__ import annotations

import ctypes
import functools
import struct
import threading
from collections.abc import Iterator, Sequence
from importlib import resources
from itertools import accumulate
from typing import Final

import wasmtime

ABI: Final = 4

# The structures of the header, little-endian.
LIST: Final = struct.Struct("<2I")
INDEX: Final = struct.Struct("<I")
REJECTION: Final = struct.Struct("<Q7I4x")
BATCH: Final = struct.Struct("<4I8Q")
HELD: Final = struct.Struct("<2Q2I")
LINE: Final = struct.Struct("<2I7Q")
EACH: Final = struct.Struct("<4I")
ROWS: Final = struct.Struct("<12I8Q")
EXPLANATION: Final = struct.Struct("<19I4x7Q")
LINE_PART: Final = struct.Struct("<7I")
FIELD: Final = struct.Struct("<12I")
NOTE: Final = struct.Struct("<6I")
PART_NOTE: Final = struct.Struct("<9I")
KIND: Final = struct.Struct("<12I")
EVENT_ID: Final = struct.Struct("<5I")
ERROR: Final = struct.Struct("<4I")

# No index.
NONE: Final = 2**32 - 1

# A call takes at most this many bytes and rows, so that the memory of the module stays small.
PIECE: Final = 4 << 20
ROWS_MAX: Final = 1 << 16

# The maximum of the memory, in bytes: ten times what the worst batch of 1 MiB takes.
MEMORY_MAX: Final = 1 << 30


class GuestError(RuntimeError):
    """The module has failed, which it does for lack of memory; the cause is its trap. The next call gets a new
    instance."""


class Refused(Exception):
    """A call that the module cannot answer: a JSON Pointer into the configuration, and a message."""


@functools.cache
def _module() -> tuple[wasmtime.Engine, wasmtime.Module]:
    code = resources.files(__package__).joinpath("senhasegura-siem-core.wasm").read_bytes()
    config = wasmtime.Config()
    # A forked process has none of the threads that would compile.
    config.parallel_compilation = False
    engine = wasmtime.Engine(config)
    return engine, wasmtime.Module(engine, code)


# The handler of a signal that comes meanwhile may want the module, too.
_compiling: Final = threading.RLock()


class Instance:
    """An instance that has one transformer. One thread uses it at a time."""

    def __init__(self, config: bytes) -> None:
        # Threads that begin at once wait for one compilation.
        with _compiling:
            engine, module = _module()
        self._store = wasmtime.Store(engine)
        self._store.set_limits(memory_size=MEMORY_MAX)
        self._exports = wasmtime.Instance(self._store, module, []).exports(self._store)
        memory = self._exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        self._memory = memory
        if (abi := self._call("siem_abi")) != ABI:
            raise ImportError(f"expected a module with version {ABI} of the contract, found {abi}")
        self.write(config)
        self._transformer = self.answer("siem_make")

    def close(self) -> None:
        """Frees the memory at once, whoever still has an error, and with it the frames that have the instance."""
        self._store.close()

    def write(self, *parts: bytes | tuple[int, int]) -> None:
        """Writes the input: bytes, or the address and the length of some."""
        lengths = [part[1] if isinstance(part, tuple) else len(part) for part in parts]
        length = sum(lengths)
        at = self._call("siem_room", length) if length < 2**32 else 0
        if at == 0:
            raise MemoryError(f"the module has no room for {length} bytes")
        at += self._start()
        for part, size in zip(parts, lengths):
            ctypes.memmove(at, part[0] if isinstance(part, tuple) else part, size)
            at += size

    def write_texts(self, texts: Sequence[bytes]) -> None:
        """Writes texts as a column."""
        offsets = list(accumulate(map(len, texts), initial=0))
        if offsets[-1] >= 2**32:
            raise MemoryError(f"the module has no room for {offsets[-1]} bytes")
        self.write(struct.pack(f"<{len(offsets)}I", *offsets), b"".join(texts))

    def transform(self, function: str, *arguments: int) -> int:
        """Calls a function of the transformer, and returns the address of its answer."""
        return self.answer(function, self._transformer, *arguments)

    def answer(self, function: str, *arguments: int) -> int:
        """Calls a function, and returns the address of its answer. Raises `Refused` if that is 0."""
        answer = self._call(function, *arguments)
        if answer == 0:
            pointer, pointer_size, message, message_size = self.read(ERROR, self._call("siem_error"))
            raise Refused(self.text(pointer, pointer_size), self.text(message, message_size))
        return answer

    def read(self, layout: struct.Struct, at: int) -> tuple[int, ...]:
        """Reads a structure."""
        return layout.unpack(self.bytes(at, layout.size))

    def items(self, layout: struct.Struct, at: int, count: int) -> Iterator[tuple[int, ...]]:
        """Reads the structures of a list."""
        return layout.iter_unpack(self.bytes(at, layout.size * count))

    def bytes(self, at: int, length: int) -> bytes:
        """Copies bytes out of the memory."""
        return ctypes.string_at(self._start() + at, length)

    def text(self, at: int, length: int) -> str:
        """Copies a text out of the memory."""
        return self.bytes(at, length).decode()

    def texts(self, at: int, count: int) -> tuple[str, ...]:
        """Copies a list of texts out of the memory."""
        return tuple(self.text(start, length) for start, length in self.items(LIST, at, count))

    def _start(self) -> int:
        # It changes when the memory grows.
        return ctypes.addressof(self._memory.data_ptr(self._store).contents)

    def _call(self, function: str, *arguments: int) -> int:
        exported = self._exports[function]
        assert isinstance(exported, wasmtime.Func)
        try:
            return int(exported(self._store, *arguments)) & 0xFFFF_FFFF
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            message = str(error)
            # That of Rust's allocator.
            if isinstance(error, wasmtime.Trap) and error.trap_code is wasmtime.TrapCode.UNREACHABLE:
                message = f"the memory of the module, at most {MEMORY_MAX >> 30} GiB, does not suffice"
            # Its frames refer to it, so that they would be kept, and with them the batch.
            raise GuestError(message) from error.with_traceback(None)
