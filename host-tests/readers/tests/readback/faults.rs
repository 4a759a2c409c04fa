//! The filter when the machine fails it: without memory, on a full disk, with writes that do little, with a clock
//! that jumps, and with a reader that stops. What was promised is kept, and counted.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{LazyLock, mpsc};
use std::time::{Duration, Instant};
use std::{fs, thread};

use crate::command::{CACHE, COMMAND};
use readers::entry::Entry;
use readers::{APPLIANCE, DAY, daemon, faults, records};
use senhasegura_siem::{Config, Transformer};

static FAULTS: LazyLock<PathBuf> = LazyLock::new(|| faults::library(Path::new(CACHE)).unwrap());

/// How many bytes the filter reads at once.
const CHUNK: usize = 256 << 10;

/// How long a filter may take that meets faults.
const MINUTE: Duration = Duration::from_secs(60);

/// The status of what Rust aborts, as it does when memory is used up: by SIGABRT.
const ABORTED: i32 = -6;

/// The time of reception, but where a clock is to show it.
const RECEIVED: &str = "--received=1772712900000";

/// Messages of every kind, no two of which are the same: about one in four is rejected.
fn messages(count: usize) -> Vec<String> {
    let day = str::from_utf8(DAY).unwrap().lines();
    let hostile: Vec<_> = records::generate(count).iter().map(records::Record::json).collect();
    let sources = day.zip(APPLIANCE.lines()).zip(&hostile);
    let mixed = sources.flat_map(|((day, appliance), hostile)| [day, appliance, hostile, "no event"]);
    mixed.enumerate().map(|(number, message)| records::numbered(message, number)).take(count).collect()
}

fn joined(messages: &[String]) -> Vec<u8> {
    messages.iter().fold(String::new(), |text, message| text + message + "\n").into_bytes()
}

/// What a run has left.
struct Run {
    /// The exit status, or the signal as a negative number.
    status: i32,
    stdout: Vec<u8>,
    stderr: String,
    written: Vec<u8>,
    rejects: Vec<u8>,
}

/// Files of one of the runs that go on at the same time.
struct Files {
    written: PathBuf,
    rejects: PathBuf,
}

impl Files {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(CACHE).join(format!("faults-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self { written: folder.join("written"), rejects: folder.join("rejects") }
    }

    fn folder(&self) -> &Path {
        self.written.parent().unwrap()
    }

    /// Removes what a run has written.
    fn clear(&self) {
        for file in [&self.written, &self.rejects] {
            let _ = fs::remove_file(file);
        }
    }

    /// Runs the filter over this input, with variables that ask for faults. One that does not end is killed.
    fn run(&self, mode: &[&str], faults: &[(&str, &str)], input: &[u8]) -> Run {
        let stdin = self.folder().join("input");
        fs::write(&stdin, input).unwrap();
        let mut command = Command::new(&*COMMAND);
        command.args(["--timezone=-03:00", "--append"]).args(mode).arg("--rejects").arg(&self.rejects);
        if !mode.contains(&"--received=now") {
            command.arg(RECEIVED);
        }
        if !mode.contains(&"--mode=rsyslog") {
            command.arg("--output").arg(&self.written);
        }
        if !faults.is_empty() {
            command.envs(faults.iter().copied()).env("LD_PRELOAD", &*FAULTS);
        }
        command.stdin(fs::File::open(&stdin).unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let (id, (ends, ended)) = (child.id(), mpsc::channel::<()>());
        let watch = thread::spawn(move || {
            let is_late = ended.recv_timeout(MINUTE) == Err(mpsc::RecvTimeoutError::Timeout);
            is_late && daemon::kill(id).is_ok()
        });
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        drop(ends);
        assert!(!watch.join().unwrap(), "{mode:?} {faults:?}: it does not end");
        let read = |path| fs::read(path).unwrap_or_default();
        Run {
            status: status.code().unwrap_or_else(|| -status.signal().unwrap()),
            stdout,
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            written: read(&self.written),
            rejects: read(&self.rejects),
        }
    }

    /// As [`Files::run`]. Returns also how many allocations and writes there were.
    fn run_counted(&self, mode: &[&str], faults: &[(&str, &str)], input: &[u8]) -> (Run, [usize; 2]) {
        let file = self.folder().join("count");
        let run = self.run(mode, &[faults, &[("FAULT_COUNT", file.to_str().unwrap())]].concat(), input);
        let counts = fs::read_to_string(&file).unwrap();
        let (allocations, writes) = counts.split_once(' ').unwrap();
        (run, [allocations, writes].map(|count| count.parse().unwrap()))
    }
}

/// Waits for a process that is to end, and kills it if it does not.
fn end_of(child: &mut Child) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > MINUTE {
            child.kill().unwrap();
        }
        thread::sleep(Duration::from_millis(10));
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if !thread::panicking() {
            let _ = fs::remove_dir_all(self.folder());
        }
    }
}

