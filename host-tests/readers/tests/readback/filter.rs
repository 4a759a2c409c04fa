//! Real daemons run the command as the configurations in `examples` say. No message is lost, repeated or given another's
//! line, except where an example says that a kill does so.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use crate::command::{CACHE, COMMAND};
use readers::daemon::{self, Daemon};
use readers::entry::Entry;
use readers::{APPLIANCE, DAY, faults, records};
use senhasegura_siem::{Config, Output, Transformer};

/// How often a test kills the command: a few times, or many.
fn kills(few: usize) -> usize {
    if faults::are_many() { 300 } else { few }
}

/// A port for datagrams that was free a moment ago.
static UDP: LazyLock<u16> = LazyLock::new(|| UdpSocket::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port());

/// What a pipe holds.
const PIPE: usize = 64 << 10;

/// The reason that the configuration for mmexternal gives a message that no copy has answered.
const NO_ANSWER: &str = "no_answer";

/// What is sent as a line, and its line, or why it has none.
struct Message {
    text: String,
    outcome: Result<String, String>,
}

impl Message {
    fn new(transformer: &mut Transformer, source: &str, number: usize) -> Self {
        let text = records::numbered(source, number);
        let mut output = Output::default();
        transformer.transform(text.as_bytes(), Some(RECEIVED), &mut output);
        let outcome = match output.rejections.first() {
            Some(rejection) => Err(format!("{}: {rejection}", rejection.reason())),
            None => Ok(str::from_utf8(&output.lines).unwrap().strip_suffix('\n').unwrap().to_owned()),
        };
        Self { text, outcome }
    }
}

/// The time of reception that the configurations are given instead of `now`, in milliseconds since 1970.
const RECEIVED: u64 = 1_772_712_900_000;

/// The command as the configurations run it: built, and with that time.
fn with_command(conf: &str) -> String {
    let received = format!("--received {RECEIVED}");
    conf.replace("/usr/local/bin/senhasegura-siem", COMMAND.to_str().unwrap()).replace("--received now", &received)
}

