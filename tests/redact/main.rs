//! The options `redact` and `invisible`: what they replace, wherever it is, and nothing else.
//!
//! `commands.tsv` has the commands. `src/secrets/scan.rs` tests that each of its rows needs one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::fmt::Write as _;

use senhasegura_siem::{Changes, Config, Output, Transformer};
use serde_json::{Value, json};

const COMMANDS: &str = include_str!("commands.tsv");

/// Each command, and what becomes of it.
fn commands() -> impl Iterator<Item = (String, String)> {
    COMMANDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let line = line.replace('⏎', "\n");
        let parts = line.split(['⟦', '⟧']).enumerate();
        let expected = parts.map(|(index, part)| if index % 2 == 0 { part } else { "[redacted]" }).collect();
        (line.replace(['⟦', '⟧'], ""), expected)
    })
}

/// The line of a record, its changes, and what is kept of it.
fn write(config: &str, record: &str) -> (String, Changes, Vec<Option<String>>) {
    let mut transformer = Transformer::new(Config::from_json(config).unwrap());
    let mut line = Vec::new();
    let changes = transformer.transform_one(record.as_bytes(), Some(0), &mut line).unwrap();
    let kept = transformer.kept().map(|field| field.text.map(str::to_owned)).collect();
    (String::from_utf8(line).unwrap(), changes, kept)
}

