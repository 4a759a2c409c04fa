//! The shapes of records: sequences of field names. Records of one source mostly repeat a few.
//!
//! The shapes form a tree with a node for each name; reading follows it and compares a name instead
//! of looking it up. What follows from names alone is kept by [`NodeId`]. Shapes affect speed only:
//! without them and [`plain`](super::plain), the component executes twice as many instructions a
//! record.
//!
//! Attackers choose names, so the tree is bounded and starts again when full.

use super::signs::Signs;
use crate::bytes::Prefix;
use crate::key::{Spelling, SpeltKey};

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
    pub(crate) id: NodeId,
    name: Token,
    /// The key that the name stands for here. No node above has the same key.
    pub(crate) key: Option<SpeltKey>,
    /// Whether this name or one above is spelt other than its key.
    pub(super) renamed: bool,
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
        Self { nodes: vec![Node::new(NodeId::ROOT, Token::NONE, None, Signs::NONE)], full: false }
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

    /// Returns the node below `above` with whose name and the signs around it a text begins, of which this is
    /// the beginning.
    #[inline(always)] // Part of the loop over plain members, as what it calls.
    pub(super) fn follow<const N: usize>(&self, above: &Node, ahead: &[u8; N]) -> Option<&Node> {
        let mut next = self.node(above.child);
        while let Some(node) = next {
            if node.name.begins(ahead) {
                break;
            }
            next = self.node(node.sibling);
        }
        next
    }

    /// Returns the node below `id` with whose name and the signs around it `text` begins.
    #[inline(never)] // Once where a loop ends.
    pub(super) fn follow_text(&self, id: NodeId, text: &[u8]) -> Option<&Node> {
        let above = self.node(id)?;
        match text.first_chunk::<32>() {
            Some(ahead) => self.follow(above, ahead),
            None => self.follow(above, &padded(text)?),
        }
    }

    /// Returns the node below `above` with whose name and signs `text` ends at the offset `end`, behind
    /// a space.
    #[inline(always)] // As `follow`, of the loop over plain pairs.
    pub(super) fn follow_back(&self, above: &Node, text: &[u8], end: usize) -> Option<&Node> {
        let mut next = self.node(above.child);
        while let Some(node) = next {
            if let Some(before) = end.checked_sub(node.length() + 1)
                && let Some([b' ', name @ ..]) = text.get(before..)
                && node.name.begins_text(name)
            {
                break;
            }
            next = self.node(node.sibling);
        }
        next
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
    pub(super) fn learn(&mut self, id: NodeId, name: Token, key: Option<SpeltKey>, signs: Signs) -> NodeId {
        let Some(parent) = self.node(id) else { return NodeId::UNKNOWN };
        let (depth, renamed, mut child) = (parent.depth + 1, parent.renamed, parent.child);
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
        let node = Node::new(added, name, key, signs);
        self.nodes.push(Node { depth, renamed: renamed || node.renamed, ..node });
        // Names met first are mostly the most frequent.
        match (last, self.nodes.get_mut(usize::from(last.unwrap_or(id).0))) {
            (None, Some(parent)) => parent.child = added,
            (Some(_), Some(sibling)) => sibling.sibling = added,
            (_, None) => {}
        }
        added
    }

    #[inline(always)] // As `follow`.
    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(usize::from(id.0))
    }
}

impl Node {
    /// Creates a node that has none above.
    fn new(id: NodeId, name: Token, key: Option<SpeltKey>, signs: Signs) -> Self {
        let renamed = key.is_some_and(|key| key.spelling() != Spelling::Exact);
        Self { id, name, key, renamed, depth: 0, signs, child: NodeId::UNKNOWN, sibling: NodeId::UNKNOWN }
    }

    /// The length of the name with the signs around it.
    #[inline(always)] // A load.
    pub(crate) fn length(&self) -> usize {
        usize::from(self.name.length) & NAME_MAX
    }
}

/// A name with the signs that show where it begins and ends: `"name":` in JSON, `name=` in CEF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// All of it, unless it is [`long`](Self::long).
    all: Prefix,
    length: u8,
    /// The first and the last sixteen bytes of the maximum length, if it is longer than one chunk.
    long: Option<Box<[Prefix; 2]>>,
}

/// The maximum length of a name with the signs around it. It is a mask, too.
pub(super) const NAME_MAX: usize = 31;

impl Token {
    /// No text begins with this.
    const NONE: Self = Self { all: Prefix::never(u8::MAX), length: 0, long: None };

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
        let mut bytes = [0; NAME_MAX];
        let mut length = 0;
        for part in [before, name, after] {
            bytes.get_mut(length..length + part.len())?.copy_from_slice(part);
            length += part.len();
        }
        let head = Prefix::new(bytes.first_chunk()?, length);
        let (all, long) = if length <= 16 {
            (head, None)
        } else {
            let tail = Prefix::new(bytes.last_chunk()?, length - (NAME_MAX - 16));
            (Prefix::never(0), Some(Box::new([head, tail])))
        };
        Some(Self { all, length: length as u8, long })
    }

    fn mark(mark: Mark) -> Self {
        Self { all: Prefix::never(1 + mark as u8), ..Self::NONE }
    }

    /// Returns whether a text begins with this name, of which this is the beginning: whole registers are
    /// compared.
    #[inline(always)] // As `follow`.
    fn begins<const N: usize>(&self, ahead: &[u8; N]) -> bool {
        ahead.first_chunk().is_some_and(|chunk| self.all.begins(chunk))
            || self.long.as_ref().is_some_and(|long| begins_long(long, ahead))
    }

    /// Returns whether a text begins with this name.
    #[inline(never)] // A loop over pairs calls it once each.
    fn begins_text(&self, text: &[u8]) -> bool {
        match text.first_chunk::<32>() {
            Some(ahead) => self.begins(ahead),
            None => padded(text).is_some_and(|ahead| self.begins(&ahead)),
        }
    }
}

#[inline(never)] // Few names are long.
fn begins_long([head, tail]: &[Prefix; 2], ahead: &[u8]) -> bool {
    let ahead = ahead.first_chunk::<NAME_MAX>();
    let chunks = ahead.and_then(|ahead| Some((ahead.first_chunk()?, ahead.last_chunk()?)));
    chunks.is_some_and(|(first, last)| head.begins(first) && tail.begins(last))
}

/// Returns a text of less than 32 bytes with zeros behind it. In core modules, comparing slices is a call that
/// looks at each byte.
fn padded(text: &[u8]) -> Option<[u8; 32]> {
    let mut padded = [0; 32];
    padded.get_mut(..text.len())?.copy_from_slice(text);
    Some(padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_names_of_any_length_apart() {
        let all = "abcdefghijklmnopqrstuvwxyzabcdefghij";
        for length in 0..=all.len() {
            let Some(name) = Token::json(&all.as_bytes()[..length]) else {
                assert!(length > 28);
                continue;
            };
            for found in 0..=all.len() {
                let text = format!("\"{}\":0123456789abcdef", &all[..found]);
                assert_eq!(name.begins_text(text.as_bytes()), found == length);
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