/// Records of the example streams and hostile ones. No two are the same, nor are their lines, and
/// the last one has a line.
static MESSAGES: LazyLock<Vec<Message>> = LazyLock::new(|| {
    let day: Vec<_> = str::from_utf8(DAY).unwrap().lines().map(str::to_owned).collect();
    let hostile: Vec<_> = records::generate(1000).iter().map(records::Record::json).collect();
    let appliance: Vec<_> = APPLIANCE.lines().map(str::to_owned).collect();
    let mut transformer = Transformer::new(Config::from_json(r#"{"timezone": "-03:00"}"#).unwrap());
    let sources = day.iter().zip(appliance.iter().cycle()).zip(hostile.iter().cycle());
    let mut sources: Vec<_> = sources.flat_map(|((day, appliance), hostile)| [day, appliance, hostile]).collect();
    // What wraps a record does not come into its line.
    sources.retain(|source| {
        let message = Message::new(&mut transformer, source, 7);
        message.outcome.is_err()
            || message
                .outcome
                .is_ok_and(|line| line.contains(" number=7") || line.contains(" externalId=7") || line.ends_with(" 7"))
    });
    let sources = sources.iter().cycle().take(19_999).chain(sources.first());
    sources.enumerate().map(|(number, source)| Message::new(&mut transformer, source, number)).collect()
});

/// Sends messages over a connection, and kills a copy of the command so many times before all are
/// sent.
struct Sender<'m> {
    connection: TcpStream,
    messages: &'m [Message],
    kills: usize,
}

impl<'m> Sender<'m> {
    fn new(daemon: &Daemon, messages: &'m [Message], kills: usize) -> Self {
        let connection = TcpStream::connect(("127.0.0.1", daemon.port)).unwrap();
        // As long as the daemon is waited for elsewhere.
        connection.set_write_timeout(Some(Duration::from_secs(300))).unwrap();
        Self { connection, messages, kills }
    }

    /// `killed` waits for what has to be when a process has been killed.
    fn send(self, daemon: &mut Daemon, lines: &mut Tail, mut killed: impl FnMut(&mut Daemon, u32)) {
        let parts = self.messages.chunks(self.messages.len() / (self.kills + 1));
        for (number, part) in parts.enumerate() {
            let mut connection = self.connection.try_clone().unwrap();
            let bytes: String = part.iter().flat_map(|message| [&message.text, "\n"]).collect();
            let sent = thread::spawn(move || connection.write_all(bytes.as_bytes()).unwrap());
            if number < self.kills {
                // In mid-stream.
                let wanted = lines.read() + part.len() / 4;
                // The lines waited for may be lost.
                let mut waits = 40;
                while lines.read() < wanted && waits > 0 {
                    thread::sleep(Duration::from_millis(50));
                    waits -= 1;
                }
                // The daemon may be about to start one again, or one may be about to end.
                let id = daemon.id();
                let kill = || {
                    let copies = daemon::children(id).ok()?;
                    let copy = *copies.get(number % copies.len().max(1))?;
                    daemon::kill(copy).ok().map(|()| copy)
                };
                let copy = daemon.wait_for("a copy", kill).unwrap();
                killed(daemon, copy);
            }
            sent.join().unwrap();
        }
    }
}

/// A file that grows.
struct Tail {
    path: PathBuf,
    bytes: Vec<u8>,
    count: usize,
}

impl Tail {
    fn new(daemon: &Daemon, name: &str) -> Self {
        Self { path: daemon.folder.join(name), bytes: Vec::new(), count: 0 }
    }

    /// Answers how many lines there are.
    fn read(&mut self) -> usize {
        let before = self.bytes.len();
        if let Ok(mut file) = File::open(&self.path) {
            file.seek(SeekFrom::Start(before as u64)).unwrap();
            file.read_to_end(&mut self.bytes).unwrap();
        }
        self.count += self.bytes[before..].iter().filter(|byte| **byte == b'\n').count();
        self.count
    }

    /// The lines, of which one may be broken off, even in a character.
    fn lines(&mut self) -> Vec<String> {
        self.read();
        String::from_utf8_lossy(&self.bytes).split_terminator('\n').map(str::to_owned).collect()
    }

    /// Waits for the line of the last message, behind which there is none.
    fn wait_for_last(&mut self, daemon: &mut Daemon, messages: &[Message]) {
        let last = format!("{}\n", messages.last().unwrap().outcome.as_ref().unwrap());
        let there = || {
            self.read();
            self.bytes.ends_with(last.as_bytes()).then_some(())
        };
        daemon.wait_for("the last line", there).unwrap();
    }
}

/// The entries of rejected records, of which none is broken off.
fn entries(refused: &mut Tail) -> Vec<Entry> {
    refused.lines().iter().map(|entry| Entry::read(entry).unwrap().unwrap()).collect()
}

/// The records of these.
fn records_of(entries: Vec<Entry>) -> Vec<String> {
    entries.into_iter().map(|entry| entry.record).collect()
}

/// What there is of a line that may have been broken off in a character.
fn begun(line: &str) -> &str {
    line.trim_end_matches(char::REPLACEMENT_CHARACTER)
}

fn accepted(messages: &[Message]) -> impl Iterator<Item = (&str, &str)> {
    messages.iter().filter_map(|message| Some((&*message.text, &**message.outcome.as_ref().ok()?)))
}

fn rejected(messages: &[Message]) -> impl Iterator<Item = &str> {
    messages.iter().filter(|message| message.outcome.is_err()).map(|message| &*message.text)
}

/// An example in a folder, with a port of its own.
fn rsyslog(example: &str, folder: &str) -> String {
    let tcp = format!("type=\"imtcp\" address=\"127.0.0.1\" port=\"0\" listenPortFileName=\"{folder}/port\"");
    with_command(example)
        .replace("/var/spool/rsyslog", folder)
        .replace("/var/log", folder)
        .replace("type=\"imtcp\" port=\"10514\"", &tcp)
        .replace("type=\"imudp\" port=\"10514\"", &format!("type=\"imudp\" address=\"127.0.0.1\" port=\"{}\"", *UDP))
}

/// With so many copies of the command, of which one is killed so many times.
fn mmexternal(name: &str, copies: usize, kills: usize) {
    let messages = &*MESSAGES;
    let conf = |folder: &str| {
        let workers = format!("queue.workerThreads=\"{copies}\" queue.workerThreadMinimumMessages=\"100\"");
        let conf = include_str!("../../../../examples/rsyslog/mmexternal.conf");
        // The message stands before its line.
        let conf = conf.replace("string=\"%$!siem%\\n\"", "string=\"%rawmsg%\t%$!siem%\\n\"");
        rsyslog(&conf.replace("queue.workerThreads=\"1\"", &workers), folder)
    };
    let mut daemon = Daemon::rsyslog(Path::new(CACHE), name, conf).unwrap();
    let (mut written, mut refused) = (Tail::new(&daemon, "siem.cef"), Tail::new(&daemon, "rejected.ndjson"));
    let sender = Sender::new(&daemon, messages, kills);
    sender.send(&mut daemon, &mut written, |_, _| ());
    let all = || (written.read() + refused.read() >= messages.len()).then_some(());
    daemon.wait_for("all messages", all).unwrap();
    if kills == 0 {
        assert_eq!(daemon::children(daemon.id()).unwrap().len(), copies);
    }
    daemon.stop().unwrap();

    let numbers: HashMap<_, _> =
        messages.iter().enumerate().map(|(number, message)| (&*message.text, number)).collect();
    let mut found = Vec::new();
    for line in written.lines() {
        let (text, line) = line.split_once('\t').unwrap();
        let number = numbers[text];
        assert_eq!(Ok(line), messages[number].outcome.as_deref(), "{text}");
        found.push(number);
    }
    assert!(copies > 1 || found.is_sorted());
    let (before, mut unanswered) = (found.len(), 0);
    for Entry { record: text, reason } in entries(&mut refused) {
        let number = numbers[&*text];
        if reason == NO_ANSWER {
            unanswered += 1;
        } else {
            assert_eq!(Err(&reason), messages[number].outcome.as_ref(), "{text}");
        }
        found.push(number);
    }
    // It takes many kills for one to come while the other copy is being started again.
    assert!(unanswered <= if kills > 10 { kills } else { 0 });
    assert!(copies > 1 || found[before..].is_sorted());
    found.sort_unstable();
    assert!(found.iter().copied().eq(0..messages.len()), "{}", daemon.said());
    println!(
        "mmexternal, {copies} copies: {} messages, {kills} kills: 0 lost, 0 twice, {unanswered} unanswered",
        messages.len()
    );
}

#[test]
fn mmexternal_answers_in_order() {
    mmexternal("one", 1, 0);
}

#[test]
fn mmexternal_gives_every_message_its_line_by_several_copies() {
    mmexternal("several", 4, 0);
}

#[test]
fn mmexternal_asks_another_copy_when_one_was_killed() {
    mmexternal("killed", 1, kills(3));
    mmexternal("killed-of-several", 4, kills(4));
}

#[test]
fn mmexternal_keeps_what_nobody_answers() {
    let messages = &MESSAGES[..100];
    let conf = |folder: &str| {
        let conf = rsyslog(include_str!("../../../../examples/rsyslog/mmexternal.conf"), folder);
        conf.replace(COMMAND.to_str().unwrap(), "/bin/false")
    };
    let mut daemon = Daemon::rsyslog(Path::new(CACHE), "unanswered", conf).unwrap();
    let (mut written, mut refused) = (Tail::new(&daemon, "siem.cef"), Tail::new(&daemon, "rejected.ndjson"));
    Sender::new(&daemon, messages, 0).send(&mut daemon, &mut written, |_, _| ());
    daemon.wait_for("all messages", || (refused.read() >= messages.len()).then_some(())).unwrap();
    daemon.stop().unwrap();
    let entries = entries(&mut refused);
    assert!(entries.iter().all(|entry| entry.reason == NO_ANSWER));
    assert!(messages.iter().map(|message| &message.text).eq(&records_of(entries)));
    assert_eq!(written.read(), 0);
}

/// The first messages, of which the last one has a line.
fn first_messages(count: usize) -> &'static [Message] {
    let last = MESSAGES[..count].iter().rposition(|message| message.outcome.is_ok()).unwrap();
    &MESSAGES[..=last]
}

