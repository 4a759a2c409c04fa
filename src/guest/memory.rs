//! `malloc` and `free`, with which a host puts records into the linear memory and removes them.

use std::alloc::{Layout, alloc, dealloc};
use std::ptr;

/// That of the standard library takes four times the code.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// The length of the header before each block, which holds the block's length.
const HEADER: usize = 8;

fn layout(length: usize) -> Option<Layout> {
    Layout::from_size_align(length.checked_add(HEADER)?, HEADER).ok()
}

/// Returns a block of `length` bytes, or null if there is no room.
#[unsafe(no_mangle)]
extern "C" fn malloc(length: usize) -> *mut u8 {
    let Some(layout) = layout(length) else { return ptr::null_mut() };
    // SAFETY: the layout is of at least `HEADER` bytes.
    let block = unsafe { alloc(layout) };
    if block.is_null() {
        return block;
    }
    // SAFETY: the block has room for the header, is aligned for it, and continues after it.
    unsafe {
        block.cast::<usize>().write(length);
        block.add(HEADER)
    }
}

/// Frees a block of `malloc`. Null is ignored.
///
/// # Safety
///
/// The host frees each block once, and does not use it afterwards.
#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut u8) {
    if block.is_null() {
        return;
    }
    // SAFETY: the block is from `malloc`, which put the header before it.
    unsafe {
        let start = block.sub(HEADER);
        if let Some(layout) = layout(start.cast::<usize>().read()) {
            dealloc(start, layout);
        }
    }
}
