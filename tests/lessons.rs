//! Lessons of others who shipped security events, one test each: what was lost, what
//! was wrong, and what was rejected though it was a record.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;

use senhasegura_siem::explain::{Fate, PartSource};
use senhasegura_siem::{Changes, Config, Output, Transformer};
use serde_json::json;

/// 2026-03-04T12:15:00.250Z, in milliseconds since 1970.
const RECEIVED: u64 = 1_772_626_500_250;

fn transform(config: &str, batch: impl AsRef<[u8]>) -> Output {
    let mut output = Output::default();
    let config = Config::from_json(config).unwrap();
    Transformer::new(config).transform(batch.as_ref(), Some(RECEIVED), &mut output);
    output
}

/// The one line of a record, and its changes.
fn line(config: &str, record: impl AsRef<[u8]>) -> (String, Changes) {
    let output = transform(config, record.as_ref());
    let shown = String::from_utf8_lossy(record.as_ref()).into_owned();
    assert!(output.rejections.is_empty() && output.written == 1, "{shown}: {output:?}");
    (String::from_utf8(output.lines).unwrap().trim_end().to_owned(), output.changes)
}

/// A line of CEF as a reader has it: the header's fields by name, and the extension.
fn read(record: impl AsRef<[u8]>) -> BTreeMap<String, String> {
    let (line, _) = line("{}", record);
    fields(&line)
}

fn fields(line: &str) -> BTreeMap<String, String> {
    let read = strict::cef::read(line).unwrap();
    let header = &read.header;
    let mut fields: BTreeMap<_, _> =
        read.extension.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    for (name, value) in
        [("Product", &header.device_product), ("Id", &header.device_event_class_id), ("Name", &header.name)]
    {
        fields.insert(name.to_owned(), value.to_string());
    }
    fields.insert("Severity".to_owned(), header.severity.to_string());
    fields
}

fn get<'f>(fields: &'f BTreeMap<String, String>, key: &str) -> Option<&'f str> {
    fields.get(key).map(String::as_str)
}

/// The first value of a key for each record.
fn all(key: &str, records: &[&str]) -> Vec<Option<String>> {
    records.iter().map(|record| read(record).remove(key)).collect()
}

fn is(value: &str) -> Option<String> {
    Some(value.to_owned())
}

// Values lost or wrong.

