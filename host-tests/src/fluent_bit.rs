//! Fluent Bit's filter `wasm`, as version 4.2 and later call it: arguments are put into blocks of
//! the module's `malloc` and freed after the call; the answer is copied up to its first NUL and not
//! freed.

use wasmtime::{Instance, Result, Store, StoreLimits, StoreLimitsBuilder, TypedFunc};

use crate::{Allocator, Compiled};

/// The path of the module.
pub const PATH: &str = env!("FLUENT_BIT");

type Filter = TypedFunc<(u32, u32, u32, u32, u32, u32), u32>;

/// One instance, used for many records.
pub struct FluentBit {
    store: Store<StoreLimits>,
    allocator: Allocator,
    instance: Instance,
}

impl FluentBit {
    /// Compiles a module and makes an instance. `fuel` makes it count the instructions it executes.
    ///
    /// # Errors
    ///
    /// If it is none, or as [`FluentBit::of`].
    pub fn new(module: &[u8], fuel: bool) -> Result<Self> {
        Self::of(&Compiled::new(module, fuel)?)
    }

    /// Makes an instance of a compiled module, with nothing to import.
    ///
    /// # Errors
    ///
    /// If it lacks what the host needs.
    pub fn of(compiled: &Compiled) -> Result<Self> {
        let (mut store, instance) = compiled.instance()?;
        let allocator = Allocator::of(&instance, &mut store)?;
        Ok(Self { store, allocator, instance })
    }

    /// One of the module's functions.
    ///
    /// # Errors
    ///
    /// If there is none of that name, or it is no filter.
    pub fn function(&mut self, name: &str) -> Result<Filter> {
        self.instance.get_typed_func(&mut self.store, name)
    }

    /// What a function answers for a record; nothing if the record is dropped.
    ///
    /// # Errors
    ///
    /// If the module traps: the record is lost. The host goes on with the instance.
    pub fn filter(&mut self, function: &Filter, millis: u64, record: &[u8]) -> Result<Option<Vec<u8>>> {
        let tag = self.put(b"vault")?;
        let place = self.put(record)?;
        let (seconds, nanos) = ((millis / 1000) as u32, (millis % 1000 * 1_000_000) as u32);
        let answered = function.call(&mut self.store, (tag, 5, seconds, nanos, place, record.len() as u32));
        let answer = answered.as_ref().map(|place| self.text_at(*place)).unwrap_or_default();
        self.allocator.free.call(&mut self.store, place)?;
        self.allocator.free.call(&mut self.store, tag)?;
        answered.map(|_| answer)
    }

    /// As [`FluentBit::filter`], for a record that the host had no memory for.
    ///
    /// # Errors
    ///
    /// If the module traps.
    pub fn filter_nothing(&mut self, function: &Filter, length: u32) -> Result<Option<Vec<u8>>> {
        let answer = function.call(&mut self.store, (0, 0, 1, 0, 0, length))?;
        Ok(self.text_at(answer))
    }

    /// How much fuel is left: one for nearly every instruction.
    ///
    /// # Errors
    ///
    /// If fuel is not counted.
    pub fn fuel(&self) -> Result<u64> {
        self.store.get_fuel()
    }

    /// Lets the linear memory grow no further than this.
    pub fn limit_memory(&mut self, bytes: usize) {
        *self.store.data_mut() = StoreLimitsBuilder::new().memory_size(bytes).build();
    }

    /// How large the linear memory is.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        self.allocator.memory.data_size(&self.store)
    }

    /// Puts bytes into a block, or answers null if there is no room for one.
    fn put(&mut self, bytes: &[u8]) -> Result<u32> {
        let place = self.allocator.malloc.call(&mut self.store, bytes.len() as u32 + 1)?;
        if place == 0 {
            return Ok(0);
        }
        self.allocator.memory.write(&mut self.store, place as usize, bytes)?;
        self.allocator.memory.write(&mut self.store, place as usize + bytes.len(), &[0])?;
        Ok(place)
    }

    fn text_at(&self, place: u32) -> Option<Vec<u8>> {
        let memory = self.allocator.memory.data(&self.store).get(place as usize..).filter(|_| place != 0)?;
        Some(memory.split(|byte| *byte == 0).next().unwrap_or_default().to_vec())
    }
}
