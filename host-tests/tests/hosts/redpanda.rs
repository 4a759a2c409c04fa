//! The module for Redpanda's data transforms, by what is known of the broker.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use fastrand::Rng;
use host_tests::redpanda::{self, Binary, End, FUEL, Fate, Input, MEMORY_MAX, Record, Run, Transform, append};
use host_tests::{APPLIANCE, DAY, goldens, hostile};
use senhasegura_siem::{Config, Transformer};
use serde_json::json;

const RECEIVED: i64 = host_tests::RECEIVED as i64;

const TOPICS: [&str; 2] = ["siem", "siem-rejected"];

static BINARY: LazyLock<Binary> = LazyLock::new(|| Binary::new(&fs::read(redpanda::PATH).unwrap()).unwrap());

fn deploy(config: &str, topics: &[&str]) -> Transform {
    Transform::deploy(&BINARY, topics, &[("SIEM_CONFIG", config)]).unwrap()
}

fn native(config: &str) -> Transformer {
    Transformer::new(Config::from_json(config).unwrap())
}

/// The record that must be written, and the index of its topic.
fn expected(transformer: &mut Transformer, record: Record, received: i64) -> (usize, Record) {
    let mut line = Vec::new();
    let value = record.value.clone().unwrap_or_default();
    match transformer.transform_one(&value, u64::try_from(received).ok(), &mut line) {
        Ok(_) => (0, Record { value: Some(line), ..record }),
        Err(rejection) => {
            let record = record.with("siem_reason", rejection.reason().as_str());
            (1, record.with("siem_error", rejection.to_string()))
        }
    }
}

/// Whether a record was rejected for want of memory.
fn has_no_room(record: &Record) -> bool {
    record.headers.last().is_some_and(|header| header.1.as_ref().unwrap().starts_with(b"expected enough memory "))
}

fn inputs(records: &[Record]) -> Vec<Input> {
    records.iter().map(|record| (record.payload(), RECEIVED)).collect()
}

fn run(transform: &Transform, records: &[Record]) -> Run {
    let batches: Vec<_> = records.chunks(100).map(inputs).collect();
    transform.run(&batches, Fate::Lives).unwrap()
}

#[test]
fn writes_the_lines_that_the_native_transform_writes() {
    let mut records: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for golden in goldens::names().unwrap().iter().flat_map(|name| goldens::of(name).unwrap()) {
        let records = records.entry(golden.config).or_default();
        records.extend(golden.input.split(|byte| *byte == b'\n').map(Record::of));
        records.push(Record::of(golden.input));
    }
    for format in ["cef", "rfc5424", "sensage"] {
        let stream = DAY.lines().chain(APPLIANCE.lines()).map(Record::of).collect();
        records.insert(json!({ "format": format, "timezone": "-03:00" }).to_string(), stream);
    }
    let (mut lines, mut rejected) = (0, 0);
    for (config, mut records) in records {
        // Longer ones have no room.
        records.retain(|record| record.value.as_ref().is_none_or(|value| value.len() < 100_000));
        for (index, record) in records.iter_mut().enumerate() {
            record.key = (index % 3 > 0).then(|| index.to_string().into());
            record.headers = vec![(b"source".to_vec(), None); [0, 1, 62, 63, 64][index % 5]];
        }
        let mut native = native(&config);
        let run = run(&deploy(&config, &TOPICS), &records);
        assert_eq!((&run.end, &*run.log), (&End::Waits, ""));
        assert_eq!(run.written.len(), records.len());
        for (record, written) in records.into_iter().zip(run.written) {
            let expected = expected(&mut native, record, RECEIVED);
            *(if expected.0 == 0 { &mut lines } else { &mut rejected }) += 1;
            assert_eq!(written, expected, "{config}");
        }
    }
    println!("{lines} lines, {rejected} rejected");
    assert!(lines > 3000 && rejected > 3000);
}

