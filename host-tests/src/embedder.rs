//! A program that embeds the module with functions of C.

use wasmtime::{Instance, Memory, Result, Store, StoreLimits, TypedFunc};

use crate::Compiled;

/// The path of the module.
pub const PATH: &str = env!("C_ABI");

/// One instance.
pub struct Embedder {
    /// The store.
    pub store: Store<StoreLimits>,
    /// The instance, for its functions.
    pub instance: Instance,
    memory: Memory,
    room: TypedFunc<u32, u32>,
}

impl Embedder {
    /// Compiles a module and makes an instance. `fuel` makes it count the instructions it executes.
    ///
    /// # Errors
    ///
    /// If it is not a module, or lacks what its header says.
    pub fn new(module: &[u8], fuel: bool) -> Result<Self> {
        Self::of(&Compiled::new(module, fuel)?)
    }

    /// Makes an instance of a compiled module.
    ///
    /// # Errors
    ///
    /// If it lacks what its header says.
    pub fn of(compiled: &Compiled) -> Result<Self> {
        let (mut store, instance) = compiled.instance()?;
        let memory = instance.get_memory(&mut store, "memory").ok_or_else(|| wasmtime::format_err!("no memory"))?;
        let room = instance.get_typed_func(&mut store, "siem_room")?;
        Ok(Self { store, instance, memory, room })
    }

    /// Writes the input of the next call.
    ///
    /// # Errors
    ///
    /// If there is no room for it.
    pub fn write(&mut self, input: &[u8]) -> Result<()> {
        let at = self.room.call(&mut self.store, input.len() as u32)?;
        if at == 0 {
            return Err(wasmtime::format_err!("expected a room of {} bytes, found that there is none", input.len()));
        }
        Ok(self.memory.write(&mut self.store, at as usize, input)?)
    }

    /// Calls a function without arguments, or with the number of a transformer and others.
    ///
    /// # Errors
    ///
    /// If the module has no such function, or traps.
    pub fn call<P: wasmtime::WasmParams>(&mut self, function: &str, arguments: P) -> Result<u32> {
        let function = self.instance.get_typed_func::<P, u32>(&mut self.store, function)?;
        function.call(&mut self.store, arguments)
    }

    /// The fuel that a function of a transformer takes for an input, once buffers have grown: it is called twice.
    ///
    /// # Errors
    ///
    /// If the module has no such function, traps, or does not count.
    pub fn fuel_of(&mut self, function: &str, transformer: u32, input: &[u8], received: u64) -> Result<u64> {
        let mut before = 0;
        for _ in 0..2 {
            self.write(input)?;
            before = self.store.get_fuel()?;
            if self.call(function, (transformer, received as i64))? == 0 {
                return Err(wasmtime::format_err!("expected an answer of {function}, found 0"));
            }
        }
        Ok(before - self.store.get_fuel()?)
    }

    /// The whole memory.
    #[must_use]
    pub fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }
}
