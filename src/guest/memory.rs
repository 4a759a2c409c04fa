//! `malloc` and `free`, with which a host puts records into the linear memory and removes them.
//!
//! Hosts ask for two or three blocks a record, and free them after it. Small blocks are kept for the next
//! record, and never returned to the allocator.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::Cell;
use std::ptr;

/// What is before each block.
#[repr(C, align(8))]
struct Header {
    /// The length of the block.
    length: usize,
    /// The next block, of one that is free.
    next: *mut Self,
}

/// The length of every block up to this one. Most records are shorter.
const SMALL: usize = 4096;

thread_local! {
    /// The first of the freed blocks of the length [`SMALL`], each of which has the next.
    static FREE: Cell<*mut Header> = const { Cell::new(ptr::null_mut()) };
}

fn layout(length: usize) -> Option<Layout> {
    Layout::from_size_align(length.checked_add(size_of::<Header>())?, align_of::<Header>()).ok()
}

/// Returns a block of `length` bytes, or null if there is no room. For Redpanda Connect and Bento it traps instead: they
/// do not look for null, but would write the message there; a trap is an error of that message.
#[unsafe(no_mangle)]
extern "C" fn malloc(length: usize) -> *mut u8 {
    let free = FREE.get();
    if length <= SMALL && !free.is_null() {
        // SAFETY: a block in the list was made by `malloc`, with its header, and taken back by `free`.
        unsafe {
            FREE.set((*free).next);
            return free.add(1).cast();
        }
    }
    let length = length.max(SMALL);
    // SAFETY: the layout is of at least a header.
    let block = layout(length).map_or(ptr::null_mut(), |layout| unsafe { alloc(layout) }).cast::<Header>();
    if block.is_null() {
        #[cfg(feature = "redpanda-connect")]
        std::process::abort();
        #[cfg(not(feature = "redpanda-connect"))]
        return block.cast();
    }
    // SAFETY: the block has room for the header, is aligned for it, and continues after it.
    unsafe {
        block.write(Header { length, next: ptr::null_mut() });
        block.add(1).cast()
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
        let start = block.cast::<Header>().sub(1);
        let length = (*start).length;
        if length == SMALL {
            (*start).next = FREE.replace(start);
        } else if let Some(layout) = layout(length) {
            dealloc(start.cast(), layout);
        }
    }
}
