//! The shapes of records: sequences of field names. Records of one source mostly repeat a few.
//!
//! The shapes form a tree with a node for each name; reading follows it and compares a name instead
//! of looking it up. What follows from names alone is kept by [`NodeId`]. Shapes affect speed only:
//! without them and [`plain`](super::plain), the component executes twice as many instructions a
//! record.
//!
//! Attackers choose names, so the tree is bounded and starts again when full.

use super::signs::Signs;
use crate::bytes;
use crate::key::{Key, Spelling};

/// The shapes met so far.
#[derive(Debug)]
pub(crate) struct Shapes {
    nodes: Vec<Node>,
    full: bool,
}

/// A node of the tree, which stands for the names of a record so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeId(u16);

/// A name that records had after those of the nodes above.
#[derive(Debug)]
pub(crate) struct Node {
    name: Token,
    /// The key that the name stands for here. No node above has the same key.
    pub(crate) key: Option<(Key, Spelling)>,
    depth: u8,
    /// What the names up to here tell.
    signs: Signs,
    /// The first node below, and the next one with the same parent.
    child: NodeId,
    sibling: NodeId,
}

/// What is between names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The start of `extensions`.
    Open,
    /// The end of `extensions`.
    Close,
    /// The header of CEF, which stands for all its fields.
    Cef,
}

pub(crate) const NODES_MAX: usize = 1024;
const SIBLINGS_MAX: usize = 16;
const DEPTH_MAX: u8 = 64;

impl NodeId {
    /// Before the first field.
    pub(super) const ROOT: Self = Self(0);
    /// Outside the tree.
    pub(super) const UNKNOWN: Self = Self(u16::MAX);

    /// Returns the index, below [`NODES_MAX`], or `None` outside the tree.
    #[inline]
    pub(crate) fn index(self) -> Option<usize> {
        (self != Self::UNKNOWN).then_some(usize::from(self.0))
    }
}

impl Shapes {
    pub(crate) fn new() -> Self {
        Self { nodes: vec![Node::new(Token::NONE, None, 0, Signs::NONE)], full: false }
    }

    /// Forgets everything if there is no room for more, and returns whether it did. Node ids are
    /// valid until then.
    pub(crate) fn make_room(&mut self) -> bool {
        let full = self.full;
        if full {
            *self = Self::new();
        }
        full
    }

    /// Returns the node below `id` with whose name and the signs around it `text` begins.
    #[inline(always)] // Part of the loop over plain members, as what it calls.
    pub(crate) fn follow(&self, id: NodeId, text: &[u8]) -> Option<(NodeId, &Node)> {
        let mut child = self.node(id)?.child;
        while let Some(node) = self.node(child) {
            if node.name.begins(text) {
                return Some((child, node));
            }
            child = node.sibling;
        }
        None
    }

    /// Returns the node below `id` with whose name and signs `text` ends at the offset `end`, behind
    /// a space.
    #[inline(always)] // As `follow`, of the loop over plain pairs.
    pub(super) fn follow_back(&self, id: NodeId, text: &[u8], end: usize) -> Option<(NodeId, &Node)> {
        let mut child = self.node(id)?.child;
        while let Some(node) = self.node(child) {
            if let Some(before) = end.checked_sub(node.length() + 1)
                && let Some([b' ', name @ ..]) = text.get(before..)
                && node.name.begins(name)
            {
                return Some((child, node));
            }
            child = node.sibling;
        }
        None
    }

    /// Returns what the names of this shape tell, unless it is not kept.
    #[inline]
    pub(super) fn signs(&self, id: NodeId) -> Option<Signs> {
        self.node(id).map(|node| node.signs)
    }

    /// Finds or adds the node of a mark below `id`.
    pub(crate) fn mark(&mut self, id: NodeId, mark: Mark) -> NodeId {
        let signs = self.signs(id).unwrap_or(Signs::NONE);
        self.learn(id, Token::mark(mark), None, signs)
    }

    /// Finds or adds the node of `name` below `id`. `signs` are those of the names so far.
    #[inline(never)] // Only names that are new in their place need it.
    pub(super) fn learn(&mut self, id: NodeId, name: Token, key: Option<(Key, Spelling)>, signs: Signs) -> NodeId {
        let Some(parent) = self.node(id) else { return NodeId::UNKNOWN };
        let (depth, mut child) = (parent.depth + 1, parent.child);
        let (mut last, mut siblings) = (None, 0);
        while let Some(node) = self.node(child) {
            if node.name == name {
                return child;
            }
            siblings += 1;
            last = Some(child);
            child = node.sibling;
        }
        if depth > DEPTH_MAX {
            return NodeId::UNKNOWN;
        }
        if siblings >= SIBLINGS_MAX || self.nodes.len() >= NODES_MAX {
            self.full = true;
            return NodeId::UNKNOWN;
        }
        let added = NodeId(self.nodes.len() as u16);
        self.nodes.push(Node::new(name, key, depth, signs));
        // Names met first are mostly the most frequent.
        match (last, self.nodes.get_mut(usize::from(last.unwrap_or(id).0))) {
            (None, Some(parent)) => parent.child = added,
            (Some(_), Some(sibling)) => sibling.sibling = added,
            (_, None) => {}
        }
        added
    }