/// How many runs had each outcome.
type Counts = BTreeMap<&'static str, u64>;

/// Calls `test` with every number, on all processors, and counts its answers.
fn counted(numbers: impl Iterator<Item = usize>, test: impl Fn(&Files, usize) -> &'static str + Sync) -> Counts {
    let numbers: Vec<_> = numbers.collect();
    let threads = thread::available_parallelism().unwrap().get();
    let next = AtomicUsize::new(0);
    let work = || {
        let (files, mut counts) = (Files::new(), Counts::new());
        while let Some(number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
            files.clear();
            *counts.entry(test(&files, *number)).or_default() += 1;
        }
        counts
    };
    let mut counts = Counts::new();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for (answer, count) in threads.into_iter().flat_map(|thread| thread.join().unwrap()) {
            *counts.entry(answer).or_default() += count;
        }
    });
    counts
}

/// Says how many runs there were, and how they ended.
fn said(counts: &Counts) -> String {
    let outcomes: Vec<_> = counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    format!("{} runs: {}", counts.values().sum::<u64>(), outcomes.join(", "))
}

/// How many lines end in these bytes.
fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Whether these are the first whole lines of `all`.
fn are_first_lines(lines: &[u8], all: &[u8]) -> bool {
    all.starts_with(lines) && lines.last().is_none_or(|byte| *byte == b'\n')
}

/// From some allocation on, all fail: here each eleventh. The filter ends, or does without. It has written whole lines,
/// and confirmed no message that is in neither file.
#[test]
fn ends_with_whole_lines_when_memory_is_used_up() {
    let input = joined(&messages(24));
    for mode in
        [&["--mode=lines"][..], &["--mode=one-to-one"], &["--mode=rsyslog"], &["--mode=omprog"], &["--threads=3"]]
    {
        let files = Files::new();
        let (whole, [total, _]) = files.run_counted(mode, &[], &input);
        assert_eq!(whole.status, 1, "{}", whole.stderr);
        let step = if faults::are_many() { 1 } else { 11 };
        let outcomes = counted((1..=total).step_by(step), |files, number| {
            let run = files.run(mode, &[("FAULT_MEMORY", &number.to_string())], &input);
            let Run { status, stdout, stderr, written, rejects } = &run;
            let found = format!("{mode:?}, allocation {number}: {status}, {stderr}");
            assert!(are_first_lines(stdout, &whole.stdout), "{found}");
            assert!(are_first_lines(written, &whole.written), "{found}");
            assert!(are_first_lines(rejects, &whole.rejects), "{found}");
            if mode == ["--mode=omprog"] {
                // The first answer is that it is ready.
                assert!(count_lines(stdout) <= 1 + count_lines(written) + count_lines(rejects), "{found}");
            }
            match *status {
                ABORTED if stderr.contains("memory allocation of ") => "ended by Rust",
                ABORTED if stderr.contains("out of memory") => "ended by the C library",
                3 if stderr.starts_with("error: ") => "ended with a message",
                1 => {
                    let all = [&whole.stdout, &whole.written, &whole.rejects];
                    assert_eq!([stdout, written, rejects], all, "{found}");
                    "did without"
                }
                _ => panic!("{found}"),
            }
        });
        println!("memory, {mode:?}: {}", said(&outcomes));
        assert!(outcomes.contains_key("ended by Rust"), "{outcomes:?}");
    }
}

