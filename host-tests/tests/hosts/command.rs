//! The command for WASI does what the native one does: the same cases, under wasmtime.

#[path = "../../../tests/cli/cases.rs"]
mod cases;

mod runner {
    use std::fs;
    use std::path::PathBuf;
    use std::process::{Command, Stdio};
    use std::sync::LazyLock;

    use host_tests::command::{Compiled, PATH};
    use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};

    static COMMAND: LazyLock<Compiled> = LazyLock::new(|| Compiled::of(PATH).unwrap());

    /// Runs the command over this input, and answers its exit status, lines and diagnostics.
    pub(crate) fn filter(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
        let arguments = [&["senhasegura-siem"], arguments].concat();
        let stdin = MemoryInputPipe::new(input.to_owned());
        let [stdout, stderr] = [(); 2].map(|()| MemoryOutputPipe::new(usize::MAX));
        let (root, folder) = (guests::root(), folder());
        let folders = [(root.as_path(), "."), (folder.as_path(), folder.to_str().unwrap())];
        let code = COMMAND.run(&arguments, &folders, stdin, stdout.clone(), stderr.clone()).unwrap();
        let [stdout, stderr] = [stdout, stderr].map(|pipe| String::from_utf8_lossy(&pipe.contents()).into_owned());
        (code, stdout, stderr)
    }

    /// The same as a process of its own.
    pub(crate) fn command(arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wasi"));
        command.arg(PATH).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// How a status is told: WASI 0.2 knows success and failure only.
    pub(crate) fn status(status: i32) -> i32 {
        status.min(1)
    }

    /// A folder for the files of the tests.
    pub(crate) fn folder() -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("command");
        fs::create_dir_all(&folder).unwrap();
        folder
    }
}