#[test]
fn an_absent_value_never_takes_the_place_of_a_value() {
    let record = r#"{"event_id":17,"dpt":"22","dposrt":null,"msg":"x","extensions":{"msg":""},"foo":1,"foo":"-"}"#;
    let (text, changes) = line("{}", record);
    let found = fields(&text);
    assert_eq!([get(&found, "dpt"), get(&found, "msg"), get(&found, "foo")], [Some("22"), Some("x"), Some("1")]);
    assert_eq!(changes.repeated, 0);
    // Whatever the order.
    let (text, changes) = line("{}", r#"{"event_id":17,"dposrt":null,"dpt":"22","suser":"-","suser":"a","SUSER":"b"}"#);
    assert_eq!((get(&fields(&text), "dpt"), get(&fields(&text), "suser")), (Some("22"), Some("b")));
    assert_eq!(changes.repeated, 1);
    assert_eq!(
        all("Id", &[r#"{"event_id":17,"event_id":null}"#, r#"{"event_id":"","event_id":17}"#]),
        [is("17"), is("17")]
    );
    // `explain` says the same.
    let explanation = Transformer::new(Config::default()).explain(record.as_bytes(), None).unwrap();
    let fates: Vec<_> = explanation.fields.iter().map(|field| (&*field.name, field.fate)).collect();
    let expected =
        [Fate::Written, Fate::Written, Fate::Absent, Fate::Written, Fate::Absent, Fate::Written, Fate::Absent];
    assert_eq!(fates.iter().map(|(_, fate)| *fate).collect::<Vec<_>>(), expected, "{fates:?}");
}

#[test]
fn the_time_of_the_event_comes_before_the_stamps_of_shippers() {
    let own = is("1772626500000");
    assert_eq!(
        all(
            "rt",
            &[
                r#"{"@timestamp":"2026-03-04T13:00:00.000Z","id":5,"name":"Informação visualizada","date":"04/03/2026 12:15:00"}"#,
                r#"{"date":1772627999.123456,"event_id":"17","rt":"2026-03-04T09:15:00-03:00"}"#,
                r#"{"_time":1772627999,"event_id":"17","deviceReceiptTime":"2026-03-04T09:15:00-03:00"}"#,
                r#"{"time":"2026-03-04T13:00:00Z","event_id":"17","rt":1772626500000}"#,
                r#"{"date":"2026-03-04T13:00:00.123456Z","@timestamp":"2026-03-04T09:15:00-03:00","event_id":"17"}"#,
                r#"{"date":1772626500.000,"event_id":"17"}"#,
                r#"{"_time":1772626500,"event_id":"17"}"#,
            ]
        ),
        vec![own; 7]
    );
}

#[test]
fn an_option_names_the_field_of_the_time() {
    let own = "1772626500000";
    for (field, record) in [
        ("created", r#"{"event_id":17,"time":"2026-03-04T13:00:00Z","created":"2026-03-04T12:15:00Z"}"#),
        ("@timestamp", r#"{"event_id":17,"rt":"2026-03-04T13:00:00Z","@timestamp":"2026-03-04T12:15:00Z"}"#),
        (
            "EventReceivedTime",
            r#"{"deviceEventClassId":"17","deviceVendor":"MT4","rt":1772629200000,"EventReceivedTime":"2026-03-04T12:15:00Z"}"#,
        ),
        (
            "event.created",
            r#"{"event":{"created":"2026-03-04T12:15:00Z","code":"17"},"observer":{"vendor":"MT4"},"@timestamp":"2026-03-04T13:00:00Z"}"#,
        ),
        (
            "created",
            r#"{"created":"2026-03-04T12:15:00Z","message":"<13>1 2026-03-04T13:00:00Z vault01 senhasegura - - - CEF:0|MT4|senhasegura|3|17|X|5|rt=1772629200000"}"#,
        ),
        ("created", r#"{"created":"2026-03-04T12:15:00Z","data":{"event_id":17,"time":"2026-03-04T13:00:00Z"}}"#),
    ] {
        let config = if record.contains("data") {
            json!({"time_field": field, "record": "/data"})
        } else {
            json!({"time_field": field})
        };
        let found = fields(&line(&config.to_string(), record).0);
        assert_eq!(get(&found, "rt"), Some(own), "{record}");
        // Without it, or where it has no time, the event's own time counts.
        let found = fields(&line(&config.to_string(), record.replace("12:15:00Z", "soon")).0);
        assert_eq!(get(&found, "rt"), Some("1772629200000"), "{record}");
    }
    // What the record itself says is a field then, whether it is a time or not.
    for time in ["2026-03-04T13:00:00Z", "soon"] {
        let inner = json!({"event_id": 17, "time": time}).to_string();
        for field in ["created", "time"] {
            let record = json!({field: "2026-03-04T12:15:00Z", "message": inner}).to_string();
            let found = fields(&line(&json!({"time_field": field}).to_string(), record).0);
            let is_named = field == "time" && time != "soon";
            let expected = if is_named { (Some("1772629200000"), None) } else { (Some(own), Some(time)) };
            assert_eq!((get(&found, "rt"), get(&found, "time")), expected, "{field}: {time}");
        }
    }
}

#[test]
fn an_option_takes_own_records_only() {
    let config = r#"{"input":"own"}"#;
    let found = fields(&line(config, r#"{"event_id":17,"message":"{\"event_id\":2}"}"#).0);
    assert_eq!(get(&found, "Id"), Some("17"));
    for record in [
        "CEF:0|MT4|senhasegura|3|17|X|5|",
        r#"{"message":"{\"event_id\":17}"}"#,
        r#"{"deviceVendor":"MT4","deviceEventClassId":"17"}"#,
        "<13>Mar  4 09:15:00 vault01 senhasegura: text",
    ] {
        assert_eq!(transform(config, record).written, 0, "{record}");
        assert_eq!(transform("{}", record).written, 1, "{record}");
    }
    let config = r#"{"input":"own","record":"/message"}"#;
    for (record, written) in [
        (r#"{"message":"{\"event_id\":17}"}"#, 1),
        (r#"{"message":{"event_id":17}}"#, 1),
        (r#"{"message":"CEF:0|MT4|senhasegura|3|17|X|5|"}"#, 0),
        (r#"{"message":{"log":"{\"event_id\":17}"}}"#, 0),
    ] {
        assert_eq!(transform(config, record).written, written, "{record}");
    }
}

#[test]
fn a_pointer_takes_from_the_wrapper_what_unwrapping_takes() {
    let record = r#"{"time":1772626500.25,"host":"vault01","event":{"event_id":17}}"#;
    for config in ["{}", r#"{"record":"/event"}"#] {
        let found = fields(&line(config, record).0);
        assert_eq!([get(&found, "rt"), get(&found, "dvchost")], [Some("1772626500250"), Some("vault01")], "{config}");
    }
}

#[test]
fn the_host_of_the_wrapper_serves_where_the_record_gives_none() {
    let record =
        r#"{"host":"vault01","cluster":"prod","message":"{\"event_id\":17}","timestamp":"2026-03-04T12:15:00Z"}"#;
    let explanation = Transformer::new(Config::default()).explain(record.as_bytes(), None).unwrap();
    assert_eq!(
        explanation.line,
        "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|rt=1772626500000 dvchost=vault01"
    );
    let from = |name: &str| explanation.parts.iter().find(|part| part.name == name).unwrap().source;
    assert_eq!([from("rt"), from("dvchost")], [PartSource::Wrapper, PartSource::Wrapper]);
}

#[test]
fn a_host_that_is_an_object_is_its_name() {
    let records = [
        r#"{"event_id":17,"host":{"name":"vault01","ip":["10.0.0.1"]}}"#,
        r#"{"event_id":17,"host":{"hostname":"vault01"}}"#,
        r#"{"event_id":17,"hostname":{"name":"vault01"}}"#,
        r#"{"event_id":17,"host":{"name":"","hostname":"vault01"}}"#,
    ];
    assert_eq!(all("dvchost", &records), vec![is("vault01"); 4]);
    assert_eq!(read(records[0]).len(), 6, "{:?}", read(records[0]));
}

#[test]
fn an_id_is_that_of_the_event_only_if_the_catalog_knows_it() {
    for (record, id, external) in [
        (r#"{"id":812345,"event_name":"Session Ended"}"#, "17", Some("812345")),
        (r#"{"id":12,"event_name":"Session Ended"}"#, "17", Some("12")),
        (
            r#"{"id":"6f1c0a1e-0000-4000-8000-000000000000","name":"Session Ended"}"#,
            "17",
            Some("6f1c0a1e-0000-4000-8000-000000000000"),
        ),
        (r#"{"id":17,"event_name":"Session Ended"}"#, "17", None),
        (r#"{"id":17,"event_name":"A name of ours"}"#, "17", None),
        (r#"{"id":17}"#, "17", None),
        (r#"{"id":9,"event_id":17}"#, "17", Some("9")),
    ] {
        let found = read(record);
        assert_eq!((get(&found, "Id"), get(&found, "externalId")), (Some(id), external), "{record}");
        let data = line(r#"{"format":"rfc5424"}"#, record).0;
        assert_eq!(
            data.contains(&format!(" externalId=\"{}\"", external.unwrap_or("-"))),
            external.is_some(),
            "{data}"
        );
    }
    assert_eq!(transform("{}", r#"{"id":812345}"#).rejections[0].reason().as_str(), "not-an-event");
}

#[test]
fn numbers_with_exponents_are_the_numbers_that_they_are() {
    let found = read(r#"{"event_id":17,"time":1.772626500123E12,"cn1":1.0E9,"fsize":1.2345678E7,"dpt":2.2e1}"#);
    let values = ["rt", "cn1", "fsize", "dpt"].map(|key| get(&found, key));
    assert_eq!(values, [Some("1772626500123"), Some("1000000000"), Some("12345678"), Some("22")]);
    // Not, however many exponents there are.
    for value in ["1e".repeat(100_000) + "1", "1e1.0".into(), "1e0e0".into(), "1e-1".into(), "e1".into(), ".1e1".into()]
    {
        let found = read(json!({"event_id": 17, "dpt": value, "severity": value, "time": value}).to_string());
        assert_eq!((get(&found, "dpt"), get(&found, "Severity")), (None, Some("5")), "{}", &value[..3]);
    }
    let found = read(r#"{"event_id":17,"cn1":1e99,"cn2":1.5E0,"cn3":"1e","fsize":1e99999999999999999999}"#);
    assert_eq!(found.keys().filter(|key| key.starts_with("MT4Senhasegura")).count(), 4, "{found:?}");
}

#[test]
fn times_since_1970_are_read_in_any_unit() {
    let records = ["1772626500.5", "1772626500500", "1772626500500000", "\"1772626500500000000\"", "1772626500500.5"];
    let records = records.map(|time| format!(r#"{{"event_id":17,"time":{time}}}"#));
    assert_eq!(all("rt", &records.each_ref().map(String::as_str)), vec![is("1772626500500"); 5]);
}

#[test]
fn times_are_read_in_the_forms_that_others_write() {
    for time in [
        "2026-03-04 12:15:00 GMT",
        "2026-03-04 12:15:00 UTC",
        "2026-03-04 12:15:00 +00:00",
        "2026-03-04T12:15:00,000Z",
        "2026-03-04T12:15Z",
        "04/03/2026 12:15",
        "04/03/2026, 12:15:00",
        "Mar 04 2026 12:15:00",
    ] {
        let found = read(json!({"event_id": 17, "time": time}).to_string());
        assert_eq!(get(&found, "rt"), Some("1772626500000"), "{time}");
    }
}

#[test]
fn a_time_or_severity_that_cannot_be_read_is_counted() {
    for (record, field) in [
        (r#"{"event_id":17,"time":"04.03.2026 12:15:00"}"#, "time=04.03.2026 12:15:00"),
        (r#"{"event_id":17,"severity":"a lot"}"#, "MT4SenhaseguraSeverity=a lot"),
        (r#"{"event_id":17,"time":"soon","timestamp":"2026-03-04T12:15:00Z"}"#, "time=soon"),
        (r#"{"event_id":17,"time":{"seconds":1}}"#, r#"time={"seconds":1}"#),
    ] {
        let (line, changes) = line("{}", record);
        assert_eq!(changes.unreadable, 1, "{record}");
        assert!(line.contains(field), "{line}");
    }
    for record in [r#"{"event_id":17,"time":"-"}"#, r#"{"event_id":17,"severity":"None"}"#, r#"{"event_id":17}"#] {
        assert_eq!(line("{}", record).1.unreadable, 0, "{record}");
    }
}

#[test]
fn severities_are_read_with_decimals_and_in_portuguese() {
    for (severity, expected) in [
        ("5.5", "6"),
        ("8.0", "8"),
        ("Alta", "8"),
        ("Crítica", "8"),
        ("CRÍTICA", "8"),
        ("Médio", "6"),
        ("Baixa", "3"),
        ("fatal", "10"),
        ("VeryHigh", "10"),
        ("Very-High", "10"),
    ] {
        let found = read(json!({"event_id": 17, "severity": severity}).to_string());
        assert_eq!(get(&found, "Severity"), Some(expected), "{severity}");
    }
}

#[test]
fn no_value_is_dropped_for_its_name() {
    let record = r#"{"event_id":17,"auid":"1005","AUID":"viktor"}"#;
    let (data, changes) = line(r#"{"format":"rfc5424"}"#, record);
    assert!(data.contains(r#" auid="1005" AUID_2="viktor"]"#), "{data}");
    assert_eq!((changes.dropped, changes.renamed), (0, 1));
    let found = read(record);
    assert_eq!((get(&found, "auid"), get(&found, "AUID2")), (Some("1005"), Some("viktor")), "{found:?}");
    let (data, _) = line(r#"{"format":"sensage"}"#, record);
    assert!(data.contains("auid=1005 AUID_2=viktor"), "{data}");
    // However many there are.
    let members: Vec<_> = (0..64u32).map(|number| format!(r#""{}":"{number}""#, spelling("abcdef", number))).collect();
    let record = format!(r#"{{"event_id":17,{}}}"#, members.join(","));
    for config in ["{}", r#"{"format":"rfc5424"}"#, r#"{"format":"sensage"}"#] {
        assert_eq!(line(config, &record).1.dropped, 0);
    }
}

/// A name in the letter case that the bits of a number give.
fn spelling(name: &str, bits: u32) -> String {
    let spell = |(at, letter): (usize, char)| if bits >> at & 1 == 1 { letter.to_ascii_uppercase() } else { letter };
    name.chars().enumerate().map(spell).collect()
}

#[test]
fn an_exact_name_keeps_its_name() {
    for record in
        [r#"{"event_id":17,"user agent":"A","user_agent":"B"}"#, r#"{"event_id":17,"user_agent":"B","user agent":"A"}"#]
    {
        let (data, _) = line(r#"{"format":"rfc5424"}"#, record);
        assert!(data.contains(r#"user_agent="B""#) && data.contains(r#"user_agent_2="A""#), "{data}");
    }
    let long = "a".repeat(32);
    let record = json!({"event_id": 17, (format!("{long}1")): "one", (format!("{long}2")): "two"}).to_string();
    let (data, changes) = line(r#"{"format":"rfc5424"}"#, record);
    assert!(data.contains(&format!(r#"{long}="one""#)), "{data}");
    assert!(data.contains(&format!(r#"{}_2="two""#, &long[..30])) && changes.dropped == 0, "{data}");
    let found = read(r#"{"event_id":17,"user agent":"A","MT4SenhaseguraUserAgent":"B"}"#);
    assert_eq!(get(&found, "MT4SenhaseguraUserAgent"), Some("B"), "{found:?}");
    assert_eq!(get(&found, "MT4SenhaseguraUserAgent2"), Some("A"), "{found:?}");
}

#[test]
fn words_for_nothing_are_no_value_where_there_can_be_no_word() {
    for word in ["None", "null", "undefined", "unknown", "N/A", "Não aplicável", "Not applicable"] {
        let record = json!({"event_id": 17, "src": word, "dpt": word, "shost": word, "cn1": word, "host": word,
            "time": word, "severity": word, "version": word});
        let found = read(record.to_string());
        assert_eq!(found.keys().collect::<Vec<_>>(), ["Id", "Name", "Product", "Severity", "rt"], "{word}: {found:?}");
    }
    // A user may be called so.
    let found = read(r#"{"event_id":17,"suser":"None","msg":"unknown","foo":"N/A","sname":"não aplicável"}"#);
    assert_eq!(
        ["suser", "msg", "foo", "sname"].map(|key| get(&found, key)),
        [Some("None"), Some("unknown"), Some("N/A"), None]
    );
    assert_eq!(get(&read("CEF:0|MT4|senhasegura|3|17|X|5|src=None dpt=null suser=None"), "src"), None);
}

#[test]
fn an_address_is_taken_out_of_what_is_around_it() {
    for (value, address, port) in [
        ("10.0.0.1:443", "10.0.0.1", Some("443")),
        ("[2001:db8::1]:443", "2001:db8::1", Some("443")),
        ("fe80::1%eth0", "fe80::1", None),
        ("10.0.0.1/32", "10.0.0.1", None),
    ] {
        let (text, changes) = line("{}", json!({"event_id": 17, "src": value, "dst": value}).to_string());
        let found = fields(&text);
        assert_eq!(["src", "dst"].map(|key| get(&found, key)), [Some(address); 2], "{value}");
        assert_eq!(["spt", "dpt"].map(|key| get(&found, key)), [port; 2], "{value}");
        assert_eq!((changes.replaced, changes.renamed), (2, 0), "{value}");
    }
    // A port that the record gives is not written over.
    let found = read(r#"{"event_id":17,"src":"10.0.0.1:443","spt":"80","dst":"10.0.0.0/24"}"#);
    assert_eq!(
        ["src", "spt", "MT4SenhaseguraDst"].map(|key| get(&found, key)),
        [Some("10.0.0.1"), Some("80"), Some("10.0.0.0/24")]
    );
}

#[test]
fn an_ipv4_address_in_the_form_of_ipv6_is_ipv4() {
    for config in ["{}", r#"{"keys":"dictionary"}"#] {
        let (text, changes) = line(config, r#"{"event_id":17,"src":"::ffff:10.20.4.17"}"#);
        assert_eq!((get(&fields(&text), "src"), changes.replaced), (Some("10.20.4.17"), 1));
    }
}

#[test]
fn a_version_may_begin_with_a_letter() {
    let records = [r#"{"event_id":17,"version":"v4.0.1"}"#, r#"{"event_id":17,"version":"v3.33"}"#];
    assert_eq!(all("Product", &records), [is("Segura"), is("senhasegura")]);
}

#[test]
fn a_cut_shows_and_the_whole_goes_on_in_another_field() {
    let command = format!("curl https://db01/{}; rm -rf /", "a".repeat(1200));
    let (text, changes) = line("{}", json!({"event_id": 17, "msg": command}).to_string());
    let found = fields(&text);
    let msg = get(&found, "msg").unwrap();
    assert_eq!((msg.chars().count(), msg.ends_with('…'), changes.truncated), (1023, true, 1));
    assert_eq!(get(&found, "MT4SenhaseguraMsg"), Some(&*command));
    // Read back, it is the same line.
    assert_eq!(line("{}", &text), (text.clone(), changes));
    // Where there is no room, the cut still shows.
    let (text, changes) = line(r#"{"max_bytes":400}"#, json!({"event_id": 17, "msg": command}).to_string());
    assert!(text.len() < 400 && text.ends_with("aaa…"), "{text}");
    assert_eq!((changes.truncated, changes.dropped), (2, 1));
    for format in ["rfc5424", "sensage"] {
        let config = format!(r#"{{"format":"{format}","max_bytes":400}}"#);
        let (text, _) = line(&config, json!({"event_id": 17, "msg": command}).to_string());
        assert!(text.contains("aaa…"), "{text}");
    }
}

#[test]
fn a_port_is_a_number_that_a_port_may_have() {
    for port in ["-1", "65536", "999999999"] {
        let found = read(json!({"event_id": 17, "dpt": port}).to_string());
        assert_eq!((get(&found, "dpt"), get(&found, "MT4SenhaseguraDpt")), (None, Some(port)));
    }
    assert_eq!(all("dpt", &[r#"{"event_id":17,"dpt":65535}"#, r#"{"event_id":17,"dpt":0}"#]), [is("65535"), is("0")]);
}

#[test]
fn a_process_id_is_any_number_of_32_bits() {
    for (spid, procid) in
        [("0", "0"), ("007", "7"), ("4294967295", "4294967295"), ("22.0", "22"), ("4294967296", "-"), ("sshd", "-")]
    {
        let (data, _) = line(r#"{"format":"rfc5424"}"#, json!({"event_id": 17, "spid": spid}).to_string());
        assert_eq!(data.split(' ').nth(4), Some(procid), "{data}");
    }
}

// Records lost.

#[test]
fn a_byte_order_mark_before_a_text_is_skipped() {
    for record in [
        "{\"message\":\"\u{FEFF}{\\\"event_id\\\":17}\"}",
        "{\"message\":\"\u{FEFF}CEF:0|MT4|senhasegura|3|17|X|5|\"}",
        "\u{FEFF}CEF:0|MT4|senhasegura|3|17|X|5|",
    ] {
        assert_eq!(get(&read(record), "Id"), Some("17"), "{record}");
    }
    let record = "{\"data\":\"\u{FEFF}{\\\"event_id\\\":17}\"}";
    assert!(line(r#"{"record":"/data"}"#, record).0.contains("|17|"));
}

#[test]
fn nul_and_record_separators_between_records_are_white_space() {
    let zeros = [&[0; 100_000][..], b"{\"event_id\":17}"].concat();
    for batch in [
        &zeros[..],
        b"{\"event_id\":17}\0\0\0",
        b"\x1E{\"event_id\":17}\n",
        b"\0\0CEF:0|MT4|senhasegura|3|17|X|5|",
        b"\0\xEF\xBB\xBF\0{\"event_id\":17}",
    ] {
        let output = transform("{}", batch);
        assert_eq!((output.written, output.rejections.len()), (1, 0), "{:?}", output.rejections);
    }
    for batch in [&b"{\"event_id\":17}\0{\"event_id\":16}\0"[..], b"\x1E{\"event_id\":17}\n\x1E{\"event_id\":16}\n"] {
        assert_eq!(transform("{}", batch).written, 2);
    }
    // A record that breaks off costs no other: RFC 7464, section 2.3.
    let output = transform("{}", b"\x1E{\"event_id\":17,\x1E{\"event_id\":16}\n\x1E{\"event_id\":9}\n");
    assert_eq!((output.written, output.rejections.len()), (2, 1), "{:?}", output.rejections);
    // Inside a value, it separates nothing.
    let output = transform("{}", b"CEF:0|MT4|senhasegura|3|17|X|5|msg=a\0CEF:0|MT4|senhasegura|3|2|Forged|5|\n");
    assert_eq!(output.written, 1);
}

#[test]
fn every_element_of_an_array_is_a_record() {
    let batch =
        r#"{"host":"vault01","time":"2026-03-04T12:15:00Z","params":{"events":[{"event_id":17},{"event_id":16}]}}"#;
    let output = transform(r#"{"record":"/params/events"}"#, batch);
    let lines = String::from_utf8(output.lines).unwrap();
    assert_eq!((output.written, lines.matches("rt=1772626500000 dvchost=vault01").count()), (2, 2), "{lines}");
}

#[test]
fn json_in_json_is_opened() {
    let inner = json!({"event_id": 17}).to_string();
    let middle = json!({"message": inner}).to_string();
    assert_eq!(get(&read(json!({"log": middle}).to_string()), "Id"), Some("17"));
    let array = json!({"message": json!([{"event_id": 17}]).to_string()}).to_string();
    assert_eq!(get(&read(array), "Id"), Some("17"));
    // A message advises nothing that cannot help.
    let output = transform("{}", r#"{"message":"{\"other\":1}"}"#);
    assert_eq!(output.rejections[0].reason().as_str(), "not-an-event", "{}", output.rejections[0]);
}

#[test]
fn a_text_that_came_as_bytes_is_the_text() {
    let bytes = r#"{"event_id":17,"msg":"é"}"#.as_bytes();
    assert_eq!(get(&read(json!({"MESSAGE": bytes}).to_string()), "msg"), Some("é"));
}

#[test]
fn a_record_behind_a_prefix_is_the_record() {
    for record in [
        r#"<14>Mar  4 09:15:00 vault01 senhasegura: @cee: {"event_id":17}"#,
        r#"2026-03-04T03:14:41.98Z stdout F {"event_id":17}"#,
        r#"{"message":"@cee: {\"event_id\":17}"}"#,
    ] {
        assert_eq!(get(&read(record), "Id"), Some("17"), "{record}");
    }
}

#[test]
fn where_a_broken_record_ends_is_one_rule() {
    let records = "[{\"event_id\":17,\"msg\":\"two\"}]\n{\"event_id\":17,\"msg\":\"three\"}\n";
    for length in [10, 1000, 700_000] {
        let batch = format!("{{\"event_id\":1,\"x\":\"{}\n{records}", "A".repeat(length));
        let config = || Config::from_json(r#"{"max_record_bytes": 64}"#).unwrap();
        let mut output = Output::default();
        Transformer::new(config()).transform(batch.as_bytes(), None, &mut output);
        let lines = String::from_utf8(output.lines).unwrap();
        let found = (output.written, lines.contains("msg=two"), lines.contains("msg=three"));
        assert_eq!(found, (2, true, true), "{length}: {:?}", output.rejections);
    }
}
