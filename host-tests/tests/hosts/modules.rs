//! The core modules in hosts that call them as Fluent Bit, Redpanda Connect and Bento do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use host_tests::component;
use host_tests::fluent_bit::{self, FluentBit};
use host_tests::redpanda_connect::{self, Message, RedpandaConnect};
use host_tests::{APPLIANCE, DAY, RECEIVED, WITHOUT_SIMD, clickhouse, embedder, envoy, fuel, goldens, redpanda};
use senhasegura_siem::{Config, Output, Transformer, bake};
use serde_json::{Map, Value, json};
use wasmparser::WasmFeatures;

const FORMATS: [&str; 3] = ["cef", "rfc5424", "sensage"];

/// Whole inputs and their lines, by the configuration that they are transformed with: every golden,
/// and the example stream in each format.
fn records() -> BTreeMap<String, BTreeSet<Vec<u8>>> {
    let mut inputs: Vec<_> = goldens::names()
        .unwrap()
        .iter()
        .flat_map(|name| goldens::of(name).unwrap())
        .map(|golden| (golden.config, golden.input))
        .collect();
    for format in FORMATS {
        inputs.push((json!({ "format": format, "timezone": "-03:00" }).to_string(), DAY.into()));
    }
    let mut records: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (config, input) in inputs {
        let records = records.entry(config).or_default();
        records.extend(input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
        records.insert(input);
    }
    records
}

fn native(config: &str) -> impl FnMut(&[u8]) -> Result<Line, String> + use<> {
    let mut transformer = Transformer::new(Config::from_json(config).unwrap());
    move |record| {
        let mut line = Vec::new();
        match transformer.transform_one(record, Some(RECEIVED), &mut line) {
            Ok(_) => Ok(Line { text: String::from_utf8(line).unwrap(), kept: goldens::kept(&transformer) }),
            Err(rejection) => Err(format!("{}: {rejection}", rejection.reason())),
        }
    }
}

/// A line, and what stays beside it.
struct Line {
    text: String,
    kept: Map<String, Value>,
}

impl Line {
    /// The record that Fluent Bit goes on with.
    fn record(self) -> Value {
        let Self { text, mut kept } = self;
        kept.insert("message".into(), text.into());
        kept.into()
    }

    /// The message that Redpanda Connect goes on with.
    fn message(&self, keep: &[String], mut metadata: BTreeMap<String, String>) -> Message {
        for name in keep {
            let text = self.kept.get(name).map_or("", |text| text.as_str().unwrap());
            metadata.insert(format!("siem_kept_{name}"), text.into());
        }
        Message { bytes: self.text.clone().into_bytes(), metadata, error: None }
    }
}

fn baked(path: &str, config: &str) -> Vec<u8> {
    let mut module = fs::read(path).unwrap();
    bake::bake(&mut module, config).unwrap();
    module
}

/// The answer that Fluent Bit takes: a JSON object.
fn object(answer: &[u8]) -> Value {
    let object: Value =
        serde_json::from_slice(answer).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(answer)));
    assert!(object.is_object(), "{object}");
    object
}

#[test]
fn have_what_their_hosts_call_and_want_nothing_else() {
    let engine = wasmtime::Engine::default();
    let wazero = WasmFeatures::WASM2;
    let connect = ["v0_msg_as_bytes", "v0_msg_get_meta", "v0_msg_set_bytes", "v0_msg_set_meta"];
    for (path, exports, host, imports, features) in [
        (
            fluent_bit::PATH,
            vec!["cef", "free", "malloc", "memory", "rfc5424", "sensage", "transform"],
            "",
            &[][..],
            WITHOUT_SIMD,
        ),
        (redpanda_connect::PATH, vec!["free", "malloc", "memory", "process"], "benthos_wasm", &connect, wazero),
        (redpanda_connect::BENTO, vec!["free", "malloc", "memory", "process"], "bento_wasm", &connect, wazero),
    ] {
        let bytes = fs::read(path).unwrap();
        let module = wasmtime::Module::new(&engine, &bytes).unwrap();
        assert_eq!(host_tests::exports(&module), exports);
        let mut names: Vec<_> = module.imports().map(|import| import.name().to_owned()).collect();
        names.sort();
        assert_eq!(names, imports);
        assert!(module.imports().all(|import| import.module() == host));
        wasmparser::Validator::new_with_features(features).validate_all(&bytes).unwrap();
    }
}

