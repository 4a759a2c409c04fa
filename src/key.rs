//! The names of fields: every key of the CEF dictionary, senhasegura's own and the envelope's, as small integers.
//!
//! The table follows the "ArcSight Common Event Format (CEF) Implementation Standard", version 27, chapter 2, for
//! `CEF:0` (specification 0.1); the keys that came with 1.2 are not in it. A name that is not in the table is
//! kept as the text it is.

use std::fmt;
use std::ops::Deref;

use crate::buffer::Buffer;

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

pub(crate) struct Row {
    name: &'static str,
    pub(crate) standing: Standing,
    pub(crate) value: Type,
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
        Self::find_words(name, Words::of(name))
    }

    /// As [`Key::find`], for a name that stands in a window: 16 bytes are read at once, whatever its length.
    #[inline(always)]
    pub(crate) fn find_within(window: &[u8], start: usize, end: usize) -> Option<(Self, Spelling)> {
        let name = window.get(start..end)?;
        let words = match window.get(start..).and_then(|rest| rest.first_chunk::<16>()) {
            Some(chunk) if name.len() <= 16 => Words::of_chunk(chunk, name.len()),
            _ => Words::of(name),
        };
        Self::find_words(name, words)
    }

    #[inline(always)]
    fn find_words(name: &[u8], words: Words) -> Option<(Self, Spelling)> {
        let mut slot = words.slot();
        loop {
            let entry = *INDEX.get(slot)?;
            let candidate = NAMES.get(usize::from(entry))?;
            if words.equal(&candidate.words()) && (name.len() <= 16 || name == candidate.name.as_bytes()) {
                return Some((candidate.key, candidate.spelling));
            }
            if words.equal_but_for_case(&candidate.words())
                && candidate.any_case
                && name.eq_ignore_ascii_case(candidate.name.as_bytes())
            {
                return Some((candidate.key, Spelling::Repaired));
            }
            slot = (slot + 1) % INDEX.len();
        }
    }

    /// The name as the standard or senhasegura spells it.
    #[inline]
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// A space, the name and an equals sign.
    #[inline(always)]
    pub(crate) fn pair_start(self) -> &'static PairStart {
        static STARTS: KeyMap<PairStart> = PairStart::ALL;
        STARTS.get(self)
    }

    /// What its value must be.
    #[inline]
    #[must_use]
    pub fn value_type(self) -> Type {
        self.row().value
    }

    /// Whose key it is.
    #[inline]
    #[must_use]
    pub fn standing(self) -> Standing {
        self.row().standing
    }

    /// For a key such as `cs1` the key of its label, `cs1Label`, and the other way round.
    #[inline]
    #[must_use]
    pub fn counterpart(self) -> Option<Self> {
        static INDICES: [u8; Key::COUNT] = COUNTERPARTS;
        INDICES.get(self.index()).copied().filter(|&index| index != EMPTY).map(Self)
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
    pub(crate) fn row(self) -> &'static Row {
        static ROWS: [Row; Key::COUNT] = KEYS;
        &ROWS[self.index()]
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

/// What a pair of a CEF extension begins with: a space, the name and an equals sign.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairStart {
    bytes: [u8; 16],
    name: &'static str,
    /// Which plain values may follow as they are.
    pub(crate) takes: Takes,
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

impl PairStart {
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    const ALL: KeyMap<Self> = {
        let mut starts = KeyMap::of(Self { bytes: [0; 16], name: "", takes: Takes::Nothing });
        let mut key = 0;
        while key < KEYS.len() {
            let start = &mut starts.0[key];
            start.name = KEYS[key].name;
            let name = start.name.as_bytes();
            start.bytes[0] = b' ';
            let mut place = 0;
            while place < name.len() && name.len() <= 14 {
                start.bytes[1 + place] = name[place];
                start.bytes[2 + place] = b'=';
                place += 1;
            }
            // A label may be missing, and the host of the event may have taken `dvchost`.
            let alone = COUNTERPARTS[key] == EMPTY && !equal(name, b"dvchost");
            start.takes = match (&KEYS[key], alone) {
                (Row { standing: Dictionary | Vendor, value: Text(max), .. }, true) => Takes::Text(*max),
                (Row { standing: Dictionary | Vendor, value: Integer, .. }, true) => Takes::Number,
                (Row { standing: Dictionary | Vendor, value: Ipv4, .. }, true) => Takes::Address,
                _ => Takes::Nothing,
            };
            key += 1;
        }
        starts
    };

    #[inline(always)]
    pub(crate) fn append_to(&self, line: &mut Buffer) {
        if self.name.len() <= 14 {
            line.put(&self.bytes, self.name.len() + 2);
        } else {
            line.push(b' ');
            line.append(self.name.as_bytes());
            line.push(b'=');
        }
    }
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

/// A name that [`Key::find`] knows.
struct Candidate {
    /// See [`Words`]; its length is the name's.
    head: u64,
    tail: u64,
    name: &'static str,
    key: Key,
    spelling: Spelling,
    /// Whether other letter case is taken for it, too: `Cs6` and `Cs7` are these keys only with just these letters.
    any_case: bool,
}

impl Candidate {
    #[inline(always)]
    const fn words(&self) -> Words {
        Words { head: self.head, tail: self.tail, length: self.name.len() }
    }
}

/// All names of [`KEYS`] and [`ALIASES`].
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static NAMES: [Candidate; Key::COUNT + ALIASES.len()] = {
    const FREE: Candidate =
        Candidate { head: 0, tail: 0, name: "", key: Key(0), spelling: Spelling::Exact, any_case: true };
    let mut names = [FREE; Key::COUNT + ALIASES.len()];
    let mut entry = 0;
    while entry < names.len() {
        let (name, key, spelling) = if entry < KEYS.len() {
            (KEYS[entry].name, Key(entry as u8), Spelling::Exact)
        } else {
            let (alias, name) = ALIASES[entry - KEYS.len()];
            (alias, Key::named(name), Spelling::Repaired)
        };
        let any_case = !equal(name.as_bytes(), b"Cs6") && !equal(name.as_bytes(), b"Cs7");
        let Words { head, tail, .. } = Words::of(name.as_bytes());
        names[entry] = Candidate { head, tail, name, key, spelling, any_case };
        entry += 1;
    }
    names
};

/// An open-addressing hash table: places in [`NAMES`].
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static INDEX: [u8; 1024] = {
    let mut table = [EMPTY; 1024];
    let mut entry = 0;
    assert!(NAMES.len() < EMPTY as usize);
    while entry < NAMES.len() {
        let mut slot = NAMES[entry].words().slot();
        while table[slot] != EMPTY {
            slot = (slot + 1) % table.len();
        }
        table[slot] = entry as u8;
        entry += 1;
    }
    table
};

/// A name as numbers, to compare: its length and its first 16 bytes, zeros after them if it is shorter.
#[derive(Clone, Copy)]
struct Words {
    head: u64,
    tail: u64,
    length: usize,
}

impl Words {
    /// The bit that tells the letter cases of ASCII apart.
    const CASE: u64 = 0x2020_2020_2020_2020;

    const fn of(name: &[u8]) -> Self {
        if let Some(chunk) = name.first_chunk::<16>() {
            return Self { length: name.len(), ..Self::of_chunk(chunk, 16) };
        }
        let (mut both, mut rest) = (0u128, name);
        while let [before @ .., last] = rest {
            both = both << 8 | *last as u128;
            rest = before;
        }
        Self { head: both as u64, tail: (both >> 64) as u64, length: name.len() }
    }

    /// The words of the first bytes of a chunk.
    #[inline(always)]
    const fn of_chunk(chunk: &[u8; 16], length: usize) -> Self {
        const fn first(word: u64, bytes: usize) -> u64 {
            match u64::MAX.checked_shr(64 - 8 * bytes as u32) {
                Some(mask) => word & mask,
                None => 0,
            }
        }
        let both = u128::from_le_bytes(*chunk);
        let (low, high) = (both as u64, (both >> 64) as u64);
        if length <= 8 {
            Self { head: first(low, length), tail: 0, length }
        } else {
            Self { head: low, tail: first(high, length - 8), length }
        }
    }

    /// A place of [`INDEX`], letter case aside.
    #[inline]
    const fn slot(&self) -> usize {
        let both = (self.head | Self::CASE) ^ (self.tail | Self::CASE).rotate_left(23);
        let mixed = both.wrapping_add(self.length as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 54) as usize
    }

    #[inline]
    fn equal(&self, other: &Self) -> bool {
        (self.head ^ other.head) | (self.tail ^ other.tail) | (self.length ^ other.length) as u64 == 0
    }

    #[inline]
    fn equal_but_for_case(&self, other: &Self) -> bool {
        ((self.head ^ other.head) | (self.tail ^ other.tail)) & !Self::CASE == 0 && self.length == other.length
    }
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
