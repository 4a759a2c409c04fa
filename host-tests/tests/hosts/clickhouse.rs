//! The module for ClickHouse in the engine itself, set up by the files of the example.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use host_tests::clickhouse::{self, ClickHouse, Rows, statements};
use host_tests::{APPLIANCE, DAY, goldens, hostile};
use senhasegura_siem::{Config, Transformer, bake};
use serde_json::json;

const RECEIVED: i64 = host_tests::RECEIVED as i64;

/// The configuration of the example's view.
const CONFIG: &str = r#"{"timezone": "-03:00"}"#;

fn start(name: &str) -> ClickHouse {
    ClickHouse::in_folder(&format!("clickhouse-{name}")).unwrap()
}

fn example(file: &str) -> PathBuf {
    guests::root().join("examples/clickhouse").join(file)
}

fn run_example(engine: &mut ClickHouse, file: &str) {
    engine.run_file(&fs::read_to_string(example(file)).unwrap()).unwrap();
}

/// What `functions.sql` has.
fn functions() -> String {
    fs::read_to_string(example("functions.sql")).unwrap()
}

/// The version as names of modules have it.
fn version() -> String {
    env!("CARGO_PKG_VERSION").replace('.', "_")
}

fn count(engine: &mut ClickHouse, table: &str) -> u64 {
    engine.run(&format!("SELECT count() FROM siem.{table}")).unwrap().trim().parse().unwrap()
}

/// What the native transform makes of records: the line, the reason and the error of each.
struct Native(Transformer);

impl Native {
    fn new(config: &str) -> Self {
        Self(Transformer::new(Config::from_json(config).unwrap()))
    }

    fn transform(&mut self, record: &[u8], received: i64) -> (Vec<u8>, &'static str, String) {
        let mut line = Vec::new();
        match self.0.transform_one(record, u64::try_from(received).ok().filter(|millis| *millis > 0), &mut line) {
            Ok(_) => (line, "", String::new()),
            Err(rejection) => (line, rejection.reason().as_str(), rejection.to_string()),
        }
    }
}

const COLUMNS: &str = "record String, config String, received DateTime64(3), line String, reason String, error String";

/// Writes records, how they are transformed, and what must come of each.
fn write_expected<'r>(engine: &ClickHouse, rows: impl IntoIterator<Item = (&'r str, Vec<u8>, i64)>) -> u64 {
    let (mut file, mut count) = (Rows::default(), 0);
    let mut native: Option<(&str, Native)> = None;
    for (config, record, received) in rows {
        let native = match &mut native {
            Some((of, native)) if *of == config => native,
            native => &mut native.insert((config, Native::new(config))).1,
        };
        let (line, reason, error) = native.transform(&record, received);
        file.string(&record).string(config).millis(received).string(line).string(reason).string(error);
        count += 1;
    }
    fs::write(engine.folder().join("expected.bin"), file.bytes).unwrap();
    count
}

#[test]
fn writes_the_lines_that_the_native_transform_writes() {
    let mut engine = start("goldens");
    run_example(&mut engine, "functions.sql");
    let goldens: Vec<_> = goldens::names().unwrap().iter().flat_map(|name| goldens::of(name).unwrap()).collect();
    let formats = ["cef", "rfc5424", "sensage"];
    let configs = formats.map(|format| json!({ "format": format, "timezone": "-03:00" }).to_string());
    let of_goldens = goldens.iter().flat_map(|golden| {
        let lines = golden.input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec);
        let records = lines.chain([golden.input.clone()]);
        records.flat_map(|record| [0, RECEIVED].map(|received| (&*golden.config, record.clone(), received)))
    });
    let of_streams = configs.iter().flat_map(|config| {
        DAY.lines().chain(APPLIANCE.lines()).map(move |record| (&**config, record.as_bytes().to_vec(), RECEIVED))
    });
    let rows = write_expected(&engine, of_goldens.chain(of_streams));
    assert!(rows > 10_000, "{rows}");
    // However many rows are in a call.
    for (block, limit) in [(1, 300), (1000, rows), (65_409, rows)] {
        let [equal, all] = ["countIf(senhasegura_siem(record, config, received) = (line, reason, error))", "count()"];
        let result = engine.run(&format!(
            "SELECT {equal}, {all} FROM (SELECT * FROM file('expected.bin', 'RowBinary', '{COLUMNS}') LIMIT {limit}) \
             SETTINGS max_threads = 1, max_block_size = {block}"
        ));
        assert_eq!(result.unwrap().trim(), format!("{limit}\t{limit}"), "{block} rows in a call");
    }
    // The default configuration is baked in.
    let line = "senhasegura_line(record) IS NOT DISTINCT FROM if(reason = '', line, NULL)";
    let result = engine.run(&format!(
        r#"SELECT countIf({line}) = count(), count() > 400 FROM file('expected.bin', 'RowBinary', '{COLUMNS}')
        WHERE config = '{{"format":"cef","keys":"vendor"}}' AND received = toDateTime64(0, 3)"#
    ));
    assert_eq!(result.unwrap().trim(), "1\t1");
}

