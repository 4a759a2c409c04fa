//! What is read from texts: the lines that this crate writes itself, and text that attackers choose.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::path::Path;

use senhasegura_siem::{Config, Output, Transformer};
use serde_json::json;

mod forgeries;
mod readable;

use readable::CONFIGS;

/// 2026-03-04T12:15:00.250Z, in milliseconds since 1970.
const RECEIVED: u64 = 1_772_626_500_250;

/// Returns the lines of a batch, without their line feeds.
fn lines(config: &str, batch: &[u8]) -> Vec<String> {
    let mut output = Output::default();
    Transformer::new(Config::from_json(config).unwrap()).transform(batch, Some(RECEIVED), &mut output);
    String::from_utf8(output.lines).unwrap().lines().map(str::to_owned).collect()
}

/// The records of the kinds, of the dialects and of the example stream.
fn batches() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut batches = vec![fs::read(root.join("examples/data/day.ndjson")).unwrap()];
    for folder in ["kinds", "dialects"] {
        for entry in fs::read_dir(root.join("host-tests/goldens").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                batches.push(fs::read(path).unwrap());
            }
        }
    }
    assert!(batches.len() > 60);
    batches
}

/// Returns the pairs and other words of a line in one order. A field that was given another key for
/// its type is read under that key, and may stand in another place.
fn sorted(line: &str) -> Vec<&str> {
    let mut words: Vec<_> = line.split(' ').collect();
    words.sort_unstable();
    words
}

#[test]
fn reads_its_own_lines_back() {
    let mut count = 0;
    for batch in batches() {
        for config in CONFIGS {
            for line in lines(config, &batch) {
                let again = lines(config, line.as_bytes());
                let same = again.len() == 1 && sorted(&again[0]) == sorted(&line);
                assert!(same, "{config}\n  {line}\n  {}", again.join("\n  "));
                // Of a record without such fields, it is the very line.
                let is_exact = !["c6a", "MT4Senhasegura"].iter().any(|sign| line.contains(sign));
                assert!(again[0] == line || !is_exact, "{config}\n  {line}\n  {}", again[0]);
                count += 1;
            }
        }
    }
    assert!(count > 4000, "{count}");
}

/// Text that tries to be an event, a header, a field or a record of its own.
const FORGERIES: [&str; 16] = [
    "CEF:0|MT4|senhasegura|9|2|Forged|10|suser=forged",
    "<13>Mar  4 09:15:00 forged senhasegura: CEF:0|MT4|senhasegura|9|2|Forged|10|suser=forged",
    "<8>1 2020-01-01T00:00:00Z forged Segura 1 2 [senhasegura@32473 event_name=\"Forged\" suser=\"forged\"] forged",
    "0|MT4|senhasegura|9|2|Forged|10|suser=forged",
    "{\"event_id\":2,\"suser\":\"forged\"}",
    "{\"message\":\"{\\\"event_id\\\":2}\"}",
    "@cee: {\"event_id\":2}",
    "2020-01-01T00:00:00Z stdout F {\"event_id\":2}",
    "\" suser=\"forged",
    "\\\" suser=\\\"forged\"] ",
    "|2|Forged|10|suser=forged",
    "\\|2\\|",
    "\nCEF:0|MT4|senhasegura|9|2|Forged|10|suser=forged\n",
    ",\"deviceEventClassId\":\"2\"",
    "=",
    "\\",
];

/// Returns text with forgeries in it, mostly at its beginning.
fn forgery(random: &mut fastrand::Rng) -> String {
    let mut text = String::new();
    for _ in 0..random.usize(1..4) {
        text.push_str(["", "", " ", "x ", "é\t"][random.usize(..5)]);
        text.push_str(FORGERIES[random.usize(..FORGERIES.len())]);
    }
    text
}

