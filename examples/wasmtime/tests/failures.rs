//! A component that fails costs the records on which it fails, and no others.
//!
//! `cargo test --test failures -- --nocapture` prints what each fault cost.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use example_wasmtime::{Cache, Compiled, Fault, Limits, Origin, Output, Reason, Worker};
use host_tests::component::PATH;
use host_tests::faulty::{self, Marked};
use wasmtime::{Config, Engine};

/// The component, with faults where records say so.
static FAULTY: LazyLock<Compiled> =
    LazyLock::new(|| Compiled::new(&faulty::transform(&component()).unwrap(), None).unwrap());

/// Long enough for a call that ends on any machine, and to wait for one that does not.
const LIMITS: Limits = Limits { memory: 64 << 20, deadline: Duration::from_secs(1), instances: 16 };

fn component() -> Vec<u8> {
    fs::read(PATH).unwrap()
}

fn worker(limits: Limits) -> Worker {
    FAULTY.worker("{}", limits).unwrap()
}

/// A batch of so many records, some of which are marked.
struct Records(Vec<String>);

impl Records {
    fn new(count: usize, marked: &[(usize, Marked)]) -> Self {
        let mark = |index| marked.iter().find(|(at, _)| *at == index).map_or("fine", |(_, fault)| fault.letters());
        let record = |index| format!("{{\"event_id\":17,\"spid\":\"{index}\",\n \"msg\":\"{}\"}}\n", mark(index));
        Self((0..count).map(record).collect())
    }

    fn batch(&self) -> Vec<u8> {
        self.0.concat().into_bytes()
    }

    /// Asserts that there is just the line of each record, but a rejection for those at `rejected`.
    fn assert(&self, output: &Output, rejected: &[(usize, &str)]) {
        let is_rejected = |index: usize| rejected.iter().any(|(at, _)| *at == index);
        let written: Vec<_> = (0..self.0.len()).filter(|index| !is_rejected(*index)).collect();
        let good: String = written.iter().map(|index| &*self.0[*index]).collect();
        let (mut native, mut expected) = (senhasegura_siem::Transformer::new(Default::default()), Default::default());
        native.transform(good.as_bytes(), None, &mut expected);
        assert_eq!(String::from_utf8_lossy(&output.lines), String::from_utf8_lossy(&expected.lines));
        assert_eq!((output.written, output.changes), (written.len() as u64, expected.changes));
        let found: Vec<_> = output
            .rejections
            .iter()
            .map(|rejection| (rejection.index as usize, rejection.reason.to_string()))
            .collect();
        let rejected: Vec<_> = rejected.iter().map(|(index, reason)| (*index, (*reason).to_owned())).collect();
        assert_eq!(found, rejected);
        for rejection in &output.rejections {
            let record = &self.batch()[rejection.range.clone()];
            assert_eq!(String::from_utf8_lossy(record), self.0[rejection.index as usize].trim_end());
        }
        assert_eq!(output.records(), self.0.len() as u64);
    }
}

/// What the page says of each fault, and what is seen of it.
const REASONS: [(Marked, &str, &str, &str); 5] = [
    (
        Marked::Trap,
        "traps",
        "trapped",
        "expected a line or a rejection, found that the component trapped: wasm trap: wasm `unreachable` instruction executed",
    ),
    (
        Marked::Deep,
        "uses up the stack",
        "trapped",
        "expected a line or a rejection, found that the component trapped: wasm trap: call stack exhausted",
    ),
    (
        Marked::Memory,
        "takes all memory",
        "out-of-memory",
        "expected the component to need at most 67108864 bytes of memory, found that it needs ",
    ),
    (Marked::Loop, "never returns", "deadline", "expected an answer from the component within 1s, found none"),
    (
        Marked::Answer,
        "returns what is not in its memory",
        "wrong-answer",
        "expected a valid answer from the component, found: ",
    ),
];

