//! What the records of a source have in common: fields of the same names, in the same order.
//!
//! A shape is such a sequence of names. The shapes met so far are a tree, a node for each name in its place. Reading a record
//! walks down the tree and compares each name with those that stood there before, which takes less than looking it up; what
//! follows from the names alone, the [`Layout`], is kept with the last one. Speed is all that depends on it: a record
//! whose shape is not kept becomes the same line.
//!
//! Names are what attackers choose, so the tree is bounded, and grows anew when it is full.

use crate::bytes;
use crate::event::Layout;
use crate::key::{Key, Spelling};

/// The shapes met so far.
#[derive(Debug)]
pub(crate) struct Shapes {
    nodes: Vec<Node>,
    full: bool,
    /// For what cannot be kept.
    spare: Vec<u16>,
}

/// How far a record has been followed down the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(u16);

/// A name that stood at a place.
#[derive(Debug)]
pub(crate) struct Node {
    name: Quoted,
    /// The key that the name stands for here. No place above has the same one.
    pub(crate) key: Option<(Key, Spelling)>,
    depth: u8,
    /// The first of the nodes below, and the next one beside.
    child: Place,
    sibling: Place,
    layout: Option<Box<Layout>>,
}

/// Where an object of fields begins or ends inside a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Open,
    Close,
}

const NODES_MAX: usize = 1024;
const SIBLINGS_MAX: usize = 16;
const DEPTH_MAX: u8 = 64;

impl Place {
    /// Before the first field.
    pub(crate) const START: Self = Self(0);
    /// Off the tree.
    pub(crate) const UNKNOWN: Self = Self(u16::MAX);
}

impl Shapes {
    pub(crate) fn new() -> Self {
        Self { nodes: vec![Node::new(Quoted::NONE, None, 0)], full: false, spare: Vec::new() }
    }

    /// Forgets everything if there is no room for more. Places are good until then.
    pub(crate) fn make_room(&mut self) {
        if self.full {
            *self = Self { spare: std::mem::take(&mut self.spare), ..Self::new() };
        }
    }

    /// The key that the text begins with, in quotes and with its colon, if it stood at this place before, and the place behind it.
    #[inline(always)]
    pub(crate) fn follow(&self, place: Place, text: &[u8]) -> Option<(Place, &Node)> {
        let mut child = self.node(place)?.child;
        while let Some(node) = self.node(child) {
            if node.name.begins(text) {
                return Some((child, node));
            }
            child = node.sibling;
        }
        None
    }

    /// Where a name leads that has been read, and now is known to lead there. `name` is what stands between the quotes.
    pub(crate) fn learn(&mut self, place: Place, name: &[u8], key: Option<(Key, Spelling)>) -> Place {
        match Quoted::of(name) {
            Some(name) => self.find_or_add(place, name, key),
            None => Place::UNKNOWN,
        }
    }

    /// Where a record is whose fields begin or end to be those of an object inside it.
    pub(crate) fn mark(&mut self, place: Place, mark: Mark) -> Place {
        self.find_or_add(place, Quoted::mark(mark), None)
    }

    #[inline(never)]
    fn find_or_add(&mut self, place: Place, name: Quoted, key: Option<(Key, Spelling)>) -> Place {
        let Some(parent) = self.node(place) else { return Place::UNKNOWN };
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
            return Place::UNKNOWN;
        }
        if siblings >= SIBLINGS_MAX || self.nodes.len() >= NODES_MAX {
            self.full = true;
            return Place::UNKNOWN;
        }
        let added = Place(self.nodes.len() as u16);
        self.nodes.push(Node::new(name, key, depth));
        // What was met first is the most frequent, as a rule.
        match (last, self.nodes.get_mut(usize::from(last.unwrap_or(place).0))) {
            (None, Some(parent)) => parent.child = added,
            (Some(_), Some(sibling)) => sibling.sibling = added,
            (_, None) => {}
        }
        added
    }

    /// Where the layout of the shape that ends here is kept, if it can be, and room for what cannot.
    #[inline]
    pub(crate) fn layout(&mut self, place: Place) -> (Option<&mut Option<Box<Layout>>>, &mut Vec<u16>) {
        (self.nodes.get_mut(usize::from(place.0)).map(|node| &mut node.layout), &mut self.spare)
    }

    #[inline(always)]
    fn node(&self, place: Place) -> Option<&Node> {
        self.nodes.get(usize::from(place.0))
    }
}

impl Node {
    fn new(name: Quoted, key: Option<(Key, Spelling)>, depth: u8) -> Self {
        Self { name, key, depth, child: Place::UNKNOWN, sibling: Place::UNKNOWN, layout: None }
    }

    /// The length of the name with its quotes and the colon.
    #[inline(always)]
    pub(crate) fn length(&self) -> usize {
        usize::from(self.name.length)
    }
}

/// A name in quotes, and a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quoted {
    head: [u8; 16],
    tail: [u8; 16],
    length: u8,
}

impl Quoted {
    /// What no text begins with.
    const NONE: Self = Self { head: [0; 16], tail: [0; 16], length: u8::MAX };

    fn of(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        let length = name.len() + 3;
        let quoted = bytes.get_mut(..length)?;
        quoted.fill(b'"');
        quoted.get_mut(1..=name.len())?.copy_from_slice(name);
        *quoted.last_mut()? = b':';
        let (head, tail) = (*bytes.first_chunk()?, *bytes.last_chunk()?);
        Some(Self { head, tail, length: length as u8 })
    }

    fn mark(mark: Mark) -> Self {
        Self { tail: [u8::from(mark == Mark::Open); 16], ..Self::NONE }
    }

    /// Whether the text begins with it, and goes on for some bytes.
    #[inline(always)]
    fn begins(&self, text: &[u8]) -> bool {
        let Some(head) = text.first_chunk::<16>() else { return false };
        let (common, length) = (bytes::common_length(head, &self.head), usize::from(self.length));
        common >= length || (common == 16 && self.goes_on(text.get(16..).unwrap_or_default()))
    }

    #[inline(always)]
    fn goes_on(&self, text: &[u8]) -> bool {
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
            let Some(name) = Quoted::of(&all.as_bytes()[..length]) else {
                assert!(length > 29);
                continue;
            };
            for found in 0..=all.len() {
                let text = format!("\"{}\":0123456789abcdef", &all[..found]);
                assert_eq!(name.begins(text.as_bytes()), found == length);
            }
        }
        assert!(!Quoted::mark(Mark::Open).begins(&[1; 64]) && !Quoted::NONE.begins(&[0; 300]));
    }

    #[test]
    fn stays_within_its_bounds() {
        let mut shapes = Shapes::new();
        let mut place = Place::START;
        for number in 0..5000u32 {
            let next = shapes.learn(place, format!("{number}").as_bytes(), None);
            place = if number % 7 == 0 { Place::START } else { next };
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