#[test]
fn takes_nothing_inside_a_value_for_an_event_or_a_field() {
    let count = std::env::var("RECORDS").map_or(100_000, |count| count.parse().unwrap());
    let random = &mut fastrand::Rng::with_seed(17);
    let mut transformer = Transformer::new(Config::default());
    let mut done = 0;
    while done < count {
        let [msg, act, own] = [(); 3].map(|()| forgery(random));
        for record in forgeries::records(&msg, &act, &own) {
            forgeries::check(&mut transformer, &record, RECEIVED);
            done += 1;
        }
    }
}

#[test]
fn takes_a_plain_text_for_nothing_but_a_message() {
    let random = &mut fastrand::Rng::with_seed(18);
    for _ in 0..5000 {
        let text = format!("The job {} ended", forgery(random).replace('\n', " "));
        for record in [
            format!("<13>1 2026-03-04T09:15:00Z vault01 senhasegura - - - {text}"),
            format!("<13>Mar  4 09:15:00 vault01 senhasegura: {text}"),
            json!({"appname": "senhasegura", "hostname": "vault01", "message": text}).to_string(),
        ] {
            let [line] = &lines("{}", record.as_bytes())[..] else { unreachable!("{record}") };
            let read = strict::cef::read(line).unwrap();
            assert_eq!(&*read.header.name, "Unknown event", "{record}\n{line}");
            let keys: Vec<_> = read.extension.keys().map(|key| &**key).collect();
            assert_eq!(keys, ["dvchost", "msg", "rt"], "{record}\n{line}");
        }
    }
}

/// The extension of CEF that a record becomes.
fn extension(record: &str) -> String {
    let lines = lines("{}", record.as_bytes());
    assert_eq!(lines.len(), 1, "{record}");
    lines[0].splitn(8, '|').nth(7).unwrap().to_owned()
}

#[test]
fn trims_every_value() {
    let time = "2026-03-04T09:15:00Z";
    for (record, expected) in [
        (
            format!(
                "<13>1 {time} - senhasegura - 17 [senhasegura@32473 event_name=\" x \" act=\" a  \" cs1=\"  \"] b "
            ),
            "msg=b act=a",
        ),
        (format!("<13>1 {time} - senhasegura - - - text "), "msg=text"),
        (json!({"message": format!("<13>1 {time} - senhasegura - - - text  ")}).to_string(), "msg=text"),
    ] {
        assert_eq!(extension(&record).split_once(' ').unwrap().1, expected, "{record}");
    }
}

/// A cookie without JSON behind it is text.
#[test]
fn takes_a_cookie_for_one_before_json_only() {
    let header = "<13>1 2026-03-04T09:15:00Z - senhasegura - 17";
    for (message, expected) in [
        ("[senhasegura@32473 severity=\"5\"] @cee: {\"event_id\":2}", ""),
        ("[senhasegura@32473 event_name=\"Session Ended\"] @cee:", "msg=@cee:"),
        ("- @cee: text", "msg=@cee: text"),
        ("- @cee: {\"event_id\":17,\"act\":\"a\"}", "act=a"),
    ] {
        let record = format!("{header} {message}");
        assert_eq!(extension(&record).split_once(' ').map_or("", |(_, rest)| rest), expected, "{record}");
    }
}

#[test]
fn a_pair_inside_a_text_never_takes_the_place_of_a_field() {
    // Whatever comes first in the record.
    let forged = r#""AdditionalExtensions": "sname=Al;suser=forged;dst=6.6.6.6""#;
    let columns = r#""SourceUserName": "bob", "DestinationIP": "10.0.0.1""#;
    let header = r#""DeviceVendor": "MT4", "DeviceEventClassID": "17""#;
    for body in [format!("{columns}, {forged}"), format!("{forged}, {columns}")] {
        let line = extension(&format!("{{{header}, {body}}}"));
        assert!(line.contains("suser=bob") && line.contains("dst=10.0.0.1") && line.contains("sname=Al"), "{line}");
        assert!(!line.contains("forged") && !line.contains("6.6.6.6"), "{line}");
    }
    assert!(extension(&format!("{{{header}, {forged}}}")).contains("suser=forged"), "a key without a column");
    for body in [r#""sname": "bob", "msg": "hi sname=forged""#, r#""msg": "hi sname=forged", "sname": "bob""#] {
        let line = extension(&format!("{{\"syslog_tag\": \"CEF\", {header}, {body}}}"));
        assert!(line.contains("sname=bob") && line.contains(r"msg=hi sname\=forged"), "{line}");
    }
}

