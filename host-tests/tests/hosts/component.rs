//! What the component promises its hosts.

use std::fmt::Write as _;
use std::fs;

use host_tests::component::{Change, Compiled, Explanation, Fate, Host, Note, Output, PATH, Reason, Rejection, Source};
use host_tests::{DAY, goldens};
use senhasegura_siem::catalog::CATALOG;
use senhasegura_siem::{Config, Transformer, bake};
use serde_json::{Value, json};
use wit_component::{DecodedWasm, WitPrinter};

fn host(config: &str) -> Host {
    Compiled::new(false).unwrap().host(config).unwrap().unwrap()
}

#[test]
fn exports_the_transform_and_imports_nothing() {
    let component = fs::read(PATH).unwrap();
    let DecodedWasm::Component(resolve, world) = wit_component::decode(&component).unwrap() else {
        panic!("no component")
    };
    let world = &resolve.worlds[world];
    let mut wit = WitPrinter::default();
    wit.print(&resolve, world.package.unwrap(), &[]).unwrap();
    println!("{}\n{} bytes", wit.output, component.len());
    assert!(world.imports.is_empty());
    let exports: Vec<_> = world.exports.keys().map(|key| resolve.name_world_key(key)).collect();
    assert_eq!(exports, ["senhasegura:siem/transform@0.2.0"]);
}

