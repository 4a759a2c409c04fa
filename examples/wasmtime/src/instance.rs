//! An instance of the component, each call of which is bounded.

use wasmtime::component::ResourceAny;
use wasmtime::{Engine, Store};

use crate::bindings::exports::senhasegura::siem::transform::{
    ConfigError, Explanation, Guest, Kind, Line, Output, Rejection,
};
use crate::bindings::{Transformer, TransformerPre};
use crate::compiled::TICK;
use crate::fault::Fault;
use crate::limits::{Limits, Memory};

/// An instance of the component with one transformer. After a [`Fault`] it cannot be called again.
pub struct Instance {
    store: Store<Memory>,
    bindings: Transformer,
    transformer: ResourceAny,
    limits: Limits,
    /// Whether it has not been called.
    is_new: bool,
}

impl Instance {
    pub(crate) fn new(
        engine: &Engine,
        pre: &TransformerPre<Memory>,
        config: &str,
        limits: Limits,
    ) -> Result<Result<Self, ConfigError>, Fault> {
        let mut store = Store::new(engine, Memory::new(&limits));
        store.limiter(|memory| memory);
        // What the host copies out of an answer.
        store.set_hostcall_fuel(limits.memory);
        if store.get_fuel().is_ok() {
            // The embedder counts instructions, and bounds the time.
            let _ = store.set_fuel(u64::MAX);
        }
        begin(&mut store, &limits);
        let made = pre.instantiate(&mut store).and_then(|bindings| {
            let created = bindings.senhasegura_siem_transform().transformer().call_create(&mut store, config)?;
            Ok((bindings, created))
        });
        let (bindings, created) = made.map_err(|error| Fault::of(&error, &limits, store.data().refused))?;
        Ok(created.map(|transformer| Self { store, bindings, transformer, limits, is_new: true }))
    }

    /// Whether it has not been called.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Calls `transform`.
    ///
    /// # Errors
    ///
    /// If it gives no answer.
    pub fn transform(&mut self, batch: &[u8], received: Option<u64>) -> Result<Output, Fault> {
        let output = self.call(|store, transform, transformer| {
            transform.transformer().call_transform(store, transformer, batch, received)
        })?;
        match wrong(&output, batch.len() as u64) {
            None => Ok(output),
            Some(why) => Err(Fault::WrongAnswer(why)),
        }
    }

    /// Calls `transform-each`.
    ///
    /// # Errors
    ///
    /// If it gives no answer.
    pub fn transform_each(
        &mut self,
        records: &[Vec<u8>],
        received: Option<u64>,
    ) -> Result<Vec<Result<Line, Rejection>>, Fault> {
        self.call(|store, transform, transformer| {
            transform.transformer().call_transform_each(store, transformer, records, received)
        })
    }

    /// Calls `explain`.
    ///
    /// # Errors
    ///
    /// If it gives no answer.
    pub fn explain(&mut self, record: &[u8], received: Option<u64>) -> Result<Result<Explanation, Rejection>, Fault> {
        self.call(|store, transform, transformer| {
            transform.transformer().call_explain(store, transformer, record, received)
        })
    }

    /// Calls `kinds`.
    ///
    /// # Errors
    ///
    /// If it gives no answer.
    pub fn kinds(&mut self) -> Result<Vec<Kind>, Fault> {
        self.call(|store, transform, _| transform.call_kinds(store))
    }

    /// How much fuel is left, one for nearly every instruction.
    ///
    /// # Errors
    ///
    /// If the engine does not count it.
    pub fn fuel(&self) -> wasmtime::Result<u64> {
        self.store.get_fuel()
    }

    fn call<T>(
        &mut self,
        call: impl FnOnce(&mut Store<Memory>, &Guest, ResourceAny) -> wasmtime::Result<T>,
    ) -> Result<T, Fault> {
        self.is_new = false;
        begin(&mut self.store, &self.limits);
        let answer = call(&mut self.store, self.bindings.senhasegura_siem_transform(), self.transformer);
        answer.map_err(|error| Fault::of(&error, &self.limits, self.store.data().refused))
    }
}

/// Begins a call: its deadline is so many ticks away. The next tick may come at once, so that it is
/// one more.
fn begin(store: &mut Store<Memory>, limits: &Limits) {
    store.data_mut().refused = None;
    let ticks = limits.deadline.as_millis().div_ceil(TICK.as_millis()) + 1;
    // The epoch of an engine that has run for a million years is far below half of this.
    store.set_epoch_deadline(u64::try_from(ticks).unwrap_or(u64::MAX).min(u64::MAX / 2));
}

/// Says what is impossible for a batch of this length.
fn wrong(output: &Output, length: u64) -> Option<String> {
    let (written, bytes) = (output.written, output.lines.len());
    if written > bytes as u64 {
        return Some(format!("{written} lines in {bytes} bytes"));
    }
    let is_wrong = |rejection: &&Rejection| {
        rejection.start > rejection.end || rejection.end > length || rejection.index > written + length
    };
    let Rejection { index, start, end, .. } = output.rejections.iter().find(is_wrong)?;
    Some(format!("a rejection of record {index}, bytes {start}..{end}, in a batch of {length} bytes"))
}
