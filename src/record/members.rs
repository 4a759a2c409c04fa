//! Object to record: the members of an object, their names looked up.

use super::fields::Slot;
use super::plain::Stopped;
use super::reader::RecordReader;
use super::shape::{Mark, NodeId, Shapes, Token};
use crate::changes::Why;
use crate::dialect::find_key;
use crate::json::{Error, Expected, Json, Span};
use crate::key::{CS6_MISLABELLED, CS7_MISLABELLED, Key, Spelling, SpeltKey};
use crate::trace::{Member, NameOf, Notes, ReadNotes, Source, Trace};

type Result<T> = std::result::Result<T, Error>;

/// What reading one record needs.
struct Reading<'a, 'b, T> {
    json: &'a mut Json<'b>,
    shapes: &'a mut Shapes,
    notes: &'a mut Notes<T>,
    /// Whether the members are those of `extensions`.
    inside: bool,
}

/// The name of a member that has been read.
#[derive(Clone, Copy)]
struct MemberName {
    known: Option<SpeltKey>,
    /// The text, unless the key is known.
    text: Span,
    /// Whether some of the name was not Unicode.
    damaged: bool,
}

impl MemberName {
    fn key(&self) -> Option<Key> {
        self.known.map(SpeltKey::key)
    }
}

const EXTENSIONS: Key = Key::named("extensions");

