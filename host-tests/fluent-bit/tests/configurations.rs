//! Fluent Bit can run the example configurations, and with their values it loses nothing that it
//! could keep.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::path::Path;

use fluent_bit::{Configuration, Problem, Tables, check, classic, differences, yaml};
use serde_yaml_ng::Value;

const NONE: [&str; 0] = [];

/// What version 0.1.0 shipped, without what was right.
const OLD_YAML: &str = r"
service:
  storage.path: /var/lib/fluent-bit/storage
pipeline:
  inputs:
    - name: tcp
      port: 5140
      tag: vault
      format: none
      buffer_size: 1024
      storage.type: filesystem
    - name: udp
      port: 5140
      tag: vault
      format: none
      storage.type: filesystem
  filters:
    - name: rewrite_tag
      match: vault
      rule: $siem_error ^.+$ rejected false
  outputs:
    - name: tcp
      match: vault
      tls: on
      tls.verify: on
      retry_limit: no_limits
      format: none
      raw_message_key: message
    - name: file
      match: rejected
      path: /var/log/senhasegura-siem
      file: rejected.ndjson
      format: plain
";

const OLD_CLASSIC: &str = "
[SERVICE]
    storage.path  /var/lib/fluent-bit/storage
[INPUT]
    Name          tcp
    Port          5140
    Tag           vault
    Format        none
    Buffer_Size   1024
    storage.type  filesystem
[INPUT]
    Name          udp
    Port          5140
    Tag           vault
    Format        none
    storage.type  filesystem
[FILTER]
    Name   rewrite_tag
    Match  vault
    Rule   $siem_error ^.+$ rejected false
[OUTPUT]
    Name             tcp
    Match            vault
    tls              On
    tls.verify       On
    Retry_Limit      no_limits
    Format           none
    Raw_Message_Key  message
[OUTPUT]
    Name    file
    Match   rejected
    Path    /var/log/senhasegura-siem
    File    rejected.ndjson
    Format  plain
";

/// The text of an example. It is called as where it is installed.
fn example(file: &str) -> Option<String> {
    let file = Path::new(file).file_name()?;
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/fluent-bit").join(file)).ok()
}

fn read(file: &str, text: &str) -> Result<Configuration, Problem> {
    if file.ends_with(".yaml") { yaml::read(file, text) } else { classic::read(file, text, example) }
}

fn shipped(file: &str) -> Configuration {
    read(file, &example(file).unwrap()).unwrap()
}

fn find(file: &str, text: &str) -> Vec<Problem> {
    let found = read(file, text).map(|configuration| check(&configuration, &Tables::new().unwrap()));
    found.unwrap_or_else(|problem| vec![problem])
}

fn problems(file: &str, text: &str) -> Vec<String> {
    find(file, text).iter().map(Problem::to_string).collect()
}

/// The text of an example in which something stands for something else.
#[track_caller]
fn replaced(file: &str, old: &str, new: &str) -> String {
    let text = example(file).unwrap();
    assert!(text.contains(old), "{file}: {old}");
    text.replacen(old, new, 1)
}

#[test]
fn examples_have_no_problem() {
    for file in ["fluent-bit.yaml", "fluent-bit.conf"] {
        assert_eq!(problems(file, &example(file).unwrap()), NONE);
    }
}

#[test]
fn examples_are_the_same() {
    assert_eq!(differences(&shipped("fluent-bit.yaml"), &shipped("fluent-bit.conf")), NONE);
}

/// What the outputs take beside the line has to be kept there, and the line leaves room for the
/// header of at most 511 bytes.
#[test]
fn siem_json_fits_what_the_outputs_take() {
    let siem: Value = serde_yaml_ng::from_str(&example("siem.json").unwrap()).unwrap();
    let kept = siem.get("keep").and_then(Value::as_sequence).unwrap();
    let syslog = &shipped("fluent-bit.yaml").outputs[0];
    let taken = |key: &str| key.starts_with("syslog_") && key.ends_with("_key") && key != "syslog_message_key";
    for property in syslog.properties.iter().filter(|property| taken(&property.name)) {
        assert!(kept.contains(&property.value.as_str().into()), "{}", property.value);
    }
    let line_max = siem.get("max_bytes").and_then(Value::as_u64).unwrap();
    assert!(line_max + 511 <= syslog.get("syslog_maxsize").unwrap().parse().unwrap());
}

