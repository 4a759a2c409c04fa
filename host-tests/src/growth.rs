//! Records of one shape each, of sizes that grow: what a byte costs must not grow with them.
//!
//! `tests/hosts/bounds.rs` counts instructions, `speed/benches/curves.rs` measures time.

use std::fmt::Write as _;

use serde_json::Value;

/// Everything as large as it can be.
pub const LARGE: &str = r#""max_bytes": 67108864, "max_record_bytes": 67108864, "max_fields": 1024, "max_depth": 128"#;

/// The same, and secrets and invisible characters replaced.
pub const MASKED: &str = r#""max_bytes": 67108864, "max_record_bytes": 67108864, "max_fields": 1024, "max_depth": 128, "redact": ["secrets"], "invisible": "replace""#;

/// Records of one shape.
pub struct Curve {
    /// What grows.
    pub name: &'static str,
    /// Members of the configuration, beside `format`.
    pub options: &'static str,
    /// How much of it.
    pub sizes: &'static [usize],
    /// Makes the record of a size.
    pub record: fn(usize) -> String,
}

const LENGTHS: &[usize] = &[100, 1_000, 10_000, 100_000, 1_000_000];
const FIELDS: &[usize] = &[1, 4, 16, 64, 256, 1000];
const SHARES: &[usize] = &[0, 1, 10, 50, 100];
const DEPTHS: &[usize] = &[2, 8, 32, 126];

