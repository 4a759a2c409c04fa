//! What an object holds, decided when all its values are known.

use std::ops::Range;

use super::super::around::Surroundings;
use super::super::cef::VENDOR;
use super::super::frame::Frame;
use super::super::pairs::MSG;
use super::super::text;
use super::finder::{Finder, Found, LAST};
use crate::bytes::whole_number;
use crate::dialect::{Part, Row};
use crate::json::Span;
use crate::key::{Key, Spelling};
use crate::outcome::Problem;
use crate::time::bsd_millis;
use crate::trace::Trace as _;

/// What an object holds.
pub(in crate::record) enum Holds {
    /// An event, whose fields are those of the reader.
    Event,
    /// A text of senhasegura's.
    Text(Span),
    /// The same, the value of the field with this index.
    TextOf(u16),
    /// An object that is the record: the offset of its brace.
    Object(usize),
    /// Arrays of records: the offsets of their brackets.
    Records(Vec<usize>),
    /// Nothing of these. It may be a record of senhasegura's own shape.
    Nothing,
}

const DVCHOST: Key = Key::named("dvchost");

impl Finder<'_, '_, '_> {
    /// Decides what the object holds, and completes the event if it is one.
    ///
    /// # Errors
    ///
    /// If the event is another vendor's.
    pub(super) fn decide(
        &mut self,
        is_flat: bool,
        received: Option<i64>,
        around: &mut Surroundings,
    ) -> Result<Holds, Box<Problem>> {
        self.surround(received, around);
        let vendor = self.part(Part::Vendor).map(|vendor| self.bytes(vendor.value));
        if let Some(vendor) = vendor.filter(|vendor| !vendor.eq_ignore_ascii_case(VENDOR)) {
            return Err(Problem::of_vendor(vendor));
        }
        let of_vendor = |part: Part| self.part(part).filter(|_| vendor.is_some());
        let id = self.part(Part::Id).or_else(|| of_vendor(Part::IdOfVendor));
        let head = id.or_else(|| of_vendor(Part::Name)).or_else(|| of_vendor(Part::Severity));
        if let Some(head) = head {
            let (id, head) = (id.copied(), *head);
            self.complete(id, head.object);
            self.reader.relabel_cs6(self.notes);
            self.note_way("an event that a parser split into fields", None);
            return Ok(Holds::Event);
        }
        match (self.own, self.part(Part::OwnText).copied()) {
            (Some(0), _) => return Ok(Holds::Nothing),
            (Some(own), _) => {
                self.note_way("a nested object", None);
                return Ok(Holds::Object(own));
            }
            (None, Some(text)) if is_flat => return Ok(Holds::TextOf(text.index)),
            (None, Some(text)) => {
                self.note_way("the text in", Some(text));
                return Ok(Holds::Text(text.value));
            }
            (None, None) => {}
        }
        if !self.records.is_empty() {
            self.note_way("an array of records", None);
            return Ok(Holds::Records(std::mem::take(&mut self.records)));
        }
        let is_ours = self.part(Part::AppName).is_some_and(|name| text::is_ours(self.bytes(name.value)));
        if is_ours && let Some(&msg) = self.part(Part::OtherText) {
            self.reader.slots.clear();
            if let Some(recorder) = self.notes.recorder() {
                recorder.left_out();
            }
            self.reader.add_unknown_name();
            self.field(MSG, Spelling::Exact, 0, msg);
            self.note_way("plain text from senhasegura in", Some(msg));
            return Ok(Holds::Event);
        }
        let inside = self.maybe_own.filter(|own| *own > 0);
        if inside.is_some() {
            self.note_way("a nested object", None);
        }
        Ok(inside.map_or(Holds::Nothing, Holds::Object))
    }

    /// Records what the object turned out to be, and what was left of it.
    fn note_way(&mut self, what: &str, of: Option<Found>) {
        if !self.notes.is_recording() {
            return;
        }
        let (places, window) = (std::mem::take(&mut self.places), self.json.window());
        let name = |place: &(Range<usize>, Range<usize>)| {
            String::from_utf8_lossy(window.get(place.0.clone()).unwrap_or_default()).into_owned()
        };
        let place = of.and_then(|found| places.get(usize::from(found.index)));
        let parts: Vec<_> = self.parts.iter().flatten().map(|part| usize::from(part.index)).collect();
        let Some(recorder) = self.notes.recorder() else { return };
        recorder.way.push(place.map_or(what.to_owned(), |place| format!("{what} `{}`", name(place))));
        let is_field = |place: &(Range<usize>, Range<usize>)| {
            let holds = |field: &Range<usize>| field.start <= place.1.start && place.1.end <= field.end;
            recorder.members.iter().any(|member| holds(&member.value))
        };
        let left = places.iter().enumerate().filter(|(index, place)| !parts.contains(index) && !is_field(place));
        let left: Vec<_> = left.map(|(_, place)| name(place)).collect();
        recorder.left.extend(left);
    }

    /// Adds the fields that describe the event as a whole, and leaves out those with names of their
    /// own that do not stand in its `object`.
    fn complete(&mut self, id: Option<Found>, object: u16) {
        if self.part(Part::Glued).is_some() {
            self.unglue();
        }
        let other_name = self.part(Part::HostOrName).copied();
        let is_severity = self.part(Part::Severity).is_some_and(|severity| severity.rank == rank_of(b"DeviceSeverity"));
        let name = self.part(Part::Name).copied().or(other_name.filter(|_| is_severity));
        if let Some(host) = other_name.filter(|_| !is_severity) {
            self.field(DVCHOST, Spelling::FullName, host.rank, host);
        }
        // Beats repeats the name as `message`.
        if let Some(index) = self.reader.slots.index_of(MSG)
            && self.ranks.get(usize::from(index)) == Some(&LAST)
            && let Some(slot) = self.reader.slots.get(usize::from(index))
            && name.is_some_and(|name| self.bytes(name.value) == self.bytes(slot.value))
        {
            self.leave_out(index);
        }
        for (index, place) in std::mem::take(&mut self.others) {
            if place != object {
                self.leave_out(index);
            }
        }
        let bare = rank_of(b"version");
        let is_ours = |version: &&Found| version.rank != bare || is_version(self.bytes(version.value));
        let version = self.part(Part::Version).filter(is_ours);
        let parts = [
            (text::EVENT_ID, id),
            (text::EVENT_NAME, name),
            (text::SEVERITY, self.part(Part::Severity).copied()),
            (text::VERSION, version.copied()),
        ];
        for (key, part) in parts {
            if let Some(part) = part {
                self.field(key, Spelling::Exact, 0, part);
            }
        }
    }

    fn leave_out(&mut self, index: u16) {
        if let Some(slot) = self.reader.slots.get_mut(usize::from(index)) {
            slot.value = Span::EMPTY;
        }
    }

    /// Says what the object tells of the record in it.
    fn surround(&self, received: Option<i64>, around: &mut Surroundings) {
        let zone = self.options.timezone;
        let time = self.part(Part::Time);
        let millis = self.millis;
        let reference = millis.or(around.time).or(received);
        let bsd = self.part(Part::BsdTime).filter(|bsd| time.is_none_or(|time| bsd.rank < time.rank));
        let bsd = bsd.and_then(|bsd| bsd_millis(self.bytes(bsd.value), zone, reference?));
        match self.named {
            Some(named) => (around.time, around.is_named) = (Some(named), true),
            None if around.is_named => {}
            None => {
                around.is_bsd = bsd.is_some() || millis.is_none() && around.is_bsd;
                around.time = bsd.or(millis).or(around.time);
            }
        }
        let text = |part: Part| self.part(part).map(|found| self.bytes(found.value));
        if let Some(host) = text(Part::Header).and_then(header_host).or(text(Part::Host)) {
            around.host.set(host);
        }
        let severity = text(Part::SyslogSeverity).or(text(Part::Severity));
        match (severity, text(Part::Pri).and_then(whole_number).filter(|pri| (0..=191).contains(pri))) {
            (Some(severity), _) => around.severity.set(severity),
            (None, Some(pri)) => around.severity.set(&[b'0' + (pri % 8) as u8]),
            (None, None) => {}
        }
    }
}

fn rank_of(path: &[u8]) -> u16 {
    Row::find(path).map_or(0, |row| row.rank)
}

/// Returns whether a text may be a version of the product: that of CEF is 0, that of syslog 1, and
/// that of GELF 1.1.
fn is_version(text: &[u8]) -> bool {
    text.contains(&b'.') && text != b"1.1" && text != b"1.0"
}

/// Returns the host name in a syslog header that lacks its last space.
fn header_host(header: &[u8]) -> Option<&[u8]> {
    let mut text = header.to_vec();
    text.push(b' ');
    let frame = Frame::new(&text);
    header.get(frame.host).filter(|host| !host.is_empty())
}
