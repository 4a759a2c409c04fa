"""Prints what a transformer takes, and how many records of a file a second it transforms, by the length of batches; the
argument is the file."""

import resource
import statistics
import sys
import time

import pyarrow

from senhasegura_siem import Transformer

records = [line for line in open(sys.argv[1], "rb").read().splitlines() if line]

before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
transformer = Transformer({"timezone": "-03:00"})
seconds = time.perf_counter() - start
transformer.transform(records[0])
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(f"The first transformer: {seconds:.2f} s and {kilobytes / 1000:.0f} MB\n")


def rate(count: int, call) -> float:
    """Returns the median of seven rounds, each of about a tenth of a second."""
    rounds = []
    for _ in range(7):
        calls, start = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - start) < 0.1:
            call()
            calls += 1
        rounds.append(count * calls / elapsed)
    return statistics.median(rounds)


print("| | records/s |\n|---|---:|")
for name, size in [("1 KiB", 1 << 10), ("64 KiB", 64 << 10), ("1 MiB", 1 << 20)]:
    batch, count = b"", 0
    while len(batch) < size:
        batch += records[count % len(records)] + b"\n"
        count += 1
    print(f"| `transform`, batches of {name} | {rate(count, lambda: transformer.transform(batch)):,.0f} |")
for count in [1_000, 10_000]:
    column = pyarrow.array([records[index % len(records)] for index in range(count)], pyarrow.binary())
    print(f"| `transform_column`, {count:,} rows | {rate(count, lambda: transformer.transform_column(column)):,.0f} |")
