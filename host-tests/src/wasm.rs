//! What the hosts of core modules share.

use wasmtime::{
    Config, Engine, Instance, Memory, Module, OptLevel, RegallocAlgorithm, Result, Store, StoreLimits,
    StoreLimitsBuilder, TypedFunc,
};

/// A configuration. Tests compile more than they run, and benchmarks run what is compiled once.
pub(crate) fn config() -> Config {
    let mut config = Config::new();
    if cfg!(debug_assertions) {
        config.cranelift_opt_level(OptLevel::None).cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    }
    config
}

/// An engine. `fuel` makes its instances count the instructions they execute.
pub(crate) fn engine(fuel: bool) -> Result<Engine> {
    Engine::new(config().consume_fuel(fuel))
}

/// A store with fuel for ever, if the engine counts it.
pub(crate) fn store<T>(engine: &Engine, state: T) -> Result<Store<T>> {
    let mut store = Store::new(engine, state);
    if store.get_fuel().is_ok() {
        store.set_fuel(u64::MAX)?;
    }
    Ok(store)
}

/// A compiled module, and how far the memory of its instances may grow.
pub struct Compiled {
    pub(crate) module: Module,
    pub(crate) limits: StoreLimits,
}

impl Compiled {
    /// Compiles a module. `fuel` makes its instances count the instructions they execute.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn new(module: &[u8], fuel: bool) -> Result<Self> {
        Ok(Self { module: Module::new(&engine(fuel)?, module)?, limits: StoreLimits::default() })
    }

    /// The same, but an instance gets no more than so many pages of 64 KiB besides those that it begins with.
    #[must_use]
    pub fn with_pages(&self, more: u64) -> Self {
        let first = self.module.exports().filter_map(|export| Some(export.ty().memory()?.minimum())).sum::<u64>();
        let limits = StoreLimitsBuilder::new().memory_size(((first + more) << 16) as usize);
        Self { module: self.module.clone(), limits: limits.build() }
    }

    /// Makes an instance of a module that imports nothing.
    pub(crate) fn instance(&self) -> Result<(Store<StoreLimits>, Instance)> {
        let mut store = store(self.module.engine(), self.limits.clone())?;
        store.limiter(|limits| limits);
        let instance = Instance::new(&mut store, &self.module, &[])?;
        Ok((store, instance))
    }
}

/// How a host writes to the memory of a core module and reads from it.
#[derive(Clone)]
pub(crate) struct Allocator {
    pub(crate) memory: Memory,
    pub(crate) malloc: TypedFunc<u32, u32>,
    pub(crate) free: TypedFunc<u32, ()>,
}

impl Allocator {
    /// Finds the memory and the functions of an instance.
    pub(crate) fn of<T>(instance: &Instance, store: &mut Store<T>) -> Result<Self> {
        Ok(Self {
            memory: instance.get_memory(&mut *store, "memory").ok_or_else(|| wasmtime::format_err!("no memory"))?,
            malloc: instance.get_typed_func(&mut *store, "malloc")?,
            free: instance.get_typed_func(&mut *store, "free")?,
        })
    }
}
