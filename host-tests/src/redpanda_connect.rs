//! Redpanda Connect's and Bento's processor `wasm`: the module asks for the message and its
//! metadata, which the host puts into blocks of the module's `malloc` and frees after the call, and
//! gives it another.

use std::collections::BTreeMap;

use wasmtime::{Caller, Instance, Linker, Result, Store, StoreLimits, TypedFunc};

use crate::{Allocator, Compiled, store};

/// The path of the module for Redpanda Connect.
pub const PATH: &str = env!("REDPANDA_CONNECT");

/// The path of the module for Bento.
pub const BENTO: &str = env!("BENTO");

/// A message and its metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The payload.
    pub bytes: Vec<u8>,
    /// The metadata.
    pub metadata: BTreeMap<String, String>,
    /// Why the host could not hand the message over. The configuration's `errored()` says whether there is a reason.
    pub error: Option<String>,
}

#[derive(Default)]
struct State {
    limits: StoreLimits,
    message: Message,
    /// What to free after the call.
    blocks: Vec<u32>,
    allocator: Option<Allocator>,
}

/// One instance, used for many messages.
pub struct RedpandaConnect {
    store: Store<State>,
    allocator: Allocator,
    process: TypedFunc<(), ()>,
}

/// Puts bytes into a block of the module's, and answers where and how many, as one number. As in the host, a trap of `malloc`
/// becomes an error of the message, and nobody looks whether it answers null.
fn give(caller: &mut Caller<'_, State>, bytes: &[u8]) -> u64 {
    let Some(Allocator { memory, malloc, .. }) = caller.data().allocator.clone() else { return 0 };
    let written = malloc.call(&mut *caller, bytes.len() as u32).and_then(|place| {
        caller.data_mut().blocks.push(place);
        memory.write(&mut *caller, place as usize, bytes)?;
        Ok(u64::from(place) << 32 | bytes.len() as u64)
    });
    written.unwrap_or_else(|error| {
        caller.data_mut().message.error = Some(format!("allocating in-bound memory: {error}"));
        0
    })
}

fn take(caller: &Caller<'_, State>, place: u32, length: u32) -> Vec<u8> {
    let memory = caller.data().allocator.as_ref().map(|allocator| allocator.memory.data(caller)).unwrap_or_default();
    memory.get(place as usize..place as usize + length as usize).unwrap_or_default().to_vec()
}

fn text(caller: &Caller<'_, State>, place: u32, length: u32) -> Result<String> {
    Ok(String::from_utf8(take(caller, place, length))?)
}

impl RedpandaConnect {
    /// Instantiates a module. `fuel` makes it count the instructions it executes.
    ///
    /// # Errors
    ///
    /// If it is not a module, or imports what the host lacks.
    pub fn new(module: &[u8], fuel: bool) -> Result<Self> {
        Self::of(&Compiled::new(module, fuel)?)
    }

    /// Makes an instance of a compiled module.
    ///
    /// # Errors
    ///
    /// If it imports what the host lacks.
    pub fn of(compiled: &Compiled) -> Result<Self> {
        Self::with("benthos_wasm", compiled)
    }

    /// As [`RedpandaConnect::new`], in Bento.
    ///
    /// # Errors
    ///
    /// If it is not a module, or imports what the host lacks.
    pub fn bento(module: &[u8]) -> Result<Self> {
        Self::with("bento_wasm", &Compiled::new(module, false)?)
    }

    /// `host` is what the host calls its functions' module.
    fn with(host: &str, compiled: &Compiled) -> Result<Self> {
        let engine = compiled.module.engine();
        let mut linker = Linker::new(engine);
        linker.func_wrap(host, "v0_msg_as_bytes", |mut caller: Caller<'_, State>| {
            let bytes = caller.data().message.bytes.clone();
            give(&mut caller, &bytes)
        })?;
        linker.func_wrap(host, "v0_msg_set_bytes", |mut caller: Caller<'_, State>, place: u32, length: u32| {
            caller.data_mut().message.bytes = take(&caller, place, length);
        })?;
        linker.func_wrap(host, "v0_msg_get_meta", |mut caller: Caller<'_, State>, place: u32, length: u32| {
            let key = text(&caller, place, length)?;
            match caller.data().message.metadata.get(&key).cloned() {
                Some(value) => Ok(give(&mut caller, value.as_bytes())),
                None => Ok(0),
            }
        })?;
        let set_meta = |mut caller: Caller<'_, State>, key: u32, key_length: u32, value: u32, value_length: u32| {
            let (key, value) = (text(&caller, key, key_length)?, text(&caller, value, value_length)?);
            caller.data_mut().message.metadata.insert(key, value);
            Ok(())
        };
        linker.func_wrap(host, "v0_msg_set_meta", set_meta)?;
        let mut store = store(engine, State { limits: compiled.limits.clone(), ..State::default() })?;
        store.limiter(|state| &mut state.limits);
        let instance: Instance = linker.instantiate(&mut store, &compiled.module)?;
        let allocator = Allocator::of(&instance, &mut store)?;
        let process = instance.get_typed_func(&mut store, "process")?;
        store.data_mut().allocator = Some(allocator.clone());
        Ok(Self { store, allocator, process })
    }

    /// What becomes of a message.
    ///
    /// # Errors
    ///
    /// If the module traps, which fails a whole batch. The host goes on with the instance.
    pub fn process(&mut self, message: Message) -> Result<Message> {
        self.store.data_mut().message = message;
        let processed = self.process.call(&mut self.store, ());
        for block in std::mem::take(&mut self.store.data_mut().blocks) {
            self.allocator.free.call(&mut self.store, block)?;
        }
        processed?;
        Ok(std::mem::take(&mut self.store.data_mut().message))
    }

    /// How much fuel is left: one for nearly every instruction.
    ///
    /// # Errors
    ///
    /// If fuel is not counted.
    pub fn fuel(&self) -> Result<u64> {
        self.store.get_fuel()
    }

    /// How large the linear memory is.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        self.allocator.memory.data_size(&self.store)
    }
}
