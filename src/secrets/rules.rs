//! What stands before a secret: the rows.
//!
//! A row has the source that documents it. Each has a command in `tests/redact/commands.tsv`, which a test
//! demands.

/// What is written in place of a secret. It is none.
pub(crate) const REDACTED: &[u8] = b"[redacted]";

/// A name whose value is a secret: an option, a variable, a key of a connection string or of JSON, a field.
pub(super) struct Name {
    /// The end of the name, in lower-case letters. A name may have one `_`, `-` or space between two of them.
    pub(super) end: &'static str,
    /// Whether it is a word of its own: at the start, after a sign or a digit, or with a capital after a small
    /// letter. So `NOVA_SENHA` and `novaSenha` are secrets, and `resenha` is not.
    pub(super) is_word: bool,
    #[cfg(test)]
    pub(super) source: &'static str,
}

/// What stands before a secret in one command.
pub(super) struct Rule {
    /// The command, without its folder and `.exe`, or several with `|` between them; with `*`, all that begin so; after a
    /// space, its subcommand.
    pub(super) command: &'static str,
    /// The option with its sign, or a word; empty for [`Form::Operand`].
    pub(super) option: &'static str,
    pub(super) form: Form,
    #[cfg(test)]
    pub(super) source: &'static str,
}

/// Where the secret is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The next word, or what follows an option of one letter, or `=`.
    Word,
    /// What follows without a space; after a space there is none.
    Attached,
    /// What follows the first such sign in the word that is as in `Word`: `user:password`.
    After(u8),
    /// What follows the first such sign in the first operand that has it or `@`, up to the last `@`: `user/password@host`.
    Login(u8),
    /// The operand with this number.
    Operand(u8),
    /// None: the option has no value in this command. Without an option, the command takes the place of those before it,
    /// such as `sshpass`.
    Flag,
}

/// A row. Its source is for readers and tests: no module has it.
const fn name(end: &'static str, is_word: bool, source: &'static str) -> Name {
    #[cfg(not(test))]
    let _ = source;
    Name {
        end,
        is_word,
        #[cfg(test)]
        source,
    }
}

/// As [`name`].
const fn rule(command: &'static str, option: &'static str, form: Form, source: &'static str) -> Rule {
    #[cfg(not(test))]
    let _ = source;
    Rule {
        command,
        option,
        form,
        #[cfg(test)]
        source,
    }
}

pub(super) const NAMES: &[Name] = &[
    name("password", false, "mysql --password, PGPASSWORD of libpq, Password= of ADO.NET and ODBC"),
    name("passwd", false, "ODBC drivers, and configurations of Python"),
    name("passphrase", false, "gpg --passphrase"),
    name("pass", false, "curl --pass, cmdkey /pass:, keytool -storepass"),
    name("pwd", false, "ODBC PWD=, MYSQL_PWD of mysql"),
    name("senha", true, "Portuguese"),
    name("secret", false, "RFC 6749, section 2.3.1: client_secret"),
    name("secretkey", false, "AWS_SECRET_KEY of the tools of AWS before the CLI"),
    name("accesskey", false, "AWS_SECRET_ACCESS_KEY of the AWS CLI, SharedAccessKey= of Azure Service Bus"),
    name("accountkey", false, "AccountKey= of Azure Storage"),
    name("apikey", false, "OpenAPI 3.1, section 4.8.27: API keys, in headers and queries"),
    name("authkey", false, "tailscale up --auth-key"),
    name("token", false, "RFC 6750, section 2: access_token; kubectl --token"),
    name("authorization", true, "RFC 9110, sections 11.6.2 and 11.7.2: Authorization, Proxy-Authorization"),
];

/// Words that end like one of [`NAMES`]. Names that end in them have no secret.
pub(super) const NO_SECRETS: &[&str] = &[
    // The AWS CLI: pages of a list.
    "nexttoken",
    "startingtoken",
    // What asks for one: Ansible, libpq.
    "askpass",
    "askbecomepass",
    "askvaultpass",
    "nopassword",
    // English.
    "bypass",
    "compass",
    // dsmod: whether the password must be changed.
    "mustchpwd",
];

/// Words after which a command comes.
pub(super) const BEFORE_COMMANDS: &[&str] = &[
    "sudo",
    "exec",
    "nohup",
    "env",
    "cmd",
    "c",
    "k",
    "-c",
    "time",
    "start",
    "call",
    "then",
    "do",
    "else",
    "powershell",
    "-command",
];

/// Commands that run another one, after options that may have values; `if` of cmd.exe. Named as in [`Rule`].
pub(super) const RUNNING: &str = "psexec*|paexec*|winrs|runas|if";

/// Words of SQL after which `IDENTIFIED BY` comes.
pub(super) const BEFORE_IDENTIFIED: &[&str] = &["create", "alter", "grant", "administer", "role"];

/// Names of the working directory, if the value is a path.
pub(super) const FOLDERS: &[&str] = &["pwd", "PWD", "OLDPWD"];

/// Schemes of `Authorization`, which are not secret: <https://www.iana.org/assignments/http-authschemes>, and
/// those of AWS, GitHub and NTLM.
pub(super) const SCHEMES: &[&str] =
    &["basic", "bearer", "digest", "negotiate", "dpop", "oauth", "token", "ntlm", "aws4-hmac-sha256"];

/// The beginnings of texts that are secrets wherever they stand.
pub(super) const TOKENS: &[&str] = &[
    // RFC 7519: `{"` in Base64. It must have the other two parts.
    "eyJ",
    // GitHub, "About authentication to GitHub": token formats.
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    // GitLab, "Token overview".
    "glpat-",
    // Slack, "Token types".
    "xoxb-",
    "xoxp-",
    // HashiCorp Vault, "Tokens".
    "hvs.",
];

