"""ClickHouse in this process: answers each line of the standard input, a JSON text of SQL, with a line, an array of the
error (or null) and of the result as tab-separated text. The arguments are the files of its configuration and of its data."""

import json
import sys

import chdb

config, data = sys.argv[1:]
connection = chdb.connect(f"file:{data}?config-file={config}")
for request in sys.stdin:
    try:
        answer = [None, str(connection.query(json.loads(request), "TSV"))]
    except Exception as error:
        answer = [str(error), ""]
    print(json.dumps(answer), flush=True)
