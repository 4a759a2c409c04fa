"""Prints what a transformer takes, and how many records of a file a second it transforms, by the length of batches,
beside the filter. The arguments are the file and the filter."""

import io
import resource
import statistics
import subprocess
import sys
import threading
import time

import pyarrow

from senhasegura_siem import Transformer

CONFIG = {"timezone": "-03:00"}

records = [line for line in open(sys.argv[1], "rb").read().splitlines() if line]

before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
transformer = Transformer(CONFIG)
seconds = time.perf_counter() - start
transformer.transform(records[0])
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(f"The first transformer: {seconds:.2f} s and {kilobytes / 1000:.0f} MB\n")


def first(count: int) -> list:
    """Returns so many records of the file, from its beginning again when it ends."""
    return [records[index % len(records)] for index in range(count)]


def rate(count: int, call) -> float:
    """Returns the records a second of calls that last about a tenth of a second."""
    calls, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < 0.1:
        call()
        calls += 1
    return count * calls / elapsed


def filtered(stream: bytes) -> None:
    """Passes a stream through the filter, by pipes."""
    arguments = [sys.argv[2], "--timezone", CONFIG["timezone"], "--rejects", "/dev/null"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        writer = threading.Thread(target=lambda: (process.stdin.write(stream), process.stdin.close()))
        writer.start()
        while process.stdout.read(1 << 20):
            pass
        writer.join()


ways = []
mib = len(records) * (1 << 20) // sum(len(record) + 1 for record in records)
for name, count in [("1 record", 1), ("128 records", 128), ("1 MiB", mib)]:
    batch = b"\n".join(first(count))
    ways.append((f"`transform`, batches of {name}", count, lambda batch=batch: transformer.transform(batch)))
for count in [128, 10_000]:
    each = first(count)
    ways.append((f"`transform_each`, {count:,} records", count, lambda each=each: transformer.transform_each(each)))
long = b"\n".join(first(100_000)) + b"\n"
ways.append(
    ("`transform_file`", 100_000, lambda: sum(it.written for it in transformer.transform_file(io.BytesIO(long))))
)
for count in [1_000, 10_000]:
    column = pyarrow.array(first(count), pyarrow.binary())
    ways.append(
        (f"`transform_column`, {count:,} rows", count, lambda column=column: transformer.transform_column(column))
    )
ways.append(("the filter, a process that reads and writes pipes", 2_000_000, lambda stream=long * 20: filtered(stream)))

# Each in its turn, so that all have the same share of what else the machine does.
rounds = [[rate(count, call) for _, count, call in ways] for _ in range(7)]
print("| | records/s |\n|---|---:|")
for (name, *_), rates in zip(ways, zip(*rounds)):
    print(f"| {name} | {statistics.median(rates):,.0f} |")
