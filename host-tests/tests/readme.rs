//! The README does what it says: its record becomes its line, its commands run, and a kind is added
//! as it describes.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output as Finished};
use std::{env, fs};

use host_tests::DAY;
use senhasegura_siem::{Config, Output, Transformer};

fn root() -> PathBuf {
    guests::root().canonicalize().unwrap()
}

/// A fenced block: the comment before it (`<!-- name -->`), its language and its text.
struct Block {
    name: String,
    language: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    blocks_of("README.md")
}

fn blocks_of(file: &str) -> Vec<Block> {
    let readme = fs::read_to_string(root().join(file)).unwrap();
    let mut lines = readme.lines();
    let (mut blocks, mut before) = (Vec::new(), "");
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            let name = before.strip_prefix("<!-- ").and_then(|name| name.strip_suffix(" -->")).unwrap_or_default();
            blocks.push(Block { name: name.into(), language: language.into(), text: text.join("\n") });
        }
        before = line;
    }
    blocks
}

fn block(name: &str, language: &str) -> String {
    blocks().into_iter().find(|block| block.name == name && block.language == language).unwrap().text
}

/// Runs a command of the README as a reader would.
fn run(command: &str, folder: &Path) -> Finished {
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", command]).current_dir(folder).env("CARGO_TARGET_DIR", guests::target());
    if folder != root() {
        // Cargo takes the members of a workspace for those of its copy, which is to share the
        // compiled dependencies only. With another profile it tells them apart; the dependencies
        // have a profile of their own.
        bash.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");
    }
    bash.output().unwrap()
}

#[test]
fn shows_the_line_that_its_record_becomes() {
    let (record, line) = (block("", "json"), block("", "text"));
    let mut output = Output::default();
    Transformer::new(Config::default()).transform(record.as_bytes(), None, &mut output);
    assert_eq!(String::from_utf8_lossy(&output.lines).trim_end(), line);
}

#[test]
fn converts_the_example_stream_with_its_first_command() {
    let finished = run(&block("", "sh"), &root());
    let errors = String::from_utf8_lossy(&finished.stderr);
    assert!(finished.status.success(), "{errors}");
    let lines = String::from_utf8(finished.stdout).unwrap();
    assert_eq!(lines.lines().count(), DAY.lines().count() - 3);
    assert!(lines.lines().all(|line| line.starts_with("CEF:0|MT4|")), "{lines}");
    assert_eq!(errors.matches("day.ndjson, bytes ").count(), 3, "{errors}");
}

