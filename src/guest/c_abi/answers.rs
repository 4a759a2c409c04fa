//! What a batch, a stream and a list of texts are answered with, laid out as the header says.

use std::any::Any;

use crate::Changes;

/// `siem_text`: the address of a text, and its length in bytes.
#[repr(C)]
#[derive(Default, Clone, Copy)]
pub(super) struct Text(usize, usize);

impl From<&[u8]> for Text {
    fn from(text: &[u8]) -> Self {
        Self(text.as_ptr().addr(), text.len())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

/// `siem_list`: the address of the first of several structures, and their number.
#[repr(C)]
#[derive(Default, Clone, Copy)]
pub(super) struct List(usize, usize);

impl<T> From<&[T]> for List {
    fn from(items: &[T]) -> Self {
        Self(items.as_ptr().addr(), items.len())
    }
}

/// What an answer points to: lists and texts of any length, until they are cleared.
#[derive(Default)]
pub(super) struct Kept(Vec<Box<dyn Any>>);

impl Kept {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn list<T: 'static>(&mut self, items: impl IntoIterator<Item = T>) -> List {
        let items: Vec<T> = items.into_iter().collect();
        let list = items.as_slice().into();
        self.0.push(Box::new(items));
        list
    }

    /// Returns the address of an item.
    pub(super) fn one<T: 'static>(&mut self, item: T) -> usize {
        self.list([item]).0
    }

    pub(super) fn text(&mut self, text: String) -> Text {
        let kept = text.as_str().into();
        self.0.push(Box::new(text));
        kept
    }

    pub(super) fn texts(&mut self, texts: Vec<String>) -> List {
        let texts: Vec<_> = texts.into_iter().map(|text| self.text(text)).collect();
        self.list(texts)
    }
}

/// `siem_changes`.
#[repr(C)]
#[derive(Default)]
pub(super) struct Counts([u64; 7]);

impl From<Changes> for Counts {
    fn from(changes: Changes) -> Self {
        let Changes { renamed, replaced, truncated, dropped, repeated, unreadable, redacted } = changes;
        Self([renamed, replaced, truncated, dropped, repeated, unreadable, redacted])
    }
}

/// `siem_rejection`.
#[repr(C)]
pub(super) struct Rejection {
    index: u64,
    start: usize,
    end: usize,
    reason: Text,
    message: Text,
    is_continuation: u32,
}

impl Rejection {
    pub(super) fn new(rejection: &crate::Rejection, message: Text) -> Self {
        Self {
            index: rejection.index,
            start: rejection.range.start,
            end: rejection.range.end,
            reason: rejection.reason().as_str().into(),
            message,
            is_continuation: rejection.is_continuation().into(),
        }
    }
}

/// Rejections as the host reads them.
#[derive(Default)]
pub(super) struct Rejections {
    items: Vec<Rejection>,
    /// Their messages, each once if it repeats in a row.
    messages: Vec<String>,
}

impl Rejections {
    pub(super) fn describe(&mut self, rejections: &mut Vec<crate::Rejection>) -> List {
        let Self { items, messages } = self;
        items.clear();
        messages.clear();
        let mut before: Option<(crate::Rejection, Text)> = None;
        // There may be so many that they take more memory than everything else: free them.
        for rejection in std::mem::take(rejections) {
            let message = match &before {
                Some((other, message)) if other.problem == rejection.problem => *message,
                _ => {
                    messages.push(rejection.to_string());
                    messages.last().map_or(Text::default(), |message| message.as_str().into())
                }
            };
            items.push(Rejection::new(&rejection, message));
            before = Some((rejection, message));
        }
        items.as_slice().into()
    }
}

/// `siem_batch_answer`.
#[repr(C)]
#[derive(Default)]
pub(super) struct Batch {
    pub(super) lines: Text,
    pub(super) rejections: List,
    pub(super) written: u64,
    pub(super) changes: Counts,
}

/// `siem_stream_answer`.
#[repr(C)]
#[derive(Default)]
pub(super) struct Part {
    pub(super) batch: Batch,
    pub(super) offset: u64,
    pub(super) rest: u64,
    pub(super) bytes: Text,
}

/// `siem_line`.
#[repr(C)]
pub(super) struct Line {
    text: Text,
    changes: Counts,
}

impl Line {
    /// Creates that of the text at an offset in a buffer that is not complete.
    pub(super) fn at(start: usize, length: usize, changes: Changes) -> Self {
        Self { text: Text(start, length), changes: changes.into() }
    }

    /// Turns the offset into an address.
    pub(super) fn settle(&mut self, buffer: &[u8]) {
        self.text.0 += buffer.as_ptr().addr();
    }
}

/// `siem_each_answer`.
#[repr(C)]
#[derive(Default)]
pub(super) struct Each {
    pub(super) lines: List,
    pub(super) rejections: List,
}

/// `siem_error_answer`: a JSON Pointer into the configuration, and a message.
#[repr(C)]
#[derive(Default)]
pub(super) struct Error(pub(super) [Text; 2]);
