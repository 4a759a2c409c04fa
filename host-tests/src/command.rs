//! The command for WASI, run as `wasmtime run --dir .` does.

use std::path::Path;

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::cli::{StdinStream, StdoutStream};
use wasmtime_wasi::p2::bindings::sync::{Command, CommandPre};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::engine;

/// The path of the command.
pub const PATH: &str = env!("COMMAND");

/// The compiled command, to be run as often as needed.
pub struct Compiled {
    engine: Engine,
    command: CommandPre<Host>,
}

/// What a host gives to a command.
struct Host {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl Compiled {
    /// Compiles a command.
    ///
    /// # Errors
    ///
    /// If wasmtime does not take it, or it wants more than WASI.
    pub fn of(path: impl AsRef<Path>) -> Result<Self> {
        let engine = engine(false)?;
        let component = Component::from_file(&engine, path)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        let command = CommandPre::new(linker.instantiate_pre(&component)?)?;
        Ok(Self { engine, command })
    }

    /// Runs it with these arguments, the first of which is its name, and folders, each with the
    /// name by which it finds it. Answers its exit status.
    ///
    /// # Errors
    ///
    /// If it traps, or a folder cannot be opened.
    pub fn run(
        &self,
        arguments: &[impl AsRef<str>],
        folders: &[(&Path, &str)],
        stdin: impl StdinStream + 'static,
        stdout: impl StdoutStream + 'static,
        stderr: impl StdoutStream + 'static,
    ) -> Result<i32> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.args(arguments).stdin(stdin).stdout(stdout).stderr(stderr);
        for (folder, name) in folders {
            wasi.preopened_dir(folder, name, FsPerms::ReadWrite)?;
        }
        let mut store = Store::new(&self.engine, Host { wasi: wasi.build(), table: ResourceTable::new() });
        let command: Command = self.command.instantiate(&mut store)?;
        match command.wasi_cli_run().call_run(&mut store) {
            Ok(outcome) => Ok(i32::from(outcome.is_err())),
            Err(error) => error.downcast::<I32Exit>().map(|exit| exit.0),
        }
    }
}
