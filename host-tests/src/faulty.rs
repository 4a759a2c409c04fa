//! Guests with faults, otherwise as they ship: the component with a function in front of one that it exports, which
//! fails where a record says so.
//!
//! Of the component, only the core module is changed in which the exported function is. The function in front is
//! appended to it and takes the export's name, so that nothing is renumbered.

use wasm_encoder::{Encode as _, Function, Instruction, MemArg};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};
use wasmtime::Result;
use wasmtime::error::format_err;

use crate::append_leb128;

/// What a record makes `transform` do, if its text contains the fault's eight letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// Traps at once.
    Trap,
    /// Calls itself until the stack is used up.
    Deep,
    /// Takes all memory that it gets, then traps, as the allocator of Rust does.
    Memory,
    /// Never returns.
    Loop,
    /// Returns a list that is not in its memory.
    Answer,
    /// Takes 16 MiB that it does not give back, or traps if it does not get them. The answer is right.
    Leak,
}

impl Marked {
    /// Each fault.
    pub const ALL: [Self; 6] = [Self::Trap, Self::Deep, Self::Memory, Self::Loop, Self::Answer, Self::Leak];

    /// The letters.
    #[must_use]
    pub fn letters(self) -> &'static str {
        match self {
            Self::Trap => "!!trap!!",
            Self::Deep => "!!deep!!",
            Self::Memory => "!memory!",
            Self::Loop => "!!loop!!",
            Self::Answer => "!answer!",
            Self::Leak => "!!leak!!",
        }
    }

    /// The instructions, after which `call` calls what is behind.
    fn instructions(self, this: u32, call: &[Instruction<'static>]) -> Vec<Instruction<'static>> {
        use Instruction as I;
        match self {
            Self::Trap => vec![I::Unreachable],
            Self::Deep => with_call(call, this),
            Self::Memory => vec![
                I::Loop(wasm_encoder::BlockType::Empty),
                I::I32Const(16),
                I::MemoryGrow(0),
                I::I32Const(-1),
                I::I32Ne,
                I::BrIf(0),
                I::End,
                I::Unreachable,
            ],
            Self::Loop => vec![I::Loop(wasm_encoder::BlockType::Empty), I::Br(0), I::End],
            Self::Answer => {
                let length = MemArg { offset: 4, align: 2, memory_index: 0 };
                let mut instructions = call.to_vec();
                let answer =
                    [I::LocalTee(ANSWER), I::I32Const(-1), I::I32Store(length), I::LocalGet(ANSWER), I::Return];
                instructions.extend(answer);
                instructions
            }
            Self::Leak => vec![
                I::I32Const(256),
                I::MemoryGrow(0),
                I::I32Const(-1),
                I::I32Eq,
                I::If(wasm_encoder::BlockType::Empty),
                I::Unreachable,
                I::End,
            ],
        }
    }
}

/// The function of `transform` in the core module: the transformer, the batch and its length, whether there is a time
/// of reception and that; it returns the address of the answer, which begins with that of the lines and their length.
const TRANSFORM: &str = "senhasegura:siem/transform@0.2.0#[method]transformer.transform";
const CREATE: &str = "senhasegura:siem/transform@0.2.0#[static]transformer.create";
const PARAMETERS: u32 = 5;
/// Locals after the parameters: where the batch is being searched, where that ends, and an address.
const AT: u32 = PARAMETERS;
const END: u32 = PARAMETERS + 1;
const ANSWER: u32 = PARAMETERS + 2;

/// Returns a component that fails where a record says so.
///
/// # Errors
///
/// If it is not this project's component.
pub fn transform(component: &[u8]) -> Result<Vec<u8>> {
    use Instruction as I;
    wrap(component, TRANSFORM, |behind, this| {
        let call: Vec<_> = (0..PARAMETERS).map(I::LocalGet).chain([I::Call(behind)]).collect();
        let mut body = vec![I::LocalGet(1), I::LocalSet(AT)];
        // Where the last eight bytes begin, and one more. Fewer bytes are not searched.
        body.extend([I::LocalGet(1), I::LocalGet(2), I::I32Add, I::I32Const(7), I::I32Sub, I::LocalSet(END)]);
        body.extend([I::Block(wasm_encoder::BlockType::Empty), I::Loop(wasm_encoder::BlockType::Empty)]);
        body.extend([I::LocalGet(AT), I::LocalGet(END), I::I32GeS, I::BrIf(1)]);
        for fault in Marked::ALL {
            let letters = fault.letters().bytes().rev().fold(0, |number, byte| number << 8 | i64::from(byte));
            let eight = MemArg { offset: 0, align: 0, memory_index: 0 };
            body.extend([I::LocalGet(AT), I::I64Load(eight), I::I64Const(letters), I::I64Eq]);
            body.push(I::If(wasm_encoder::BlockType::Empty));
            body.extend(fault.instructions(this, &call));
            body.push(I::End);
        }
        body.extend([I::LocalGet(AT), I::I32Const(1), I::I32Add, I::LocalSet(AT), I::Br(0), I::End, I::End]);
        body.extend(call);
        body
    })
}

/// Returns a component that traps when it is to make a transformer.
///
/// # Errors
///
/// If it is not this project's component.
pub fn create(component: &[u8]) -> Result<Vec<u8>> {
    wrap(component, CREATE, |_, _| vec![Instruction::Unreachable])
}

/// Calls the function `this` with the same arguments, and returns what it does.
fn with_call(call: &[Instruction<'static>], this: u32) -> Vec<Instruction<'static>> {
    let arguments = call.get(..call.len() - 1).unwrap_or_default();
    arguments.iter().cloned().chain([Instruction::Call(this), Instruction::Return]).collect()
}

type Body<'b> = dyn Fn(u32, u32) -> Vec<Instruction<'static>> + 'b;

/// Replaces an exported function with one whose `body` gets the indices of the original and of itself.
fn wrap(component: &[u8], export: &str, body: impl Fn(u32, u32) -> Vec<Instruction<'static>>) -> Result<Vec<u8>> {
    let mut nested = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection { unchecked_range, .. } = payload? {
            nested.push(unchecked_range);
        }
    }
    for range in nested {
        let module = component.get(range.clone()).unwrap_or_default();
        let Some(wrapped) = wrap_in(module, export, &body)? else { continue };
        // The section of the component is its id, which is 1, its length and the module.
        let mut length = Vec::new();
        append_leb128(module.len() as u64, &mut length);
        let start = range.start - length.len() - 1;
        let mut changed = component.get(..start).unwrap_or_default().to_vec();
        changed.push(1);
        append_leb128(wrapped.len() as u64, &mut changed);
        changed.extend(wrapped);
        changed.extend_from_slice(component.get(range.end..).unwrap_or_default());
        return Ok(changed);
    }
    Err(format_err!("expected a core module that exports {export}, found none"))
}

/// As [`wrap`], in a core module; none if it does not export that.
fn wrap_in(module: &[u8], export: &str, body: &Body<'_>) -> Result<Option<Vec<u8>>> {
    let (mut imported, mut types, mut exports, mut bodies) = (0, Vec::new(), Vec::new(), 0);
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::FunctionSection(section) => types = section.into_iter().collect::<std::result::Result<_, _>>()?,
            Payload::ExportSection(section) => exports = section.into_iter().collect::<std::result::Result<_, _>>()?,
            Payload::CodeSectionStart { count, .. } => bodies = count,
            _ => {}
        }
    }
    let Some(behind) = exports.iter().find(|found| found.name == export).map(|found| found.index) else {
        return Ok(None);
    };
    let kind = types.get((behind - imported) as usize).copied().unwrap_or_default();
    let this = imported + bodies;

    let mut function = Function::new([(3, wasm_encoder::ValType::I32)]);
    for instruction in body(behind, this) {
        function.instruction(&instruction);
    }
    function.instruction(&Instruction::End);

    let mut changed = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::FunctionSection(_) => {
                let mut section = wasm_encoder::FunctionSection::new();
                types.iter().chain([&kind]).for_each(|kind| _ = section.function(*kind));
                changed.section(&section);
            }
            Payload::ExportSection(_) => {
                let mut section = wasm_encoder::ExportSection::new();
                for found in &exports {
                    let index = if found.name == export { this } else { found.index };
                    section.export(found.name, kind_of(found.kind)?, index);
                }
                changed.section(&section);
            }
            Payload::CodeSectionStart { range, .. } => {
                let bytes = module.get(range.clone()).unwrap_or_default();
                let mut count = Vec::new();
                append_leb128(u64::from(bodies), &mut count);
                let mut data = Vec::new();
                append_leb128(u64::from(bodies + 1), &mut data);
                data.extend_from_slice(bytes.get(count.len()..).unwrap_or_default());
                function.encode(&mut data);
                changed.section(&wasm_encoder::RawSection { id: 10, data: &data });
            }
            // Part of the section that has been copied.
            Payload::CodeSectionEntry(_) => {}
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    let data = module.get(range).unwrap_or_default();
                    changed.section(&wasm_encoder::RawSection { id, data });
                }
            }
        }
    }
    Ok(Some(changed.finish()))
}

fn kind_of(kind: ExternalKind) -> Result<wasm_encoder::ExportKind> {
    match kind {
        ExternalKind::Func => Ok(wasm_encoder::ExportKind::Func),
        ExternalKind::Table => Ok(wasm_encoder::ExportKind::Table),
        ExternalKind::Memory => Ok(wasm_encoder::ExportKind::Memory),
        ExternalKind::Global => Ok(wasm_encoder::ExportKind::Global),
        kind => Err(format_err!("expected an export that the component's module has, found {kind:?}")),
    }
}
