"""What the tests of the package share: the cases in the folder `CASES`, and how they read them."""

import json
import os
from base64 import b64decode
from dataclasses import asdict
from pathlib import Path

from senhasegura_siem import Output

CASES = Path(os.environ["CASES"])


def lines_of(name: str) -> list:
    return [json.loads(line) for line in (CASES / name).read_bytes().splitlines()]


def cases() -> list:
    """The goldens and the example stream, in each format."""
    cases = json.loads((CASES / "cases.json").read_text())
    assert len(cases) > 400
    return cases


def report(output: Output) -> str:
    rejected = [
        f"record {it.index}, bytes {it.start}..{it.end}: {it.reason}: {it.message}\n" for it in output.rejections
    ]
    return "".join(rejected + [f"{name}: {count}\n" for name, count in asdict(output.changes).items() if count > 0])


def explained() -> list:
    """Configurations, each with records and their explanations or rejections."""
    return [
        (case["config"], [(b64decode(record), *outcome) for record, *outcome in case["records"]])
        for case in lines_of("explanations.ndjson")
    ]
