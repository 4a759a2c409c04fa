//! The names of fields: every key of the CEF dictionary, senhasegura's own and the envelope's, as small integers.
//!
//! The table follows the "ArcSight Common Event Format (CEF) Implementation Standard", version 27, chapter 2, for
//! `CEF:0` (specification 0.1); the keys that came with 1.2 are not in it. A name that is not in the table is
//! kept as the text it is.

use std::fmt;
use std::ops::Deref;

use crate::buffer::Buffer;
use crate::hash::Fnv1a;

use Standing::{Consumer, Dictionary, Envelope, Vendor};
use Type::{Double, Integer, Ipv4, Ipv6, Long, Mac, Text, Timestamp};

/// A field name of the key table, such as `suser` or `cs1Label`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(u8);

/// What the CEF dictionary says a value must be. A receiver drops a value of another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text of at most so many characters.
    Text(u16),
    /// A 32-bit signed integer.
    Integer,
    /// A 64-bit signed integer.
    Long,
    /// A finite floating point number.
    Double,
    /// An IPv4 address in dotted decimal.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// Six hexadecimal octets.
    Mac,
    /// A point in time.
    Timestamp,
}

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In the CEF dictionary, for producers of events.
    Dictionary,
    /// In the CEF dictionary, for ArcSight's own components: a producer must not write it.
    Consumer,
    /// Not in the CEF dictionary, but senhasegura or its receivers use it.
    Vendor,
    /// Describes the event as a whole and is no extension field unless it is left over.
    Envelope,
}

/// How a name that a record uses was found in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Letter for letter.
    Exact,
    /// In other letter case, or by one of [`ALIASES`].
    Repaired,
}

/// The misspelt keys of senhasegura's event pages, and what they stand for. Letter case does not matter.
pub const ALIASES: [(&str, &str); 4] =
    [("dposrt", "dpt"), ("dport", "dpt"), ("Method", "requestMethod"), ("ServiceName", "sourceServiceName")];

/// No limit is known.
const ANY: Type = Text(u16::MAX);

#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    standing: Standing,
    value: Type,
}

macro_rules! row {
    ($name:literal, $standing:expr, $value:expr) => {
        Row { name: $name, standing: $standing, value: $value }
    };
}