#[test]
fn takes_the_time_of_reception_from_the_record() {
    let transform = deploy("", &TOPICS);
    for time in [RECEIVED, 0, -1, i64::MIN, i64::MAX] {
        let record = Record::of(r#"{"event_id":17}"#);
        let run = transform.run(&[vec![(record.payload(), time)]], Fate::Lives).unwrap();
        assert_eq!(run.written, [expected(&mut native(""), record, time)]);
    }
}

/// Long ones among them are too large for the memory that the broker gives.
#[test]
fn loses_no_record_of_a_hundred_thousand_hostile_ones() {
    let mut random = Rng::with_seed(27);
    let mut records: Vec<Record> = hostile::records(100_000, 27).unwrap().into_iter().map(Record::of).collect();
    for record in &mut records {
        record.key = random.bool().then(|| b"key".to_vec());
        if random.u16(..) < 40 {
            record.value = Some(long(&mut random));
        } else if random.u8(..) == 0 {
            record.value = None;
        }
    }
    let config = r#"{"timezone": "-03:00", "max_record_bytes": 67108864, "max_bytes": 67108864, "max_fields": 1024}"#;
    let (mut native, mut rooms) = (native(config), 0);
    let run = run(&deploy(config, &TOPICS), &records);
    println!("memory {} KiB, fuel at most {}, {} batches: {}", run.memory >> 10, run.fuel_max, run.batches, run.log);
    assert_eq!((&run.end, &*run.log), (&End::Waits, ""));
    assert!(run.memory <= MEMORY_MAX && run.fuel_max < FUEL / 10);
    assert_eq!(run.written.len(), records.len());
    for (record, written) in records.into_iter().zip(run.written) {
        if has_no_room(&written.1) {
            assert!(record.value.as_ref().unwrap().len() > 20_000 && written.1.value == record.value);
            rooms += 1;
        } else {
            assert_eq!(written, expected(&mut native, record, RECEIVED));
        }
    }
    println!("{rooms} had no room");
    assert!(rooms > 10);
}

/// A record of up to a megabyte that takes as much memory as it can.
fn long(random: &mut Rng) -> Vec<u8> {
    let length = random.usize(1000..1_000_000) >> random.u8(..6);
    let of = |piece: &str| piece.repeat(length / piece.len());
    let record = match random.u8(..10) {
        0 => of("x"),
        1 => of(r#"{"event_id":17,"msg":"x"}"#),
        2 => format!(r#"{{"event_id":17,"msg":"{}"}}"#, of("x")),
        3 => format!(r#"{{"event_id":17,"msg":"{}"}}"#, of(r"\n=")),
        4 => format!(r#"{{"event_id":17,"x":"{}"}}"#, of("=|")),
        5 => format!(r#"{{"event_id":17,"x":[{}0]}}"#, of(r#""a","#)),
        6 => {
            format!(r#"{{"event_id":17{}}}"#, (0..length / 20).map(|n| format!(r#","f{n}":"{n}""#)).collect::<String>())
        }
        7 => format!(r#"{{"event_id":17,"x":{}"#, of("[")),
        8 => format!(r#"{{"message":"{{\"event_id\":17,\"msg\":\"{}\"}}"}}"#, of(r"\\n|")),
        _ => format!("<13>Mar  4 09:15:00 vault CEF:0|MT4|senhasegura|3|17|x|5|msg={}", of(r"\= suser=x ")),
    };
    record.into_bytes()
}

/// The broker goes on from the first batch of which it does not know that it is done.
#[test]
fn loses_nothing_when_it_is_killed() {
    let records: Vec<Record> = DAY.lines().cycle().take(20_000).map(Record::of).collect();
    let batches: Vec<_> = records.chunks(50).map(inputs).collect();
    let transform = deploy("", &TOPICS);
    let (mut random, mut done, mut kills, mut again) = (Rng::with_seed(5), 0, 0, 0);
    let mut written = Vec::new();
    while done < batches.len() {
        let run = transform.run(&batches[done..], Fate::Killed(random.usize(1..2000))).unwrap();
        // What had been written of the batch under way is written again.
        let whole = run.batches * 50;
        assert!(run.written.len() <= whole + 50 && run.written.len() >= whole);
        again += run.written.len() - whole;
        for (number, of_run) in run.written.iter().enumerate().skip(whole) {
            assert_eq!(*of_run, expected(&mut native(""), records[done * 50 + number].clone(), RECEIVED));
        }
        written.extend(run.written.into_iter().take(whole));
        done += run.batches;
        match run.end {
            End::Killed => kills += 1,
            end => assert_eq!(end, End::Waits),
        }
    }
    println!("killed {kills} times, {again} records again");
    assert!(kills > 10 && again > 100);
    let mut native = native("");
    let expected: Vec<_> = records.into_iter().map(|record| expected(&mut native, record, RECEIVED)).collect();
    assert!(written == expected);
}

#[test]
fn says_why_it_does_not_start() {
    let refused = "configuration, /timezone: expected ";
    let no_topic = "expected a second output topic, or \"rejected\": \"drop\", found neither\n";
    for (config, topics, message) in [
        (r#"{"timezone": "Brasilia"}"#, &TOPICS[..], refused),
        ("{", &TOPICS[..], "configuration: expected a key in quotes, found "),
        ("", &TOPICS[..1], no_topic),
    ] {
        let run = run(&deploy(config, topics), &[Record::of("{}")]);
        assert_eq!((run.end, run.batches, run.written.len()), (End::Ended, 0, 0));
        assert!(run.log.starts_with(message) && run.log.lines().count() == 1, "{}", run.log);
    }
    let records = [Record::of("{}"), Record::of(r#"{"event_id":17}"#)];
    let run = run(&deploy(r#"{"rejected": "drop"}"#, &TOPICS[..1]), &records);
    assert_eq!(run.written, [expected(&mut native(""), records[1].clone(), RECEIVED)]);
    assert_eq!(run.end, End::Waits);
}

#[test]
fn ends_with_a_message_if_the_broker_answers_an_error() {
    let transform = deploy("", &TOPICS);
    let records: Vec<_> = DAY.lines().map(Record::of).collect();
    for (function, message) in [
        ("environ_sizes_get", "reading the environment: error "),
        ("environ_get", "reading the environment: error "),
        ("read_batch_header", "reading a batch: error "),
        ("read_next_record", "reading a record: error "),
        ("write_record_with_options", "writing a record of "),
    ] {
        for answer in [-1, -2, -3, i32::MIN] {
            let run = transform.run(&[inputs(&records)], Fate::Answered(function, 1, answer)).unwrap();
            assert_eq!((run.end, run.written.len()), (End::Ended, 0), "{function}");
            assert!(run.log.starts_with(message) && run.log.ends_with(&format!("error {answer}\n")), "{}", run.log);
        }
    }
    let run = transform.run(&[inputs(&records)], Fate::Answered("read_next_record", 1, i32::MAX)).unwrap();
    assert_eq!((run.end, run.written.len()), (End::Ended, 0));
}

#[test]
fn writes_what_no_producer_should() {
    let transform = deploy("", &TOPICS);
    let mut endless = vec![0, 0];
    append(i64::MAX, &mut endless);
    for payload in
        [vec![], vec![0], vec![1, 1], vec![0xFF; 20], endless, vec![1, 1, 0, 0], vec![40, 1, 0], vec![0; 5000]]
    {
        let run = transform.run(&[vec![(payload.clone(), RECEIVED)]], Fate::Lives).unwrap();
        let rejected = Record::of(payload).with("siem_reason", "malformed");
        assert_eq!((run.end, &*run.log), (End::Waits, ""));
        assert_eq!(run.written, [(1, rejected.with("siem_error", "expected a Kafka record, found other bytes"))]);
    }
}

#[test]
fn ends_only_if_a_record_does_not_fit_into_memory() {
    let good = Record::of(r#"{"event_id":17}"#);
    let of_length = |length: usize| Record { key: None, ..Record::of(vec![b'x'; length]) };
    let transform = deploy(r#"{"max_record_bytes": 67108864}"#, &TOPICS);
    // One that was long enough for the transform comes first.
    let long = Record::of(format!(r#"{{"event_id":17,"msg":"{}"}}"#, "x".repeat(60_000)));
    let records = [good.clone(), long, of_length(1_600_000), good.clone()];
    let run = run(&transform, &records);
    assert_eq!((&run.end, &*run.log), (&End::Waits, ""));
    assert!(run.written.len() == 4 && has_no_room(&run.written[2].1) && run.written[2].1.value == records[2].value);
    let batches = [inputs(std::slice::from_ref(&good)), inputs(&[good.clone(), of_length(3_000_000)])];
    let run = transform.run(&batches, Fate::Lives).unwrap();
    assert_eq!((run.end, run.batches, run.written.len()), (End::Ended, 1, 1));
    assert!(
        run.log.contains("in the batch at offset 1, found too little (data_transforms_per_function_memory_limit)"),
        "{}",
        run.log
    );
    // That is what mends it.
    let run = transform.with_memory(16 << 20).run(&batches, Fate::Lives).unwrap();
    assert_eq!((run.end, run.written.len()), (End::Waits, 3));
}

/// Each of them becomes three.
#[test]
fn has_room_for_bytes_that_are_not_utf8() {
    let cef = b"CEF:0|MT4|senhasegura|3|17|x|5|msg=";
    let mut rooms = 0;
    for config in ["", r#"{"format": "rfc5424", "msg": "cef", "max_bytes": 67108864}"#] {
        let transform = deploy(config, &TOPICS);
        let mut native = native(config);
        for (before, after) in [("", ""), (r#"{"message":""#, r#""}"#), (r#"{"message":"{\"message\":\""#, r#"\"}"}"#)]
        {
            for length in (1000..110_000).step_by(3001) {
                let value = [before.as_bytes(), cef, &vec![0xFF; length], after.as_bytes()].concat();
                let record = Record::of(value);
                let run = run(&transform, std::slice::from_ref(&record));
                assert_eq!((&run.end, &*run.log, run.written.len()), (&End::Waits, "", 1), "{before} {length}");
                if has_no_room(&run.written[0].1) {
                    assert!(length > 25_000, "{before} {length}");
                    rooms += 1;
                } else {
                    assert_eq!(run.written[0], expected(&mut native, record, RECEIVED));
                }
            }
        }
    }
    assert!(rooms > 10);
}

/// Where one byte more or less decides, what is left does not suffice to say so.
#[test]
fn says_that_a_record_does_not_fit_wherever_memory_ends() {
    let transform = deploy("", &TOPICS);
    let of_length = |length: usize| run(&transform, &[Record::of(vec![b'x'; length])]);
    let (mut fits, mut exceeds) = (1_000_000, 3_000_000);
    while exceeds - fits > 1 {
        let length = (fits + exceeds) / 2;
        *(if of_length(length).end == End::Waits { &mut fits } else { &mut exceeds }) = length;
    }
    for length in (fits - 3000..fits + 3000).step_by(16) {
        let run = of_length(length);
        match run.end {
            End::Waits => assert!(has_no_room(&run.written[0].1)),
            End::Ended => assert!(run.log.contains("(data_transforms_per_function_memory_limit)"), "{}", run.log),
            end => panic!("{length}: {end:?}"),
        }
    }
}

#[test]
fn accepts_the_configuration_of_the_example() {
    let file = fs::read_to_string(guests::root().join("examples/redpanda/transform.yaml")).unwrap();
    let config = file.lines().find_map(|line| line.trim().strip_prefix("SIEM_CONFIG: '")?.strip_suffix('\'')).unwrap();
    assert!(TOPICS.iter().all(|topic| file.contains(&format!("  - {topic}\n"))));
    assert_eq!(run(&deploy(config, &TOPICS), &[Record::of("{}")]).end, End::Waits);
}

#[test]
fn is_refused_without_what_the_broker_checks() {
    assert!(Binary::new(b"\0asm\x01\0\0\0").is_err());
    assert!(Binary::new(&fs::read(host_tests::redpanda_connect::PATH).unwrap()).is_err());
}

#[test]
fn keeps_its_memory() {
    let records: Vec<_> = DAY.lines().cycle().take(100_000).map(Record::of).collect();
    let transform = deploy("", &TOPICS);
    let [few, many] = [1000, records.len()].map(|count| run(&transform, &records[..count]));
    println!("memory {} KiB, fuel {} a record", many.memory >> 10, many.fuel / records.len() as u64);
    assert_eq!(few.memory, many.memory);
}