#[test]
fn write_the_lines_that_the_native_transform_writes() {
    let all = records();
    assert!(all.len() > 40 && all.values().map(BTreeSet::len).sum::<usize>() > 3000);
    let mut kept = 0;
    for (config, records) in all {
        let keep: Vec<String> = Config::from_json(&config).unwrap().keep.names().map(str::to_owned).collect();
        let mut native = native(&config);
        let mut fluent_bit = FluentBit::new(&baked(fluent_bit::PATH, &config), false).unwrap();
        let mut redpanda = RedpandaConnect::new(&baked(redpanda_connect::PATH, &config), false).unwrap();
        let transform = fluent_bit.function("transform").unwrap();
        for record in &records {
            let expected = native(record);
            let answer = fluent_bit.filter(&transform, RECEIVED, record).unwrap().unwrap();
            let metadata = BTreeMap::from([("siem_received".to_owned(), RECEIVED.to_string())]);
            let message = Message { bytes: record.clone(), metadata: metadata.clone(), error: None };
            let message = redpanda.process(message).unwrap();
            match expected {
                Ok(line) => {
                    assert_eq!(message, line.message(&keep, metadata));
                    assert_eq!(object(&answer), line.record());
                    kept += keep.len();
                }
                Err(error) => {
                    if error.starts_with("too-deep: ") && serde_json::from_slice::<Value>(&answer).is_err() {
                        // It goes on as it is, deeper than serde_json reads.
                        let kept = [record.trim_ascii().strip_suffix(b"}").unwrap(), br#","siem_error":"too-deep: "#];
                        assert!(answer.starts_with(&kept.concat()));
                    } else {
                        let answer = object(&answer);
                        let log = answer["siem_error"].as_str().unwrap().strip_prefix(&*error).unwrap();
                        // Of what is no JSON object and far too long, the beginning goes on.
                        let kept = if log.is_empty() { record } else { &record[..1 << 20] };
                        assert!(
                            log.is_empty()
                                || log == format!("; `log` holds the first {} of {} bytes", kept.len(), record.len())
                        );
                        assert_is_kept(kept, answer);
                    }
                    assert_eq!(message.bytes, *record);
                    let (reason, message_text) = error.split_once(": ").unwrap();
                    assert_eq!(message.metadata["siem_reason"], reason);
                    assert_eq!(message.metadata["siem_error"], message_text);
                }
            }
        }
    }
    assert!(kept > 100, "{kept}");
}

#[test]
fn have_a_function_for_each_format() {
    let mut host = FluentBit::new(&baked(fluent_bit::PATH, r#"{"timezone": "-03:00"}"#), false).unwrap();
    for format in FORMATS {
        let mut native = native(&json!({ "format": format, "timezone": "-03:00" }).to_string());
        let function = host.function(format).unwrap();
        for record in DAY.lines() {
            let answer = object(&host.filter(&function, RECEIVED, record.as_bytes()).unwrap().unwrap());
            if let Ok(line) = native(record.as_bytes()) {
                assert_eq!(answer, line.record());
            }
        }
    }
}

/// The record goes on: its fields beside the error, or what is no JSON object as text in `log`.
fn assert_is_kept(record: &[u8], mut answer: Value) {
    answer.as_object_mut().unwrap().remove("siem_error");
    match serde_json::from_slice::<Value>(record) {
        Ok(Value::Object(mut fields)) if !record.contains(&0) => {
            fields.remove("siem_error");
            assert_eq!(answer, Value::Object(fields));
        }
        // JSON that is nested deeper than serde_json reads, or holds what is no Unicode, may go on
        // either way.
        _ if answer.get("log").is_none() => assert!(record.trim_ascii().starts_with(b"{")),
        _ => assert_eq!(answer, json!({"log": String::from_utf8_lossy(record)})),
    }
}

/// The examples name functions and options that there are.
#[test]
fn are_what_the_examples_load() {
    let examples = guests::root().join("examples");
    let mut host = FluentBit::new(&fs::read(fluent_bit::PATH).unwrap(), false).unwrap();
    for file in ["fluent-bit/fluent-bit.yaml", "fluent-bit/fluent-bit.conf"] {
        let text = fs::read_to_string(examples.join(file)).unwrap();
        let mut words = text
            .split_whitespace()
            .skip_while(|word| !word.trim_end_matches(':').eq_ignore_ascii_case("function_name"));
        host.function(words.nth(1).unwrap()).unwrap();
        assert!(text.to_lowercase().contains("message_key") && text.contains("$siem_error"), "{file}");
    }
    let connect = fs::read_to_string(examples.join("redpanda-connect/connect.yaml")).unwrap();
    assert!(connect.contains("meta siem_received") && connect.contains("@siem_error"));
    assert!(connect.contains("meta siem_error = deleted()") && connect.contains("errored()"));
    for (path, config) in
        [(fluent_bit::PATH, "fluent-bit/siem.json"), (redpanda_connect::PATH, "redpanda-connect/siem.json")]
    {
        baked(path, &fs::read_to_string(examples.join(config)).unwrap());
    }
}

/// Bento's module is the same but for the name of what it imports from.
#[test]
fn run_in_bento() {
    let [redpanda, bento] = [redpanda_connect::PATH, redpanda_connect::BENTO].map(|path| fs::read(path).unwrap());
    assert!(RedpandaConnect::bento(&redpanda).is_err() && RedpandaConnect::new(&bento, false).is_err());
    let (mut redpanda, mut bento) =
        (RedpandaConnect::new(&redpanda, false).unwrap(), RedpandaConnect::bento(&bento).unwrap());
    for record in records().values().flatten() {
        let message = || Message { bytes: record.clone(), ..Message::default() };
        assert_eq!(redpanda.process(message()).unwrap(), bento.process(message()).unwrap());
    }
}

#[test]
fn drop_rejected_records_if_told_so() {
    let mut host =
        FluentBit::new(&baked(fluent_bit::PATH, r#"{"rejected": "drop", "line_key": "a \"key\""}"#), false).unwrap();
    let cef = host.function("cef").unwrap();
    assert_eq!(host.filter(&cef, 0, b"{}").unwrap(), None);
    let answer = host.filter(&cef, 0, br#"{"event_id":17}"#).unwrap().unwrap();
    assert_eq!(object(&answer)["a \"key\""], "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|rt=0");
}

#[test]
fn answer_where_the_host_has_no_memory_or_no_record() {
    let mut host = FluentBit::new(&fs::read(fluent_bit::PATH).unwrap(), false).unwrap();
    for name in ["cef", "rfc5424", "sensage", "transform"] {
        let function = host.function(name).unwrap();
        for length in [0, 1, 9000, u32::MAX] {
            let answer = object(&host.filter_nothing(&function, length).unwrap().unwrap());
            assert_eq!(answer["siem_error"], "not-one: expected a record, found none, as there was no memory for it");
        }
        let answer = object(&host.filter(&function, 0, b"").unwrap().unwrap());
        assert_eq!(answer, json!({"siem_error": "not-one: expected one record, found 0", "log": ""}));
        let answer = object(&host.filter(&function, 0, br#"{"log":"raw text"}"#).unwrap().unwrap());
        assert_eq!(answer["log"], "raw text");
        // The last field of a name is what the host finds.
        let answer = object(&host.filter(&function, 0, br#"{"level":"x","siem_error":1}"#).unwrap().unwrap());
        assert!(answer["siem_error"].as_str().unwrap().starts_with("not-an-event: ") && answer["level"] == "x");
        let answer = object(&host.filter(&function, 0, b" { } ").unwrap().unwrap());
        assert_eq!(answer.as_object().unwrap().len(), 1);
        // Several MB, and deep.
        let large = format!(r#"{{"event_id":17,"msg":"{}"}}"#, "x".repeat(5 << 20));
        let answer = object(&host.filter(&function, 0, large.as_bytes()).unwrap().unwrap());
        assert_eq!(answer["msg"].as_str().unwrap().len(), 5 << 20);
        let deep = format!(r#"{{"event_id":17,"msg":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        let answer = host.filter(&function, 0, deep.as_bytes()).unwrap().unwrap();
        assert!(String::from_utf8(answer).unwrap().contains(r#"]],"siem_error":"too-deep: "#));
    }
    let mut host = RedpandaConnect::new(&fs::read(redpanda_connect::PATH).unwrap(), false).unwrap();
    let message = host.process(Message::default()).unwrap();
    assert_eq!((message.bytes.len(), &*message.metadata["siem_reason"]), (0, "not-one"));
    // Metadata that is no time is none.
    let metadata = BTreeMap::from([("siem_received".to_owned(), "soon".to_owned())]);
    let message = host.process(Message { bytes: br#"{"event_id":17}"#.to_vec(), metadata, error: None }).unwrap();
    assert_eq!(message.bytes, b"CEF:0|MT4|senhasegura|unknown|17|Session finished|5|");
}

#[test]
fn answer_what_is_far_too_long_with_what_memory_there_is() {
    const MIB: usize = 1 << 20;
    let module = fs::read(fluent_bit::PATH).unwrap();
    let text = |start: &str, middle: &str, end: &str| {
        [start, &middle.repeat(16 * MIB / middle.len()), end].concat().into_bytes()
    };
    // Of each, how many MiB the linear memory may take, the record included.
    for (record, memory_max) in [
        (vec![0xFF; 16 * MIB], 24),
        (vec![0xFF; 300 * MIB], 308),
        (vec![1; 16 * MIB], 24),
        (text("", "{}", ""), 24),
        (text("", r#"{"event_id":17}"#, ""), 24),
        (text("{\"a\":", "[", ""), 24),
        (text("{\"event_id\":17,\"msg\":\"", "x", "\"}"), 34),
        (text("{\"event_id\":17,\"msg\":[", "0,", "0]}"), 34),
    ] {
        let mut host = FluentBit::new(&module, false).unwrap();
        let cef = host.function("cef").unwrap();
        let bytes = host.filter(&cef, 0, &record).unwrap().unwrap();
        println!("{} bytes: answer {}, memory {} MiB", record.len(), bytes.len(), host.memory_size() / MIB);
        assert!(host.memory_size() <= memory_max * MIB);
        let error = "too-long: expected a record of at most 1048576 bytes, found a longer one (max_record_bytes)";
        let answer = object(&bytes);
        if let Some(log) = answer.get("log") {
            assert_eq!(
                answer["siem_error"],
                format!("{error}; `log` holds the first 1048576 of {} bytes", record.len())
            );
            assert_eq!(log.as_str().unwrap(), String::from_utf8_lossy(&record[..MIB]));
        } else {
            assert!(answer["siem_error"] == error && memory_max == 34);
            assert_is_kept(&record, answer);
        }

        // With no memory left for an answer as long as the record, or for none but the shortest.
        let mut host = FluentBit::new(&module, false).unwrap();
        let cef = host.function("cef").unwrap();
        host.filter(&cef, 0, b"{}").unwrap();
        host.limit_memory(record.len() + 3 * MIB);
        let answer = object(&host.filter(&cef, 0, &record).unwrap().unwrap());
        assert_eq!(answer["siem_error"], format!("{error}; `log` holds the first 1024 of {} bytes", record.len()));
        // It goes on as before.
        let answer = object(&host.filter(&cef, 0, br#"{"event_id":17}"#).unwrap().unwrap());
        assert_eq!(answer["message"], "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|rt=0");
    }
}

#[test]
fn answer_garbage_with_an_error_object() {
    let mut host = FluentBit::new(&fs::read(fluent_bit::PATH).unwrap(), false).unwrap();
    let mut redpanda = RedpandaConnect::new(&fs::read(redpanda_connect::PATH).unwrap(), false).unwrap();
    let function = host.function("rfc5424").unwrap();
    let mut random = fastrand::Rng::with_seed(17);
    let pieces: [&[u8]; 12] =
        [b"{", b"}", b"[", b"\"", b":", b",", b"\"event_id\":17", b"\\u0000", b"\xFF", b"\0", b" ", b"\"msg\":"];
    for number in 0..100_000 {
        let record: Vec<u8> = if number % 2 == 0 {
            (0..random.usize(..40)).map(|_| random.u8(..)).collect()
        } else {
            (0..random.usize(..12)).flat_map(|_| random.choice(pieces).unwrap().to_vec()).collect()
        };
        let answer = object(&host.filter(&function, RECEIVED, &record).unwrap().unwrap());
        let message = redpanda.process(Message { bytes: record.clone(), ..Message::default() }).unwrap();
        if answer.get("message").is_none() || answer.get("siem_error").is_some() {
            assert!(answer["siem_error"].is_string(), "{answer}");
            assert_is_kept(&record, answer);
            assert_eq!(message.bytes, record);
            assert!(message.metadata.contains_key("siem_error"));
        }
    }
}

/// The page's table of artefacts is true within a twentieth, and none is larger or dearer than it
/// may be: neither a record of the example stream, nor the same event as the appliance sends it, with its
/// header, or as a line of CEF, which costs at most half as much again.
#[test]
fn cost_what_the_page_says() {
    let page = fs::read_to_string(guests::root().join("host-tests/README.md")).unwrap();
    let mut output = Output::default();
    Transformer::new(Config::default()).transform(DAY.as_bytes(), Some(RECEIVED), &mut output);
    let lines = String::from_utf8(output.lines).unwrap();
    let mut wrong = Vec::new();
    // Of some, the fuel is not counted.
    for (path, name, size_max, fuel_max) in [
        (component::PATH, "senhasegura-siem.wasm", 455_000, Some([13_000, 18_800])),
        (fluent_bit::PATH, "senhasegura-siem-fluent-bit.wasm", 250_000, Some([14_800, 21_700])),
        (redpanda_connect::PATH, "senhasegura-siem-redpanda-connect.wasm", 250_000, Some([13_100, 19_000])),
        (redpanda_connect::BENTO, "senhasegura-siem-bento.wasm", 250_000, None),
        (redpanda::PATH, "senhasegura-siem-redpanda.wasm", 253_000, None),
        (clickhouse::PATH, "senhasegura-siem-clickhouse.wasm", 370_000, None),
        (envoy::PATH, "senhasegura-siem-envoy.wasm", 401_000, None),
        (embedder::PATH, "senhasegura-siem-core.wasm", 455_000, Some([13_000, 18_800])),
        (env!("WHEEL"), concat!("senhasegura_siem-", env!("CARGO_PKG_VERSION"), "-py3-none-any.whl"), 220_000, None),
        (concat!(env!("NPM"), "/senhasegura-siem.wasm"), "npm/senhasegura-siem.wasm", 476_000, None),
    ] {
        let guest = fs::read(path).unwrap();
        let size = guest.len() as u64;
        assert!(size <= size_max, "{name}: {size} bytes, at most {size_max}");
        let fuel = fuel_max.map(|[record_max, message_max]| {
            let [record, message, line] = [DAY, APPLIANCE, &lines].map(|stream| fuel::of(&guest, stream).unwrap());
            println!("{name}: messages of the appliance {message}, lines of CEF {line}");
            assert!(record <= record_max, "{name}: fuel {record}, at most {record_max}");
            assert!(message.max(line) <= message_max, "{name}: fuel {message} and {line}, at most {message_max}");
            assert!(message.max(line) * 2 <= record * 3, "{name}: fuel {message} and {line}, not {record}");
            record
        });
        println!("| `{name}` | {size} | {} |", fuel.map_or(String::new(), |fuel| fuel.to_string()));
        let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).unwrap();
        let figures: Vec<u64> = row.split('|').filter_map(|cell| cell.trim().replace(',', "").parse().ok()).collect();
        for (found, said) in [size].into_iter().chain(fuel).zip(figures) {
            if found.abs_diff(said) > said / 20 {
                wrong.push(format!("{found}, not {said}: {row}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn keep_their_memory_for_a_million_records() {
    let mut host = FluentBit::new(&fs::read(fluent_bit::PATH).unwrap(), false).unwrap();
    let mut redpanda = RedpandaConnect::new(&fs::read(redpanda_connect::PATH).unwrap(), false).unwrap();
    let function = host.function("cef").unwrap();
    let mut sizes = None;
    for (number, record) in DAY.lines().cycle().take(1_000_000).enumerate() {
        host.filter(&function, RECEIVED, record.as_bytes()).unwrap();
        if number % 100 == 0 {
            // Around the length of the blocks that `malloc` keeps.
            let record = format!("{:1$}", record, 4090 + number / 100 % 12);
            host.filter(&function, RECEIVED, record.as_bytes()).unwrap();
        }
        redpanda.process(Message { bytes: record.into(), ..Message::default() }).unwrap();
        if number == 1_000 {
            sizes = Some((host.memory_size(), redpanda.memory_size()));
        }
    }
    assert_eq!(sizes, Some((host.memory_size(), redpanda.memory_size())));
}