impl RecordReader {
    /// Reads the object that is the next token of `json`. Forgets the record before.
    pub(crate) fn read<T: Trace>(
        &mut self,
        json: &mut Json<'_>,
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<()> {
        self.clear();
        notes.trace.begin();
        self.members(&mut Reading { json, shapes, notes, inside: false })?;
        notes.trace.end(json.at());
        if self.renamed {
            // Relabelling ends the shape.
            self.keep_signs(shapes);
            self.relabel_cs6(&mut notes.reading());
        }
        Ok(())
    }

    /// Keeps what the names so far tell, as the shape may end here.
    fn keep_signs(&mut self, shapes: &Shapes) {
        self.signs = shapes.signs(self.node).unwrap_or(self.signs);
    }

    /// Reads the members of an object.
    fn members<T: Trace>(&mut self, reading: &mut Reading<'_, '_, T>) -> Result<()> {
        reading.json.expect(b'{', Expected::Object)?;
        if reading.json.take(b'}') {
            return Ok(());
        }
        loop {
            reading.json.next_token();
            // A recorder needs each member.
            let stopped = if T::LISTENS { Stopped::Member } else { self.plain_members(reading.json, reading.shapes) };
            let member = match stopped {
                Stopped::Separator => None,
                Stopped::Member => {
                    let start = reading.json.at();
                    let name = self.name(reading)?;
                    self.member_value(reading, name)?;
                    Some(start)
                }
                Stopped::Value { member, key } => {
                    let name = MemberName { known: Some(key), text: Span::EMPTY, damaged: false };
                    self.member_value(reading, name)?;
                    Some(member)
                }
            };
            if let Some(member) = member.filter(|_| self.is_overfull()) {
                reading.json.seek(member);
                return Err(Error::TooManyFields);
            }
            if !reading.json.another(b'}', Expected::CommaOrBrace)? {
                return Ok(());
            }
        }
    }

    /// Consumes a member's name and the colon.
    fn name<T: Trace>(&mut self, reading: &mut Reading<'_, '_, T>) -> Result<MemberName> {
        let Reading { json, shapes, inside, .. } = reading;
        let text = json.window().get(json.at()..).unwrap_or_default();
        let mut damaged = false;
        if let Some(node) = shapes.follow_text(self.node, text) {
            self.node = node.id;
            json.take_key(node.length());
            let text = if node.key.is_some() { Span::EMPTY } else { json.decode_key(&mut self.decoded, &mut damaged) };
            return Ok(MemberName { known: node.key, text, damaged });
        }
        json.key()?;
        let text = json.decode_key(&mut self.decoded, &mut damaged);
        let found = find_key(text.get(json.window(), &self.decoded));
        // Inside `extensions`, no field describes the event as a whole: `name` is a field like
        // others.
        let known = found.filter(|(key, _)| !(*inside && key.is_envelope()));
        let repeated = known.is_some_and(|(key, _)| self.slot(key).is_some());
        let spelt = known.map(|(key, spelling)| SpeltKey::new(key, spelling));
        let signs = shapes.signs(self.node).unwrap_or(self.signs);
        let key = known.map(|(key, _)| key);
        self.signs = if *inside { signs } else { signs.with(text.get(json.window(), &self.decoded), key) };
        self.node = match json.plain_key().and_then(Token::json) {
            Some(name) if !repeated => shapes.learn(self.node, name, spelt, self.signs),
            _ => NodeId::UNKNOWN,
        };
        Ok(MemberName { known: spelt, text, damaged })
    }

    /// Reads the value of a member whose name has been consumed.
    #[inline(never)] // Called from two places; inlined in both, it takes registers from the loop.
    fn member_value<T: Trace>(&mut self, reading: &mut Reading<'_, '_, T>, name: MemberName) -> Result<()> {
        let first = reading.json.next_token();
        if !reading.inside && first == Some(b'{') && name.key() == Some(EXTENSIONS) {
            return self.extensions(reading);
        }
        let (key, start) = (reading.json.key_range(), reading.json.at());
        let level = 1 + u32::from(reading.inside);
        let mut value_damaged = false;
        let value = self.read_value(reading.json, first, level, name.key(), &mut value_damaged)?;
        let notes = &mut *reading.notes;
        let slot = Slot { known: name.known, name: name.text, value };
        let (index, is_repeated) = self.insert(reading.json.window(), slot);
        notes.about(|| Source::Field(index));
        if T::LISTENS {
            let (name, end) = (NameOf::InRecord(key.clone()), reading.json.at());
            let (whole, is_absent) = (key.start - 1..end, value.is_empty());
            notes.trace.member(Member { whole, name, value: start..end, field: index, is_absent, loses: false });
        }
        notes.changed_if(is_repeated, Why::Repeated);
        notes.changed_if(name.damaged, Why::NotUnicode);
        notes.changed_if(value_damaged, Why::NotUnicode);
        Ok(())
    }

    /// Reads the object of the member `extensions`, whose members are fields of the record.
    fn extensions<T: Trace>(&mut self, reading: &mut Reading<'_, '_, T>) -> Result<()> {
        self.keep_signs(reading.shapes);
        self.node = reading.shapes.mark(self.node, Mark::Open);
        reading.inside = true;
        self.extended = true;
        self.members(reading)?;
        reading.inside = false;
        self.keep_signs(reading.shapes);
        self.node = reading.shapes.mark(self.node, Mark::Close);
        Ok(())
    }

    /// Repairs the label and value that request events print as `Cs6` and `Cs7`: `cs6Label` and
    /// `cs6`. If the record has those too, or only one of the pair, only the letter case differs.
    pub(super) fn relabel_cs6(&mut self, notes: &mut ReadNotes<'_>) {
        const CS6_LABEL: Key = Key::named("cs6Label");
        const CS6: Key = Key::named("cs6");
        const CS7: Key = Key::named("cs7");
        let has = |key: Key| self.renamed && self.slot(key).is_some();
        let (six, seven) = (has(CS6_MISLABELLED), has(CS7_MISLABELLED));
        if !six && !seven {
            return;
        }
        self.node = NodeId::UNKNOWN;
        let present = |key: Key| self.slot(key).is_some_and(|slot| !slot.is_absent());
        let pair = six && seven && !present(CS6_LABEL) && !present(CS6);
        let (repairs, spelling) = if pair {
            ([(CS6_MISLABELLED, CS6_LABEL), (CS7_MISLABELLED, CS6)], Spelling::Mislabelled)
        } else {
            ([(CS6_MISLABELLED, CS6), (CS7_MISLABELLED, CS7)], Spelling::LetterCase)
        };
        for (mislabelled, key) in repairs {
            let Some(from) = self.slots.index_of(mislabelled) else { continue };
            // Of two values with the same name, the last counts. A field that the pair displaces is
            // absent.
            let other = self.slots.index_of(key);
            let is_value = |index: u16| self.slots.get(usize::from(index)).is_some_and(|slot| !slot.is_absent());
            let both = is_value(from) && other.is_some_and(is_value);
            let last = match other.filter(|_| !pair) {
                Some(other) if both => from.max(other),
                Some(other) if is_value(other) => other,
                _ => from,
            };
            self.slots.set_index(key, last);
            if let Some(slot) = self.slots.get_mut(usize::from(from)) {
                slot.known = Some(SpeltKey::new(key, spelling));
                self.renamed = true;
            }
            if let Some(other) = other {
                let displaced = if last == from { other } else { from };
                notes.about(Source::Field(displaced));
                notes.changed_if(!pair && both, Why::Repeated);
                if let Some(slot) = self.slots.get_mut(usize::from(displaced)) {
                    slot.value = Span::EMPTY;
                }
            }
        }
    }
}
