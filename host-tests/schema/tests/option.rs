//! An option is one field: the bless command makes everything else from it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::path::Path;
use std::process::Command;

use guests::root;
use serde_json::{Value, json};

const FIRST: &str = "        /// The format of the lines.\n        pub format:";

const OPTION: &str = "\
        /// The strength of the ink,
        /// in shades.
        ///
        /// It dries slowly.
        #[default(Bounded(7))]
        pub ink: Bounded<1, 9>,
";

const ROW: &str = "| `ink` | `7` | The strength of the ink, in shades. It dries slowly. From 1 to 9. |";

const MEMBER: &str = "    /**
     * The strength of the ink, in shades.
     *
     * It dries slowly.
     *
     * From 1 to 9.
     *
     * @defaultValue `7`
     */
    ink?: number;
";

#[test]
fn adds_an_option_with_one_field() {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adding-an-option");
    let _ = fs::remove_dir_all(&copy);
    guests::copy(&root(), &copy).unwrap();
    let read = |name: &str| fs::read_to_string(copy.join(name)).unwrap();
    let before = read("src/config/mod.rs");
    assert!(before.contains(FIRST));
    fs::write(copy.join("src/config/mod.rs"), before.replace(FIRST, &format!("{OPTION}{FIRST}"))).unwrap();

    let mut bless = Command::new("cargo");
    bless.args(["test", "--test", "schema"]).current_dir(&copy).env("BLESS", "1");
    // The dependencies are compiled once. With a profile of its own, cargo tells the members of
    // this copy from those of the workspace, and of the copy to which a test of the README adds a
    // kind.
    bless.env("CARGO_TARGET_DIR", guests::target()).env("CARGO_PROFILE_DEV_DEBUG", "line-directives-only");
    let finished = bless.output().unwrap();
    assert!(finished.status.success(), "{}", String::from_utf8_lossy(&[finished.stdout, finished.stderr].concat()));

    let schema: Value = serde_json::from_str(&read("src/config.schema.json")).unwrap();
    let expected = json!({
        "description": "The strength of the ink, in shades.\n\nIt dries slowly.",
        "type": "integer", "minimum": 1, "maximum": 9, "default": 7
    });
    assert_eq!(schema["properties"]["ink"], expected);
    assert_eq!(schema["properties"].as_object().unwrap().keys().next().unwrap(), "ink");
    assert!(read("src/config/README.md").lines().any(|line| line == ROW));
    assert!(read("src/guest/npm/config.d.ts").contains(MEMBER));
}
