//! The README and the pages beside the sources do what they say: the record becomes its line, commands run, a
//! kind is added as described, and each message is explained.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output as Finished};
use std::{env, fs};

use host_tests::DAY;
use senhasegura_siem::{Config, Output, Reason, Transformer};

fn root() -> PathBuf {
    guests::root().canonicalize().unwrap()
}

/// A fenced block: the comment before it (`<!-- name -->`), its language and its text.
struct Block {
    name: String,
    language: String,
    text: String,
}

const README: &str = "README.md";
const FILTER: &str = "src/cli/README.md";
const CATALOG: &str = "src/catalog/README.md";

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

fn block(file: &str, name: &str, language: &str) -> String {
    blocks_of(file).into_iter().find(|block| block.name == name && block.language == language).unwrap().text
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
    let (record, line) = (block(README, "", "json"), block(README, "", "text"));
    let mut output = Output::default();
    Transformer::new(Config::default()).transform(record.as_bytes(), None, &mut output);
    assert_eq!(String::from_utf8_lossy(&output.lines).trim_end(), line);
}

#[test]
fn converts_the_example_stream_with_its_first_command() {
    let finished = run(&block(README, "", "sh"), &root());
    let errors = String::from_utf8_lossy(&finished.stderr);
    assert!(finished.status.success(), "{errors}");
    let lines = String::from_utf8(finished.stdout).unwrap();
    assert_eq!(lines.lines().count(), DAY.lines().count() - 3);
    assert!(lines.lines().all(|line| line.starts_with("CEF:0|MT4|")), "{lines}");
    assert_eq!(errors.matches("day.ndjson, bytes ").count(), 3, "{errors}");
}

/// What the native transform makes of the example stream.
fn lines_of_the_day(config: &str) -> String {
    let mut output = Output::default();
    Transformer::new(Config::from_json(config).unwrap()).transform(DAY.as_bytes(), None, &mut output);
    String::from_utf8(output.lines).unwrap()
}

#[test]
fn bakes_the_configuration_of_the_example() {
    let finished = run(&block(README, "bake", "sh"), &root());
    assert!(finished.status.success(), "{}", String::from_utf8_lossy(&finished.stderr));
    let config = fs::read_to_string(root().join("examples/fluent-bit/siem.json")).unwrap();
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(json(&String::from_utf8_lossy(&finished.stdout)), json(&config));
}