#[rustfmt::skip]
const KEYS: [Row; Key::COUNT] = [
    // Before `cs6` and `cs7`, which these two equal but for letter case: the exact name is to be found first.
    row!("Cs6", Vendor, ANY),
    row!("Cs7", Vendor, ANY),
    // The producer keys of the CEF dictionary.
    row!("act", Dictionary, Text(63)),
    row!("app", Dictionary, Text(31)),
    row!("c6a1", Dictionary, Ipv6),
    row!("c6a1Label", Dictionary, Text(1023)),
    row!("c6a2", Dictionary, Ipv6),
    row!("c6a2Label", Dictionary, Text(1023)),
    row!("c6a3", Dictionary, Ipv6),
    row!("c6a3Label", Dictionary, Text(1023)),
    row!("c6a4", Dictionary, Ipv6),
    row!("c6a4Label", Dictionary, Text(1023)),
    row!("cat", Dictionary, Text(1023)),
    row!("cfp1", Dictionary, Double),
    row!("cfp1Label", Dictionary, Text(1023)),
    row!("cfp2", Dictionary, Double),
    row!("cfp2Label", Dictionary, Text(1023)),
    row!("cfp3", Dictionary, Double),
    row!("cfp3Label", Dictionary, Text(1023)),
    row!("cfp4", Dictionary, Double),
    row!("cfp4Label", Dictionary, Text(1023)),
    row!("cn1", Dictionary, Long),
    row!("cn1Label", Dictionary, Text(1023)),
    row!("cn2", Dictionary, Long),
    row!("cn2Label", Dictionary, Text(1023)),
    row!("cn3", Dictionary, Long),
    row!("cn3Label", Dictionary, Text(1023)),
    row!("cnt", Dictionary, Integer),
    row!("cs1", Dictionary, Text(4000)),
    row!("cs1Label", Dictionary, Text(1023)),
    row!("cs2", Dictionary, Text(4000)),
    row!("cs2Label", Dictionary, Text(1023)),
    row!("cs3", Dictionary, Text(4000)),
    row!("cs3Label", Dictionary, Text(1023)),
    row!("cs4", Dictionary, Text(4000)),
    row!("cs4Label", Dictionary, Text(1023)),
    row!("cs5", Dictionary, Text(4000)),
    row!("cs5Label", Dictionary, Text(1023)),
    row!("cs6", Dictionary, Text(4000)),
    row!("cs6Label", Dictionary, Text(1023)),
    row!("destinationDnsDomain", Dictionary, Text(255)),
    row!("destinationServiceName", Dictionary, Text(1023)),
    row!("destinationTranslatedAddress", Dictionary, Ipv4),
    row!("destinationTranslatedPort", Dictionary, Integer),
    row!("deviceCustomDate1", Dictionary, Timestamp),
    row!("deviceCustomDate1Label", Dictionary, Text(1023)),
    row!("deviceCustomDate2", Dictionary, Timestamp),
    row!("deviceCustomDate2Label", Dictionary, Text(1023)),
    row!("deviceDirection", Dictionary, Integer),
    row!("deviceDnsDomain", Dictionary, Text(255)),
    row!("deviceExternalId", Dictionary, Text(255)),
    row!("deviceFacility", Dictionary, Text(1023)),
    row!("deviceInboundInterface", Dictionary, Text(128)),
    row!("deviceNtDomain", Dictionary, Text(255)),
    row!("deviceOutboundInterface", Dictionary, Text(128)),
    row!("devicePayloadId", Dictionary, Text(128)),
    row!("deviceProcessName", Dictionary, Text(1023)),
    row!("deviceTranslatedAddress", Dictionary, Ipv4),
    row!("dhost", Dictionary, Text(1023)),
    row!("dmac", Dictionary, Mac),
    row!("dntdom", Dictionary, Text(255)),
    row!("dpid", Dictionary, Integer),
    row!("dpriv", Dictionary, Text(1023)),
    row!("dproc", Dictionary, Text(1023)),
    row!("dpt", Dictionary, Integer),
    row!("dst", Dictionary, Ipv4),
    row!("dtz", Dictionary, Text(255)),
    row!("duid", Dictionary, Text(1023)),
    row!("duser", Dictionary, Text(1023)),
    row!("dvc", Dictionary, Ipv4),
    row!("dvchost", Dictionary, Text(100)),
    row!("dvcmac", Dictionary, Mac),
    row!("dvcpid", Dictionary, Integer),
    row!("end", Dictionary, Timestamp),
    row!("externalId", Dictionary, Text(40)),
    row!("fileCreateTime", Dictionary, Timestamp),
    row!("fileHash", Dictionary, Text(255)),
    row!("fileId", Dictionary, Text(1023)),
    row!("fileModificationTime", Dictionary, Timestamp),
    row!("filePath", Dictionary, Text(1023)),
    row!("filePermission", Dictionary, Text(1023)),
    row!("fileType", Dictionary, Text(1023)),
    row!("flexDate1", Dictionary, Timestamp),
    row!("flexDate1Label", Dictionary, Text(128)),
    row!("flexString1", Dictionary, Text(1023)),
    row!("flexString1Label", Dictionary, Text(128)),
    row!("flexString2", Dictionary, Text(1023)),
    row!("flexString2Label", Dictionary, Text(128)),
    row!("fname", Dictionary, Text(1023)),
    row!("fsize", Dictionary, Integer),
    row!("in", Dictionary, Integer),
    row!("msg", Dictionary, Text(1023)),
    row!("oldFileCreateTime", Dictionary, Timestamp),
    row!("oldFileHash", Dictionary, Text(255)),
    row!("oldFileId", Dictionary, Text(1023)),
    row!("oldFileModificationTime", Dictionary, Timestamp),
    row!("oldFileName", Dictionary, Text(1023)),
    row!("oldFilePath", Dictionary, Text(1023)),
    row!("oldFilePermission", Dictionary, Text(1023)),
    row!("oldFileSize", Dictionary, Integer),
    row!("oldFileType", Dictionary, Text(1023)),
    row!("out", Dictionary, Integer),
    row!("outcome", Dictionary, Text(63)),
    row!("proto", Dictionary, Text(31)),
    row!("reason", Dictionary, Text(1023)),
    row!("request", Dictionary, Text(1023)),
    row!("requestClientApplication", Dictionary, Text(1023)),
    row!("requestContext", Dictionary, Text(2048)),
    row!("requestCookies", Dictionary, Text(1023)),
    row!("requestMethod", Dictionary, Text(1023)),
    row!("rt", Dictionary, Timestamp),
    row!("shost", Dictionary, Text(1023)),
    row!("smac", Dictionary, Mac),
    row!("sntdom", Dictionary, Text(255)),
    row!("sourceDnsDomain", Dictionary, Text(255)),
    row!("sourceServiceName", Dictionary, Text(1023)),
    row!("sourceTranslatedAddress", Dictionary, Ipv4),
    row!("sourceTranslatedPort", Dictionary, Integer),
    row!("spid", Dictionary, Integer),
    row!("spriv", Dictionary, Text(1023)),
    row!("sproc", Dictionary, Text(1023)),
    row!("spt", Dictionary, Integer),
    row!("src", Dictionary, Ipv4),
    row!("start", Dictionary, Timestamp),
    row!("suid", Dictionary, Text(1023)),
    row!("suser", Dictionary, Text(1023)),
    row!("type", Dictionary, Integer),
    // The consumer keys: ArcSight's own components fill them in.
    row!("agentDnsDomain", Consumer, ANY),
    row!("agentNtDomain", Consumer, ANY),
    row!("agentTranslatedAddress", Consumer, ANY),
    row!("agentTranslatedZoneExternalID", Consumer, ANY),
    row!("agentTranslatedZoneURI", Consumer, ANY),
    row!("agentZoneExternalID", Consumer, ANY),
    row!("agentZoneURI", Consumer, ANY),
    row!("agt", Consumer, ANY),
    row!("ahost", Consumer, ANY),
    row!("aid", Consumer, ANY),
    row!("amac", Consumer, ANY),
    row!("art", Consumer, ANY),
    row!("at", Consumer, ANY),
    row!("atz", Consumer, ANY),
    row!("av", Consumer, ANY),
    row!("catdt", Consumer, ANY),
    row!("customerExternalID", Consumer, ANY),
    row!("customerURI", Consumer, ANY),
    row!("destinationTranslatedZoneExternalID", Consumer, ANY),
    row!("destinationTranslatedZoneURI", Consumer, ANY),
    row!("destinationZoneExternalID", Consumer, ANY),
    row!("destinationZoneURI", Consumer, ANY),
    row!("deviceTranslatedZoneExternalID", Consumer, ANY),
    row!("deviceTranslatedZoneURI", Consumer, ANY),
    row!("deviceZoneExternalID", Consumer, ANY),
    row!("deviceZoneURI", Consumer, ANY),
    row!("dlat", Consumer, ANY),
    row!("dlong", Consumer, ANY),
    row!("mrt", Consumer, ANY),
    row!("rawEvent", Consumer, ANY),
    row!("slat", Consumer, ANY),
    row!("slong", Consumer, ANY),
    row!("sourceTranslatedZoneExternalID", Consumer, ANY),
    row!("sourceTranslatedZoneURI", Consumer, ANY),
    row!("sourceZoneExternalID", Consumer, ANY),
    row!("sourceZoneURI", Consumer, ANY),
    // Not in the dictionary, though ArcSight ESM and Microsoft Sentinel have columns for them.
    row!("flexNumber1", Vendor, Long),
    row!("flexNumber1Label", Vendor, Text(128)),
    row!("flexNumber2", Vendor, Long),
    row!("flexNumber2Label", Vendor, Text(128)),
    // senhasegura's own.
    row!("sname", Vendor, ANY),
    row!("originIP", Vendor, ANY),
    row!("country", Vendor, ANY),
    row!("state", Vendor, ANY),
    row!("city", Vendor, ANY),
    row!("latitude", Vendor, ANY),
    row!("longitude", Vendor, ANY),
    row!("partsNeeded", Vendor, ANY),
    row!("partsSent", Vendor, ANY),
    row!("cs7", Vendor, ANY),
    row!("cs7Label", Vendor, ANY),
    row!("cs8", Vendor, ANY),
    row!("cs8Label", Vendor, ANY),
    // The envelope: what a record says of the event as a whole.
    row!("event_id", Envelope, ANY),
    row!("eventId", Envelope, ANY),
    row!("id", Envelope, ANY),
    row!("event_name", Envelope, ANY),
    row!("event", Envelope, ANY),
    row!("name", Envelope, ANY),
    row!("severity", Envelope, ANY),
    row!("priority", Envelope, ANY),
    row!("time", Envelope, ANY),
    row!("timestamp", Envelope, ANY),
    row!("@timestamp", Envelope, ANY),
    row!("date", Envelope, ANY),
    row!("host", Envelope, ANY),
    row!("hostname", Envelope, ANY),
    row!("version", Envelope, ANY),
    row!("product_version", Envelope, ANY),
    row!("origin", Envelope, ANY),
    row!("extensions", Envelope, ANY),
    row!("message", Envelope, ANY),
    row!("log", Envelope, ANY),
];

