"""Turns privileged-access events of senhasegura (Segura) into CEF, RFC 5424 or lines for Sensage.

>>> transformer = Transformer({"timezone": "-03:00"})
>>> output = transformer.transform('{"event_id": 17, "time": "2026-03-04 09:15:00", "suser": "stlee"}')
>>> output.lines
b'CEF:0|MT4|senhasegura|unknown|17|Session finished|5|rt=1772626500000 suser=stlee\\n'

The README of the project describes records, formats and the configuration.
"""

from importlib.metadata import version as _version
from typing import Final

from ._explanation import (
    Change,
    EventId,
    Explanation,
    Fate,
    Kind,
    LinePart,
    Note,
    PartNote,
    PartSource,
    RecordField,
    kinds,
)
from ._instance import GuestError
from ._outcome import Changes, ConfigError, Line, Output, Reason, RecordError, Rejection
from ._transformer import Data, Readable, Stream, Time, Transformer

__version__: Final = _version("senhasegura-siem")

__all__ = [
    "Change",
    "Changes",
    "ConfigError",
    "Data",
    "EventId",
    "Explanation",
    "Fate",
    "GuestError",
    "Kind",
    "Line",
    "LinePart",
    "Note",
    "Output",
    "PartNote",
    "PartSource",
    "Readable",
    "Reason",
    "RecordError",
    "RecordField",
    "Rejection",
    "Stream",
    "Time",
    "Transformer",
    "kinds",
]