/// Asserts that each message has its line or entry, in their order. A line or entry may be broken off, and the next copy
/// repeats it; returns how many come twice, and how many are broken off.
fn assert_confirmed(messages: &[Message], written: &mut Tail, refused: &mut Tail) -> [usize; 2] {
    let (mut lines, entries) = (written.lines(), refused.lines());
    let all = lines.len() + entries.len();
    let mut broken = 0;
    lines.dedup_by(|line, earlier| {
        let repeated = line.starts_with(begun(earlier));
        if repeated {
            broken += usize::from(line != earlier);
            std::mem::swap(line, earlier);
        }
        repeated
    });
    assert!(accepted(messages).map(|(_, line)| line).eq(&lines));
    let mut records = records_of(entries.iter().filter_map(|entry| Entry::read(entry).unwrap()).collect());
    broken += entries.len() - records.len();
    records.dedup();
    assert!(rejected(messages).eq(&records));
    [all - lines.len() - records.len() - broken, broken]
}

#[test]
fn omprog_repeats_what_a_killed_copy_had_not_confirmed() {
    let kills = kills(3);
    let messages = first_messages(4000);
    let conf = |folder: &str| rsyslog(include_str!("../../../../examples/rsyslog/omprog.conf"), folder);
    let mut daemon = Daemon::rsyslog(Path::new(CACHE), "omprog", conf).unwrap();
    let (mut written, mut refused) = (Tail::new(&daemon, "siem.cef"), Tail::new(&daemon, "rejected.ndjson"));
    let sender = Sender::new(&daemon, messages, kills);
    sender.send(&mut daemon, &mut written, |_, _| ());
    written.wait_for_last(&mut daemon, messages);
    daemon.stop().unwrap();
    let [twice, broken] = assert_confirmed(messages, &mut written, &mut refused);
    println!("omprog: {} messages, {kills} kills: 0 lost, {twice} twice, {broken} broken off", messages.len());
    assert!(twice + broken <= kills, "{twice} {broken}");
}