impl Key {
    /// How many keys the table has.
    pub const COUNT: usize = 200;

    /// The key of this exact name. For constants: a name that is not in the table does not compile.
    #[expect(clippy::indexing_slicing, clippy::panic, reason = "evaluated by the compiler")]
    #[must_use]
    pub const fn named(name: &str) -> Self {
        let mut index = 0;
        while index < KEYS.len() {
            if equal(KEYS[index].name.as_bytes(), name.as_bytes()) {
                return Self(index as u8);
            }
            index += 1;
        }
        panic!("no such key")
    }

    /// Finds the key that a record's field name stands for: by its exact name, else ignoring letter case, else as
    /// one of [`ALIASES`].
    #[must_use]
    pub fn find(name: &[u8]) -> Option<(Self, Spelling)> {
        // Every byte of it is looked at.
        if name.len() > NAME_MAX {
            return None;
        }
        let mut slot = slot(name);
        loop {
            let entry = *INDEX.get(slot).filter(|&&entry| entry != EMPTY)?;
            let (known, key, exact) = match usize::from(entry).checked_sub(Self::COUNT) {
                None => (Self(entry).name(), Self(entry), Spelling::Exact),
                Some(alias) => (ALIASES.get(alias)?.0, *ALIASED.get(alias)?, Spelling::Repaired),
            };
            if name == known.as_bytes() {
                return Some((key, exact));
            }
            // These two are the keys they are only with just these letters.
            if ![CS6_MISLABELLED, CS7_MISLABELLED].contains(&key) && name.eq_ignore_ascii_case(known.as_bytes()) {
                return Some((key, Spelling::Repaired));
            }
            slot = (slot + 1) % INDEX.len();
        }
    }

