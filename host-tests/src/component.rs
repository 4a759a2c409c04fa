//! The component under wasmtime, with nothing to import.

mod bindings {
    wasmtime::component::bindgen!({ path: "../wit", world: "transformer" });
}

use wasmtime::component::{Component, Linker, ResourceAny};
use wasmtime::{Engine, Result, Store};

use crate::{engine, store};

use bindings::Transformer;
pub use bindings::exports::senhasegura::siem::transform::{
    Change, Changes, ConfigError, EventId, Explanation, Fate, Kind, Line, LinePart, Note, Output, PartNote, Reason,
    RecordField, Rejection, Source,
};

/// The path of the component.
pub const PATH: &str = env!("COMPONENT");

/// The compiled component, to be instantiated as often as needed.
pub struct Compiled {
    engine: Engine,
    component: Component,
}

/// An instance of the component with one transformer.
pub struct Host {
    store: Store<()>,
    bindings: Transformer,
    transformer: ResourceAny,
}

impl Compiled {
    /// Compiles the component. `fuel` makes the instances count the instructions they execute.
    ///
    /// # Errors
    ///
    /// If wasmtime does not take it.
    pub fn new(fuel: bool) -> Result<Self> {
        Self::of(&std::fs::read(PATH)?, fuel)
    }

    /// As [`Compiled::new`], of these bytes.
    ///
    /// # Errors
    ///
    /// If wasmtime does not take them.
    pub fn of(component: &[u8], fuel: bool) -> Result<Self> {
        let engine = engine(fuel)?;
        let component = Component::new(&engine, component)?;
        Ok(Self { engine, component })
    }

    /// Instantiates the component and makes a transformer.
    ///
    /// # Errors
    ///
    /// If the component imports anything or traps. The inner error is that of the configuration.
    pub fn host(&self, config: &str) -> Result<std::result::Result<Host, ConfigError>> {
        let mut store = store(&self.engine, ())?;
        let bindings = Transformer::instantiate(&mut store, &self.component, &Linker::new(&self.engine))?;
        let transformer = bindings.senhasegura_siem_transform().transformer().call_create(&mut store, config)?;
        Ok(transformer.map(|transformer| Host { store, bindings, transformer }))
    }
}

impl Host {
    /// Calls `transform`.
    ///
    /// # Errors
    ///
    /// If the component traps.
    pub fn transform(&mut self, batch: &[u8], received: Option<u64>) -> Result<Output> {
        self.bindings.senhasegura_siem_transform().transformer().call_transform(
            &mut self.store,
            self.transformer,
            batch,
            received,
        )
    }

    /// Calls `transform-each`.
    ///
    /// # Errors
    ///
    /// If the component traps.
    pub fn transform_each(
        &mut self,
        records: &[Vec<u8>],
        received: Option<u64>,
    ) -> Result<Vec<std::result::Result<Line, Rejection>>> {
        self.bindings.senhasegura_siem_transform().transformer().call_transform_each(
            &mut self.store,
            self.transformer,
            records,
            received,
        )
    }

    /// Calls `explain`.
    ///
    /// # Errors
    ///
    /// If the component traps.
    pub fn explain(
        &mut self,
        record: &[u8],
        received: Option<u64>,
    ) -> Result<std::result::Result<Explanation, Rejection>> {
        self.bindings.senhasegura_siem_transform().transformer().call_explain(
            &mut self.store,
            self.transformer,
            record,
            received,
        )
    }

    /// Calls `kinds`.
    ///
    /// # Errors
    ///
    /// If the component traps.
    pub fn kinds(&mut self) -> Result<Vec<Kind>> {
        self.bindings.senhasegura_siem_transform().call_kinds(&mut self.store)
    }

    /// How much fuel is left: one for nearly every instruction.
    ///
    /// # Errors
    ///
    /// If the component was compiled without fuel.
    pub fn fuel(&self) -> Result<u64> {
        self.store.get_fuel()
    }
}