#[test]
fn finds_what_was_wrong_with_version_0_1_0() {
    let found = [
        (
            "input 1",
            9,
            "`buffer_size`: expected at least 2048, found `1024`: a longer line ends the connection, and is lost",
        ),
        ("input 2", 11, "`udp`: a datagram without a line feed waits for the next, and is joined to it; use `syslog`"),
        (
            "filter 1",
            17,
            "`emitter_mem_buf_limit`: expected `0`, found none, which is `10M`: records of a burst beyond it stay under the old tag, or are lost",
        ),
        (
            "filter 1",
            17,
            "`emitter_storage.type`: expected `filesystem`, found none, which is `memory`: what the emitter holds is lost over a kill",
        ),
        ("output 1", 27, "`format`: expected one of `msgpack`, `json`, `json_stream`, `json_lines`, found `none`"),
        ("output 1", 28, "`raw_message_key`: expected a record accessor, such as `$message`, found `message`"),
        (
            "output 1",
            21,
            "`tls.verify_hostname`: expected `on`, found none, which is `off`: anybody with a certificate may answer",
        ),
        (
            "output 2",
            29,
            "`retry_limit`: expected `no_limits`, found none, which is `1`: a chunk that fails more often is dropped",
        ),
        (
            "service",
            2,
            "`storage.max_chunks_up`: expected at least 2048, found none, which is `128`: when so many wait, an emitter pauses the inputs, and `tcp` closes its connections",
        ),
        (
            "service",
            2,
            "`storage.keep.rejected`: expected `on`, found none, which is `false`: a chunk that an output gives up is lost",
        ),
    ];
    assert_eq!(problems("old.yaml", OLD_YAML), found.map(|(place, _, what)| format!("old.yaml, {place}: {what}")));
    assert_eq!(problems("old.conf", OLD_CLASSIC), found.map(|(_, line, what)| format!("old.conf:{line}: {what}")));
}