    /// The name as the standard or senhasegura spells it.
    #[inline]
    #[must_use]
    pub fn name(self) -> &'static str {
        let entry = self.entry();
        let start = usize::from(entry.pair) + 1;
        PAIRS.get(start..start + usize::from(entry.length) - 2).unwrap_or_default()
    }

    /// Appends a space, the name and an equals sign: what a pair of a CEF extension begins with.
    #[inline(always)]
    pub(crate) fn append_pair_start(self, line: &mut Buffer) {
        let entry = self.entry();
        let (pair, length) =
            (PAIRS.as_bytes().get(usize::from(entry.pair)..).unwrap_or_default(), usize::from(entry.length));
        match pair.first_chunk::<16>() {
            Some(chunk) if length <= 16 => line.put(chunk, length),
            _ => line.append(pair.get(..length).unwrap_or_default()),
        }
    }

    /// Which plain values may follow as they are.
    #[inline]
    pub(crate) fn takes(self) -> Takes {
        self.entry().takes
    }

    /// What its value must be.
    #[inline]
    #[must_use]
    pub fn value_type(self) -> Type {
        self.entry().value
    }

    /// Whose key it is.
    #[inline]
    #[must_use]
    pub fn standing(self) -> Standing {
        self.entry().standing
    }

    /// For a key such as `cs1` the key of its label, `cs1Label`, and the other way round.
    #[inline]
    #[must_use]
    pub fn counterpart(self) -> Option<Self> {
        let counterpart = self.entry().counterpart;
        (counterpart != EMPTY).then_some(Self(counterpart))
    }

    /// Whether it is the key of a label, such as `cs1Label`.
    #[inline]
    #[must_use]
    pub fn is_label(self) -> bool {
        self.counterpart().is_some() && self.name().ends_with(LABEL)
    }

    pub(crate) fn is_envelope(self) -> bool {
        self.standing() == Envelope
    }

    /// Its place in the table, below [`Key::COUNT`].
    #[inline]
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    #[expect(clippy::indexing_slicing, reason = "a Key is only made from a place in this table")]
    #[inline]
    fn entry(self) -> &'static Entry {
        &ENTRIES[self.index()]
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `Cs6` as the request events print it, where `cs6Label` is meant.
pub(crate) const CS6_MISLABELLED: Key = Key::named("Cs6");
/// `Cs7` as the request events print it, where `cs6` is meant.
pub(crate) const CS7_MISLABELLED: Key = Key::named("Cs7");