/// The least length of such a text.
pub(super) const TOKEN_MIN: usize = 20;

use Form::{After, Attached, Flag, Login, Operand, Word};

/// What takes the options of snmpcmd(1); `snmpd` has others.
const SNMP: &str = "snmpget|snmpgetnext|snmpbulkget|snmpwalk|snmpbulkwalk|snmpset|snmptrap|snmpinform|snmptable|snmpstatus|snmptest|snmpdf|snmpdelta|snmpusm|snmpvacm|snmptranslate|snmpnetstat";

pub(super) const RULES: &[Rule] = &[
    rule("mysql*", "-p", Attached, "mysql(1): --password[=password], -p[password]"),
    rule("mysql*", "--password", Flag, "mysql(1): with a space, the word is the database"),
    rule("mysqladmin", "password", Word, "mysqladmin(1): password new_password"),
    rule("mariadb*", "-p", Attached, "mariadb(1)"),
    rule("mariadb*", "--password", Flag, "mariadb(1)"),
    rule("psql", "--password", Flag, "psql(1): -W, --password forces a prompt"),
    rule("pg_*", "--password", Flag, "pg_dump(1)"),
    rule("ffmpeg", "-pass", Flag, "ffmpeg(1): the number of a pass"),
    rule("sshpass", "-p", Word, "sshpass(1): -ppassword"),
    rule("curl", "-u", After(b':'), "curl(1): -u, --user <user:password>"),
    rule("curl", "--user", After(b':'), "curl(1)"),
    rule("curl", "-U", After(b':'), "curl(1): -U, --proxy-user <user:password>"),
    rule("curl", "--proxy-user", After(b':'), "curl(1)"),
    rule("curl", "--oauth2-bearer", Word, "curl(1): --oauth2-bearer <token>"),
    rule("http", "-a", After(b':'), "HTTPie: -a, --auth USER[:PASS]"),
    rule("http", "--auth", After(b':'), "HTTPie"),
    rule("lftp", "-u", After(b','), "lftp(1): -u user[,pass]"),
    rule("smbclient", "-U", After(b'%'), "smbclient(1): -U, --user=[DOMAIN/]USERNAME[%PASSWORD]"),
    rule("smbclient", "--user", After(b'%'), "smbclient(1)"),
    rule("rpcclient", "-U", After(b'%'), "rpcclient(1)"),
    rule("redis-cli", "-a", Word, "redis-cli --help: -a <password>"),
    rule("ldap*", "-w", Word, "ldapsearch(1): -w passwd"),
    rule("ldappasswd", "-s", Word, "ldappasswd(1): -s newPasswd"),
    rule("ldappasswd", "-a", Word, "ldappasswd(1): -a oldPasswd"),
    rule("sqlcmd", "-P", Word, "sqlcmd: -P password"),
    rule("bcp", "-P", Word, "bcp: -P password"),
    rule(
        "mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport|mongofiles|mongostat|mongotop",
        "-p",
        Word,
        "mongosh, mongodump: --password, -p <password>",
    ),
    rule("sqlplus", "", Login(b'/'), "SQL*Plus: username/password@connect_identifier"),
    rule("expdp", "", Login(b'/'), "Oracle Data Pump"),
    rule("impdp", "", Login(b'/'), "Oracle Data Pump"),
    rule("docker login", "-p", Word, "docker login: -p, --password"),
    rule("podman login", "-p", Word, "podman-login(1)"),
    rule("registry login", "-p", Word, "helm registry login: -p, --password"),
    rule("az login", "-p", Word, "az login: --password -p"),
    rule("oc login", "-p", Word, "oc login: -p, --password"),
    rule("sc config", "password=", Word, "sc config: password= <password>"),
    rule("net user", "", Operand(2), "net user [username [password | *]]"),
    rule("plink|pscp|psftp|putty", "-pw", Word, "PuTTY, section 3.11.3.8: -pw"),
    rule("psexec*", "-p", Word, "PsExec: -p password"),
    rule("schtasks", "/rp", Word, "schtasks create: /rp <password>"),
    rule("schtasks", "/p", Word, "schtasks create: /p <password>"),
    rule("convertto-securestring", "", Operand(1), "ConvertTo-SecureString [-String] <String>"),
    rule("xfreerdp*", "/p:", Attached, "FreeRDP: /p:<password>"),
    rule("rdesktop", "-p", Word, "rdesktop(1): -p <password>"),
    rule("openssl", "pass:", Attached, "openssl-passphrase-options(1): pass:password"),
    rule("ssh-keygen", "-N", Word, "ssh-keygen(1): -N new_passphrase"),
    rule("ssh-keygen", "-P", Word, "ssh-keygen(1): -P passphrase"),
    rule("zip", "-P", Word, "zip(1): -P password"),
    rule("unzip", "-P", Word, "unzip(1): -P password"),
    rule("7z*", "-p", Attached, "7-Zip: -p{password}"),
    rule("useradd", "-p", Word, "useradd(8): -p PASSWORD, encrypted"),
    rule("usermod", "-p", Word, "usermod(8)"),
    rule("ipmitool", "-P", Word, "ipmitool(1): -P password"),
    rule(SNMP, "-c", Word, "snmpcmd(1): -c community"),
    rule(SNMP, "-A", Word, "snmpcmd(1): -A authPassword"),
    rule(SNMP, "-X", Word, "snmpcmd(1): -X privPassword"),
    rule("aws", "aws_secret_access_key", Word, "aws configure set aws_secret_access_key"),
    // Often after sshpass.
    rule("ssh|scp|sftp|rsync", "", Flag, "ssh(1): -p port; scp(1), sftp(1), rsync(1): -p"),
];
