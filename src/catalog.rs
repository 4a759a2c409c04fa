//! The event kinds of senhasegura, as data. A row is all that the project knows of a kind.
//!
//! The first 28 rows are the kinds that senhasegura's SIEM page documents with their keys (releases 3.32, 3.33 and 4.0,
//! English and Portuguese, misprints repaired); the others are listed with an event id on its Syslog page only. A record's kind is
//! found by [`by_id`], else [`by_name`], else [`by_suid`].

use crate::hash::Fnv1a;
use crate::key::{Key, Keys};

/// The keys named.
macro_rules! keys {
    ($($name:ident)*) => { &const { Keys::of(const { &[$(Key::named(stringify!($name))),*] }) } };
}

/// A kind that the Syslog page lists and no page documents.
macro_rules! listed {
    ($id:literal, $origin:literal, $severity:literal, $name:literal) => {
        Kind { name: $name, origin: $origin, ids: &[id($id, $severity, $name)], ..KIND }
    };
}

/// A kind of event.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The name on the English page up to release 3.33.
    pub name: &'static str,
    /// The name from release 4.0 on; empty if the kind is only listed.
    pub name_4_0: &'static str,
    /// The Portuguese name; empty if the kind is only listed.
    pub name_pt: &'static str,
    /// Misprints of these names that the pages have.
    pub misprints: &'static [&'static str],
    /// The module that reports it, such as `COSE`; empty if it is not known.
    pub origin: &'static str,
    /// The event ids of this kind. What sets them apart is their name and severity.
    pub ids: &'static [EventId],
    /// The event id to write if the kind has none of its own.
    pub written_as: Option<&'static EventId>,
    /// The documented keys, in documented order; empty if the kind is only listed.
    pub keys: &'static Keys,
}

/// An event id of the Syslog page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    /// As the page prints it: a number up to 121, or one with three decimals such as `336.501`.
    pub id: &'static str,
    /// RFC 5424, section 6.2.1: 0 emergency to 7 debug.
    pub syslog_severity: u8,
    /// What the page calls it.
    pub name: &'static str,
}

/// A row of the message type table of the SIEM page.
#[derive(Debug, PartialEq, Eq)]
pub struct MessageType {
    /// The value of the field `suid`.
    pub suid: &'static str,
    /// The events, as the table prints them.
    pub name: &'static str,
    /// The event id to write. Where the table names two kinds, it is the graver one's or the first's: better an alarm
    /// too many than one too few. The name says both.
    pub id: &'static str,
}

/// What a record was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The kind.
    pub kind: &'static Kind,
    /// Its place in [`CATALOG`].
    pub row: usize,
    /// Which of its ids.
    pub id: &'static EventId,
    /// The name of the event, for a record that gives none.
    pub name: &'static str,
}

/// The keys that senhasegura documents for all events.
pub const COMMON: &Keys = keys![
    msg act suid sname suser spriv spid src dvc duser duid dst dhost dpt requestMethod sourceServiceName
];

/// The message type table. `suid` is the acting user's id in most events, so a record is typed by it only if it has neither
/// event id nor name.
pub static MESSAGE_TYPES: &[MessageType] = &[
    message_type("8", "Loss / Recovered Connectivity", "8"),
    message_type("9", "Password rotation", "21"),
    message_type("15", "Backup complete", "18"),
    message_type("17", "Password changed", "2"),
    message_type("153", "Session Started / Ended", "16"),
    message_type("164", "Password visualization", "1"),
];

/// All kinds.
pub static CATALOG: &[Kind] = ROWS;