/// A row of the page's table: what the bad records do, why they are rejected, and what came of the batch.
fn row(bad: &str, reason: &str, records: &Records, output: &Output) -> String {
    let (written, rejected) = (output.written as usize, output.rejections.len());
    let lost = records.0.len() - written - rejected;
    format!("| {bad} | {reason} | {written} | {rejected} | {lost} | {} |", output.instances_lost)
}

#[test]
fn rejects_only_the_record_that_fails() {
    let page = include_str!("../README.md");
    let heads = [
        "| 40 records, one of them bad | reason | lines | rejected | lost | instances replaced |",
        "|---|---|---:|---:|---:|---:|",
    ];
    let mut table: Vec<_> = heads.map(str::to_owned).into();
    let mut others = Vec::new();
    let mut worker = worker(LIMITS);
    for (fault, bad, reason, message) in REASONS {
        // In the middle, twice in succession, and at both ends.
        for places in [&[20][..], &[7, 8], &[0, 39]] {
            let records = Records::new(40, &places.iter().map(|place| (*place, fault)).collect::<Vec<_>>());
            let output = worker.transform(&records.batch().into(), None);
            let expected: Vec<_> = places.iter().map(|place| (*place, reason)).collect();
            records.assert(&output, &expected);
            for rejection in &output.rejections {
                assert!(rejection.message.starts_with(message), "{}", rejection.message);
            }
            let (reason, at) = (format!("`{reason}`"), format!("{bad}, records {places:?}"));
            if places.len() == 1 {
                table.push(row(bad, &reason, &records, &output));
            } else {
                others.push(row(&at, &reason, &records, &output));
            }
            let instances = output.instances_lost as usize;
            // The whole batch, and then each such record, once more if it was not tried on a new instance.
            assert!(instances > places.len() && instances <= 1 + 2 * places.len(), "{instances}");
        }
    }
    // Nothing stays behind, and what fails later costs nothing now.
    for marked in [&[][..], &[(20, Marked::Leak)]] {
        let records = Records::new(40, marked);
        let output = worker.transform(&records.batch().into(), None);
        records.assert(&output, &[]);
        assert_eq!(output.instances_lost, 0);
        if !marked.is_empty() {
            table.push(row("takes memory and does not give it back", "none", &records, &output));
        }
    }
    println!("{}\n{}", table.join("\n"), others.join("\n"));
    assert!(page.contains(&table.join("\n")), "the page has another table");
}

#[test]
fn tells_different_faults_of_a_batch_apart() {
    let records = Records::new(9, &[(1, Marked::Trap), (4, Marked::Memory), (5, Marked::Answer), (7, Marked::Deep)]);
    let output = worker(LIMITS).transform(&records.batch().into(), None);
    records.assert(&output, &[(1, "trapped"), (4, "out-of-memory"), (5, "wrong-answer"), (7, "trapped")]);
}

/// Such a record is tried on one instance only, if that was new.
#[test]
fn rejects_a_record_alone() {
    let mut worker = worker(LIMITS);
    let records = Records::new(1, &[(0, Marked::Trap)]);
    for _ in 0..3 {
        let output = worker.transform(&records.batch().into(), None);
        records.assert(&output, &[(0, "trapped")]);
        assert_eq!(output.instances_lost, 1);
    }
}

/// What an instance did before is not the fault of the record that it fails on.
#[test]
fn blames_no_record_for_memory_that_others_took() {
    let mut worker = worker(LIMITS);
    let records = Records::new(10, &(0..10).map(|index| (index, Marked::Leak)).collect::<Vec<_>>());
    let one = Records::new(1, &[(0, Marked::Leak)]);
    let mut lost = 0;
    for _ in 0..10 {
        let output = worker.transform(&one.batch().into(), None);
        one.assert(&output, &[]);
        lost += output.instances_lost;
    }
    assert!(lost > 1, "{lost}");
    // All ten at once are more than any instance has room for.
    let output = worker.transform(&records.batch().into(), None);
    records.assert(&output, &[]);
    assert!(output.instances_lost > 2, "{}", output.instances_lost);
}

