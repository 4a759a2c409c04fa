//! Archives do not depend on the owner, mode or age of the files.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use release::archive;

#[test]
fn depend_on_names_and_contents_only() {
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("archive");
    let _ = fs::remove_dir_all(&work);
    let archives = [("one", 0o600, ["b", "a/c", "command"]), ("other", 0o777, ["command", "b", "a/c"])].map(
        |(maker, mode, names)| {
            let folder = work.join(maker);
            fs::create_dir_all(folder.join("a")).unwrap();
            for name in names {
                let content = if name == "command" { "\x7FELF" } else { name };
                fs::write(folder.join(name), content).unwrap();
                fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
            }
            archive::write(&work.join(format!("{maker}-out")), "all", 86_400, &archive::files(&folder).unwrap())
                .unwrap()
        },
    );
    assert_eq!(fs::read(&archives[0]).unwrap(), fs::read(&archives[1]).unwrap());

    let mut tar = Command::new("tar");
    let listed =
        tar.args(["--list", "--verbose", "--numeric-owner", "--file"]).arg(&archives[0]).env("TZ", "UTC").output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    let rows: Vec<Vec<_>> = listed.lines().map(|row| row.split_whitespace().collect()).collect();
    let expected = |mode, size, name| vec![mode, "0/0", size, "1970-01-02", "00:00", name];
    assert_eq!(
        rows,
        [
            expected("-rw-r--r--", "3", "all/a/c"),
            expected("-rw-r--r--", "1", "all/b"),
            expected("-rwxr-xr-x", "4", "all/command"),
        ]
    );
}
