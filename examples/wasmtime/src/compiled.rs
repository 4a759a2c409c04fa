//! The compiled component, which threads share.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use senhasegura_siem::bake;
use wasmtime::component::{Component, Linker};
use wasmtime::error::{Context as _, format_err};
use wasmtime::{Config, Engine, Result};

use crate::bindings::TransformerPre;
use crate::bindings::exports::senhasegura::siem::transform::ConfigError;
use crate::cache::Cache;
use crate::fault::Fault;
use crate::instance::Instance;
use crate::limits::{Limits, Memory};
use crate::worker::Worker;

/// How often a call is looked at, to see whether its deadline has passed.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// What a core module begins with, unlike a component: the version 1, and the layer 0.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// The component, compiled, linked and checked: to be instantiated as often as needed. Clones share it.
#[derive(Clone)]
pub struct Compiled {
    engine: Engine,
    pre: TransformerPre<Memory>,
    /// The configuration that is baked in.
    baked: Arc<str>,
    origin: Arc<Origin>,
}

/// Where a compiled component comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// From the cache.
    Cache,
    /// It was compiled, and stored if there is a cache.
    Compiler,
    /// It was compiled but could not be stored, for this reason.
    NotStored(String),
}

impl Compiled {
    /// Compiles a component, or takes it from the cache.
    ///
    /// # Errors
    ///
    /// If the bytes are no component, or it imports anything or lacks the interface; if the thread that watches
    /// deadlines cannot be started.
    pub fn new(component: &[u8], cache: Option<&Cache>) -> Result<Self> {
        let engine = Engine::new(Config::new().epoch_interruption(true))?;
        tick(&engine)?;
        Self::with(&engine, component, cache)
    }

    /// As [`Compiled::new`], for an engine that a service has for all its components. Deadlines hold if it has
    /// `epoch_interruption` and somebody [advances](tick) its epoch; without either, calls take less time.
    ///
    /// # Errors
    ///
    /// As [`Compiled::new`].
    pub fn with(engine: &Engine, component: &[u8], cache: Option<&Cache>) -> Result<Self> {
        if component.starts_with(CORE_MODULE) {
            return Err(format_err!("expected the component, `senhasegura-siem.wasm`, found a core module"));
        }
        let (compiled, origin) = match cache {
            None => (Component::new(engine, component)?, Origin::Compiler),
            Some(cache) => cache.load(engine, component)?,
        };
        // The linker is empty: the component imports nothing.
        let pre =
            Linker::new(engine).instantiate_pre(&compiled).context("expected a component that imports nothing")?;
        let pre = TransformerPre::new(pre)?;
        let baked = bake::baked(component).unwrap_or_default().into();
        Ok(Self { engine: engine.clone(), pre, baked, origin: Arc::new(origin) })
    }

    /// Where it comes from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Instantiates the component and makes a transformer. The inner error is that of the
    /// configuration.
    ///
    /// # Errors
    ///
    /// If the limits do not suffice, or the component traps.
    pub fn instance(&self, config: &str, limits: Limits) -> Result<Result<Instance, ConfigError>, Fault> {
        Instance::new(&self.engine, &self.pre, config, limits)
    }

    /// Reads a configuration as the component does: the library finds where records end by it. Empty
    /// text stands for the configuration that is baked in or, if there is none, for the defaults.
    ///
    /// # Errors
    ///
    /// If it is refused.
    pub fn config(&self, text: &str) -> Result<senhasegura_siem::Config> {
        let config = senhasegura_siem::Config::from_json(self.config_text(text));
        config.map_err(|error| refused(error.pointer(), error.message()))
    }

    /// Makes a worker with an instance and this [configuration](Compiled::config).
    ///
    /// # Errors
    ///
    /// If the configuration is refused, or no instance can be made.
    pub fn worker(&self, config: &str, limits: Limits) -> Result<Worker> {
        let (text, config) = (self.config_text(config), self.config(config)?);
        let instance = self.instance(text, limits)?;
        let instance = instance.map_err(|error| refused(&error.pointer, &error.message))?;
        Ok(Worker::new(self.clone(), text, &config, limits, instance))
    }

    fn config_text<'t>(&'t self, text: &'t str) -> &'t str {
        if text.is_empty() { &self.baked } else { text }
    }
}

fn refused(pointer: &str, message: &str) -> wasmtime::Error {
    // It points to the whole text if it is empty.
    format_err!("configuration{}{pointer}: {message}", if pointer.is_empty() { "" } else { " " })
}

/// Starts a thread that advances the epoch of an engine every 10 ms, for as long as there is the engine.
///
/// # Errors
///
/// If the thread cannot be started.
pub fn tick(engine: &Engine) -> io::Result<()> {
    let engine = engine.weak();
    let advance = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new().name("epoch".into()).spawn(advance).map(drop)
}