#[test]
fn hands_back_what_is_left_once_a_batch_has_cost_enough() {
    let records = Records::new(30, &(0..20).map(|index| (index, Marked::Trap)).collect::<Vec<_>>());
    let mut worker = worker(Limits { instances: 5, ..LIMITS });
    let output = worker.transform(&records.batch().into(), None);
    // One for the batch, and one for each of four records.
    let reason = |index| (index, if index < 4 { "trapped" } else { "not-tried" });
    records.assert(&output, &(0..30).map(reason).collect::<Vec<_>>());
    assert_eq!(output.instances_lost, 5);
    assert_eq!(output.rejections[4].reason, Reason::Host(Fault::NotTried { limit: 5 }));
    // The next batch has as many.
    let records = Records::new(30, &[(20, Marked::Trap)]);
    records.assert(&worker.transform(&records.batch().into(), None), &[(20, "trapped")]);
}

#[test]
fn hands_back_all_records_while_no_instance_can_be_made() {
    let records = Records::new(10, &[]);
    let mut worker = worker(LIMITS);
    records.assert(&worker.transform(&records.batch().into(), None), &[]);
    worker.set_limits(Limits { memory: 1 << 16, ..LIMITS });
    for _ in 0..2 {
        let output = worker.transform(&records.batch().into(), None);
        records.assert(&output, &(0..10).map(|index| (index, "no-instance")).collect::<Vec<_>>());
        assert_eq!(output.instances_lost, 0);
    }
    worker.set_limits(LIMITS);
    records.assert(&worker.transform(&records.batch().into(), None), &[]);
}

