//! The component under Node, as jco makes it a module, and the example that uses it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output as Finished};
use std::{env, fs};

use host_tests::{DAY, cases, component, skip};
use senhasegura_siem::{Config, Output, Transformer};

/// Runs a command as a reader of the page would.
fn run(folder: &Path, command: &str) -> Finished {
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", command]).current_dir(folder);
    let finished = bash.output().unwrap();
    let (out, error) = (String::from_utf8_lossy(&finished.stdout), String::from_utf8_lossy(&finished.stderr));
    assert!(finished.status.success(), "{command}:\n{out}{error}");
    finished
}

/// The folder of the example in a copy of the project, with what `cargo guests` builds.
fn example() -> PathBuf {
    let (root, copy) = (guests::root(), Path::new(env!("CARGO_TARGET_TMPDIR")).join("jco"));
    let _ = fs::remove_dir_all(&copy);
    for folder in ["examples/jco", "examples/data"] {
        guests::copy(&root.join(folder), &copy.join(folder)).unwrap();
    }
    let example = copy.join("examples/jco");
    fs::copy(root.join("examples/jco/package-lock.json"), example.join("package-lock.json")).unwrap();
    fs::create_dir_all(copy.join("dist")).unwrap();
    fs::copy(component::PATH, copy.join("dist").join(guests::COMPONENT)).unwrap();
    guests::copy(Path::new(env!("NPM")), &copy.join("dist/npm")).unwrap();
    example
}

#[test]
fn runs_in_node() {
    if env::var_os("LARGE_HOSTS").is_none() {
        return skip("jco", "LARGE_HOSTS=1 runs it, with 365 MB from npm");
    }
    let example = example();
    let page = fs::read_to_string(example.join("README.md")).unwrap();
    let mut commands = page.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    let [convert, measure] = [(); 2].map(|()| commands.next().unwrap());
    assert!(commands.next().is_none());

    let finished = run(&example, convert);
    let mut output = Output::default();
    let config = Config::from_json(r#"{"timezone": "-03:00"}"#).unwrap();
    Transformer::new(config).transform(DAY.as_bytes(), None, &mut output);
    assert_eq!(String::from_utf8_lossy(&finished.stdout), String::from_utf8_lossy(&output.lines));
    let errors = String::from_utf8_lossy(&finished.stderr);
    assert_eq!(errors.lines().filter(|line| line.starts_with(r#"{"reason":"#)).count(), 3, "{errors}");
    println!("{}", String::from_utf8_lossy(&run(&example, measure).stdout));

    let cases = example.join("cases");
    fs::create_dir_all(&cases).unwrap();
    cases::write(&cases).unwrap();
    fs::copy(guests::root().join("host-tests/jco/component.test.mjs"), example.join("component.test.mjs")).unwrap();
    run(&example, "CASES=cases node --test component.test.mjs");

    // Lines that are too long, whose records are handed back, and a wrong configuration.
    let long = r#"(head -c 3000000 /dev/zero | tr '\0' x; printf '\n{"id":17}\n'; head -c 2000000 /dev/zero | tr '\0' y) | node transform.mjs"#;
    let finished = run(&example, long);
    assert!(String::from_utf8_lossy(&finished.stdout).starts_with("CEF:0|"));
    let rejected = String::from_utf8_lossy(&finished.stderr);
    let pieces: Vec<_> =
        rejected.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).collect();
    assert_eq!(pieces[1]["message"], "another piece of the record that was rejected before it");
    let texts: String = pieces.iter().map(|piece| piece["record"].as_str().unwrap()).collect();
    assert!(texts == "x".repeat(3_000_000) + &"y".repeat(2_000_000));
    // Bytes are kept as they were.
    let finished = run(&example, r"printf 'no record é\n\xffno record\n' | node transform.mjs");
    let kept = String::from_utf8_lossy(&finished.stderr).into_owned();
    let kept: Vec<_> = kept.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).collect();
    assert_eq!((&kept[0]["record"], &kept[1]["record_base64"]), (&"no record é".into(), &"/25vIHJlY29yZA==".into()));
    let refused = run(&example, r#"node transform.mjs '{"format": "leef"}' < /dev/null || [ $? = 1 ]"#);
    assert!(String::from_utf8_lossy(&refused.stderr).starts_with("error: configuration, /format: expected "));
    // Whoever reads may have seen enough.
    let finished = run(
        &example,
        r#"set +o pipefail; for _ in $(seq 100); do cat ../data/day.ndjson; done | node transform.mjs 2> /dev/null | head -1"#,
    );
    assert_eq!(finished.stdout.split(|byte| *byte == b'\n').count(), 2);
}