#[test]
fn loses_no_row_of_a_million_hostile_ones() {
    const RECORDS: usize = 20_000;
    const TIMES: u64 = 50;
    let mut engine = start("hostile");
    for file in ["functions.sql", "tables.sql"] {
        run_example(&mut engine, file);
    }
    let records = hostile::records(RECORDS, 26).unwrap();
    let distinct = write_expected(&engine, records.into_iter().map(|record| (CONFIG, record, RECEIVED)));
    let of_file = format!("file('expected.bin', 'RowBinary', '{COLUMNS}')");
    let started = Instant::now();
    let from = format!("{of_file} AS expected CROSS JOIN numbers({TIMES}) AS times");
    engine.run(&format!("INSERT INTO siem.raw (record, received) SELECT record, received FROM {from}")).unwrap();
    println!("{} rows: {:.1} s", distinct * TIMES, started.elapsed().as_secs_f64());
    // The same lines and dead letters as often as they were inserted, whatever their order.
    let sum = |columns: &str, times: u64| format!("count() * {times}, sum(cityHash64({columns})) * {times}");
    let letter = "record, toString(reason), error";
    for (table, columns, reason) in [("lines", "line", "="), ("dead_letters", letter, "!=")] {
        let stored = engine.run(&format!("SELECT {} FROM siem.{table}", sum(columns, 1))).unwrap();
        let expected = format!("SELECT {} FROM {of_file} WHERE reason {reason} ''", sum(columns, TIMES));
        assert_eq!(stored, engine.run(&expected).unwrap(), "{table}");
    }
    let [lines, letters] = ["lines", "dead_letters"].map(|table| count(&mut engine, table));
    println!("{lines} lines, {letters} dead letters");
    assert!(lines + letters == RECORDS as u64 * TIMES && lines > 100_000 && letters > 100_000);
}

