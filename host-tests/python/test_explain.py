"""Explanations and the catalog."""

import json
import pickle

import pytest
from common import CASES, explained
from senhasegura_siem import Explanation, Line, RecordError, Rejection, Transformer, kinds


def source(part: dict) -> dict:
    """Returns a part or a note of the native explanation with its source as the package has it."""
    found = part["source"]
    return part | ({"source": found, "field": None} if isinstance(found, str) else {"source": "field", **found})


def in_bytes(value: dict, text: str) -> dict:
    """Returns a part or a field with the offsets of bytes, as the native explanation has them."""
    offsets = {name: len(text[: value[name]].encode()) for name in ("start", "end")}
    return value | offsets


def as_dict(value: object) -> object:
    """Returns a dataclass and what it holds as JSON would have it."""
    if isinstance(value, tuple):
        return [as_dict(item) for item in value]
    names = getattr(value, "__dataclass_fields__", None)
    return value if names is None else {name: as_dict(getattr(value, name)) for name in names}


def compare(explanation: Explanation, expected: dict) -> None:
    found = as_dict(explanation)
    found["parts"] = [in_bytes(part, explanation.line) for part in found["parts"]]
    found["fields"] = [in_bytes(field, explanation.record) for field in found["fields"]]
    expected["parts"] = [source(part) for part in expected["parts"]]
    assert found == expected


@pytest.mark.parametrize("config,records", explained(), ids=lambda value: value if isinstance(value, str) else "")
def test_explains_as_the_native_transform_does(config, records):
    transformer = Transformer(config)
    outcomes = transformer.transform_each((record for record, *_ in records), received=0)
    for (record, expected, rejection), outcome in zip(records, outcomes):
        if rejection is None:
            explanation = transformer.explain(record, received=0)
            compare(explanation, expected)
            assert outcome == Line(explanation.line.encode(), explanation.changes)
            assert "".join(explanation.line[part.start : part.end] for part in explanation.parts) == explanation.line
        else:
            with pytest.raises(RecordError) as refused:
                transformer.explain(record, received=0)
            record = record[rejection["start"] : rejection["end"]]
            assert refused.value.rejection == Rejection(**rejection, record=record)


def test_counts_characters():
    record = '{"event_id": 17, "nome": "João 🔑", "msg": "Sessão 🔑 encerrada", "zz": 1}'
    explanation = Transformer().explain(record)
    assert explanation.record == record
    for field in explanation.fields:
        assert record[field.start : field.end].startswith(f'"{field.name}": ')
        assert record[field.start : field.end].endswith(field.value)
        for part in field.parts:
            assert explanation.parts[part].field == explanation.fields.index(field)
    [part] = [part for part in explanation.parts if part.name == "msg"]
    assert explanation.line[part.start : part.end] == "msg=Sessão 🔑 encerrada"


def test_explains_records_of_any_size():
    transformer = Transformer({"max_bytes": 65536})
    wide = json.dumps({"event_id": 17} | {f"é{number}": "🔑" * 1000 for number in range(250)}, ensure_ascii=False)
    explanation = transformer.explain(wide)
    assert len(explanation.fields) == 251 and explanation.changes.dropped > 0
    assert all(wide[field.start] == '"' and wide[field.end - 1] in '"7' for field in explanation.fields)
    for record, reason in [
        (b"x" * (300 << 20), "too-long"),
        ('{"id": 17, "msg": %s1%s}' % ("[" * 1000, "]" * 1000), "too-deep"),
        (json.dumps({f"f{number}": 1 for number in range(1000)}), "too-many-fields"),
        ("", "not-one"),
        ("{} {}", "not-one"),
        ("\udfff", "malformed"),
    ]:
        with pytest.raises(RecordError, match=f"^{reason}: ") as refused:
            transformer.explain(record)
        assert pickle.loads(pickle.dumps(refused.value)).rejection == refused.value.rejection
    assert transformer.explain(bytearray(b'{"id": 17}')).kind == "Session Ended"


@pytest.mark.parametrize("record", [None, 17, ["{}"], {"id": 17}, 1.5])
def test_refuses_what_is_no_text(record):
    with pytest.raises(TypeError):
        Transformer().explain(record)


def test_is_a_value():
    explanation = Transformer().explain('{"id": 17}')
    assert explanation == Transformer().explain('{"id": 17}')
    assert {explanation: 1}[pickle.loads(pickle.dumps(explanation))] == 1
    with pytest.raises(AttributeError):
        explanation.line = ""


def test_lists_the_catalog():
    assert as_dict(kinds()) == json.loads((CASES / "kinds.json").read_text())
    assert len(kinds()) > 50 and kinds() is kinds()