/// Keys in an order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    order: &'static [Key],
    set: KeySet,
}

impl Keys {
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    pub(crate) const fn of(order: &'static [Key]) -> Self {
        let mut set = KeySet([0; 4]);
        let mut place = 0;
        while place < order.len() {
            assert!(!set.contains(order[place]), "a key is listed twice");
            set.insert(order[place]);
            place += 1;
        }
        Self { order, set }
    }

    /// Whether this key is one of them.
    #[inline]
    #[must_use]
    pub const fn contains(&self, key: Key) -> bool {
        self.set.contains(key)
    }

    #[inline]
    pub(crate) const fn set(&self) -> &KeySet {
        &self.set
    }
}

impl Deref for Keys {
    type Target = [Key];

    #[inline]
    fn deref(&self) -> &[Key] {
        self.order
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.order.fmt(f)
    }
}

/// A set of keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KeySet([u64; 4]);

impl KeySet {
    /// The keys in it.
    pub(crate) fn iter(self) -> impl Iterator<Item = Key> {
        (0..Key::COUNT as u8).map(Key).filter(move |&key| self.contains(key))
    }

    #[inline]
    pub(crate) fn union(&self, other: &Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([a | e, b | f, c | g, d | h])
    }

    #[expect(clippy::indexing_slicing, reason = "a u8 has four groups of 64")]
    #[inline]
    pub(crate) const fn insert(&mut self, key: Key) {
        self.0[(key.0 >> 6) as usize] |= 1 << (key.0 & 63);
    }

    #[expect(clippy::indexing_slicing, reason = "a u8 has four groups of 64")]
    pub(crate) const fn remove(&mut self, key: Key) {
        self.0[(key.0 >> 6) as usize] &= !(1 << (key.0 & 63));
    }

    #[expect(clippy::indexing_slicing, reason = "a u8 has four groups of 64")]
    #[inline]
    pub(crate) const fn contains(&self, key: Key) -> bool {
        self.0[(key.0 >> 6) as usize] & (1 << (key.0 & 63)) != 0
    }
}

