//! The rows of the catalog, and nothing else: kinds of event, the keys common to all, and the
//! message types.
//!
//! The first 28 rows are the kinds that senhasegura's SIEM page documents with their keys (releases
//! 3.32, 3.33 and 4.0, English and Portuguese, misprints repaired). The others have only an event
//! id, on its Syslog page.

use super::kind::{EventId, Kind, MessageType};
use crate::key::{Key, Keys};

/// The keys of these names.
macro_rules! keys {
    ($($name:ident)*) => { &const { Keys::new(const { &[$(Key::named(stringify!($name))),*] }) } };
}

/// A kind of which only the Syslog page lists the event id.
macro_rules! listed {
    ($id:literal, $origin:literal, $severity:literal, $name:literal) => {
        Kind { name: $name, origin: $origin, ids: &[id($id, $severity, $name)], ..KIND }
    };
}

/// The keys that senhasegura documents for all events, in documented order.
pub const COMMON: &Keys = keys![
    msg act suid sname suser spriv spid src dvc duser duid dst dhost dpt requestMethod sourceServiceName
];

/// The message type table. `suid` is the acting user's id in most events, so a record is typed by
/// it only if it has neither event id nor name.
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

/// The number of kinds.
pub(crate) const COUNT: usize = ROWS.len();

#[rustfmt::skip]
pub(super) const ROWS: &[Kind] = &[
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

/// The defaults for a row.
const KIND: Kind =
    Kind { name: "", name_4_0: "", name_pt: "", misprints: &[], origin: "", ids: &[], written_as: None, keys: keys![] };

const fn id(id: &'static str, syslog_severity: u8, name: &'static str) -> EventId {
    EventId { id, syslog_severity, name }
}

const fn message_type(suid: &'static str, name: &'static str, id: &'static str) -> MessageType {
    MessageType { suid, name, id }
}