#[test]
fn prints_the_example_stream_in_each_format() {
    // The first command has built the component; this one may run before it.
    let finished = run(&format!("cargo guests >&2 && {}", block("formats", "sh")), &root());
    assert!(finished.status.success(), "{}", String::from_utf8_lossy(&finished.stderr));
    let formats = ["cef", "rfc5424", "sensage"];
    let expected =
        formats.map(|format| lines_of_the_day(&format!(r#"{{"format": "{format}", "timezone": "-03:00"}}"#)));
    assert_eq!(String::from_utf8_lossy(&finished.stdout), expected.concat());
}

/// What the native transform makes of the example stream.
fn lines_of_the_day(config: &str) -> String {
    let mut output = Output::default();
    Transformer::new(Config::from_json(config).unwrap()).transform(DAY.as_bytes(), None, &mut output);
    String::from_utf8(output.lines).unwrap()
}

#[test]
fn bakes_the_configuration_of_the_example() {
    let finished = run(&format!("cargo guests >&2 && {}", block("bake", "sh")), &root());
    assert!(finished.status.success(), "{}", String::from_utf8_lossy(&finished.stderr));
    let config = fs::read_to_string(root().join("examples/fluent-bit/siem.json")).unwrap();
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(json(&String::from_utf8_lossy(&finished.stdout)), json(&config));
}

#[test]
fn streams_the_example_through_node() {
    let commands = blocks_of("examples/node/README.md").into_iter().find(|block| block.language == "sh").unwrap().text;
    let finished = run(&format!("cargo guests >&2 && cd examples/node && {commands}"), &root());
    let errors = String::from_utf8_lossy(&finished.stderr);
    assert!(finished.status.success(), "{errors}");
    assert_eq!(errors.lines().filter(|line| line.starts_with(r#"{"reason":"#)).count(), 3, "{errors}");
    assert_eq!(String::from_utf8_lossy(&finished.stdout), lines_of_the_day(r#"{"timezone": "-03:00"}"#));
}

#[test]
fn embeds_the_component_as_its_page_says() {
    let page = blocks_of("examples/wasmtime/README.md");
    let [commands, embedded] = &page.iter().filter(|block| block.language == "sh").collect::<Vec<_>>()[..] else {
        panic!("expected two blocks of commands");
    };
    let rejected = root().join("dist/handed-back.ndjson");
    let _ = fs::remove_file(&rejected);
    let finished = run(&commands.text, &root());
    let errors = String::from_utf8_lossy(&finished.stderr);
    assert!(finished.status.success(), "{errors}");
    assert_eq!(String::from_utf8_lossy(&finished.stdout), lines_of_the_day(r#"{"timezone": "-03:00"}"#));
    assert_eq!(fs::read_to_string(rejected).unwrap().lines().count(), 3);
    assert!(errors.contains("read: 345 records\nwritten: 342\nrejected: 3\n"), "{errors}");

    let program = page.iter().find(|block| block.language == "rust").unwrap();
    let source = fs::read_to_string(root().join("examples/wasmtime/examples/embed.rs")).unwrap();
    assert_eq!(program.text, source.trim_end());
    let finished = run(&embedded.text, &root());
    let errors = String::from_utf8_lossy(&finished.stderr);
    assert!(finished.status.success(), "{errors}");
    assert_eq!(String::from_utf8_lossy(&finished.stdout), lines_of_the_day(r#"{"timezone": "-03:00"}"#));
    // Records in a value of a record that is too long are none.
    let forged = ["CEF:0|MT4|senhasegura|1|18|Forged|5| ", r#"{\"event_id\":18} "#].map(|text| text.repeat(200_000));
    let input = root().join("dist/forged.ndjson");
    let records = forged.map(|text| format!("{{\"event_id\":17,\"msg\":\"{text}\"}}\n{{\"event_id\":17}}\n"));
    fs::write(&input, records.concat()).unwrap();
    let finished = run(&embedded.text.replace("examples/data/day.ndjson", "dist/forged.ndjson"), &root());
    let line = "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|\n";
    assert_eq!(String::from_utf8_lossy(&finished.stdout), line.repeat(2));
    fs::remove_file(input).unwrap();
}

#[test]
fn filters_the_example_stream() {
    let finished = run(&format!("mkdir -p dist && {}", block("filter", "sh")), &root());
    let errors = String::from_utf8_lossy(&finished.stderr);
    assert_eq!(finished.status.code(), Some(1), "{errors}");
    for stats in ["345 records\nwritten: 342\n", "\nrejected: 3\n"] {
        assert!(errors.contains(stats), "{errors}");
    }
    assert_eq!(String::from_utf8_lossy(&finished.stdout), lines_of_the_day(r#"{"timezone": "-03:00"}"#));
    assert_eq!(fs::read_to_string(root().join("dist/rejected.ndjson")).unwrap().lines().count(), 3);
}

#[test]
fn explains_the_password_request() {
    let finished = run(&block("explain", "sh"), &root());
    let text = String::from_utf8(finished.stdout).unwrap();
    assert!(
        finished.status.success() && text.contains("this is `cs6Label`") && text.contains("this is `cs6`"),
        "{text}"
    );
}

/// The package is installed by dpkg into a folder that stands for the machine's root, so that
/// nothing is left on the machine.
#[test]
fn builds_and_installs_the_debian_package() {
    let finished = run(&block("debian", "sh"), &root());
    let errors = String::from_utf8_lossy(&finished.stderr);
    assert!(finished.status.success(), "{errors}");
    let package = String::from_utf8(finished.stdout).unwrap();
    let package = package.lines().last().unwrap();

    let machine = Path::new(env!("CARGO_TARGET_TMPDIR")).join("debian");
    let _ = fs::remove_dir_all(&machine);
    let state = machine.join("var/lib/dpkg");
    fs::create_dir_all(state.join("info")).unwrap();
    fs::create_dir_all(state.join("updates")).unwrap();
    fs::write(state.join("status"), "").unwrap();
    let mut dpkg = Command::new("dpkg");
    dpkg.arg("--root").arg(&machine).args(["--log=/dev/null", "--force-not-root", "--force-bad-path"]);
    // The libraries that it depends on are the machine's.
    let installed = dpkg.args(["--force-depends", "--install", package]).output().unwrap();
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));

    let command = Command::new(machine.join("usr/bin/senhasegura-siem")).arg("--version").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&command.stdout), concat!("senhasegura-siem ", env!("CARGO_PKG_VERSION"), "\n"));
    for file in [
        "man/man1/senhasegura-siem.1.gz",
        "man/man1/senhasegura-siem-convert.1.gz",
        "bash-completion/completions/senhasegura-siem",
        "zsh/vendor-completions/_senhasegura-siem",
        "fish/vendor_completions.d/senhasegura-siem.fish",
        "doc/senhasegura-siem/copyright",
        "doc/senhasegura-siem/examples/systemd/senhasegura-siem@.service",
        "doc/senhasegura-siem/examples/rsyslog/omprog.conf",
        "doc/senhasegura-siem/examples/syslog-ng/syslog-ng.conf",
    ] {
        assert!(machine.join("usr/share").join(file).is_file(), "{file}");
    }
    let licences = fs::read_to_string(machine.join("usr/share/doc/senhasegura-siem/copyright")).unwrap();
    for expected in ["senhasegura-siem is Apache-2.0 OR MIT.", "\nclap ", "\nRust's standard library"] {
        assert!(licences.contains(expected), "{expected}");
    }
}

#[test]
fn has_no_command_that_is_not_run() {
    let names: Vec<_> = blocks().into_iter().filter(|block| block.language == "sh").map(|block| block.name).collect();
    // The third runs this test.
    assert_eq!(names, ["", "formats", "test", "bake", "filter", "explain", "debian", "bless"]);
}

#[test]
fn adds_a_kind_with_one_row_and_one_golden() {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adding-a-kind");
    let _ = fs::remove_dir_all(&copy);
    guests::copy(&root(), &copy).unwrap();

    let catalog = copy.join("src/catalog/kinds.rs");
    let rows = fs::read_to_string(&catalog).unwrap();
    let (before, after) = rows.split_once("    listed!(").unwrap();
    fs::write(&catalog, format!("{before}{}\n    listed!({after}", block("row", "rust,ignore"))).unwrap();
    let golden = copy.join("host-tests/goldens/kinds/vault-unsealed");
    fs::write(golden.with_extension("json"), block("golden", "json") + "\n").unwrap();

    let finished = run(&block("bless", "sh"), &copy);
    let output = String::from_utf8_lossy(&finished.stdout);
    assert!(finished.status.success(), "{output}{}", String::from_utf8_lossy(&finished.stderr));
    assert!(output.contains("kind::vault-unsealed"), "{output}");
    let line = fs::read_to_string(golden.with_extension("cef")).unwrap();
    assert_eq!(line.trim_end(), block("line", "text"));
}