/// What a parser made of an event, and the counts.
#[test]
fn counts_what_it_leaves_out_of_a_parsed_event() {
    for (body, expected, repeated) in [
        // Two names of one thing: the better known counts, in either order.
        (r#""suser":"x","sourceUserName":"y""#, "suser=x", 1),
        (r#""sourceUserName":"y","suser":"x""#, "suser=x", 1),
        (r#""suser":"x","sourceUserName":"x""#, "suser=x", 0),
        (r#""sourceUserName":"x","suser":"x""#, "suser=x", 0),
        (r#""suser":"x","AdditionalExtensions":"suser=y;suser=z""#, "suser=x", 2),
        // A shipper's own words for the event.
        (r#""message":"[17] ended","msg":"x""#, "msg=x", 0),
        (r#""msg":"x","message":"[17] ended""#, "msg=x", 0),
        (r#""message":"[17] ended""#, "msg=[17] ended", 0),
        (r#""suser":"x","sourceUserName":"y","user":{"name":"x"},"SourceUserName":"z""#, "suser=x", 2),
        (r#""deviceEventClassId":"17","signatureId":"18","name":"A","Activity":"B""#, "", 2),
        (r#""AdditionalExtensions":"x=-;act=y;z=""#, "act=y", 0),
        // What is no pair.
        (r#""AdditionalExtensions":"x y""#, "AdditionalExtensions=x y", 0),
        (r#""extensions":{"AdditionalExtensions":"x"}"#, "AdditionalExtensions=x", 0),
        // An object of a field's name is its value, unless it is known what is in it.
        (r#""suser":{"a":[1]}"#, r#"suser={"a":[1]}"#, 0),
        (r#""suser":[{"a":1},2]"#, r#"suser=[{"a":1},2]"#, 0),
        (r#""suser":[2,{"a":1}],"suid":7"#, r#"suid=7 suser=[2,{"a":1}]"#, 0),
        (r#""extensions":{"suser":{"suid":7}}"#, "MT4SenhaseguraSuserSuid=7", 0),
        (r#""extensions":{"suser":{"suid":7}},"extension":{"suser":{"suid":8}}"#, "MT4SenhaseguraSuserSuid=8", 1),
        (r#""attributes":[{"key":"suser","value":{"arrayValue":[{"a":1}]}}]"#, r#"suser=[{"a":1}]"#, 0),
        (r#""src":{"ip":"10.0.0.1"}"#, r#"MT4SenhaseguraSrc={"ip":"10.0.0.1"}"#, 0),
        (r#""source":{"ip":"10.0.0.1"}"#, "src=10.0.0.1", 0),
    ] {
        let record = format!(r#"{{"deviceVendor":"MT4","deviceEventClassId":"17",{body}}}"#);
        let mut output = Output::default();
        Transformer::new(Config::default()).transform(record.as_bytes(), None, &mut output);
        let line = String::from_utf8(output.lines).unwrap();
        let extension = line.trim_end().rsplit_once("|5|").unwrap().1;
        assert_eq!((extension, output.changes.repeated), (expected, repeated), "{record}");
    }
}

#[test]
fn a_header_that_is_not_unicode_is_repaired() {
    for (text, host, replaced) in [
        (&b"<13>Mar  4 09:15:00 va\xFFult CEF:0|MT4|s|3|17|x|5|suser=a"[..], "va\u{FFFD}ult", 1),
        (b"<13>1 2026-03-04T09:15:00Z \xC2\xE2\x80 senhasegura 1 - - hello", "\u{FFFD}\u{FFFD}", 1),
        // Changes of what is around a record are not counted.
        (b"{\"host\":\"va\xFFult\",\"message\":\"CEF:0|MT4|s|3|17|x|5|suser=a\"}", "va\u{FFFD}ult", 0),
    ] {
        for config in ["{}", r#"{"format": "sensage"}"#] {
            let mut output = Output::default();
            Transformer::new(Config::from_json(config).unwrap()).transform(text, Some(RECEIVED), &mut output);
            let line = String::from_utf8(output.lines).unwrap();
            assert!(line.contains(host), "{line}");
            assert_eq!(output.changes.replaced, replaced, "{line}");
        }
    }
}

#[test]
fn a_parsed_event_keeps_to_the_limits() {
    let header = r#""deviceVendor":"MT4","deviceEventClassId":"17""#;
    // Once more than a megabyte of names that were compared with each other.
    let pairs: String = (0..150_000).map(|number| format!("k{number}=v;")).collect();
    for around in ["", r#","x":{"y":1}"#] {
        let mut output = Output::default();
        let record = format!(r#"{{{header},"AdditionalExtensions":"{pairs}"{around}}}"#);
        let config = Config::from_json(r#"{"max_record_bytes": 10000000}"#).unwrap();
        Transformer::new(config).transform(record.as_bytes(), Some(RECEIVED), &mut output);
        let reasons: Vec<_> = output.rejections.iter().map(|rejection| rejection.reason().as_str()).collect();
        assert_eq!(reasons, ["too-many-fields"], "{around}");
    }
    // A PRI that is none.
    for pri in ["-1", "192", "999999999999"] {
        assert_eq!(lines("{}", format!("{{{header},\"syslog_pri\":{pri}}}").as_bytes()).len(), 1);
    }
    // Damage of what is written as a whole is counted once.
    let mut output = Output::default();
    let record =
        [b"{\"deviceVendor\":\"MT4\",\"deviceEventClassId\":\"17\",\"suser\":{\"a\":\"", &b"\xFF\"}}"[..]].concat();
    Transformer::new(Config::default()).transform(&record, None, &mut output);
    assert_eq!((output.written, output.changes.replaced), (1, 1));
}

/// Messages of the appliance in which some bytes are others.
#[test]
fn writes_unicode_whatever_the_bytes_of_a_message() {
    let log = include_bytes!("../examples/data/appliance.log");
    let messages: Vec<_> = log.split(|byte| *byte == b'\n').filter(|message| !message.is_empty()).collect();
    let random = &mut fastrand::Rng::with_seed(23);
    let mut transformers = CONFIGS.map(|config| Transformer::new(Config::from_json(config).unwrap()));
    for _ in 0..20_000 {
        let mut message = random.choice(&messages).unwrap().to_vec();
        for _ in 0..random.usize(1..5) {
            let at = random.usize(..message.len());
            message[at] = random.u8(..);
        }
        let transformer = random.choice(&mut transformers).unwrap();
        let mut line = Vec::new();
        if transformer.transform_one(&message, Some(RECEIVED), &mut line).is_ok() {
            let line = String::from_utf8(line).unwrap_or_else(|error| panic!("{error}: {}", message.escape_ascii()));
            assert!(!line.contains(char::is_control), "{line:?} of {}", message.escape_ascii());
        }
    }
}

#[test]
fn an_element_ends_where_it_ends() {
    let own = r#"[senhasegura@32473 event_name="Session Ended" suser="a"]"#;
    let end = "|17|Session Ended|5|rt=1772626500250 msg=m suser=a";
    let good = [r#"[x@1 y="[senhasegura@32473 suser=\"b\"]"]"#, r#"[senhasegura@324730 suser="b"]"#, "[x@1]"];
    let bad = ["[x@1 y]", "[x@1 y=z]", r#"[x@1  y="z"]"#];
    for (others, is_good) in [(&good, true), (&bad, false)] {
        for other in others {
            let before = lines("{}", format!("<13>1 - - - - 17 {other}{own} m").as_bytes());
            let after = lines("{}", format!("<13>1 - - - - 17 {own}{other} m").as_bytes());
            assert_eq!(before.len(), usize::from(is_good), "{other}: {before:?}");
            assert!(
                before.iter().chain(&after).all(|line| line.ends_with(end)) && after.len() == 1,
                "{other}: {after:?}"
            );
        }
    }
    for own in [r#"[senhasegura@32473 suser="a" b=c]"#, r#"[senhasegura@32473 event_name="x" y][x@1 suser="b"]"#] {
        assert_eq!(lines("{}", format!("<13>1 - - senhasegura - 17 {own} m").as_bytes()), [""; 0], "{own}");
        let cef = "CEF:0|MT4|senhasegura|3|17|Session Ended|5|suser=a";
        assert_eq!(lines("{}", format!("<13>1 - - senhasegura - 17 {own} {cef}").as_bytes()).len(), 1, "{own}");
    }
    // Time that grows with the square of the length would take minutes.
    let long = format!("<13>1 - - - - - {} x", "[a x]".repeat(190_000));
    assert_eq!(lines("{}", long.as_bytes()), [""; 0]);
}

#[test]
fn what_stands_before_the_first_pair_is_the_message() {
    for (extension, expected) in [
        ("some free text", "msg=some free text"),
        (" some text suser=a", "msg=some text suser=a"),
        ("a = b suser=a", r"msg=a \= b suser=a"),
        ("=foo suser=a", r"msg=\=foo suser=a"),
        ("text suser=a msg=b", "msg=b suser=a"),
        (" suser=a ", "suser=a"),
    ] {
        // The second time, the names are known from before.
        let text = format!("CEF:0|MT4|senhasegura|3.33|17|Session Ended|5|{extension}\n").repeat(2);
        for line in lines("{}", text.as_bytes()) {
            assert_eq!(line.split_once("rt=1772626500250 ").unwrap().1, expected, "{extension}");
        }
        assert_eq!(lines("{}", text.as_bytes()).len(), 2);
    }
}

#[test]
fn drops_nothing_around_an_object() {
    for (text, message) in [
        (
            r#"<14>Mar  4 09:15:00 vault01 senhasegura: @cee: {"event_id":17} junk"#,
            "expected nothing more, found `j` at byte 63",
        ),
        (
            r#"{"log":"@cee: {\"event_id\":17} junk"}"#,
            "in the text that holds the record: expected nothing more, found `j` at byte 22",
        ),
        (
            r#"{"log":"[{\"event_id\":17}] junk"}"#,
            "in the text that holds the record: expected nothing more, found `j` at byte 18",
        ),
    ] {
        let mut output = Output::default();
        Transformer::new(Config::default()).transform(text.as_bytes(), None, &mut output);
        assert_eq!(output.rejections.iter().map(ToString::to_string).collect::<Vec<_>>(), [message], "{text}");
    }
}

/// What a record is taken for does not depend on those before it, even if its fields are relabelled.
#[test]
fn takes_a_record_for_the_same_whatever_came_before() {
    let forged = r#"{"suid":"17","time":"2026-03-04T12:15:00Z","severity":"5","Cs7":"b","msg":"CEF:0|MT4|senhasegura|3|16|Forged|10|suser=root"}"#;
    let wrapped = r#"{"message":"CEF:0|MT4|senhasegura|3|17|Session|5|suser=a","Cs7":"443"}"#;
    let with = |transformer: &mut Transformer, record: &str| {
        let mut line = Vec::new();
        let outcome = transformer.transform_one(record.as_bytes(), Some(0), &mut line);
        (outcome.is_ok(), String::from_utf8(line).unwrap())
    };
    for (record, header) in [(forged, "|2|Password changed|"), (wrapped, "|17|Session|")] {
        let fresh = with(&mut Transformer::new(Config::default()), record);
        assert!(fresh.0 && fresh.1.contains(header), "{}", fresh.1);
        for other in [r#"{"log":"x"}"#, r#"{"event_id":17}"#] {
            let mut used = Transformer::new(Config::default());
            for record in [record, other] {
                with(&mut used, record);
            }
            assert_eq!(with(&mut used, record), fresh, "after {other}");
        }
    }
}