#[test]
fn streams_the_example_through_node() {
    let commands = blocks_of("examples/node/README.md").into_iter().find(|block| block.language == "sh").unwrap().text;
    let finished = run(&format!("cargo guests --only npm >&2 && cd examples/node && {commands}"), &root());
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
    let source = fs::read_to_string(root().join("examples/wasmtime/src/bin/embed.rs")).unwrap();
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
    let finished = run(&block(README, "filter", "sh"), &root());
    let errors = String::from_utf8_lossy(&finished.stderr);
    assert_eq!(finished.status.code(), Some(1), "{errors}");
    for stats in ["345 records\nwritten: 342\n", "\nrejected: 3\n"] {
        assert!(errors.contains(stats), "{errors}");
    }
    assert_eq!(String::from_utf8_lossy(&finished.stdout), lines_of_the_day(r#"{"timezone": "-03:00"}"#));
    assert_eq!(errors.matches("day.ndjson, bytes ").count(), 3, "{errors}");
}

#[test]
fn explains_the_password_request() {
    let finished = run(&block(FILTER, "explain", "sh"), &root());
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
    let finished = run(&block(FILTER, "debian", "sh"), &root());
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
    let names = |file: &str| -> Vec<String> {
        blocks_of(file).into_iter().filter(|block| block.language == "sh").map(|block| block.name).collect()
    };
    // The last runs this test.
    assert_eq!(names(README), ["", "filter", "bake", "test"]);
    // The first needs an installed filter; other tests run it so.
    assert_eq!(names(FILTER), ["", "explain", "debian"]);
    assert_eq!(names(CATALOG), ["bless"]);
    for file in ["src/record/README.md", "src/format/README.md", "src/config/README.md", "host-tests/README.md"] {
        assert!(names(file).is_empty(), "{file}");
    }
}

/// The lines for Fluent Bit are those of its example.
#[test]
fn shows_the_processor_of_fluent_bit() {
    let example = fs::read_to_string(root().join("examples/fluent-bit/fluent-bit.yaml")).unwrap();
    let lines: Vec<_> = example.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    assert!(lines.join("\n").contains(&block(README, "", "yaml")));
}

/// Every rejection has a row in the page for operators, in which `…` stands for what differs.
#[test]
fn says_what_to_do_about_each_rejection() {
    let page = fs::read_to_string(root().join("examples/README.md")).unwrap();
    let rows: Vec<Vec<&str>> = page.lines().map(|line| line.split(" | ").collect()).collect();
    let mut found = BTreeSet::new();
    let (nested, fields) = ("[".repeat(65), (0..257).map(|i| format!(r#","f{i}":1"#)).collect::<String>());
    let texts =
        (0..10).fold(r#"{"event_id":17}"#.to_owned(), |inner, _| serde_json::json!({ "message": inner }).to_string());
    let long = format!(r#"{{"event_id":17,"msg":"{}"}}"#, "x".repeat(1 << 20));
    for (config, record) in [
        ("{}", "{\"event_id\":"),
        ("{}", "17"),
        ("{}", &long),
        ("{}", &format!(r#"{{"event_id":17,"a":{nested}"#)),
        ("{}", &format!(r#"{{"event_id":17{fields}}}"#)),
        (r#"{"record": "/a"}"#, "{}"),
        (r#"{"record": "/a"}"#, r#"{"a":1}"#),
        (r#"{"record": "/a"}"#, r#"{"a":"{"}"#),
        ("{}", &texts),
        ("{}", "{}"),
        ("{}", "CEF:0|Other|senhasegura|1|17|x|5|"),
        (r#"{"unknown_events": "reject"}"#, r#"{"event_name":"nothing of the catalog"}"#),
        (
            r#"{"max_bytes": 200, "carrier": "rfc5424"}"#,
            &format!(r#"{{"event_id":17,"event_name":"{0}","host":"{0}"}}"#, "x".repeat(250)),
        ),
        ("{}", "{\"event_id\":17} {\"event_id\":17}"),
    ] {
        let mut transformer = Transformer::new(Config::from_json(config).unwrap());
        let Err(rejection) = transformer.transform_one(record.as_bytes(), None, &mut Vec::new()) else {
            panic!("{config} takes {record}");
        };
        let (reason, message) = (rejection.reason(), rejection.to_string());
        let fitting = (0..rows.len()).filter(|&place| rows[place].len() == 3 && matches_row(rows[place][1], &message));
        // That which says most.
        let place = fitting.max_by_key(|&place| rows[place][1].len());
        let place = place.unwrap_or_else(|| panic!("no row for {message}"));
        let named = rows[..=place].iter().rev().find(|row| row[0] != "|").unwrap()[0];
        assert_eq!(named, format!("| `{reason}`"), "{message}");
        found.insert(reason.as_str());
    }
    assert_eq!(found, Reason::ALL.into_iter().map(Reason::as_str).collect());
}

/// Whether a message has the texts around each `…` in this order, and begins with the first.
fn matches_row(row: &str, message: &str) -> bool {
    let mut rest = Some(message);
    for (number, part) in row.split('…').enumerate() {
        rest = rest.and_then(|rest| {
            let at = rest.find(part.trim())?;
            (number > 0 || at == 0).then(|| &rest[at + part.trim().len()..])
        });
    }
    rest.is_some_and(|rest| rest.is_empty() || row.ends_with('…'))
}

#[test]
fn adds_a_kind_with_one_row_and_one_golden() {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adding-a-kind");
    let _ = fs::remove_dir_all(&copy);
    guests::copy(&root(), &copy).unwrap();

    let catalog = copy.join("src/catalog/kinds.rs");
    let rows = fs::read_to_string(&catalog).unwrap();
    let (before, after) = rows.split_once("    listed!(").unwrap();
    fs::write(&catalog, format!("{before}{}\n    listed!({after}", block(CATALOG, "row", "rust,ignore"))).unwrap();
    let golden = copy.join("host-tests/goldens/kinds/vault-unsealed");
    fs::write(golden.with_extension("json"), block(CATALOG, "golden", "json") + "\n").unwrap();

    let finished = run(&block(CATALOG, "bless", "sh"), &copy);
    let output = String::from_utf8_lossy(&finished.stdout);
    assert!(finished.status.success(), "{output}{}", String::from_utf8_lossy(&finished.stderr));
    assert!(output.contains("kind::vault-unsealed"), "{output}");
    let line = fs::read_to_string(golden.with_extension("cef")).unwrap();
    assert_eq!(line.trim_end(), block(CATALOG, "line", "text"));
}

/// The translation has the same commands, examples, links and tables; their words differ.
#[test]
fn says_the_same_in_portuguese() {
    let translation = "README.pt.md";
    let texts = |file: &str| -> Vec<String> { blocks_of(file).into_iter().map(|block| block.text).collect() };
    assert_eq!(texts(translation), texts(README));
    let page = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    let outline = |file: &str| -> Vec<String> {
        let links =
            |line: &str| line.split("](").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned()).collect();
        let code = |line: &str| line.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let facts = |line: &str| -> Vec<String> {
            let cells =
                if line.starts_with('|') { format!("{} cells", line.split(" | ").count()) } else { String::new() };
            let heading = if line.starts_with("## ") { "heading".to_owned() } else { String::new() };
            let (links, code): (Vec<String>, Vec<String>) = (links(line), code(line));
            [vec![heading, cells], links, code].concat()
        };
        page(file).lines().flat_map(facts).filter(|fact| !fact.is_empty() && !fact.starts_with("README")).collect()
    };
    assert_eq!(outline(translation), outline(README));
}

/// Every link to a file of the project leads to one, and to a heading of it.
#[test]
fn links_to_what_is_there() {
    let anchor = |heading: &str| -> String {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>().replace(' ', "-")
    };
    let mut count = 0;
    for file in pages(&root()) {
        let text = fs::read_to_string(&file).unwrap();
        for target in text.lines().flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") || target.contains(' ') {
                continue;
            }
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let linked = if path.is_empty() { file.clone() } else { file.parent().unwrap().join(path) };
            assert!(linked.exists(), "{}: {target}", file.display());
            if !heading.is_empty() {
                let text = fs::read_to_string(&linked).unwrap();
                let mut headings = text.lines().filter(|line| line.starts_with('#')).map(anchor);
                assert!(headings.any(|found| found == heading), "{}: {target}", file.display());
            }
            count += 1;
        }
    }
    assert!(count > 150, "{count}");
}

/// The pages of the project.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "dist", "node_modules", ".git"].contains(&&*name) {
            found.extend(pages(&path));
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    found
}