#[rustfmt::skip]
const ROWS: &[Kind] = &[
    Kind {
        name: "Backup",
        name_4_0: "Backup",
        name_pt: "Backup",
        origin: "COBA",
        ids: &[
            id("18", 5, "Backup performed"),
        ],
        keys: keys![
            msg suid sname suser spid dhost
        ],
        ..KIND
    },
    Kind {
        name: "Lost Connectivity",
        name_4_0: "Connectivity Loss",
        name_pt: "Perda de conectividade",
        origin: "COEQ",
        ids: &[
            id("8", 4, "Lost of connectivity"),
        ],
        keys: keys![
            msg suid sname suser spid dst dhost dpt
        ],
        ..KIND
    },
    Kind {
        name: "Restored Connectivity",
        name_4_0: "Connectivity Restored",
        name_pt: "Conectividade restabelecida",
        origin: "COEQ",
        ids: &[
            id("9", 5, "Reestablished Connectivity"),
        ],
        keys: keys![
            msg suid sname suser spid dst dhost dpt
        ],
        ..KIND
    },
    Kind {
        name: "Password changed",
        name_4_0: "Password Changed",
        name_pt: "Senha alterada",
        origin: "COSE",
        ids: &[
            id("2", 5, "Password changed"),
        ],
        keys: keys![
            msg suid sname suser spid duser duid dst dhost
        ],
        ..KIND
    },
    Kind {
        name: "Password visualization",
        name_4_0: "Password Viewed",
        name_pt: "Senha visualizada",
        origin: "COSE",
        ids: &[
            id("1", 5, "Password Viewed"),
        ],
        keys: keys![
            msg suid sname suser spid duser duid dst dhost
        ],
        ..KIND
    },
    Kind {
        name: "Session Ended",
        name_4_0: "Session Ended",
        name_pt: "Sessão finalizada",
        origin: "COSS",
        ids: &[
            id("17", 5, "Session finished"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser
        ],
        ..KIND
    },
    Kind {
        name: "Session Started",
        name_4_0: "Session Started",
        name_pt: "Sessão iniciada",
        origin: "COSS",
        ids: &[
            id("16", 5, "Session started"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser
        ],
        ..KIND
    },
    Kind {
        name: "Exchange performed",
        name_4_0: "Exchange Executed",
        name_pt: "Troca executada",
        origin: "COTR",
        ids: &[
            id("21", 5, "Change Executed"),
        ],
        keys: keys![
            msg suid sname suser spid dst duser
        ],
        ..KIND
    },
    Kind {
        name: "Command Execution and Auditing",
        name_4_0: "Audited Commands Executed",
        name_pt: "Comandos auditados e executados",
        origin: "COAU",
        ids: &[
            id("10", 4, "Command detected - Low Urgency"),
            id("11", 3, "Command detected - Medium Urgency"),
            id("12", 2, "Command detected - High Urgency"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser
        ],
        ..KIND
    },
    Kind {
        name: "Privileged Information visualization",
        name_4_0: "Information Viewed",
        name_pt: "Informação visualizada",
        origin: "COSG",
        ids: &[
            id("5", 5, "Information viewed"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser
        ],
        ..KIND
    },
    Kind {
        name: "Changes in Privileged Information",
        name_4_0: "Information Changed",
        name_pt: "Informação alterada",
        origin: "COSG",
        ids: &[
            id("6", 5, "Information changed"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser
        ],
        ..KIND
    },
    Kind {
        name: "Password Request",
        name_4_0: "Password Access Request",
        name_pt: "Solicitação de acesso à senha",
        origin: "COAC",
        ids: &[
            id("13", 5, "New request"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser cs1Label cs1 cs2Label cs2 cs3Label cs3 cs4Label cs4 cs5Label cs5 cs6Label cs6
        ],
        ..KIND
    },
    Kind {
        name: "Approved request",
        name_4_0: "Request Approved",
        name_pt: "Solicitação aprovada",
        origin: "COAC",
        ids: &[
            id("14", 5, "Request approved"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser cs1Label cs1 cs2Label cs2 cs3Label cs3 cs4Label cs4 cs5Label cs5 cs6Label cs6
        ],
        ..KIND
    },
    Kind {
        name: "Request denied",
        name_4_0: "Request Denied",
        name_pt: "Solicitação reprovada",
        origin: "COAC",
        ids: &[
            id("15", 5, "Request Disapproved"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser cs1Label cs1 cs2Label cs2 cs3Label cs3 cs4Label cs4 cs5Label cs5 cs6Label cs6
        ],
        ..KIND
    },
    Kind {
        name: "Command Detected - Block and Stop Session",
        name_4_0: "Detected Command - Block and Terminate Session",
        name_pt: "Comando detectado - Bloquear e interromper sessão",
        misprints: &["Comando detectado - BBloquear e interromper sessão"],
        origin: "COSS",
        ids: &[
            id("31", 4, "Command detected - Block and interrupt session"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser
        ],
        ..KIND
    },
    Kind {
        name: "Command Detected - Block",
        name_4_0: "Detected Command - Block",
        name_pt: "Comando detectado - Bloquear",
        origin: "COSS",
        ids: &[
            id("32", 5, "Command detected - Block"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser
        ],
        ..KIND
    },
    Kind {
        name: "Password change error",
        name_4_0: "Password Change Error",
        name_pt: "Erro na troca de senha",
        origin: "COTR",
        ids: &[
            id("20", 3, "Error on change"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser
        ],
        ..KIND
    },
    Kind {
        name: "Changes in stored file",
        name_4_0: "Storage File Modified",
        name_pt: "Arquivo do armazém alterado",
        origin: "COSS",
        ids: &[
            id("34", 5, "Session file modified"),
        ],
        keys: keys![
            msg suid sname suser spid dst dpt duser cs1Label cs1 cs2Label cs2 cs3Label cs3 cs4Label cs4 cs5Label cs5
        ],
        ..KIND
    },
    Kind {
        name: "Master Key - Users who have viewed their part of the key",
        name_4_0: "Master Key - Users Who Viewed Their Key Part",
        name_pt: "Chave Mestra - Usuários que visualizaram a sua parte da chave",
        origin: "COBA",
        ids: &[
            id("93", 1, "User has seen his part of the key"),
        ],
        keys: keys![
            msg suid sname suser requestMethod act sourceServiceName
        ],
        ..KIND
    },
    Kind {
        name: "Master Key - User downloads a PDF file with his part of the key",
        name_4_0: "Master Key - User Downloaded PDF with Their Key Part",
        name_pt: "Chave Mestra - Usuário que realizou o download do PDF com a sua parte da chave",
        origin: "COBA",
        ids: &[
            id("94", 1, "User downloaded the PDF with his part of the key"),
        ],
        keys: keys![
            msg suid sname suser requestMethod act sourceServiceName
        ],
        ..KIND
    },
    Kind {
        name: "Master Key - Key Ceremony Initiated",
        name_4_0: "Master Key - Ceremony Process Started",
        name_pt: "Chave Mestra - Processo de cerimônia iniciado",
        origin: "COBA",
        ids: &[
            id("92", 1, "Ceremony process started"),
        ],
        keys: keys![
            msg suid sname suser spriv requestMethod act sourceServiceName
        ],
        ..KIND
    },
    Kind {
        name: "Master Key - Key Ceremony Ended",
        name_4_0: "Master Key - Ceremony Process Completed",
        name_pt: "Chave Mestra - Processo de cerimônia finalizado",
        origin: "COBA",
        ids: &[
            id("95", 1, "Ceremony process completed"),
        ],
        keys: keys![
            msg suid sname suser spriv requestMethod act sourceServiceName
        ],
        ..KIND
    },
    Kind {
        name: "Master Key - Inactive Master key Guardian",
        name_4_0: "Master Key - Inactive Guardian",
        name_pt: "Chave Mestra - Guardião inativo",
        origin: "Orbit",
        ids: &[
            id("336.501", 1, "Orbit incident report"),
            id("336.500", 1, "Orbit alert report"),
        ],
        keys: keys![
            msg suid sname suser spriv dvc spid act dproc
        ],
        ..KIND
    },
    Kind {
        name: "Master Key - Failed recovery",
        name_4_0: "Master Key - Recovery Attempt Failed",
        name_pt: "Chave Mestra - Falha na tentativa de recuperação",
        origin: "COBA",
        ids: &[
            id("102", 3, "Failed recovery attempt"),
        ],
        keys: keys![
            msg requestMethod act sourceServiceName originIP country state city latitude longitude partsNeeded partsSent suid sname suser spriv dvc spid src dproc
        ],
        ..KIND
    },
    Kind {
        name: "Master Key - Successful recovery",
        name_4_0: "Master Key - Successful Recovery Attempt",
        name_pt: "Chave Mestra - Tentativa de recuperação bem-sucedida",
        origin: "COBA",
        ids: &[
            id("103", 3, "Successful recovery attempt"),
        ],
        keys: keys![
            msg requestMethod act sourceServiceName originIP country state city latitude longitude partsNeeded partsSent suid sname suser spriv dvc spid src dproc
        ],
        ..KIND
    },
    Kind {
        name: "Reports - Schedule Email",
        name_4_0: "Email Report Scheduling - Creation",
        name_pt: "Agendamento de relatórios de email - Criação",
        origin: "COAT",
        written_as: Some(&id("36", 5, "Audit trail")),
        keys: keys![
            dvc spid src suid sname suser spriv msg requestMethod act sourceServiceName cs1Label cs1 cs2Label cs2 cs3Label cs3 cs4Label cs4 cs5Label cs5 cs7Label cs7
        ],
        ..KIND
    },
    Kind {
        name: "Reports - Update a Schedule",
        name_4_0: "Email Report Scheduling - Update",
        name_pt: "Agendamento de relatórios por email - Atualização",
        origin: "COAT",
        written_as: Some(&id("36", 5, "Audit trail")),
        keys: keys![
            dvc spid src suid sname suser spriv msg requestMethod act sourceServiceName cs1Label cs1 cs2Label cs2 cs3Label cs3 cs4Label cs4 cs5Label cs5 cs6Label cs6 cs7Label cs7 cs8Label cs8
        ],
        ..KIND
    },
    Kind {
        name: "Reports - Delete",
        name_4_0: "Email Report Scheduling - Deletion",
        name_pt: "Agendamento de relatórios por email - Exclusão",
        origin: "COAT",
        written_as: Some(&id("36", 5, "Audit trail")),
        keys: keys![
            dvc spid src suid sname suser spriv msg requestMethod act sourceServiceName cs1Label cs1 cs2Label cs2 cs3Label cs3 cs4Label cs4
        ],
        ..KIND
    },
    listed!("3", "COSE", 5, "Password Expired"),
    listed!("4", "COSE", 5, "Password daily summary"),
    listed!("7", "COSG", 5, "Information expired"),
    listed!("19", "COBA", 3, "Error on backup"),
    listed!("22", "CORE", 6, "Password confirmed"),
    listed!("23", "CORE", 3, "Invalid password"),
    listed!("24", "COTR", 6, "Activation executed"),
    listed!("25", "COTR", 3, "Error on activation"),
    listed!("26", "CONO", 6, "Change password daily report"),
    listed!("27", "CONO", 4, "Low disk space - Low Urgency"),
    listed!("28", "CONO", 3, "Low disk space - Medium Urgency"),
    listed!("29", "CONO", 1, "Low disk space - High Urgency"),
    listed!("30", "CONO", 6, "Space disk - Daily notification"),
    listed!("33", "COSS", 6, "Command detected - Allow"),
    listed!("35", "COSE", 5, "Credential Owner configuration"),
    listed!("36", "COAT", 5, "Audit trail"),
    listed!("37", "AUTH", 5, "Authentication messages"),
    listed!("38", "CONO", 4, "CPU Usage - High"),
    listed!("39", "CONO", 2, "CPU Usage - Critical"),
    listed!("40", "CONO", 4, "Memory Usage - High"),
    listed!("41", "CONO", 2, "Memory Usage - Critical"),
    listed!("42", "COOF", 6, "Application started"),
    listed!("43", "COOF", 6, "Application completed"),
    listed!("44", "COOF", 6, "Credential use for network access"),
    listed!("45", "COOF", 6, "New senhasegura.go version"),
    listed!("46", "COOF", 5, "senhasegura.go version approved"),
    listed!("47", "COOF", 4, "senhasegura.go version disabled"),
    listed!("48", "COOF", 5, "Download of senhasegura.go version performed"),
    listed!("49", "COOF", 5, "senhasegura.go version installed"),
    listed!("50", "CRTC", 5, "Certificate expiration alert: 30 days"),
    listed!("51", "CRTC", 4, "Certificate expiration alert: 7 days"),
    listed!("52", "CRTC", 3, "Certificate expiration alert: 1 day"),
    listed!("53", "CRTC", 5, "Certificate creation"),
    listed!("54", "CRTC", 5, "Certificate renewal"),
    listed!("55", "CRTC", 5, "Certificate revocation"),
    listed!("56", "COSS", 6, "Session indexed text"),
    listed!("57", "COSS", 6, "Generate video for download"),
    listed!("58", "CRTC", 5, "Request password view"),
    listed!("59", "CRTC", 5, "Certificate password view"),
    listed!("60", "COOF", 5, "Workstation approved"),
    listed!("61", "COOF", 5, "Workstation registration"),
    listed!("62", "COOF", 5, "User created"),
    listed!("63", "COOF", 5, "Using AUC"),
    listed!("65", "COOF", 5, "View password"),
    listed!("66", "COOF", 5, "Copy password"),
    listed!("67", "COOF", 5, "Runas executed"),
    listed!("68", "COOF", 5, "Macro executed"),
    listed!("69", "COOF", 5, "Control panel executed"),
    listed!("70", "COOF", 5, "Network adapter executed"),
    listed!("71", "COOF", 5, "Network share"),
    listed!("72", "COOF", 5, "senhasegura.go uninstalled"),
    listed!("73", "COOF", 5, "senhasegura.go goes online"),
    listed!("74", "COOF", 5, "senhasegura.go goes offline"),
    listed!("75", "COOF", 5, "senhasegura.go alert"),
    listed!("76", "CRTC", 5, "Certificate expiration warning: 90 days"),
    listed!("77", "CRTC", 5, "Certificate expiration warning: 60 days"),
    listed!("78", "CRTC", 5, "Certificate expiration warning: 15 days"),
    listed!("79", "CRTC", 5, "Certificate expiration alert: Today"),
    listed!("80", "CRTC", 5, "Certificate link with device"),
    listed!("81", "CRTC", 5, "Download"),
    listed!("82", "CRTC", 5, "Request Management"),
    listed!("83", "CRTC", 5, "Publication Profile Management"),
    listed!("84", "CRTC", 5, "Certificate Management"),
    listed!("85", "COOF", 5, "Error retrieving credentials"),
    listed!("86", "USBH", 5, "Accesses at unusual time"),
    listed!("87", "USBH", 5, "Access with unusual average length"),
    listed!("88", "USBH", 5, "Unusual accesses"),
    listed!("89", "COOF", 5, "Directory and file scan - Inclusion"),
    listed!("90", "COOF", 5, "Directory and file scan - Exclusion"),
    listed!("91", "COOF", 5, "Directory and file scan - Change"),
    listed!("96", "COSS", 5, "Video scheduled for download"),
    listed!("97", "CODS", 1, "User downloaded the PDF with system dashboard."),
    listed!("98", "DOMU", 5, "New location"),
    listed!("99", "DOMU", 5, "Unexpected location"),
    listed!("100", "CLOD", 5, "IAM session without owner"),
    listed!("101", "CLOD", 5, "IAM key view without owner"),
    listed!("112", "DOMU", 3, "Domum health check"),
    listed!("118", "USBH", 5, "Access unusual target"),
    listed!("119", "USBH", 5, "Access unusual credential"),
    listed!("120", "USBH", 5, "View unusual origin"),
    listed!("121", "USBH", 5, "View unusual credential"),
    listed!("336.001", "Orbit", 1, "Orbit task create"),
    listed!("336.002", "Orbit", 1, "Orbit task execution success"),
    listed!("336.003", "Orbit", 1, "Orbit task execution error"),
    listed!("336.004", "Orbit", 1, "Orbit log operation"),
    listed!("1695.001", "", 5, "User login"),
    listed!("1695.002", "", 5, "User logout"),
    listed!("1695.003", "", 5, "Session expired"),
    listed!("1695.010", "", 5, "I18N_REGISTER_TWOFACTOR_TOKEN"),
    listed!("1695.011", "", 5, "I18N_VALIDATE_TWOFACTOR_TOKEN"),
    listed!("1695.012", "", 5, "I18N_VALIDATE_TWOFACTOR_TOKEN"),
    listed!("1695.013", "", 5, "I18N_DELETE_TWOFACTOR_TOKEN"),
    listed!("1695.014", "", 5, "I18N_DELETE_TWOFACTOR_TOKEN"),
];

/// What a row leaves out.
const KIND: Kind =
    Kind { name: "", name_4_0: "", name_pt: "", misprints: &[], origin: "", ids: &[], written_as: None, keys: keys![] };

const fn id(id: &'static str, syslog_severity: u8, name: &'static str) -> EventId {
    EventId { id, syslog_severity, name }
}

const fn message_type(suid: &'static str, name: &'static str, id: &'static str) -> MessageType {
    MessageType { suid, name, id }
}

impl Kind {
    /// The event id to write for a record of this kind that has none.
    #[must_use]
    pub fn event_id(&'static self) -> Option<&'static EventId> {
        self.ids.first().or(self.written_as)
    }

    /// Whether the pages document its keys, or only list its event id.
    #[must_use]
    pub fn is_documented(&self) -> bool {
        !self.keys.is_empty()
    }
}

/// Finds the kind of an event id. `336.501` and `336501` are the same id; so are `336.5` and `336.500`, which JSON writers do not
/// tell apart.
#[must_use]
pub fn by_id(id: impl AsRef<[u8]>) -> Option<Found> {
    let code = code(id.as_ref().trim_ascii())?;
    let entry = match SHORT_IDS.get(code as usize) {
        Some(entry) => entry,
        None => &IDS.get(IDS.binary_search_by_key(&code, |&(code, _)| code).ok()?)?.1,
    };
    let row = usize::from(entry.row);
    let kind = CATALOG.get(row)?;
    let id = kind.ids.get(usize::from(entry.place))?;
    Some(Found { kind, row, id, name: id.name })
}

/// Finds the kind of an event name in English, in English of release 4.0, in Portuguese, or as the Syslog page lists it.
/// Letter case, accents and punctuation do not matter.
#[must_use]
pub fn by_name(name: impl AsRef<[u8]>) -> Option<Found> {
    let name = name.as_ref();
    let mut slot = fold_hash(name);
    loop {
        let entry = NAMES.get(slot)?;
        if entry.row == EMPTY {
            return None;
        }
        let row = usize::from(entry.row);
        let kind = CATALOG.get(row)?;
        let spelled = kind_name(kind, usize::from(entry.place));
        if Fold(spelled.as_bytes()).eq(Fold(name)) {
            let own = usize::from(entry.place).checked_sub(3 + kind.misprints.len());
            let id = own.and_then(|own| kind.ids.get(own)).or(kind.event_id())?;
            return Some(Found { kind, row, id, name: kind.name });
        }
        slot = (slot + 1) % NAMES.len();
    }
}

/// Finds the kind of a message type, the value of `suid`.
#[must_use]
pub fn by_suid(suid: impl AsRef<[u8]>) -> Option<Found> {
    let suid = suid.as_ref();
    // A number that passed through a floating point number.
    let suid = suid.strip_suffix(b".0").unwrap_or(suid);
    let message_type = MESSAGE_TYPES.iter().find(|message_type| message_type.suid.as_bytes() == suid)?;
    Some(Found { name: message_type.name, ..by_id(message_type.id)? })
}

/// The number that an event id is looked up by: with three decimals 1000 times its value, else its value.
#[expect(clippy::indexing_slicing, reason = "indices are below the length")]
const fn code(id: &[u8]) -> Option<u32> {
    let mut whole = 0u32;
    let mut decimals = 0u32;
    let mut places = None;
    let mut at = 0;
    while at < id.len() {
        let byte = id[at];
        match (byte, places) {
            (b'.', None) if at > 0 && at + 1 < id.len() => places = Some(0),
            (b'0'..=b'9', None) if at < 9 => whole = whole * 10 + (byte - b'0') as u32,
            (b'0'..=b'9', Some(place @ 0..3)) => {
                decimals = decimals * 10 + (byte - b'0') as u32;
                places = Some(place + 1);
            }
            // Nothing but zeros can follow: some writers print six decimals.
            (b'0', Some(3..9)) => {}
            _ => return None,
        }
        at += 1;
    }
    let Some(mut place) = places else {
        return if id.is_empty() { None } else { Some(whole) };
    };
    while place < 3 {
        decimals *= 10;
        place += 1;
    }
    // `2.0` is a 2 that passed through a floating point number.
    if decimals == 0 {
        Some(whole)
    } else if whole == 0 || whole > 4_000_000 {
        None
    } else {
        Some(whole * 1000 + decimals)
    }
}

/// Marks a free place of [`NAMES`].
const EMPTY: u8 = u8::MAX;

/// Points to an id or a name of a row.
#[derive(Clone, Copy)]
struct Entry {
    row: u8,
    place: u8,
}

const NOWHERE: Entry = Entry { row: EMPTY, place: 0 };

const ID_COUNT: usize = {
    let (mut count, mut row) = (0, 0);
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    while row < ROWS.len() {
        count += ROWS[row].ids.len();
        row += 1;
    }
    count
};

/// All event ids with their [`code`]s, sorted by them.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static IDS: [(u32, Entry); ID_COUNT] = {
    let mut entries = [(0, NOWHERE); ID_COUNT];
    let (mut filled, mut row) = (0, 0);
    while row < ROWS.len() {
        let mut place = 0;
        while place < ROWS[row].ids.len() {
            let Some(code) = code(ROWS[row].ids[place].id.as_bytes()) else { panic!("not an event id") };
            let mut at = filled;
            while at > 0 && entries[at - 1].0 > code {
                entries[at] = entries[at - 1];
                at -= 1;
            }
            assert!(at == 0 || entries[at - 1].0 < code, "an event id is in the catalog twice");
            entries[at] = (code, Entry { row: row as u8, place: place as u8 });
            filled += 1;
            place += 1;
        }
        row += 1;
    }
    entries
};

/// The event ids without decimals, by their [`code`].
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static SHORT_IDS: [Entry; 128] = {
    let mut entries = [NOWHERE; 128];
    let mut place = 0;
    while place < IDS.len() {
        let (code, entry) = IDS[place];
        if (code as usize) < entries.len() {
            entries[code as usize] = entry;
        }
        place += 1;
    }
    entries
};

/// An open-addressing hash table of all names. Of kinds with the same name, it finds the first.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static NAMES: [Entry; 512] = {
    let mut table = [NOWHERE; 512];
    assert!(ROWS.len() < EMPTY as usize);
    let mut row = 0;
    while row < ROWS.len() {
        let mut place = 0;
        while place < 3 + ROWS[row].misprints.len() + ROWS[row].ids.len() {
            let name = kind_name(&ROWS[row], place);
            let mut slot = fold_hash(name.as_bytes());
            while table[slot].row != EMPTY {
                slot = (slot + 1) % table.len();
            }
            if !name.is_empty() {
                table[slot] = Entry { row: row as u8, place: place as u8 };
            }
            place += 1;
        }
        row += 1;
    }
    table
};

/// The names that a kind goes by, counted through: its three, their misprints, those of its ids.
#[expect(clippy::indexing_slicing, reason = "the place is checked")]
const fn kind_name(kind: &Kind, place: usize) -> &'static str {
    let misprints = kind.misprints.len();
    match place {
        0 => kind.name,
        1 => kind.name_4_0,
        2 => kind.name_pt,
        _ if place - 3 < misprints => kind.misprints[place - 3],
        _ if place - 3 - misprints < kind.ids.len() => kind.ids[place - 3 - misprints].name,
        _ => "",
    }
}

/// The letters and digits of a name in lower case and without accents.
struct Fold<'n>(&'n [u8]);

impl Iterator for Fold<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (folded, rest) = next_folded(self.0)?;
        self.0 = rest;
        Some(folded)
    }
}

/// A place of [`NAMES`], of what [`Fold`] gives.
const fn fold_hash(name: &[u8]) -> usize {
    let (mut hash, mut rest) = (Fnv1a::NEW, name);
    while let Some((folded, after)) = next_folded(rest) {
        (hash, rest) = (hash.with(folded), after);
    }
    hash.place(NAMES.len())
}

const fn next_folded(name: &[u8]) -> Option<(u8, &[u8])> {
    let mut name = name;
    loop {
        name = match name {
            [] => return None,
            [letter, rest @ ..] if letter.is_ascii_alphanumeric() => return Some((letter.to_ascii_lowercase(), rest)),
            [0..0x80, rest @ ..] => rest,
            // U+00C0 to U+00FF, both letter cases at once.
            [0xC3, low, rest @ ..] => {
                let letter = match *low | 0x20 {
                    0xA0..=0xA5 => b'a',
                    0xA7 => b'c',
                    0xA8..=0xAB => b'e',
                    0xAC..=0xAF => b'i',
                    0xB1 => b'n',
                    0xB2..=0xB6 => b'o',
                    0xB9..=0xBC => b'u',
                    0xBD => b'y',
                    other => other,
                };
                return Some((letter, rest));
            }
            // Combining accents.
            [0xCC, _, rest @ ..] | [0xCD, 0x80..0xB0, rest @ ..] => rest,
            // Spaces and signs: U+0080 to U+00BF, U+2000 to U+2FFF.
            [0xC2, _, rest @ ..] | [0xE2, _, _, rest @ ..] => rest,
            [other, rest @ ..] => return Some((*other, rest)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_all_that_the_pages_document() {
        assert!(CATALOG.iter().filter(|kind| kind.is_documented()).count() >= 28);
        assert!(IDS.len() >= 121);
    }

    #[test]
    fn finds_every_kind_by_each_of_its_ids() {
        for kind in CATALOG {
            for id in kind.ids {
                let found = by_id(id.id).unwrap();
                assert_eq!((found.kind.name, found.id, found.name), (kind.name, id, id.name));
                assert_eq!(by_id(id.id.replace('.', "")), Some(found), "{} without its point", id.id);
            }
        }
    }

    #[test]
    fn finds_every_documented_kind_by_each_of_its_names() {
        for kind in CATALOG.iter().filter(|kind| kind.is_documented()) {
            for name in [kind.name, kind.name_4_0, kind.name_pt].iter().chain(kind.misprints) {
                for spelling in
                    [name.to_string(), name.to_uppercase(), name.replace([' ', '-'], "_"), format!(" {name}.")]
                {
                    assert_eq!(by_name(&spelling).map(|found| found.kind.name), Some(kind.name), "{spelling}");
                }
            }
        }
    }

    #[test]
    fn finds_every_event_id_by_the_name_that_the_syslog_page_gives_it() {
        for kind in CATALOG {
            for id in kind.ids {
                let found = by_name(id.name).unwrap();
                assert!(found.id == id || found.id.name == id.name, "{} is taken for {}", id.name, found.id.name);
            }
        }
    }

    #[test]
    fn finds_names_without_accents_and_with_combining_ones() {
        for name in ["Sessao finalizada", "SESSÃO FINALIZADA", "Sessa\u{303}o finalizada"] {
            assert_eq!(by_name(name).map(|found| found.id.id), Some("17"), "{name}");
        }
    }

    #[test]
    fn finds_the_kinds_of_the_message_type_table() {
        for message_type in MESSAGE_TYPES {
            let found = by_suid(message_type.suid).unwrap();
            assert_eq!((found.id.id, found.name), (message_type.id, message_type.name));
            assert!(found.kind.is_documented());
        }
        assert_eq!(by_suid(b"7"), None);
    }

    #[test]
    fn takes_ids_that_passed_through_floating_point_numbers() {
        for (id, same) in
            [("336.5", "336.500"), ("336.500000", "336.500"), ("2.0", "2"), ("1695.01", "1695.010"), (" 18 ", "18")]
        {
            assert_eq!(by_id(id), by_id(same), "{id}");
            assert!(by_id(id).is_some(), "{id}");
        }
        for id in [
            "",
            ".",
            "2.",
            ".2",
            "0.018",
            "-2",
            "2e0",
            "336.501.1",
            "336.5011",
            "4294967298",
            "18446744073709551617",
            "１８",
        ] {
            assert_eq!(by_id(id), None, "{id}");
        }
    }

    #[test]
    fn has_an_event_id_to_write_for_every_kind() {
        for kind in CATALOG {
            assert!(kind.event_id().is_some(), "{}", kind.name);
            assert!(kind.ids.iter().all(|id| id.syslog_severity <= 7), "{}", kind.name);
        }
    }
}
