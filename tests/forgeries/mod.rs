//! One event in many dialects, of which nothing inside a value may become an event or a field.

use senhasegura_siem::Transformer;
use serde_json::{Value, json};

/// Text as CEF escapes it in a value.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('=', "\\=").replace('\n', "\\n")
}

/// Records of Session Ended, whose user is stlee, in ways in which a pipeline has them.
pub(crate) fn records(msg: &str, act: &str, own: &str) -> Vec<String> {
    let header =
        json!({"deviceVendor": "MT4", "deviceVersion": "3.33", "deviceEventClassId": "17", "name": "Session Ended"});
    let with = |mut record: Value| {
        for (key, value) in [("msg", msg), ("act", act), ("suser", "stlee"), ("sname", act)] {
            record[key] = value.into();
        }
        record.to_string()
    };
    let text = format!(
        "CEF:0|MT4|senhasegura|3.33|17|Session Ended|5|msg={} act={} suser=stlee sname={}",
        escaped(msg),
        escaped(act),
        escaped(act)
    );
    let framed = format!("<13>Mar  4 09:15:00 vault01 senhasegura: {text}");
    let parameter =
        |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace(']', "\\]").replace('\n', " ");
    // The element is the event, whatever its text looks like.
    let element = format!(
        "<13>1 2026-03-04T09:15:00Z vault01 senhasegura - 17 [senhasegura@32473 event_name=\"Session Ended\" act=\"{}\" suser=\"stlee\"] {}",
        parameter(act),
        own.replace('\n', " ")
    );
    let fields: Value = serde_json::from_str(&with(json!({}))).unwrap();
    vec![
        with(json!({"event_id": 17, "event_name": "Session Ended", "severity": 5, "message": own, "log": own})),
        with(header),
        json!({"cef": {"device": {"vendor": "MT4", "event_class_id": "17"}, "name": "Session Ended", "extensions": fields},
            "message": own, "event": {"original": own}})
        .to_string(),
        json!({"message": framed, "raw": own, "hostname": "vault01"}).to_string(),
        json!({"log": json!({"message": framed}).to_string(), "stream": "stdout"}).to_string(),
        text,
        framed,
        element,
    ]
}

/// Asserts that one of these records becomes a line with its own id, name and user, and no field but its own.
pub(crate) fn check(transformer: &mut Transformer, record: &str, received: u64) {
    let mut line = Vec::new();
    let written = transformer.transform_one(record.as_bytes(), Some(received), &mut line);
    assert!(written.is_ok(), "{record}: {written:?}");
    let line = String::from_utf8(line).unwrap();
    let read = strict::cef::read(&line).unwrap_or_else(|error| panic!("{error}: {record}\n{line}"));
    assert_eq!((&*read.header.device_event_class_id, &*read.header.name), ("17", "Session Ended"), "{record}\n{line}");
    assert_eq!(read.extension.get("suser").map(|value| &**value), Some("stlee"), "{record}\n{line}");
    // A text that is cut goes on under a custom key.
    let known = ["rt", "dvchost", "msg", "act", "suser", "sname", "MT4SenhaseguraAct", "MT4SenhaseguraMsg"];
    let others: Vec<_> = read.extension.keys().filter(|key| !known.contains(&&***key)).collect();
    let is_own = record.contains("\"event_id\":17") && others.iter().all(|key| ["message", "log"].contains(&&***key));
    assert!(others.is_empty() || is_own, "{others:?} {record}\n{line}");
}