#[test]
fn omprog_repeats_what_a_full_disk_did_not_take() {
    // What a copy may write before its disk is full, and the next copy gets as much.
    const ROOM: usize = 150_000;
    let messages = first_messages(4000);
    let faults = faults::library(Path::new(CACHE)).unwrap();
    let conf = |folder: &str| {
        let command = COMMAND.to_str().unwrap();
        let with_faults =
            format!("/usr/bin/env LD_PRELOAD={} FAULT_ROOM={ROOM} FAULT_LOG={folder}/full {command}", faults.display());
        rsyslog(include_str!("../../../../examples/rsyslog/omprog.conf"), folder).replace(command, &with_faults)
    };
    let mut daemon = Daemon::rsyslog(Path::new(CACHE), "full", conf).unwrap();
    let (mut written, mut refused) = (Tail::new(&daemon, "siem.cef"), Tail::new(&daemon, "rejected.ndjson"));
    Sender::new(&daemon, messages, 0).send(&mut daemon, &mut written, |_, _| ());
    written.wait_for_last(&mut daemon, messages);
    daemon.stop().unwrap();
    let [twice, broken] = assert_confirmed(messages, &mut written, &mut refused);
    // A copy ends when its disk is full, but may try to write more before.
    let copies = fs::read_to_string(daemon.folder.join("full")).unwrap();
    let full = copies.lines().collect::<BTreeSet<_>>().len();
    println!("omprog: {} messages, {full} full disks: 0 lost, {twice} twice, {broken} broken off", messages.len());
    assert!(full > 5 && broken > 0 && twice + broken <= full, "{full} {twice} {broken}");
}