/// All of them.
pub const CURVES: &[Curve] = &[
    Curve { name: "bytes of plain text", options: LARGE, sizes: LENGTHS, record: |size| text(size, |_| "a") },
    Curve {
        name: "bytes of plain text, cut to `max_bytes` of 8,192",
        options: r#""max_record_bytes": 67108864"#,
        sizes: LENGTHS,
        record: |size| text(size, |_| "a"),
    },
    Curve {
        name: "bytes of text that is not ASCII",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| text(size, |_| "é"),
    },
    Curve { name: "bytes of backslashes", options: LARGE, sizes: LENGTHS, record: |size| text(size, |_| r"\\") },
    Curve {
        name: "bytes of equals signs, cut to `max_bytes` of 8,192",
        options: r#""max_record_bytes": 67108864"#,
        sizes: LENGTHS,
        record: |size| text(size, |_| "="),
    },
    Curve { name: "bytes of `\\u0000`", options: LARGE, sizes: LENGTHS, record: |size| text(size, |_| r"\u0000") },
    Curve { name: "bytes of line breaks", options: LARGE, sizes: LENGTHS, record: |size| text(size, |_| r"\n") },
    Curve {
        name: "% of `=` in 4,000 bytes",
        options: LARGE,
        sizes: SHARES,
        record: |share| text(4000, move |place| if place * 61 % 100 < share { "=" } else { "a" }),
    },
    Curve {
        name: "% of `\\u00e9` in 4,000 bytes",
        options: LARGE,
        sizes: SHARES,
        record: |share| text(4000, move |place| if place * 61 % 100 < share { r"\u00e9" } else { "a" }),
    },
    Curve {
        name: "fields with names of their own",
        options: LARGE,
        sizes: FIELDS,
        record: |size| fields(size, |i| format!("field{i}")),
    },
    Curve {
        name: "fields with one name",
        options: LARGE,
        sizes: FIELDS,
        record: |size| fields(size, |_| "suser".into()),
    },
    Curve {
        name: "fields with odd names",
        options: LARGE,
        sizes: FIELDS,
        record: |size| fields(size, |i| format!("ø #{i}\\\" =")),
    },
    Curve {
        name: "fields with names that become one",
        options: LARGE,
        sizes: FIELDS,
        // A sign that no key can have, at another place in each.
        record: |size| {
            fields(size, |i| {
                let signs = (0..10).map(|bit| if i >> bit & 1 == 1 { '#' } else { '/' });
                signs.collect()
            })
        },
    },
    Curve {
        name: "fields with long names",
        options: LARGE,
        sizes: FIELDS,
        record: |size| fields(size, |i| format!("{}{i}", "n".repeat(1000))),
    },
    Curve {
        name: "fields of which most are dropped for `max_bytes` of 8,192",
        options: r#""max_fields": 1024"#,
        sizes: FIELDS,
        record: |size| fields(size, |i| format!("field{i}{}", "n".repeat(40))),
    },
    Curve { name: "levels of arrays", options: LARGE, sizes: DEPTHS, record: |depth| nested(depth, "[", "]") },
    Curve { name: "levels of objects", options: LARGE, sizes: DEPTHS, record: |depth| nested(depth, r#"{"a":"#, "}") },
    Curve {
        name: "bytes of a text that never ends",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| {
            let mut record = text(size, |_| "a");
            record.truncate(record.len() - 2);
            record
        },
    },
    Curve {
        name: "bytes of brackets that are never closed",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| "[".repeat(size),
    },
    Curve { name: "bytes of pairs in CEF", options: LARGE, sizes: LENGTHS, record: |size| cef(size, " a=b") },
    Curve { name: "bytes of equals signs in CEF", options: LARGE, sizes: LENGTHS, record: |size| cef(size, "=") },
    Curve { name: "bytes of spaces in CEF", options: LARGE, sizes: LENGTHS, record: |size| cef(size, " ") },
    Curve { name: "bytes of words in CEF", options: LARGE, sizes: LENGTHS, record: |size| cef(size, " msg") },
    Curve {
        name: "bytes of text in RFC 5424",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| repeated("<14>1 - - senhasegura - 17 - ", size, "a ", ""),
    },
    Curve {
        name: "bytes of parameters in RFC 5424",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| repeated("<14>1 - - senhasegura - 17 [s@32473", size, r#" a="b""#, "]"),
    },
    Curve {
        name: "bytes of structured data that never ends",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| repeated("<14>1 - - senhasegura - 17 [s@32473 ", size, "]", ""),
    },
    Curve {
        name: "bytes of a text in an object in a text",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| repeated(r#"{"log":"{\"event_id\":\"17\",\"msg\":\""#, size, r#"\\\""#, r#"\"}"}"#),
    },
    Curve {
        name: "bytes of lines of a record that is broken",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| repeated(r#"{"a":"#, size, "{\"\n", ""),
    },
    Curve {
        name: "bytes of words, masked",
        options: MASKED,
        sizes: LENGTHS,
        record: |size| text(size, |_| "abcdefg "),
    },
    Curve {
        name: "bytes of words of one letter, masked",
        options: MASKED,
        sizes: LENGTHS,
        record: |size| text(size, |_| "a "),
    },
    Curve {
        name: "bytes of words after the names of commands, masked",
        options: MASKED,
        sizes: LENGTHS,
        record: |size| repeated(&format!(r#"{{"event_id":17,"msg":"{COMMANDS}"#), size, "a ", "\"}"),
    },
    Curve {
        name: "bytes of options after the names of commands, masked",
        options: MASKED,
        sizes: LENGTHS,
        record: |size| repeated(&format!(r#"{{"event_id":17,"msg":"{COMMANDS}"#), size, "-U ", "\"}"),
    },
    Curve {
        name: "bytes of secrets, masked",
        options: MASKED,
        sizes: LENGTHS,
        record: |size| text(size, |_| "pwd=x "),
    },
    Curve {
        name: "bytes of invisible characters, masked",
        options: MASKED,
        sizes: LENGTHS,
        record: |size| text(size, |_| r"\u200b"),
    },
    Curve {
        name: "bytes of options with words that never end, masked",
        options: MASKED,
        sizes: LENGTHS,
        record: |size| repeated("CEF:0|MT4|senhasegura|3.30|17|Session Ended|5|msg=curl ", size, r#"-u a'"'\'" "#, ""),
    },
    Curve {
        name: "bytes of statements with words that never end, masked",
        options: MASKED,
        sizes: LENGTHS,
        record: |size| {
            repeated("CEF:0|MT4|senhasegura|3.30|17|Session Ended|5|msg=", size, r#"password for a'"'\'" "#, "")
        },
    },
    Curve {
        name: "bytes of nested secrets, masked",
        options: MASKED,
        sizes: LENGTHS,
        record: |size| repeated(r#"{"event_id":17,"x":[{"#, size, r#""pwd":1,"#, r#""a":1}]}"#),
    },
    Curve {
        name: "bytes of records of one byte",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| "x\n".repeat(size / 2),
    },
    Curve { name: "bytes of empty objects", options: LARGE, sizes: LENGTHS, record: |size| "{}".repeat(size / 2) },
    Curve {
        name: "bytes of an array of records",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| repeated("[", size, r#"{"event_id":17},"#, "1]"),
    },
];

/// The names of commands that take a secret by an option or operand.
const COMMANDS: &str = "mysql mysqladmin mariadb curl http lftp smbclient rpcclient redis-cli ldapsearch ldappasswd sqlcmd bcp mongo plink psexec schtasks xfreerdp rdesktop openssl ssh-keygen zip unzip 7z useradd usermod ipmitool snmpget aws ";

const START: &str =
    r#"{"event_id":"17","event_name":"Session Ended","time":"2026-03-04T09:15:00-03:00","host":"vault01""#;

fn cef(size: usize, sign: &str) -> String {
    repeated("CEF:0|MT4|senhasegura|3.30|17|Session Ended|5|", size, sign, "")
}

fn repeated(start: &str, size: usize, sign: &str, end: &str) -> String {
    format!("{start}{}{end}", sign.repeat(size / sign.len()))
}

fn text(size: usize, sign: impl Fn(usize) -> &'static str) -> String {
    let mut record = format!(r#"{START},"msg":""#);
    let mut place = 0;
    while record.len() < size {
        record += sign(place);
        place += 1;
    }
    record + "\"}"
}

fn fields(count: usize, name: impl Fn(usize) -> String) -> String {
    let mut record = START.to_owned();
    for field in 0..count {
        let _ = write!(record, ",{}:\"a value {field}\"", Value::from(name(field)));
    }
    record + "}"
}

fn nested(depth: usize, open: &str, close: &str) -> String {
    format!(r#"{START},"deep":{}1{}}}"#, open.repeat(depth - 1), close.repeat(depth - 1))
}