    #[inline(always)] // As `follow`.
    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(usize::from(id.0))
    }
}

impl Node {
    fn new(name: Token, key: Option<(Key, Spelling)>, depth: u8, signs: Signs) -> Self {
        Self { name, key, depth, signs, child: NodeId::UNKNOWN, sibling: NodeId::UNKNOWN }
    }

    /// The length of the name with the signs around it.
    #[inline(always)] // A load.
    pub(crate) fn length(&self) -> usize {
        usize::from(self.name.length)
    }
}

/// A name with the signs that show where it begins and ends: `"name":` in JSON, `name=` in CEF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    head: [u8; 16],
    tail: [u8; 16],
    length: u8,
}

impl Token {
    /// No text begins with this.
    const NONE: Self = Self { head: [0; 16], tail: [0; 16], length: u8::MAX };

    /// The name of a member, given without its quotes, if it is not too long.
    pub(super) fn json(name: &[u8]) -> Option<Self> {
        Self::new(b"\"", name, b"\":")
    }

    /// The name of a pair, if it is not too long.
    pub(super) fn cef(name: &[u8]) -> Option<Self> {
        Self::new(b"", name, b"=")
    }

    #[inline(never)] // Only names that are new in their place need it.
    fn new(before: &[u8], name: &[u8], after: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        let mut length = 0;
        for part in [before, name, after] {
            bytes.get_mut(length..length + part.len())?.copy_from_slice(part);
            length += part.len();
        }
        let (head, tail) = (*bytes.first_chunk()?, *bytes.last_chunk()?);
        Some(Self { head, tail, length: length as u8 })
    }

    fn mark(mark: Mark) -> Self {
        Self { tail: [mark as u8; 16], ..Self::NONE }
    }

    /// Returns whether `text` begins with this name and goes on for some bytes: whole registers are
    /// compared.
    #[inline(always)] // As `follow`.
    fn begins(&self, text: &[u8]) -> bool {
        let Some(head) = text.first_chunk::<16>() else { return self.is_start_of(text) };
        let (common, length) = (bytes::common_length(head, &self.head), usize::from(self.length));
        common >= length || (common == 16 && self.tail_begins(text.get(16..).unwrap_or_default()))
    }

    /// Returns whether a text of less than 16 bytes begins with this name.
    #[inline(never)] // Few names are so near the end.
    fn is_start_of(&self, text: &[u8]) -> bool {
        // In core modules, comparing the slices is a call that looks at each byte.
        let (mut padded, length) = ([0; 16], usize::from(self.length));
        if let Some(start) = padded.get_mut(..text.len()) {
            start.copy_from_slice(text);
        }
        length <= text.len() && bytes::common_length(&padded, &self.head) >= length
    }

    /// Returns whether the rest of the text begins with what follows the head.
    #[inline(always)] // As `follow`.
    fn tail_begins(&self, text: &[u8]) -> bool {
        let Some(tail) = text.first_chunk::<16>() else { return false };
        16 + bytes::common_length(tail, &self.tail) >= usize::from(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_names_of_any_length_apart() {
        let all = "abcdefghijklmnopqrstuvwxyzabcdefghij";
        for length in 0..=all.len() {
            let Some(name) = Token::json(&all.as_bytes()[..length]) else {
                assert!(length > 29);
                continue;
            };
            for found in 0..=all.len() {
                let text = format!("\"{}\":0123456789abcdef", &all[..found]);
                assert_eq!(name.begins(text.as_bytes()), found == length);
            }
        }
        assert!(!Token::mark(Mark::Open).begins(&[1; 64]) && !Token::NONE.begins(&[0; 300]));
    }

    #[test]
    fn stays_within_its_bounds() {
        let mut shapes = Shapes::new();
        let mut id = NodeId::ROOT;
        for number in 0..5000u32 {
            let next = shapes.learn(id, Token::json(format!("{number}").as_bytes()).unwrap(), None, Signs::NONE);
            id = if number % 7 == 0 { NodeId::ROOT } else { next };
            assert!(shapes.nodes.len() <= NODES_MAX);
            let mut siblings = 0;
            let mut child = shapes.nodes[0].child;
            while let Some(node) = shapes.node(child) {
                siblings += 1;
                child = node.sibling;
            }
            assert!(siblings <= SIBLINGS_MAX);
            shapes.make_room();
        }
    }
}
