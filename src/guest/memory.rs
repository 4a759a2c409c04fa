//! `malloc` and `free`, by which a host puts a record into the linear memory and takes it out
//! again.

use std::alloc::{Layout, alloc, dealloc};
use std::ptr;

/// The standard library's takes four times the code.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// What stands before each block: its length.
const HEADER: usize = 8;

fn layout(length: usize) -> Option<Layout> {
    Layout::from_size_align(length.checked_add(HEADER)?, HEADER).ok()
}

/// A block of so many bytes, or null if there is no room.
#[unsafe(no_mangle)]
extern "C" fn malloc(length: usize) -> *mut u8 {
    let Some(layout) = layout(length) else { return ptr::null_mut() };
    // SAFETY: the layout is of at least `HEADER` bytes.
    let block = unsafe { alloc(layout) };
    if block.is_null() {
        return block;
    }
    // SAFETY: the block has room for the header, is aligned for it, and goes on behind it.
    unsafe {
        block.cast::<usize>().write(length);
        block.add(HEADER)
    }
}

/// Gives back a block that `malloc` gave. Null is nothing to give back.
///
/// # Safety
///
/// The host gives back each block once, and does not use it any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut u8) {
    if block.is_null() {
        return;
    }
    // SAFETY: `malloc` put the header there, and the host has it from `malloc`.
    unsafe {
        let start = block.sub(HEADER);
        if let Some(layout) = layout(start.cast::<usize>().read()) {
            dealloc(start, layout);
        }
    }
}