#[test]
fn omprog_keeps_what_cannot_be_written() {
    let messages = &MESSAGES[..100];
    let conf = |folder: &str| {
        let conf = include_str!("../../../../examples/rsyslog/omprog.conf");
        rsyslog(&conf.replace("/var/log/siem.cef", "/var/log/missing/siem.cef"), folder)
    };
    let mut daemon = Daemon::rsyslog(Path::new(CACHE), "unwritten", conf).unwrap();
    let (mut written, mut refused) = (Tail::new(&daemon, "missing/siem.cef"), Tail::new(&daemon, "rejected.ndjson"));
    Sender::new(&daemon, messages, 0).send(&mut daemon, &mut written, |_, _| ());
    let (queue, last) = (daemon.folder.join("siem.00000001"), messages.last().unwrap().text.as_bytes());
    let queued = || fs::read(&queue).ok()?.windows(last.len()).any(|text| text == last).then_some(());
    daemon.wait_for("all messages in the queue", queued).unwrap();
    daemon.stop().unwrap();
    fs::create_dir(daemon.folder.join("missing")).unwrap();
    daemon.start_again().unwrap();
    daemon.wait_for("all messages", || (written.read() + refused.read() >= messages.len()).then_some(())).unwrap();
    daemon.stop().unwrap();
    let mut found = [written.lines(), records_of(entries(&mut refused))].concat();
    let mut expected: Vec<_> = accepted(messages).map(|(_, line)| line).chain(rejected(messages)).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

fn syslog_ng(name: &str, kills: usize) {
    let messages = &*MESSAGES;
    let conf = |folder: &str, port: u16| {
        with_command(include_str!("../../../../examples/syslog-ng/syslog-ng.conf"))
            .replace("/var/log", folder)
            .replace("port(10514)", &format!("ip(\"127.0.0.1\") port({port})"))
    };
    let mut daemon = Daemon::syslog_ng(Path::new(CACHE), name, conf).unwrap();
    let (mut written, mut refused) = (Tail::new(&daemon, "siem.cef"), Tail::new(&daemon, "rejected.ndjson"));
    let sender = Sender::new(&daemon, messages, kills);
    sender.send(&mut daemon, &mut written, |daemon, killed| {
        let process = daemon.id();
        let another = || daemon::children(process).unwrap().into_iter().find(|copy| *copy != killed);
        daemon.wait_for("another copy", another).unwrap();
    });
    written.wait_for_last(&mut daemon, messages);
    daemon.stop().unwrap();

    let mut lost: HashMap<_, _> = (messages.iter().enumerate())
        .map(|(number, message)| (message.outcome.as_ref().unwrap_or(&message.text), (number, message.text.len() + 1)))
        .collect();
    let mut broken = 0;
    for found in [written.lines(), records_of(entries(&mut refused))] {
        let mut numbers = Vec::new();
        for text in &found {
            match lost.remove(text) {
                Some((number, _)) => numbers.push(number),
                None => {
                    assert!(
                        accepted(messages).any(|(_, line)| line != text && line.starts_with(begun(text))),
                        "{text}"
                    );
                    broken += 1;
                }
            }
        }
        let disorders = numbers.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!(disorders <= kills, "{disorders}");
    }
    assert!(broken <= kills, "{broken}");
    let longest = messages.iter().map(|message| message.text.len()).max().unwrap();
    let bytes: usize = lost.values().map(|(_, bytes)| bytes).sum();
    assert!(bytes <= kills * (2 * PIPE + longest), "{bytes}");
    println!(
        "syslog-ng: {} messages, {kills} kills: {} lost, {bytes} bytes, {broken} lines broken off",
        messages.len(),
        lost.len()
    );
}

#[test]
fn syslog_ng_loses_nothing() {
    syslog_ng("whole", 0);
}

#[test]
fn syslog_ng_loses_what_a_killed_copy_and_its_pipe_held() {
    syslog_ng("killed", kills(3));
}

/// The messages of the appliance's day as datagrams, one of them with a line feed. The next one is sent
/// when the line of the one before is there, as datagrams may be lost.
fn datagrams(mut daemon: Daemon, port: u16, line_feed: &str) {
    let (mut written, mut refused) = (Tail::new(&daemon, "siem.cef"), Tail::new(&daemon, "rejected.ndjson"));
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let mut transformer = Transformer::new(Config::from_json(r#"{"timezone": "-03:00"}"#).unwrap());
    let mut expected = Vec::new();
    let last = "<13>Mar  4 23:59:59 vault01 CEF:0|MT4|senhasegura|3.33|17|Session Ended|5|msg=first\nCEF:0|MT4|x|1|2|";
    for (number, message) in APPLIANCE.lines().chain([last]).enumerate() {
        socket.send_to(message.as_bytes(), ("127.0.0.1", port)).unwrap();
        let there = || (written.read() + refused.read() > number).then_some(());
        daemon.wait_for("the line of a datagram", there).unwrap();
        let mut output = Output::default();
        transformer.transform(message.replace('\n', line_feed).as_bytes(), Some(RECEIVED), &mut output);
        expected.extend_from_slice(&output.lines);
    }
    daemon.stop().unwrap();
    assert_eq!(refused.read(), 1);
    assert!(written.bytes == expected, "{:?}", written.lines().last());
}

#[test]
fn omprog_takes_datagrams() {
    let conf = |folder: &str| rsyslog(include_str!("../../../../examples/rsyslog/omprog.conf"), folder);
    datagrams(Daemon::rsyslog(Path::new(CACHE), "datagrams", conf).unwrap(), *UDP, "#010");
}

#[test]
fn syslog_ng_takes_datagrams() {
    let conf = |folder: &str, port: u16| {
        with_command(include_str!("../../../../examples/syslog-ng/syslog-ng.conf"))
            .replace("/var/log", folder)
            .replace("port(10514)", &format!("ip(\"127.0.0.1\") port({port})"))
    };
    let daemon = Daemon::syslog_ng(Path::new(CACHE), "datagrams", conf).unwrap();
    let port = daemon.port;
    datagrams(daemon, port, "\\n");
}