#[test]
fn makes_no_worker_without_an_instance() {
    let error = |compiled: &Compiled, limits| compiled.worker("{}", limits).err().unwrap().to_string();
    let message = error(&FAULTY, Limits { memory: 1 << 16, ..LIMITS });
    assert!(message.contains("memory"), "{message}");
    let failing = Compiled::new(&faulty::create(&component()).unwrap(), None).unwrap();
    let message = error(&failing, LIMITS);
    assert!(message.contains("unreachable"), "{message}");
    let message = FAULTY.worker(r#"{"max_depth": 0}"#, LIMITS).err().unwrap().to_string();
    assert_eq!(message, "configuration /max_depth: expected an integer from 2 to 128, found 0");
}

/// The real component, in less memory than a record needs.
#[test]
fn rejects_a_record_that_memory_does_not_suffice_for() {
    let compiled = Compiled::new(&component(), None).unwrap();
    let large = format!("{{\"event_id\":17,\"msg\":\"{}\"}}\n", "a".repeat(1_000_000));
    let small = "{\"event_id\":17}\n";
    let batch = format!("{small}{large}{small}");
    let limits = Limits { memory: 3 << 20, ..LIMITS };
    let output = compiled.worker("{}", limits).unwrap().transform(&batch.as_bytes().into(), None);
    assert_eq!((output.written, output.rejections.len()), (2, 1), "{:?}", output.rejections);
    let rejection = &output.rejections[0];
    assert!(matches!(rejection.reason, Reason::Host(Fault::OutOfMemory { .. })), "{rejection:?}");
    assert_eq!(rejection.range, small.len()..small.len() + large.len() - 1);
    // By default it suffices for the longest.
    let output = compiled.worker("{}", Limits::default()).unwrap().transform(&batch.as_bytes().into(), None);
    assert_eq!((output.written, output.instances_lost), (3, 0));
}

/// A path at which there is no folder.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

#[cfg(unix)]
mod cache {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::process::Command;

    use super::*;

    /// Compiles the component or takes it from the cache, and lets it write a line.
    fn load(config: &Config, folder: &Path) -> Origin {
        let engine = Engine::new(config).unwrap();
        let compiled = Compiled::with(&engine, &component(), Some(&Cache::open(folder).unwrap())).unwrap();
        let output = compiled.worker("{}", LIMITS).unwrap().transform(&br#"{"event_id":17}"#[..].into(), None);
        assert_eq!(output.written, 1);
        compiled.origin().clone()
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    fn with_fuel() -> Config {
        let mut config = Config::new();
        config.consume_fuel(true);
        config
    }

    #[test]
    fn compiles_once() {
        let folder = folder("cache-once");
        assert_eq!(load(&Config::new(), &folder), Origin::Compiler);
        assert_eq!(load(&Config::new(), &folder), Origin::Cache);
        // Another engine has code of its own, and so has another component.
        assert_eq!(load(&with_fuel(), &folder), Origin::Compiler);
        assert_eq!(load(&Config::new(), &folder), Origin::Cache);
        assert_eq!(files(&folder).len(), 2);
        let faulty = faulty::create(&component()).unwrap();
        let compiled = Compiled::new(&faulty, Some(&Cache::open(&folder).unwrap())).unwrap();
        assert_eq!(compiled.origin(), &Origin::Compiler);
    }

    #[test]
    fn compiles_again_what_is_damaged_or_of_another_engine() {
        let folder = folder("cache-damaged");
        load(&Config::new(), &folder);
        let [file] = &files(&folder)[..] else { panic!("one file") };
        let whole = fs::read(file).unwrap();
        // Cut off, empty, and with a bit turned over in its digest, its header and its code.
        let mut damaged = vec![whole[..whole.len() - 1].to_vec(), whole[..40].to_vec(), Vec::new()];
        for at in [0, 40, whole.len() / 2, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            damaged.push(bytes);
        }
        // Code of an engine with another configuration, whole, under this name.
        load(&with_fuel(), &folder);
        let other = files(&folder).into_iter().find(|other| other != file).unwrap();
        damaged.push(fs::read(other).unwrap());
        for bytes in damaged {
            fs::write(file, bytes).unwrap();
            assert_eq!(load(&Config::new(), &folder), Origin::Compiler);
            // It has been replaced.
            assert!(fs::read(file).unwrap() == whole);
            assert_eq!(load(&Config::new(), &folder), Origin::Cache);
        }
    }

    #[test]
    fn trusts_nothing_that_others_may_write() {
        let folder = folder("cache-shared");
        load(&Config::new(), &folder);
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let [file] = &files(&folder)[..] else { panic!("one file") };
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        for shared in [0o620, 0o602, 0o666] {
            mode(file, shared);
            assert_eq!(load(&Config::new(), &folder), Origin::Compiler);
            assert_eq!(load(&Config::new(), &folder), Origin::Cache);
        }
        // Where others may write although nobody may write to the folder, or what waits for a writer.
        let elsewhere = folder.with_extension("elsewhere");
        fs::rename(file, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, file).unwrap();
        assert_eq!(load(&Config::new(), &folder), Origin::Compiler);
        fs::remove_file(file).unwrap();
        assert!(Command::new("mkfifo").arg(file).status().unwrap().success());
        assert_eq!(load(&Config::new(), &folder), Origin::Compiler);
        for shared in [0o720, 0o702, 0o1777] {
            mode(&folder, shared);
            let error = Cache::open(&folder).unwrap_err().to_string();
            assert!(error.starts_with("expected that only its owner may write to it, found the mode "), "{error}");
        }
        mode(&folder, 0o700);
        assert_eq!(Cache::open(file).unwrap_err().to_string(), "expected a folder, found a file");
    }

    #[test]
    fn goes_on_if_nothing_can_be_stored() {
        let folder = folder("cache-full");
        load(&Config::new(), &folder);
        let [file] = &files(&folder)[..] else { panic!("one file") };
        // A folder where the file should be.
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
        let origin = load(&Config::new(), &folder);
        assert!(matches!(origin, Origin::NotStored(_)), "{origin:?}");
        assert_eq!(files(&folder).len(), 1);
    }
}