/// Each with the problems that it makes.
#[test]
fn finds_a_mistake_in_an_example() {
    let yaml: [(&str, &str, &[&str]); 17] = [
        (
            "            emitter_name: rejected_tls\n",
            "            emitter_name: rejected_tcp\n",
            &[
                "input 2, processor 2: `emitter_name`: expected another than `rejected_tcp`, which is that of fluent-bit.yaml, input 1, processor 2",
            ],
        ),
        ("- name: file", "- name: files", &["output 3: expected one of the outputs syslog, tcp, file, found `files`"]),
        ("- name: wasm", "- nam: wasm", &["input 1, processor 1: expected a `name`, found none"]),
        ("mkdir: true", "mkdirs: true", &["output 3: `mkdirs`: expected an option of output:file, found another"]),
        ("mkdir: true", "mkdir: 1", &["output 3: `mkdir`: expected a boolean, found `1`"]),
        ("mkdir: true", "mkdir: [true, true]", &["output 3: `mkdir`: expected once, found again"]),
        (
            "mkdir: true",
            "rotate: true",
            &["output 3: `rotate`: expected an option of Fluent Bit 4.2, found one of 5.1"],
        ),
        (
            "mode: tcp\n      tls",
            "mode: dtls\n      tls",
            &[
                "output 1: `mode`: expected one of `udp`, `tcp`, `tls`, found `dtls`",
                "output 1: `mode`: expected `tcp` or `tls`, found `dtls`: a datagram is neither confirmed nor sent again",
            ],
        ),
        ("port: 5140", "port: 514O", &["input 1: `port`: expected a port, found `514O`"]),
        (
            "buffer_size: 2048",
            "buffer_size: 2M",
            &["input 1: `buffer_size`: expected a number of units of 1024 bytes, without a letter, found `2M`"],
        ),
        (
            "buffer_chunk_size: 65536",
            "buffer_chunk_size: 64 KiB",
            &["input 3: `buffer_chunk_size`: expected a size, such as `64K`, found `64 KiB`"],
        ),
        (
            "mode: udp",
            "mode: tcp",
            &[
                "input 3: `syslog`: it reads again what stands before an empty line, once for each of its bytes; use `tcp`",
            ],
        ),
        (
            "syslog_message_key: message",
            "syslog_message_key: $message",
            &["output 1: `syslog_message_key`: expected the name of a field, without `$`, found `$message`"],
        ),
        (
            "parser: whole",
            "parser: syslog-rfc5424",
            &["input 3: `parser`: expected a parser, found none called `syslog-rfc5424`"],
        ),
        (
            "match: rejected",
            "match: reject",
            &[
                "output 4: `match`: expected one of the tags rejected, vault, found `reject`",
                "input 1, processor 2: expected an output for the tag `rejected`, found none",
            ],
        ),
        (
            "function_name: cef",
            "function_name: convert",
            &[
                "input 1, processor 1: `function_name`: expected `cef` or `rfc5424` or `sensage` or `transform`, found `convert`: Fluent Bit starts with any other, and loses every record",
            ],
        ),
        (
            "event_format: json",
            "event_format: msgpack",
            &[
                "input 1, processor 1: `event_format`: expected `json`, found `msgpack`: with msgpack, every record is lost",
            ],
        ),
    ];
    for (old, new, expected) in yaml {
        let expected: Vec<_> = expected.iter().map(|problem| format!("fluent-bit.yaml, {problem}")).collect();
        assert_eq!(problems("fluent-bit.yaml", &replaced("fluent-bit.yaml", old, new)), expected);
    }
    let classic: [(&str, &str, &[&str]); 9] = [
        ("    Flush  ", "   Flush  ", &["expected the indentation of the section's first option, found 4 spaces"]),
        ("1M", "", &["`WASM_Stack_Size`: expected a value, found none"]),
        ("[FILTER]", "[FILTERS]", &["expected [INPUT], [FILTER], [OUTPUT] or one [SERVICE], found another [FILTERS]"]),
        ("[SERVICE]", "Flush 1\n[SERVICE]", &["expected a section, found `Flush 1`"]),
        (
            "senhasegura-parsers.conf",
            "senhasegura-parser.conf",
            &["`parsers_file`: expected a file, found none called `/etc/fluent-bit/senhasegura-parser.conf`"],
        ),
        (
            "/etc/fluent-bit/senhasegura-parsers.conf",
            "senhasegura-parsers.conf",
            &["`parsers_file`: expected an absolute path, which a reload finds, found `senhasegura-parsers.conf`"],
        ),
        (
            "Rule                   $",
            "Rule                   ",
            &[
                "`rule`: expected `$field regex tag keep`, found `siem_error ^.+$ rejected false`",
                "`match`: expected one of the tags vault, found `rejected`",
            ],
        ),
        (
            "rejected false",
            "vault false",
            &[
                "`match`: expected not to match `vault`, which it emits, found `vault`",
                "`match`: expected one of the tags vault, found `rejected`",
            ],
        ),
        (
            "Emitter_Mem_Buf_Limit  0",
            "Emitter_Mem_Buf_Limit  256M",
            &[
                "`emitter_mem_buf_limit`: expected `0`, found `256M`: records of a burst beyond it stay under the old tag, or are lost",
            ],
        ),
    ];
    for (old, new, expected) in classic {
        let found = find("fluent-bit.conf", &replaced("fluent-bit.conf", old, new));
        // Comments in the example move its lines.
        assert_eq!(found.into_iter().map(|problem| problem.what).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn finds_what_two_configurations_differ_in() {
    let as_shipped = shipped("fluent-bit.yaml");
    for (old, new, difference) in [
        (
            "flush: 1",
            "flush: 5",
            "fluent-bit.yaml, service against fluent-bit.yaml, service: `flush` `5` against `flush` `1`",
        ),
        ("mkdir: true", "mkdir: yes", ""),
        (
            "mkdir: true",
            "mkdir: off",
            "fluent-bit.yaml, output 3 against fluent-bit.yaml, output 3: `mkdir` `false` against `mkdir` `true`",
        ),
        ("          - name: wasm", "          - name: modify\n          - name: wasm", "3 filters against 2"),
        (
            "- name: tcp",
            "- name: http",
            "fluent-bit.yaml, input 1 against fluent-bit.yaml, input 1: `http` against `tcp`",
        ),
        (
            "name: whole\n",
            "name: parts\n",
            "fluent-bit.yaml, parser 1 against fluent-bit.yaml, parser 1: `name` `parts` against `name` `whole`",
        ),
        (
            "      tls: on\n",
            "",
            "fluent-bit.yaml, input 2 against fluent-bit.yaml, input 2: nothing against `tls` `true`",
        ),
    ] {
        let yaml = read("fluent-bit.yaml", &replaced("fluent-bit.yaml", old, new)).unwrap();
        let found = differences(&yaml, &as_shipped);
        assert_eq!(found.first().map_or("", String::as_str), difference);
    }
}