/// Asserts that these lines are the `expected` ones in their order, some of them twice, and at most one broken off.
/// Returns how many come twice, and how many are broken off.
#[track_caller]
fn assert_complete(found: &[u8], expected: &[u8], what: impl Fn(&str) -> String) -> [usize; 2] {
    let split = |text: &[u8]| -> Vec<_> { String::from_utf8_lossy(text).split_terminator('\n').map(&what).collect() };
    let (found, expected) = (split(found), split(expected));
    let places: BTreeMap<_, _> = expected.iter().enumerate().map(|(place, line)| (&**line, place)).collect();
    assert_eq!(places.len(), expected.len());
    let (mut next, mut twice, mut broken) = (0, 0, 0);
    for line in &found {
        match places.get(&**line) {
            Some(place) if *place == next => next += 1,
            Some(place) if *place < next => twice += 1,
            Some(place) => panic!("line {place} comes before line {next}: {line}"),
            None => {
                let begun = line.trim_end_matches(char::REPLACEMENT_CHARACTER);
                assert!(expected[next].starts_with(begun), "{line} is no beginning of {}", expected[next]);
                broken += 1;
            }
        }
    }
    assert!(next == expected.len() && broken <= 1, "{next} of {} lines, {broken} broken off", expected.len());
    [twice, broken]
}

/// The record of an entry, or nothing of an entry that is broken off, which begins any.
fn rejected(entry: &str) -> String {
    Entry::read(entry).unwrap().map_or_else(String::new, |entry| entry.record)
}