/// Something for each key.
#[derive(Debug)]
pub(crate) struct KeyMap<T>([T; 256]);

#[expect(clippy::indexing_slicing, reason = "a u8 is less than 256")]
impl<T: Copy> KeyMap<T> {
    pub(crate) const fn of(value: T) -> Self {
        Self([value; 256])
    }

    #[inline(always)]
    pub(crate) fn get(&self, key: Key) -> &T {
        &self.0[key.0 as usize]
    }

    #[inline(always)]
    pub(crate) fn get_mut(&mut self, key: Key) -> &mut T {
        &mut self.0[key.0 as usize]
    }
}

/// Which values may stand behind a key as they are, if they are plain, without a look at other fields.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    Nothing,
    /// Text of at most so many bytes.
    Text(u16),
    /// Short whole numbers.
    Number,
    /// IPv4 addresses.
    Address,
}

/// Marks a free place of [`INDEX`] and a key without [`Key::counterpart`].
const EMPTY: u8 = u8::MAX;

const LABEL: &str = "Label";

/// See [`Key::counterpart`].
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const COUNTERPARTS: [u8; Key::COUNT] = {
    let mut counterparts = [EMPTY; Key::COUNT];
    let mut label = 0;
    while label < KEYS.len() {
        if let Some((base, b"Label")) = KEYS[label].name.as_bytes().split_last_chunk::<5>() {
            let mut value = 0;
            while value < KEYS.len() {
                if equal(KEYS[value].name.as_bytes(), base) {
                    counterparts[value] = label as u8;
                    counterparts[label] = value as u8;
                }
                value += 1;
            }
        }
        label += 1;
    }
    counterparts
};

/// A row of [`KEYS`] as it is looked up.
#[derive(Clone, Copy)]
struct Entry {
    /// Where the pair's start is in [`PAIRS`], and how long.
    pair: u16,
    length: u8,
    counterpart: u8,
    standing: Standing,
    value: Type,
    takes: Takes,
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static ENTRIES: [Entry; Key::COUNT] = {
    const FREE: Entry =
        Entry { pair: 0, length: 0, counterpart: EMPTY, standing: Envelope, value: ANY, takes: Takes::Nothing };
    let mut entries = [FREE; Key::COUNT];
    let (mut key, mut pair) = (0, 0);
    while key < KEYS.len() {
        let Row { name, standing, value } = KEYS[key];
        let counterpart = COUNTERPARTS[key];
        // A label may be missing, and the host of the event may have taken `dvchost`.
        let alone = counterpart == EMPTY && !equal(name.as_bytes(), b"dvchost");
        let takes = match (standing, value) {
            (Dictionary | Vendor, Text(max)) if alone => Takes::Text(max),
            (Dictionary | Vendor, Integer) if alone => Takes::Number,
            (Dictionary | Vendor, Ipv4) if alone => Takes::Address,
            _ => Takes::Nothing,
        };
        entries[key] = Entry { pair, length: name.len() as u8 + 2, counterpart, standing, value, takes };
        pair += name.len() as u16 + 2;
        key += 1;
    }
    entries
};

/// What pairs begin with, one behind the other, and room to read 16 bytes from any of them.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static PAIRS: &str = {
    const LENGTH: usize = {
        let last = ENTRIES[Key::COUNT - 1];
        last.pair as usize + last.length as usize + 16
    };
    static BYTES: [u8; LENGTH] = {
        let mut bytes = [b' '; LENGTH];
        let mut key = 0;
        while key < KEYS.len() {
            let (name, start) = (KEYS[key].name.as_bytes(), ENTRIES[key].pair as usize + 1);
            let mut place = 0;
            while place < name.len() {
                bytes[start + place] = name[place];
                place += 1;
            }
            bytes[start + place] = b'=';
            key += 1;
        }
        bytes
    };
    match str::from_utf8(&BYTES) {
        Ok(pairs) => pairs,
        Err(_) => panic!("a name is cut in a character"),
    }
};

