"""`write CASES ARCHIVE ROWS` writes an archive of this many rows, from those of the first case; `check CASES OUTPUT ROWS`
compares the files in a folder with what must come of it."""

import json
import sys
from base64 import b64decode
from pathlib import Path

import pyarrow
import pyarrow.dataset
import pyarrow.parquet

FILES = 64

command, cases, folder, count = sys.argv[1:]
with open(Path(cases) / "rows.ndjson") as file:
    rows = json.loads(file.readline())["rows"]


def of(keys: range, column: int) -> list:
    return [rows[key % len(rows)][column] for key in keys]


if command == "write":
    rows = [[b64decode(row[0]), row[1] if row[1] >= 0 else None] for row in rows]
    Path(folder).mkdir()
    size = -(-int(count) // FILES)
    for number in range(FILES):
        keys = range(number * size, min(int(count), (number + 1) * size))
        columns = {
            "key": pyarrow.array(keys, pyarrow.int64()),
            "record": pyarrow.array(of(keys, 0), pyarrow.binary()),
            "received": pyarrow.array(of(keys, 1), pyarrow.timestamp("ms", "UTC")),
        }
        pyarrow.parquet.write_table(pyarrow.table(columns), Path(folder) / f"{number}.parquet")
else:
    columns = ["key", "line", "reason", "error"]
    table = pyarrow.dataset.dataset(folder, partitioning="hive").to_table(columns).sort_by("key")
    keys = range(int(count))
    expected = pyarrow.table([keys, *(of(keys, column) for column in (2, 3, 4))], columns)
    assert table.num_rows == len(keys), f"expected {len(keys)} rows, found {table.num_rows}"
    for column in columns:
        assert table[column].combine_chunks().equals(expected[column].combine_chunks()), f"the column {column} differs"
    rejected = table["line"].null_count
    print(f"{len(keys) - rejected} lines, {rejected} rejected")