/// Records that have a text in different places, each in its own way.
fn records(text: &str) -> Vec<String> {
    let own = json!({ "event_id": 17, "suser": "stlee", "msg": text });
    let escaped = text.encode_utf16().fold(String::new(), |mut escaped, unit| {
        let _ = write!(escaped, "\\u{unit:04x}");
        escaped
    });
    let cef = text.replace('\\', r"\\").replace('=', r"\=").replace('\n', r"\n");
    vec![
        own.to_string(),
        format!(r#"{{"event_id":17,"suser":"stlee","msg":"{escaped}"}}"#),
        json!({ "event_id": 17, "command line": text, "cs1Label": "Command", "cs1": text }).to_string(),
        json!({ "event_id": 17, "extensions": { "act": text } }).to_string(),
        json!({ "event_id": 17, "details": { "commands": [text, 1] } }).to_string(),
        json!({ "event_id": 17, "args": ["-c", text] }).to_string(),
        json!({ "event_name": text }).to_string(),
        json!({ "message": own.to_string() }).to_string(),
        json!({ "message": own.to_string(), "host": "shipper" }).to_string(),
        format!("<13>1 2026-03-04T04:29:07Z vault senhasegura - 17 - CEF:0|MT4|senhasegura|3|17|x|5|msg={cef}"),
        format!("<13>Mar  4 04:29:07 vault senhasegura: Command: {}", text.replace("\\\n", "").replace('\n', " ")),
    ]
}

#[test]
fn gives_the_line_of_a_text_without_the_secrets() {
    for format in
        [r#""format":"cef""#, r#""format":"rfc5424""#, r#""format":"rfc5424","msg":"cef""#, r#""format":"sensage""#]
    {
        let off = format!(r#"{{{format},"keep":["msg","name","command line"]}}"#);
        let on = off.replace(r#","keep""#, r#","redact":["secrets"],"keep""#);
        for (command, expected) in commands() {
            for (record, without) in records(&command).iter().zip(records(&expected)) {
                let ((line, changes, kept), (expected_line, others, expected_kept)) =
                    (write(&on, record), write(&off, &without));
                assert_eq!((line, kept), (expected_line, expected_kept), "{record}");
                assert_eq!(changes.redacted > 0, command != expected, "{record}");
                assert_eq!(Changes { redacted: 0, ..changes }, others, "{record}");
            }
        }
    }
}

#[test]
fn looks_into_arrays_and_objects() {
    for (given, expected) in [
        (json!(["app", "--password", "a b", "db"]), json!("app, --password, [redacted], db")),
        (json!([["app", "--password", "a b", "db"]]), json!([["app", "--password", "[redacted]", "db"]])),
        (
            json!([["app", "--password=a b", "-Token:a;b"]]),
            json!([["app", "--password=[redacted]", "-Token:[redacted]"]]),
        ),
        (json!([["sh", "-c", "PASSWORD=a ls"]]), json!([["sh", "-c", "PASSWORD=[redacted] ls"]])),
        (
            json!([["curl", "-H", "Authorization: Bearer a;b", "x"]]),
            json!([["curl", "-H", "Authorization: Bearer [redacted]", "x"]]),
        ),
        (json!([["net", "user", "bob", "/fullname:Bob Lee"]]), json!([["net", "user", "bob", "/fullname:Bob Lee"]])),
        (json!([["sshpass", "-p"], ["x"]]), json!([["sshpass", "-p"], ["x"]])),
        (json!({ "argv": ["mysql", "-u", "x", "-pa b"] }), json!({ "argv": ["mysql", "-u", "x", "-p[redacted]"] })),
        (json!({ "argv": ["net", "user", "bob", "x"] }), json!({ "argv": ["net", "user", "bob", "[redacted]"] })),
        (
            json!({ "argv": ["curl", "https://x?a=1&b=2", "-u", "a:h", "-sku", "a:h"] }),
            json!({ "argv": ["curl", "https://x?a=1&b=2", "-u", "[redacted]", "-sku", "[redacted]"] }),
        ),
        (
            json!({ "argv": ["net", "user", "bob lee", "h;x"] }),
            json!({ "argv": ["net", "user", "bob lee", "[redacted]"] }),
        ),
        (json!({ "argv": ["mysql", "x"], "b": ["-px"] }), json!({ "argv": ["mysql", "x"], "b": ["-px"] })),
        (json!({ "password": "x\"y", "user": "bob" }), json!({ "password": "[redacted]", "user": "bob" })),
        (json!({ "api-key": 17, "n": 17 }), json!({ "api-key": "[redacted]", "n": 17 })),
        (json!({ "token": { "a": ["b"] }, "n": 1 }), json!({ "token": "[redacted]", "n": 1 })),
        (json!({ "token": null, "secret": true }), json!({ "token": null, "secret": true })),
        (json!({ "pwd": "/root", "PWD": "x" }), json!({ "pwd": "/root", "PWD": "[redacted]" })),
        (
            json!({ "a": [{ "b": "PGPASSWORD=\"x\\y\"\n\u{1}é ls" }] }),
            json!({ "a": [{ "b": "PGPASSWORD=\"[redacted]\"\n\u{1}é ls" }] }),
        ),
        (json!({ "a": "curl -u bob:x --pass", "b": "y" }), json!({ "a": "curl -u bob:[redacted] --pass", "b": "y" })),
    ] {
        let record = |value: &Value| json!({ "event_id": 17, "details": value }).to_string();
        let (line, changes, _) = write(r#"{"format":"rfc5424","redact":["secrets"]}"#, &record(&given));
        let (expected_line, ..) = write(r#"{"format":"rfc5424"}"#, &record(&expected));
        assert_eq!((line, changes.redacted), (expected_line, u64::from(given != expected)), "{given}");
    }
    // Escapes in a text that stays JSON are decoded.
    let record = r#"{"event_id":17,"details":{"p\u0061ssword":"x","a":"\u002d\u002dpassword=x"}}"#;
    let (line, ..) = write(r#"{"format":"rfc5424","redact":["secrets"]}"#, record);
    assert!(line.contains(r#"{\"p\\u0061ssword\":\"[redacted\]\",\"a\":\"--password=[redacted\]\"}"#), "{line}");
}

#[test]
fn redacts_fields_by_their_names() {
    let record = r#"{"event_id":17,"Password":"x","db.api_key":7,"http.headers.authorization":"Basic x","next_token":"y","cs1Label":"DB password","cs1":"z","cs2Label":"user","cs2":"z","PWD":"/root","Secret: ":"x","reset_password":true,"cs3Label":"API key","cs3":"z","cs4Label":"Senha (antiga)","cs4":"z","cs5Label":"key","cs5":"z"}"#;
    let (line, changes, _) = write(r#"{"format":"sensage","redact":["secrets"]}"#, record);
    assert_eq!(changes.redacted, 7);
    let expected =
        ["Password=[redacted]", "next_token=y", "cs1=[redacted]", "cs2=z", "PWD=/root", "Secret__=[redacted]"];
    for pair in expected.into_iter().chain(["cs3=[redacted]", "cs4=[redacted]", "cs5=z"]) {
        assert!(line.contains(pair), "{pair}: {line}");
    }
    let config = r#"{"redact":["CS1","dportnumber","dst","command line"],"keep":["cs1","dst"]}"#;
    let record = r#"{"event_id":17,"cs1Label":"l","cs1":"--password=x","dst":"10.0.0.1","Command Line":{"a":1},"command":"--password=x"}"#;
    let (line, changes, kept) = write(config, record);
    let expected = "MT4SenhaseguraDst=[redacted] cs1Label=l cs1=[redacted] MT4SenhaseguraCommandLine=[redacted] command=--password\\=x";
    assert!(changes.redacted == 3 && line.ends_with(expected), "{line}");
    assert_eq!(kept, [Some("[redacted]".to_owned()), Some("[redacted]".into())]);
    // By any name that a record may have for it, and whatever signs are in that.
    for (named, record) in [
        ("sourceUserName", r#"{"event_id":17,"sourceUserName":"hunter2"}"#),
        ("sourceUserName", "CEF:0|MT4|senhasegura|3|17|x|5|sourceUserName=hunter2"),
        ("sourceUserName", r#"{"event_id":17,"suser":"hunter2"}"#),
        ("suser", r#"{"event_id":17,"sourceUserName":"hunter2"}"#),
        ("deviceCustomString4", r#"{"event_id":13,"cs4":"hunter2"}"#),
        ("cs4", r#"{"event_id":13,"deviceCustomString4":"hunter2"}"#),
        ("cs4Label", r#"{"event_id":13,"deviceCustomString4":"x","deviceCustomString4Label":"hunter2"}"#),
        (
            "source.user.name",
            r#"{"observer":{"vendor":"MT4","product":"senhasegura"},"event":{"code":"17"},"source":{"user":{"name":"hunter2"}}}"#,
        ),
        (
            "message",
            r#"{"deviceVendor":"MT4","deviceProduct":"senhasegura","deviceEventClassId":"17","name":"x","message":"hunter2"}"#,
        ),
        ("msg", r#"{"event_id":17,"message":"hunter2"}"#),
        ("MT4SenhaseguraCommandLine", r#"{"event_id":17,"Command Line":"hunter2"}"#),
        ("MT4SenhaseguraCommandLine", "CEF:0|MT4|senhasegura|3|17|x|5|msg=x MT4SenhaseguraCommandLine=hunter2"),
        ("MT4SenhaseguraSname", r#"{"event_id":17,"sname":"hunter2"}"#),
        ("mine", r#"{"event_id":17,"mine ":"hunter2"}"#),
        ("mine", r#"{"event_id":17,"m#i-n_e":"hunter2"}"#),
        ("my_field", r#"{"event_id":17,"My Field":"hunter2"}"#),
    ] {
        let (line, changes, _) = write(&format!(r#"{{"redact":["{named}"]}}"#), record);
        assert!(!line.contains("hunter2") && changes.redacted == 1, "{named}: {line}");
    }
}

#[test]
fn says_what_was_redacted_and_why() {
    let config = Config::from_json(r#"{"redact":["secrets","cs1"],"invisible":"replace"}"#).unwrap();
    let record = r#"{"event_id":17,"msg":"PGPASSWORD=x psql\u202e","cs1":"x","act":"y"}"#;
    let explanation = Transformer::new(config).explain(record.as_bytes(), None).unwrap();
    let notes: Vec<_> = explanation
        .fields
        .iter()
        .flat_map(|field| &field.notes)
        .map(|note| (note.as_str(), note.to_string()))
        .collect();
    let expected = [
        ("secret", "redacted: some of it looks like a secret, and `redact` includes `secrets`"),
        ("hidden", "replaced: some of its characters are invisible, and `invisible` is `replace`"),
        ("named", "redacted: `redact` names the field"),
    ];
    assert_eq!(notes, expected.map(|(why, message)| (why, message.to_owned())));
    assert_eq!((explanation.changes.redacted, explanation.changes.replaced), (2, 1));
}

#[test]
fn shows_what_nobody_sees() {
    let (off, on) = (r#"{"keep":["msg"]}"#, r#"{"keep":["msg"],"invisible":"replace"}"#);
    for hidden in
        ["\u{202E}", "\u{2066}", "\u{200B}", "\u{200D}", "\u{FEFF}", "\u{AD}", "\u{FE0F}", "\u{E0041}", "\u{61C}"]
    {
        let text = format!("rm {hidden}fdp.exe\u{1F600}é");
        let shown = text.replace(hidden, "\u{FFFD}");
        for format in ["cef", "rfc5424", "sensage"] {
            let config = |config: &str| config.replacen('{', &format!(r#"{{"format":"{format}","#), 1);
            for (record, expected) in records(&text).iter().zip(records(&shown)) {
                let ((line, changes, kept), (expected_line, _, expected_kept)) =
                    (write(&config(on), record), write(&config(off), &expected));
                assert_eq!((line, kept, changes.replaced > 0), (expected_line, expected_kept, true), "{record}");
                // By default, they stay.
                let (line, ..) = write(&config(off), record);
                assert!(line.contains(hidden) || record.contains("\\u"), "{line}");
            }
        }
    }
    let around = r#"{"host":"va\u200bult","message":"{\"event_id\":17}"}"#;
    let (line, changes, _) = write(on, around);
    assert!(line.ends_with("dvchost=va\u{FFFD}ult") && changes.replaced == 1, "{line}");
}

#[test]
fn hides_a_secret_with_what_nobody_sees_in_it() {
    let config = r#"{"redact":["secrets"],"invisible":"replace"}"#;
    let (line, changes, _) = write(config, r#"{"event_id":17,"msg":"a\u200b --password=x\u200by b\u200b"}"#);
    assert!(line.ends_with("msg=a\u{FFFD} --password\\=[redacted] b\u{FFFD}"), "{line}");
    assert_eq!((changes.redacted, changes.replaced), (1, 1));
}

#[test]
fn masks_records_wherever_they_are_in_a_batch() {
    let record = r#"{"event_id":17,"msg":"--password=x"}"#;
    let inside = json!({ "message": record, "other": "y" }).to_string();
    for (options, batch, count) in [
        ("", format!("{record}\n{record}"), 2),
        ("", format!("[{record},{record}]\n{inside}"), 3),
        ("", json!({ "records": [{ "message": record }, { "message": record }] }).to_string(), 2),
        (r#""record":"/message","#, format!("{inside}\n{inside}"), 2),
        (r#""input":"own","#, format!("{record}\n{inside}"), 1),
        (r#""max_bytes":200,"#, record.to_owned(), 1),
    ] {
        let config = Config::from_json(&format!(r#"{{{options}"redact":["secrets"]}}"#)).unwrap();
        let mut output = Output::default();
        Transformer::new(config).transform(batch.as_bytes(), None, &mut output);
        let lines = String::from_utf8(output.lines).unwrap();
        let is_masked = |line: &str| line.ends_with("msg=--password\\=[redacted]");
        assert_eq!(
            (lines.lines().filter(|line| is_masked(line)).count(), output.changes.redacted),
            (count, count as u64),
            "{batch}"
        );
        assert_eq!(lines.lines().count(), count, "{lines}");
    }
}
