//! What a record costs the native filter, in instructions as Callgrind counts them.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use host_tests::{APPLIANCE, DAY, skip};

/// How often the longer input repeats the shorter.
const TIMES: usize = 5;

/// The stream, what is converted to, and the most instructions that a record of it takes. What the command does once
/// does not count.
const CASES: [(&str, &str, u64); 4] =
    [(DAY, "cef", 8_350), (DAY, "rfc5424", 9_650), (DAY, "sensage", 9_350), (APPLIANCE, "cef", 11_400)];

#[test]
fn a_record_takes_few_instructions() {
    if env::var_os("LARGE_HOSTS").is_none() {
        return skip("Valgrind", "LARGE_HOSTS=1 runs it, with 15 MB from Debian");
    }
    let files = tools::debian_packages(Path::new(env!("CARGO_TARGET_TMPDIR")), &["valgrind"]).unwrap();
    let filter = guests::build_native(&guests::target(), "release").unwrap();
    let input = Path::new(env!("CARGO_TARGET_TMPDIR")).join("instructions");
    let instructions = |format: &str, stream: &str| -> u64 {
        std::fs::write(&input, stream).unwrap();
        let output = Command::new(files.join("usr/bin/valgrind"))
            .env("VALGRIND_LIB", files.join("usr/libexec/valgrind"))
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&filter)
            .args(["--format", format, "--threads", "1"])
            .stdin(std::fs::File::open(&input).unwrap())
            .stdout(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let collected = said.lines().find_map(|line| line.split_once("Collected : ")?.1.parse().ok());
        collected.unwrap_or_else(|| panic!("{}: {said}", output.status))
    };
    for (stream, format, most) in CASES {
        let records = (TIMES - 1) * stream.lines().count();
        let more = instructions(format, &stream.repeat(TIMES)) - instructions(format, stream);
        let each = more / records as u64;
        println!("| {format} | {each} |");
        assert!(each <= most, "{format}: {each} instructions a record, at most {most}");
    }
}