/// When the disk is full, the filter says so, and where to start again. Then nothing is missing.
#[test]
fn goes_on_where_the_disk_was_full() {
    let messages = messages(1000);
    let input = joined(&messages);
    for mode in ["--mode=lines", "--mode=one-to-one", "--mode=omprog", "--threads=3"] {
        let whole = Files::new().run(&[mode], &[], &input);
        assert_eq!(whole.status, 1, "{}", whole.stderr);
        let total = whole.written.len() + whole.rejects.len();
        let (twice, broken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        // Odd, so that it does not stay in step with the lines.
        let rooms = (0..total).step_by((total / 150) | 1);
        let outcomes = counted(rooms, |files, room| {
            let run = files.run(&[mode], &[("FAULT_ROOM", &room.to_string())], &input);
            assert!(run.status == 3 && run.stderr.contains("No space left on device"), "{room}: {}", run.stderr);
            let start = if mode == "--mode=omprog" {
                let confirmed = count_lines(&run.stdout) - 1;
                joined(&messages[..confirmed]).len()
            } else {
                let said = run.stderr.split_once(" is still to be converted from byte ").unwrap().1;
                said.split_once(' ').unwrap().0.parse().unwrap()
            };
            // What it had read at once is to come again, and not much more. A few messages are two records.
            let rejects = if mode == "--mode=one-to-one" { &[][..] } else { &run.rejects };
            let written = count_lines(&run.written) + count_lines(rejects);
            let reached = joined(&messages[..written.min(messages.len())]).len();
            assert!(start.abs_diff(reached) <= CHUNK * 5 / 4, "{room}: from {start}, {reached} written");
            let end = files.run(&[mode], &[], &input[start..]);
            assert!(end.status <= 1, "{room}: {}", end.stderr);
            let lines = assert_complete(&end.written, &whole.written, str::to_owned);
            let entries = assert_complete(&end.rejects, &whole.rejects, rejected);
            assert!(lines[1] + entries[1] <= 1, "{room}: both files have a line that is broken off");
            twice.fetch_add(lines[0] + entries[0], Ordering::Relaxed);
            broken.fetch_add(lines[1] + entries[1], Ordering::Relaxed);
            "complete"
        });
        let said = said(&outcomes);
        println!("disk full, {mode}: {said}, 0 lost, {twice:?} twice, {broken:?} broken off");
        assert!(broken.into_inner() > 0);
    }
}

/// Writes that take one byte, or are interrupted, make no difference.
#[test]
fn writes_the_same_by_small_pieces() {
    let input = joined(&messages(40));
    for mode in ["--mode=lines", "--mode=one-to-one", "--mode=rsyslog", "--mode=omprog", "--threads=3"] {
        let whole = Files::new().run(&[mode], &[], &input);
        let (pieces, [_, writes]) = Files::new().run_counted(&[mode], &[("FAULT_PIECES", "1")], &input);
        assert_eq!(pieces.status, 1, "{}", pieces.stderr);
        let bytes = pieces.stdout.len() + pieces.written.len() + pieces.rejects.len();
        println!("pieces, {mode}: {bytes} bytes by {writes} writes");
        assert!(bytes > 0 && writes >= 2 * bytes, "{writes} writes for {bytes} bytes");
        assert_eq!([pieces.stdout, pieces.written, pieces.rejects], [whole.stdout, whole.written, whole.rejects]);
    }
}

/// Whatever the clock shows, a message gets the line that the time of its reception gives it.
#[test]
fn takes_any_time_from_the_clock() {
    // Before 1970, 1970, a day of this century forwards and backwards, the last millisecond of RFC 3339 and beyond.
    let times = [-1, 0, 1, 1_772_626_500_250, 1_772_540_100_250, 253_402_300_799_999, 253_402_300_800_000, i64::MAX];
    let messages = messages(400);
    let clock: Vec<_> = (0..messages.len()).map(|number| times[number % times.len()]).collect();
    let text = clock.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let files = Files::new();
    let mode = ["--mode=one-to-one", "--received=now"];
    let run = files.run(&mode, &[("FAULT_CLOCK", &text)], &joined(&messages));
    assert_eq!(run.status, 1, "{}", run.stderr);
    let mut transformer = Transformer::new(Config::from_json(r#"{"timezone": "-03:00"}"#).unwrap());
    let mut same = 0;
    let written = String::from_utf8(run.written).unwrap();
    assert_eq!(written.lines().count(), messages.len());
    for ((message, found), millis) in messages.iter().zip(written.lines()).zip(clock) {
        let mut line = |millis: u64| {
            let mut line = Vec::new();
            let outcome = transformer.transform_one(message.as_bytes(), Some(millis), &mut line);
            outcome.map_or_else(|_| message.clone(), |_| String::from_utf8(line).unwrap())
        };
        // Before 1970, the filter takes 1970.
        let expected = line(u64::try_from(millis).unwrap_or(0));
        assert_eq!(found, expected, "{millis}: {message}");
        same += usize::from(expected == line(1_772_626_500_250));
    }
    println!("clock: {} messages, {same} with a time of their own, or rejected", messages.len());
    assert!(same < messages.len() * 3 / 4);
}

/// A reader that stops makes the filter stop reading, whatever there is to read.
#[test]
fn reads_no_further_than_its_reader_does() {
    const MIB: u64 = 1 << 20;
    let input = joined(&messages(200));
    for mode in ["--mode=lines", "--mode=one-to-one", "--mode=rsyslog", "--threads=4"] {
        let mut command = Command::new(&*COMMAND);
        command.arg(mode).args(["--rejects", "/dev/null"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (mut stdin, read) = (child.stdin.take().unwrap(), AtomicU64::new(0));
        let (mut before, mut equal, mut readings) = (0, 0, 0);
        let (memory, status) = thread::scope(|scope| {
            scope.spawn(|| {
                while let Ok(length) = stdin.write(&input) {
                    read.fetch_add(length as u64, Ordering::Relaxed);
                }
            });
            // Beyond what a pipe holds, it does read, until it stops.
            while equal < 10 && before < 4 * MIB && readings < 600 && child.try_wait().unwrap().is_none() {
                thread::sleep(Duration::from_millis(100));
                let now = read.load(Ordering::Relaxed);
                equal = if now == before && now > MIB / 16 { equal + 1 } else { 0 };
                (before, readings) = (now, readings + 1);
            }
            let memory = tools::peak_memory(child.id());
            drop(child.stdout.take());
            (memory, end_of(&mut child))
        });
        assert!(
            equal == 10,
            "{mode}: it has read {before} bytes at the reading {readings}, and does not stop: {status}"
        );
        assert_eq!(status.code(), Some(3), "{mode}");
        let memory = memory.unwrap();
        println!("reader stopped, {mode}: {} KiB read, {} KiB of memory", before >> 10, memory >> 10);
        assert!(memory < 24 * MIB, "{mode}: {memory}");
    }
}
