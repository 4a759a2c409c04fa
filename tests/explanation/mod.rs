//! What an explanation says is what happened: every byte of the line is in one part, every field of
//! the record has a fate, and every change has its note.

use senhasegura_siem::explain::{Explanation, Fate, PartSource};
use senhasegura_siem::{Change, Config, Transformer};

/// Explains a record, unless it is rejected. The line and the changes are those of the transform.
pub(crate) fn explain(config: &Config, record: &[u8]) -> Option<Explanation> {
    let mut line = Vec::new();
    let explained = Transformer::new(config.clone()).explain(record, Some(0));
    let changes = Transformer::new(config.clone()).transform_one(record, Some(0), &mut line);
    let explained = match explained {
        Ok(explained) => explained,
        Err(rejection) => {
            assert_eq!(Err(rejection), changes, "{}", String::from_utf8_lossy(record));
            return None;
        }
    };
    let written = (String::from_utf8_lossy(&line), changes);
    let context = || format!("{} {}", String::from_utf8_lossy(record), line.len());
    assert_eq!(((&*explained.line).into(), Ok(explained.changes)), written, "{}", context());
    Some(explained)
}

/// Checks an explanation, if the record becomes a line.
pub(crate) fn check(config: &Config, record: &[u8]) -> bool {
    let Some(explanation) = explain(config, record) else { return false };
    let context = || format!("{config:?} {}\n{explanation:#?}", String::from_utf8_lossy(record));
    check_parts(&explanation, &context);
    check_fields(&explanation, &context);
    check_notes(&explanation, &context);
    true
}

/// The parts are the line, in order, without gaps.
fn check_parts(explanation: &Explanation, context: &dyn Fn() -> String) {
    let mut end = 0;
    for part in &explanation.parts {
        assert!(part.start == end && part.end > part.start, "{}", context());
        assert!(explanation.line.get(part.start..part.end).is_some(), "{}", context());
        let is_signs = part.name.is_empty();
        assert!(!is_signs || part.source == PartSource::Format, "{}", context());
        end = part.end;
    }
    assert_eq!(end, explanation.line.len(), "{}", context());
}

/// Each member of the record has a fate, and the parts that say so.
fn check_fields(explanation: &Explanation, context: &dyn Fn() -> String) {
    let Explanation { line, parts, fields, record, .. } = explanation;
    for (index, field) in fields.iter().enumerate() {
        let from_it: Vec<_> = (0..parts.len()).filter(|&part| parts[part].source == PartSource::Field(index)).collect();
        assert_eq!(field.parts, from_it, "{}", context());
        assert_eq!(field.fate == Fate::Written, !from_it.is_empty(), "{} {}", field.name, context());
        let has = |change| field.notes.iter().any(|note| note.change() == Some(change));
        assert!(field.fate != Fate::Dropped || has(Change::Dropped), "{} {}", field.name, context());
        assert_eq!(field.fate == Fate::Repeated, has(Change::Repeated), "{} {}", field.name, context());
        // What was neither renamed nor changed is in its part as it was received.
        let text = field.value.trim_matches('"');
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_read = ["time", "severity", "event_id"].iter().any(|name| name.eq_ignore_ascii_case(&field.name));
        for part in field.parts.iter().map(|&part| &parts[part]).filter(|part| part.name == field.name && !is_read) {
            let written = &line[part.start..part.end];
            assert!(!is_plain || !field.notes.is_empty() || written.contains(text), "{written} {}", context());
        }
        let member = record.get(field.start..field.end).unwrap_or_else(|| panic!("{}", context()));
        // The fields of CEF's header and of a message have their places instead of names.
        let is_json = record.starts_with('{');
        assert!(!is_json || member.starts_with(&format!("\"{}\"", field.name)), "{}", context());
        assert!(member.ends_with(&field.value), "{}", context());
    }
    assert!(explanation.kind_from.is_none_or(|field| field < fields.len()), "{}", context());
}

/// As many notes as changes were counted.
fn check_notes(explanation: &Explanation, context: &dyn Fn() -> String) {
    let of_fields = explanation.fields.iter().flat_map(|field| &field.notes);
    let notes: Vec<_> = of_fields.chain(explanation.notes.iter().map(|note| &note.note)).collect();
    let count = |change| notes.iter().filter(|note| note.change() == Some(change)).count() as u64;
    let changes = explanation.changes;
    for (change, counted) in [
        (Change::Renamed, changes.renamed),
        (Change::Replaced, changes.replaced),
        (Change::Truncated, changes.truncated),
        (Change::Dropped, changes.dropped),
        (Change::Repeated, changes.repeated),
        (Change::Unreadable, changes.unreadable),
        (Change::Redacted, changes.redacted),
    ] {
        assert_eq!(count(change), counted, "{change} {}", context());
    }
}