#[test]
fn is_set_up_exported_and_upgraded_by_the_files_of_the_example() {
    let mut engine = start("example");
    for file in ["functions.sql", "tables.sql"] {
        run_example(&mut engine, file);
    }
    fs::write(engine.folder().join("day.ndjson"), DAY).unwrap();
    let page = fs::read_to_string(example("README.md")).unwrap();
    let mut blocks = page.split("```sql\n").skip(1).map(|block| block.split("```").next().unwrap().trim());
    let [insert, retry, configure, remove] = [(); 4].map(|()| blocks.next().unwrap());
    engine.run(insert).unwrap();
    run_example(&mut engine, "export.sql");
    let mut native = Native::new(CONFIG);
    let lines: Vec<_> = DAY.lines().map(|record| native.transform(record.as_bytes(), 0)).collect();
    let exported = fs::read(engine.folder().join("siem.log")).unwrap();
    // Those without a time got that of the INSERT.
    let has_time = |line: &&[u8]| line.windows(4).any(|window| window == b" rt=" || window == b"|rt=");
    let sorted = |mut lines: Vec<Vec<u8>>| {
        lines.sort();
        lines
    };
    let expected = lines.iter().filter(|line| line.1.is_empty()).map(|line| line.0.clone()).collect();
    let exported = exported.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (expected, exported): (Vec<_>, Vec<_>) = (sorted(expected), sorted(exported));
    assert_eq!(exported.len(), 342);
    assert!(expected.iter().filter(|line| has_time(&line.as_slice())).all(|line| exported.contains(line)));
    assert!(fs::metadata(engine.folder().join("siem.log.zst")).unwrap().len() > 1000);
    assert_eq!(count(&mut engine, "dead_letters"), 3);

    // With a configuration that mends nothing: again, and once.
    let letters = |engine: &mut ClickHouse| engine.run("SELECT * FROM siem.dead_letters ORDER BY record").unwrap();
    let before = letters(&mut engine);
    engine.run(configure).unwrap();
    engine.run_file(retry).unwrap();
    assert_eq!(letters(&mut engine), before);
    engine.run(insert).unwrap();
    let lines = engine.run("SELECT count() FROM siem.lines WHERE startsWith(line, '<')").unwrap();
    assert_eq!(lines.trim(), "342");
    // What is there already stays.
    run_example(&mut engine, "tables.sql");
    assert_eq!((count(&mut engine, "lines"), count(&mut engine, "dead_letters")), (2 * 342, 6));

    let mut next = fs::read(clickhouse::PATH).unwrap();
    bake::bake(&mut next, r#"{"format": "rfc5424"}"#).unwrap();
    fs::write(engine.folder().join("senhasegura-siem-clickhouse.wasm"), next).unwrap();
    // In use, it cannot be removed.
    assert!(engine.run(remove).is_err());
    engine.run_file(&functions().replace(&version(), "0_3_0")).unwrap();
    engine.run(remove).unwrap();
    assert_eq!(engine.run("SELECT name FROM system.webassembly_modules").unwrap().trim(), "senhasegura_siem_0_3_0");
    let line = engine.run(r#"SELECT senhasegura_line('{"id": 17}')"#).unwrap();
    assert!(line.starts_with("<13>1 - - senhasegura - 17 "), "{line}");
    // The views take the function of the new module.
    engine.run(insert).unwrap();
    assert_eq!(count(&mut engine, "lines"), 3 * 342);
}

/// What only a server has.
#[test]
fn accepts_the_syntax_of_what_is_not_run() {
    let mut engine = start("syntax");
    let on_cluster = functions().replace("\nLANGUAGE", " ON CLUSTER siem\nLANGUAGE");
    for text in [fs::read_to_string(example("kafka.sql")).unwrap(), on_cluster] {
        assert!(statements(&text).count() > 2);
        for statement in statements(&text) {
            let quoted = statement.replace('\\', "\\\\").replace('\'', "\\'");
            engine.run(&format!("SELECT formatQuery('{quoted}')")).unwrap();
        }
    }
    assert!(engine.run("SELECT formatQuery('CREATE FUNCTION f LANGUAGE WASM FORM x')").is_err());
}

#[test]
fn names_its_own_version() {
    assert_eq!(functions().matches(&format!("'senhasegura_siem_{}'", version())).count(), 3);
}

#[test]
fn fails_for_a_wrong_configuration_and_for_nothing_else() {
    let mut engine = start("errors");
    run_example(&mut engine, "functions.sql");
    let call = |record: &str, config: &str| format!("SELECT senhasegura_siem({record}, {config}, toDateTime64(0, 3))");
    let error = engine.run(&call("'{}'", r#"'{"timezone": "Brasilia"}'"#)).unwrap_err();
    assert!(error.contains("WebAssembly UDF terminated with error: configuration, /timezone: expected "), "{error}");
    let error = engine.run(&call("'{}'", "unhex('FF')")).unwrap_err();
    assert!(error.contains("configuration: expected "), "{error}");
    // The next query has another instance. A row of forty megabytes is rejected like others.
    let rejected = engine.run(&call("repeat(repeat('a', 1000), 40000)", "''")).unwrap();
    assert!(rejected.starts_with("('','too-long','"), "{rejected}");
    assert!(engine.run(&call("NULL", "''")).unwrap().starts_with(r"\N"));
    // So is one that `max_record_bytes` allows, if memory has no room for what becomes of it.
    let large = r#"'{"max_record_bytes": 67108864, "max_bytes": 67108864, "format": "rfc5424", "msg": "cef"}'"#;
    for (before, piece, after) in [
        (r#"{"event_id":17,"a":["#, "1,", "1]}"),
        (r#"{"event_id":17,"msg":""#, "xx", r#""}"#),
        (r#"{"message":"CEF:0|MT4|senhasegura|3|17|x|5|msg="#, r"\xff\xff", r#""}"#),
    ] {
        for megabytes in [1, 2, 5, 8, 20, 60] {
            let record = format!("concat('{before}', repeat(repeat('{piece}', 1000), 500 * {megabytes}), '{after}')");
            let answer = engine
                .run(&format!("SELECT f.2 FROM (SELECT senhasegura_siem({record}, {large}, toDateTime64(0, 3)) AS f)"));
            let reason = answer.unwrap();
            assert!(
                reason.trim() == if megabytes > 5 || megabytes > 2 && piece.contains("xff") { "too-long" } else { "" },
                "{megabytes} {piece}: {reason}"
            );
        }
    }
    // The others of its block are not lost.
    let rows = "arrayJoin(['{\"id\":17}', 'x', concat('[', repeat(repeat('1,', 1000), 20000))])";
    let counts = format!(
        "SELECT countIf(f.2 = ''), countIf(f.2 = 'malformed'), countIf(f.2 = 'too-long') FROM (SELECT senhasegura_siem({rows}, {large}, toDateTime64(0, 3)) AS f)"
    );
    assert_eq!(engine.run(&counts).unwrap().trim(), "1\t1\t1");
    // One that memory has no room for is an error, and no trap.
    let error = engine.run(&call("repeat(repeat('a', 1000), 140000)", "''")).unwrap_err();
    assert!(error.contains("WASM_ERROR") && !error.contains("backtrace"), "{error}");
}