/// The keys of [`ALIASES`].
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static ALIASED: [Key; ALIASES.len()] = {
    let mut keys = [Key(0); ALIASES.len()];
    let mut alias = 0;
    while alias < keys.len() {
        keys[alias] = Key::named(ALIASES[alias].1);
        alias += 1;
    }
    keys
};

/// The most bytes of a name.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const NAME_MAX: usize = {
    let (mut max, mut key) = (0, 0);
    while key < KEYS.len() {
        if KEYS[key].name.len() > max {
            max = KEYS[key].name.len();
        }
        key += 1;
    }
    max
};

/// An open-addressing hash table: places in [`KEYS`], and behind them in [`ALIASES`].
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static INDEX: [u8; 512] = {
    let mut table = [EMPTY; 512];
    let mut entry = 0;
    assert!(KEYS.len() + ALIASES.len() < EMPTY as usize);
    while entry < KEYS.len() + ALIASES.len() {
        let name = if entry < KEYS.len() { KEYS[entry].name } else { ALIASES[entry - KEYS.len()].0 };
        let mut slot = slot(name.as_bytes());
        while table[slot] != EMPTY {
            slot = (slot + 1) % table.len();
        }
        table[slot] = entry as u8;
        entry += 1;
    }
    table
};

/// A place of [`INDEX`], letter case aside.
const fn slot(name: &[u8]) -> usize {
    let (mut hash, mut rest) = (Fnv1a::NEW, name);
    while let [byte, behind @ ..] = rest {
        (hash, rest) = (hash.with(*byte | 0x20), behind);
    }
    hash.place(INDEX.len())
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, the lengths are equal")]
const fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_key_by_its_name_and_in_other_letter_case() {
        for row in &KEYS {
            let key = Key::named(row.name);
            assert_eq!(Key::find(row.name.as_bytes()), Some((key, Spelling::Exact)), "{}", row.name);
            if key != CS6_MISLABELLED && key != CS7_MISLABELLED {
                let upper = row.name.to_ascii_uppercase();
                assert_eq!(Key::find(upper.as_bytes()).map(|(found, _)| found), Some(key), "{upper}");
            }
        }
    }

    #[test]
    fn repairs_the_misspelt_keys() {
        for (alias, name) in ALIASES {
            assert_eq!(Key::find(alias.as_bytes()), Some((Key::named(name), Spelling::Repaired)));
            assert_eq!(Key::find(alias.to_ascii_lowercase().as_bytes()), Some((Key::named(name), Spelling::Repaired)));
        }
    }

    #[test]
    fn tells_the_mislabelled_cs6_from_the_key_in_other_letter_case() {
        assert_eq!(Key::find(b"Cs6"), Some((CS6_MISLABELLED, Spelling::Exact)));
        assert_eq!(Key::find(b"CS6"), Some((Key::named("cs6"), Spelling::Repaired)));
        assert_eq!(Key::find(b"cs6"), Some((Key::named("cs6"), Spelling::Exact)));
        assert_eq!(Key::find(b"cS7"), Some((Key::named("cs7"), Spelling::Repaired)));
    }

    #[test]
    fn pairs_values_with_their_labels() {
        let (cs1, label) = (Key::named("cs1"), Key::named("cs1Label"));
        assert_eq!((cs1.counterpart(), label.counterpart()), (Some(label), Some(cs1)));
        assert!(label.is_label() && !cs1.is_label());
        assert_eq!(Key::named("msg").counterpart(), None);
        let labels = KEYS.iter().filter(|row| row.name.ends_with(LABEL));
        assert!(labels.clone().all(|row| Key::named(row.name).is_label()));
        assert_eq!(labels.count(), 26);
    }

    #[test]
    fn finds_nothing_for_other_names() {
        for name in ["", "s", "susers", "suse", "kubernetes", "dposrtt", "\u{e9}", "MSG\0"] {
            assert_eq!(Key::find(name.as_bytes()), None, "{name:?}");
        }
    }
}
