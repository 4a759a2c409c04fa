//! JSON text to values with their paths.

use super::finder::{Finder, Found, Inside};
use super::target::Target;
use crate::bytes::{Buffer, whole_number};
use crate::changes::Why;
use crate::dialect::{Meaning, PATH_MAX, Row};
use crate::json::{Error, Expected, Span, repair};
use crate::outcome::Problem;
use crate::trace::Trace as _;

/// The maximum depth of objects that are looked into.
const DEPTH_MAX: u8 = 16;

impl Finder<'_, '_, '_> {
    /// Reads the object at the start.
    ///
    /// # Errors
    ///
    /// If it exceeds a limit.
    pub(super) fn walk(&mut self) -> Result<(), Box<Problem>> {
        let walked = self.object(0, true);
        if let Some(recorder) = self.notes.recorder() {
            recorder.end(self.json.at());
        }
        walked.map_err(|error| Problem::new(error, self.json.at(), self.json.window()))
    }

    /// Reads the members of the object that is the next token.
    fn object(&mut self, depth: u8, is_record: bool) -> Result<(), Error> {
        let start = self.json.at();
        self.objects = self.objects.saturating_add(1);
        let inside = Inside { object: self.objects, start, depth, is_record };
        self.json.expect(b'{', Expected::Object)?;
        if self.json.take(b'}') {
            return Ok(());
        }
        loop {
            self.json.key()?;
            let length = self.path.len();
            let before = self.reader.decoded.len();
            let name = self.json.decode_key(&mut self.reader.decoded, &mut false);
            self.enter(name, before);
            self.value(inside)?;
            self.path.truncate(length);
            if !self.json.another(b'}', Expected::CommaOrBrace)? {
                return Ok(());
            }
        }
    }

    /// Adds a name to the path, which was decoded after `before` if it was.
    fn enter(&mut self, name: Span, before: usize) {
        if !self.path.is_empty() {
            self.path.push(b'.');
        }
        self.path.extend_from_slice(name.get(self.json.window(), &self.reader.decoded));
        self.reader.decoded.truncate(before);
    }

    /// Reads the value of the path.
    fn value(&mut self, inside: Inside) -> Result<(), Error> {
        let first = self.json.next_token();
        // No row is as long or as deep: what is inside does not matter.
        let is_far = self.path.len() > 2 * PATH_MAX || inside.depth >= DEPTH_MAX;
        match first {
            Some(b'{' | b'[') if is_far => self.json.skip(self.reader.limits.depth),
            Some(first @ (b'{' | b'[')) => self.nested(first, inside),
            _ => self.scalar(first, inside),
        }
    }

    /// Reads an object or array. If it holds no fields, but has the name of one, all of it is the value,
    /// as JSON.
    fn nested(&mut self, first: u8, inside: Inside) -> Result<(), Error> {
        let (before, fields) = (self.json, self.fields);
        let target = Target::of(&self.path, inside.is_record);
        let meaning = target.meaning();
        if first == b'{' {
            // Below rsyslog's `$!`, any object may have the event.
            let is_open = meaning.is_some_and(|meaning| meaning.is_open() && meaning != Meaning::Fields)
                || self.path.first() == Some(&b'$');
            self.object(inside.depth + 1, inside.is_record && is_open)?;
        } else if meaning == Some(Meaning::Records) {
            self.records.push(before.at());
            return self.json.skip(self.reader.limits.depth);
        } else {
            self.json.take(b'[');
            if self.json.next_token() != Some(b'{') {
                self.json = before;
                return self.scalar(Some(first), inside);
            }
            self.elements(Inside { is_record: inside.is_record && !target.is_field(), ..inside })?;
        }
        if self.fields > fields || !target.is_field() {
            return Ok(());
        }
        self.json = before;
        self.scalar(Some(first), inside)
    }

    /// Reads the objects in an array, whose bracket has been taken.
    fn elements(&mut self, inside: Inside) -> Result<(), Error> {
        loop {
            match self.json.next_token() {
                Some(b'{') => self.element(inside)?,
                _ => self.json.skip(self.reader.limits.depth)?,
            }
            if !self.json.another(b']', Expected::CommaOrBracket)? {
                return Ok(());
            }
        }
    }

    /// Reads an object in an array: a name and a value if it has `key` and `value`, as in
    /// OpenTelemetry's JSON.
    fn element(&mut self, inside: Inside) -> Result<(), Error> {
        let (mut key, mut value) = (self.json, self.json);
        let mut decoded = Buffer::default();
        let has_key = key.locate_member("key", &mut decoded)? == Some(b'"');
        if !has_key || value.locate_member("value", &mut decoded)?.is_none() {
            return self.object(inside.depth + 1, inside.is_record);
        }
        let length = self.path.len();
        let before = self.reader.decoded.len();
        let name = key.string(&mut self.reader.decoded, &mut false)?;
        self.enter(name, before);
        self.json.skip(self.reader.limits.depth)?;
        let end = self.json.at();
        self.json.seek(value.at());
        // The value is in an object that names its type.
        if self.json.take(b'{') && self.json.next_token() == Some(b'"') {
            self.json.key()?;
        } else {
            self.json.seek(value.at());
        }
        self.value(inside)?;
        self.json.seek(end);
        self.path.truncate(length);
        Ok(())
    }

    /// Reads a string, number or boolean, or an array of these.
    fn scalar(&mut self, first: Option<u8>, inside: Inside) -> Result<(), Error> {
        let (name, start) = (self.json.key_range(), self.json.at());
        let mut damaged = false;
        let mut value = self.reader.read_value(&mut self.json, first, 1, None, &mut damaged)?;
        let target = Target::of(&self.path, inside.is_record);
        if value.is_empty() {
            self.take_absent(target, Found { rank: 0, value, object: inside.object, index: 0 });
            return Ok(());
        }
        // Fields are at most 1024; of what is not used, the places behind that are not kept.
        let index = u16::try_from(self.places.len()).unwrap_or(u16::MAX);
        if self.notes.is_recording() && index < u16::MAX {
            self.places.push((name, start..self.json.at()));
        }
        if value.is_nested() && !target.is_field() {
            return Ok(());
        }
        if first == Some(b'[') && matches!(target, Target::Row(Row { meaning: Meaning::Message, .. })) {
            value = self.text_of_bytes(value);
        }
        if self.options.time_field.is_some() {
            let path = std::mem::take(&mut self.path);
            self.name_time(&path, value);
            self.path = path;
        }
        self.assign(target, Found { rank: 0, value, object: inside.object, index }, inside);
        self.notes.changed_if(damaged && target != Target::Nothing, Why::NotUnicode);
        if self.reader.is_overfull() { Err(Error::TooManyFields) } else { Ok(()) }
    }

    /// Turns the joined numbers of an array into the text whose bytes they are, as journald writes a
    /// message that is not all ASCII.
    fn text_of_bytes(&mut self, joined: Span) -> Span {
        let mut bytes = Vec::new();
        for number in self.bytes(joined).split(|byte| *byte == b',') {
            match whole_number(number.trim_ascii()).map(u8::try_from) {
                Some(Ok(byte)) => bytes.push(byte),
                _ => return joined,
            }
        }
        let start = self.reader.decoded.len();
        self.reader.decoded.append(&bytes);
        repair(&mut self.reader.decoded, start, &mut false);
        Span::decoded(start..self.reader.decoded.len())
    }
}