#[test]
fn refuses_a_configuration_by_pointer() {
    let error = Compiled::new(false).unwrap().host(r#"{"max_depth": 0}"#).unwrap().err().unwrap();
    assert_eq!(error.pointer, "/max_depth");
    assert_eq!(error.message, "expected an integer from 2 to 128, found 0");
}

#[test]
fn needs_no_configuration_once_one_is_baked() {
    let mut component = fs::read(PATH).unwrap();
    bake::bake(&mut component, r#"{"format": "rfc5424"}"#).unwrap();
    let compiled = Compiled::of(&component, false).unwrap();
    let line = |config: &str| {
        let output = compiled.host(config).unwrap().unwrap().transform(br#"{"event_id":17}"#, None).unwrap();
        String::from_utf8(output.lines).unwrap()
    };
    assert!(line("").starts_with("<13>1 - "));
    assert!(line("{}").starts_with("CEF:0|"));
    assert_eq!(bake::baked(&component), Ok(r#"{"format":"rfc5424"}"#));
}

#[test]
fn lists_the_catalog() {
    let kinds = host("").kinds().unwrap();
    assert_eq!(kinds.len(), CATALOG.len());
    for (found, kind) in kinds.iter().zip(CATALOG) {
        assert_eq!((found.name.as_str(), found.name_four.as_str()), (kind.name, kind.name_4_0));
        assert_eq!((found.name_pt.as_str(), found.origin.as_str()), (kind.name_pt, kind.origin));
        assert!(found.ids.iter().map(|id| id.id.as_str()).eq(kind.ids.iter().map(|id| id.id)));
        assert!(found.keys.iter().map(String::as_str).eq(kind.keys.iter().map(|key| key.name())));
    }
}

#[test]
fn takes_the_time_of_reception_for_records_without_one() {
    let mut host = host("");
    let lines = host
        .transform(br#"{"event_id":17} {"event_id":17,"time":7} {"event_id":17,"rt":"1772626500"}"#, Some(1))
        .unwrap()
        .lines;
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(lines.matches("|rt=1 ").count() + lines.matches("|rt=1\n").count(), 2, "{lines}");
    assert_eq!(lines.matches("|rt=1772626500000\n").count(), 1, "{lines}");
}

#[test]
fn gives_one_outcome_for_each_record() {
    let records =
        [r#"{"event_id":17}"#, "", r#"{"event_id":16} {"event_id":17}"#, " {oops}\n", "[{\"event_id\":18}]\n"];
    let outcomes = host("").transform_each(&records.map(|record| record.as_bytes().to_vec()), None).unwrap();
    assert_eq!(outcomes.len(), records.len());
    let line = |index: usize| &*outcomes[index].as_ref().unwrap().bytes;
    assert_eq!(line(0), b"CEF:0|MT4|senhasegura|unknown|17|Session finished|5|");
    assert_eq!(line(4), b"CEF:0|MT4|senhasegura|unknown|18|Backup performed|5|");
    for (index, reason, message) in [
        (1, Reason::NotOne, "expected one record, found 0"),
        (2, Reason::NotOne, "expected one record, found 2"),
        (3, Reason::Malformed, "expected a key in quotes, found `o` at byte 1"),
    ] {
        let rejection = outcomes[index].as_ref().unwrap_err();
        assert_eq!((rejection.index, rejection.reason, rejection.message.as_str()), (index as u64, reason, message));
    }
    let rejection = outcomes[3].as_ref().unwrap_err();
    assert_eq!((rejection.start, rejection.end), (1, 7));
}

#[test]
fn gives_what_the_golden_files_hold() {
    let compiled = Compiled::new(false).unwrap();
    let mut lines = 0;
    for golden in goldens::names().unwrap().into_iter().flat_map(|name| goldens::of(&name).unwrap()) {
        let found = compiled.host(&golden.config).unwrap().unwrap().transform(&golden.input, None).unwrap();
        let (name, format) = (&golden.name, golden.format);
        assert_eq!(String::from_utf8_lossy(&found.lines), String::from_utf8_lossy(&golden.lines), "{name} {format}");
        assert_eq!(report(&found), golden.report, "{name} {format}");
        lines += found.written;
    }
    assert!(lines > 1000, "{lines}");
}

/// What was rejected and changed, as the golden files have it.
fn report(output: &Output) -> String {
    let mut report = String::new();
    for rejection in &output.rejections {
        let reason = format!("{:?}", rejection.reason).replace("Reason::", "");
        let _ = writeln!(
            report,
            "record {}, bytes {}..{}: {}: {}",
            rejection.index,
            rejection.start,
            rejection.end,
            kebab(&reason),
            rejection.message
        );
    }
    goldens::report_changes(&mut report, output.changes.into());
    report
}

/// `NotAnObject` as `not-an-object`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(c.to_lowercase());
    }
    kebab
}

/// The records of every golden and of the example stream, by their configuration.
fn records() -> Vec<(String, Vec<Vec<u8>>)> {
    let goldens = goldens::names().unwrap().into_iter().flat_map(|name| goldens::of(&name).unwrap());
    let mut inputs: Vec<_> = goldens.map(|golden| (golden.config, golden.input)).collect();
    for format in ["cef", "rfc5424", "sensage"] {
        inputs.push((json!({ "format": format, "timezone": "-03:00" }).to_string(), DAY.into()));
    }
    let each = |input: Vec<u8>| input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).chain([input.clone()]).collect();
    inputs.into_iter().map(|(config, input)| (config, each(input))).collect()
}

#[test]
fn gives_the_changes_of_each_record() {
    let compiled = Compiled::new(false).unwrap();
    let mut changed = 0;
    for (config, records) in records() {
        let mut native = Transformer::new(Config::from_json(&config).unwrap());
        let outcomes = compiled.host(&config).unwrap().unwrap().transform_each(&records, Some(0)).unwrap();
        assert_eq!(outcomes.len(), records.len());
        for (index, (record, outcome)) in (0..).zip(records.iter().zip(outcomes)) {
            let mut line = Vec::new();
            match (native.transform_one(record, Some(0), &mut line), outcome) {
                (Ok(changes), Ok(found)) => {
                    assert_eq!(senhasegura_siem::Changes::from(found.changes), changes);
                    assert!(found.bytes == line);
                    changed += u64::from(changes != senhasegura_siem::Changes::default());
                }
                (Err(rejection), Err(found)) => {
                    assert_eq!(found.index, index);
                    assert_is_rejection(&found, &rejection);
                }
                (native, found) => panic!("{config} {}: {native:?}, {found:?}", String::from_utf8_lossy(record)),
            }
        }
    }
    assert!(changed > 500, "{changed}");
}

#[test]
fn explains_as_the_native_transform_does() {
    let compiled = Compiled::new(false).unwrap();
    let mut explained = 0;
    for (config, records) in records() {
        let mut native = Transformer::new(Config::from_json(&config).unwrap());
        let mut host = compiled.host(&config).unwrap().unwrap();
        for record in records {
            match (native.explain(&record, Some(0)), host.explain(&record, Some(0)).unwrap()) {
                (Ok(explanation), Ok(found)) => {
                    assert_eq!(explanation_json(found), serde_json::to_value(explanation).unwrap(), "{config}");
                    explained += 1;
                }
                (Err(rejection), Err(found)) => assert_is_rejection(&found, &rejection),
                (native, found) => panic!("{config} {}: {native:?}, {found:?}", String::from_utf8_lossy(&record)),
            }
        }
    }
    assert!(explained > 2000, "{explained}");
}

fn assert_is_rejection(found: &Rejection, rejection: &senhasegura_siem::Rejection) {
    assert_eq!([found.start, found.end], [rejection.range.start, rejection.range.end].map(|offset| offset as u64));
    assert_eq!(found.message, rejection.to_string());
}

/// As the library serializes it.
fn explanation_json(explanation: Explanation) -> Value {
    let parts = explanation.parts.into_iter().map(|part| {
        let source = source_json(part.source);
        json!({ "name": part.name, "start": part.start, "end": part.end, "source": source })
    });
    let fields = explanation.fields.into_iter().map(|field| {
        let fate = match field.fate {
            Fate::Written => "written",
            Fate::Absent => "absent",
            Fate::Repeated => "repeated",
            Fate::Dropped => "dropped",
        };
        let notes: Vec<_> = field.notes.into_iter().map(note_json).collect();
        json!({
            "name": field.name, "value": field.value, "start": field.start, "end": field.end, "fate": fate,
            "parts": field.parts, "notes": notes,
        })
    });
    let notes = explanation.notes.into_iter().map(|note| {
        let source = source_json(note.source);
        json!({ "source": source, "note": note_json(note.note) })
    });
    json!({
        "line": explanation.line,
        "record": explanation.record,
        "is_wrapped": explanation.is_wrapped,
        "way": explanation.way,
        "left": explanation.left,
        "kind": explanation.kind,
        "kind_from": explanation.kind_from,
        "parts": parts.collect::<Value>(),
        "fields": fields.collect::<Value>(),
        "notes": notes.collect::<Value>(),
        "changes": senhasegura_siem::Changes::from(explanation.changes),
    })
}

fn source_json(source: Source) -> Value {
    match source {
        Source::Field(index) => json!({ "field": index }),
        Source::Catalog => "catalog".into(),
        Source::Configuration => "configuration".into(),
        Source::Reception => "reception".into(),
        Source::Wrapper => "wrapper".into(),
        Source::Default => "default".into(),
        Source::Format => "format".into(),
    }
}

fn note_json(note: Note) -> Value {
    let change = note.change.map(|change| match change {
        Change::Renamed => "renamed",
        Change::Replaced => "replaced",
        Change::Truncated => "truncated",
        Change::Dropped => "dropped",
        Change::Repeated => "repeated",
        Change::Unreadable => "unreadable",
        Change::Redacted => "redacted",
    });
    json!({ "change": change, "why": note.why, "message": note.message })
}

#[test]
fn keeps_nothing_of_a_batch() {
    let mut host = Compiled::new(true).unwrap().host("").unwrap().unwrap();
    let mut costs = Vec::new();
    let first = host.transform(DAY.as_bytes(), None).unwrap();
    for _ in 0..100 {
        let before = host.fuel().unwrap();
        let again = host.transform(DAY.as_bytes(), None).unwrap();
        assert!(again.lines == first.lines && again.rejections.len() == first.rejections.len());
        costs.push(before - host.fuel().unwrap());
    }
    // Once the buffers have grown, a call costs the same to the instruction: nothing piles up.
    assert!(costs.iter().skip(10).all(|&cost| cost == costs[10]), "{costs:?}");
    let records = first.written + first.rejections.len() as u64;
    println!("{} units of fuel per record", costs[10] / records);
}

/// The most that the documentation of `transform` tells hosts to hand over.
const BATCH_MAX: usize = 1 << 20;

#[test]
fn survives_a_batch_of_nothing_but_rejections() {
    // The longest messages that so short a record can get.
    for record in ["1\n", "{}"] {
        let batch = record.repeat(BATCH_MAX / record.len());
        let output = host("").transform(batch.as_bytes(), None).unwrap();
        assert_eq!((output.written, output.rejections.len()), (0, BATCH_MAX / record.len()));
    }
}

#[test]
fn survives_records_that_would_be_read_again_and_again() {
    for record in [
        "{\"a\":\n",
        "{\"a\":[\n",
        "{\"a\":[{},\n{},\n",
        "{\"a\":[\n{\"b\":[\n1,{}],\n",
        "{\"a\":[[[[[[[[[[[[[[[[\n",
        "[",
        "[{\"a\":",
        "{a}",
        "{\"\\",
        "{\"a\":\"\\u12",
        "{\"event_id\":17",
    ] {
        let batch = record.repeat(BATCH_MAX / record.len());
        let output = host("").transform(batch.as_bytes(), None).unwrap();
        let handed_back: u64 = output.rejections.iter().map(|rejection| rejection.end - rejection.start).sum();
        assert!(handed_back > 0, "{record:?}");
    }
}
