//! The soak runs, for a short while.

use std::process::Command;

#[test]
fn finds_no_difference_in_a_short_run() {
    let output = Command::new(env!("CARGO_BIN_EXE_soak")).arg("100_000").output().unwrap();
    let (said, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{why}");
    assert!(said.starts_with("100,096 records"), "{said}");
}
