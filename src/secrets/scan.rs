//! Goes through a text once, and finds what a row stands before.

use std::ops::Range;

use super::rows::{self, Rows};
use super::rules::{
    BEFORE_COMMANDS, BEFORE_IDENTIFIED, FOLDERS, Form, NAMES, NO_SECRETS, Name, REDACTED, RUNNING, Rule, SCHEMES,
    TOKEN_MIN, TOKENS,
};
use super::value::{Found, Style, Text, is_gap, is_line_end, is_quote};

/// The numbers that [`is_on`] has for the rows of [`NO_SECRETS`] and [`RULES`](super::rules::RULES), after those of [`NAMES`].
const NO_SECRETS_FROM: usize = NAMES.len();
const RULES_FROM: usize = NO_SECRETS_FROM + NO_SECRETS.len();

#[cfg(test)]
thread_local! {
    /// How many bytes were looked at.
    pub(super) static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    /// The row without which a test does.
    static OFF: std::cell::Cell<usize> = const { std::cell::Cell::new(usize::MAX) };
}

/// Returns whether the row with this number counts: outside of tests, every one.
#[inline(always)] // A constant.
fn is_on(row: usize) -> bool {
    #[cfg(test)]
    return OFF.get() != row;
    #[cfg(not(test))]
    {
        let _ = row;
        true
    }
}

/// Calls `found` with the range of each secret in a text, in their order.
pub(crate) fn find(text: &[u8], found: &mut dyn FnMut(Range<usize>)) {
    Arguments::default().find(text, found);
}

/// What is known of a command from the arguments before the next one.
#[derive(Default)]
pub(crate) struct Arguments {
    commands: Commands,
    /// Whether an argument came before.
    has_previous: bool,
}

impl Arguments {
    /// As [`find`], in the next argument. Returns whether it ends with an option whose value is the one after it.
    pub(crate) fn find(&mut self, text: &[u8], found: &mut dyn FnMut(Range<usize>)) -> bool {
        let before = self.commands;
        let mut scan = Scan {
            text: Text::new(text),
            at: 0,
            commands: before,
            outside: Commands::default(),
            command_end: 0,
            operand_end: 0,
            taken: 0,
            statement: Statement::Other,
            is_argument: before.active != 0 || self.has_previous && text.starts_with(b"-"),
            is_open: false,
            found,
        };
        scan.run();
        let is_command = before.active | before.half != 0 || scan.command_end == text.len();
        let is_open = scan.is_open;
        *self = Self { commands: if is_command { scan.commands } else { Commands::default() }, has_previous: true };
        is_open
    }
}

/// Returns whether the value of a field with this name is a secret.
pub(crate) fn is_secret(name: &[u8], value: &[u8]) -> bool {
    // Without what a label has after it: `Senha (antiga)`.
    let name = name.split(|byte| *byte == b'(').next().unwrap_or_default();
    let end = name.iter().rposition(|byte| is_in_name(*byte)).map_or(0, |last| last + 1);
    let name = name.get(..end).unwrap_or_default();
    // Of a path, such as `http.request.headers.authorization`.
    let last = name.rsplit(|byte| !is_in_name(*byte)).next().unwrap_or_default();
    names_secret(name) && !is_folder(last, value) && !matches!(value, b"true" | b"false")
}

struct Scan<'t, 'f> {
    text: Text<'t>,
    at: usize,
    commands: Commands,
    /// The commands outside of the quotes.
    outside: Commands,
    /// The end of the name of the last command.
    command_end: usize,
    /// The end of the last operand.
    operand_end: usize,
    /// The end of the last value.
    taken: usize,
    statement: Statement,
    /// Whether the text is an argument of a command.
    is_argument: bool,
    /// Whether the text so far ends with an option whose value comes next.
    is_open: bool,
    found: &'f mut dyn FnMut(Range<usize>),
}

/// The commands met since the last operator of the shell: a bit for each of [`RULES`](super::rules::RULES).
#[derive(Clone, Copy)]
struct Commands {
    active: u64,
    /// Those of which the subcommand may come next.
    half: u64,
    /// Whether the word before was an option, whose value the next word may be.
    is_option: bool,
    /// The number of operands so far.
    operands: u8,
    /// Whether a command comes next, as at the start.
    is_first: bool,
    /// Whether what was met runs another command, after its own options.
    runs: bool,
}

impl Default for Commands {
    fn default() -> Self {
        Self { active: 0, half: 0, is_option: false, operands: 0, is_first: true, runs: false }
    }
}

impl Commands {
    /// Returns those without the commands that take operands, which may be words of a sentence.
    fn without_operands(self) -> Self {
        Self { active: self.active & !rows::WITH_OPERAND, half: self.half & !rows::WITH_OPERAND, ..self }
    }
}

/// What has been read of a statement of SQL.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Statement {
    Other,
    /// A word of [`BEFORE_IDENTIFIED`].
    Definition,
    /// And `IDENTIFIED`.
    Identified,
    /// And `BY`. `REPLACE` may come next.
    By,
}

/// The most bytes before the sign in `user:password`, and of a user in SQL. A longer search, made again for each option,
/// could take time that is not linear.
const USER_MAX: usize = 256;

/// The most options of one letter that are joined, as in `-sku`, and the commands of which users join them.
const JOINED_MAX: usize = 12;
const JOINING: [&str; 6] = ["curl", "zip", "unzip", "ldap*", "useradd", "usermod"];

impl Scan<'_, '_> {
    fn run(&mut self) {
        while let Some(byte) = self.text.byte(self.at) {
            if self.commands.active != 0 && self.begins_word() && self.by_rule() {
                continue;
            }
            match byte {
                b'\\' => {
                    let is_sign = |next| is_quote(next) || next == b'\\' || is_operator(next) && !is_line_end(next);
                    let is_escaped = self.text.byte(self.at + 1).is_some_and(|next| is_sign(next) || next == b')');
                    let continued = self.text.continued(self.at);
                    // A path of Windows may end so, too.
                    self.commands.is_first |= continued.is_some() && self.commands.active | self.commands.half == 0;
                    self.at += continued.unwrap_or(if is_escaped { 2 } else { 1 });
                }
                b'"' | b'\'' => self.quote(byte),
                b':' if self.text.has(self.at, b"://") => self.user_info(),
                0x80.. if let Some(length) = self.text.typographic(self.at) => {
                    // A command may be in it, or it may be in a command.
                    self.commands.is_first |= self.text.before(self.at).is_none_or(is_gap);
                    self.at += length;
                }
                _ if is_in_name(byte) => self.name(),
                _ => {
                    let ends_list = matches!(byte, b']' | b'}') && self.text.before(self.at).is_some_and(is_quote);
                    if (is_operator(byte) || ends_list) && self.text.quote.is_none() && !self.is_argument {
                        self.commands = Commands::default();
                    }
                    // A command may follow: what is assigned to a variable of PowerShell, what a sentence names after `:`,
                    // what is after a prompt, or in a block of PowerShell.
                    self.commands.is_first |= matches!(byte, b'=' | b':' | b'>' | b'{' | b'@');
                    self.at += 1;
                }
            }
        }
    }

    fn emit(&mut self, secret: Range<usize>) {
        let text = self.text.get(secret.clone());
        // SQL with a parameter has none.
        if !text.is_empty() && text != REDACTED && text != b"?" {
            (self.found)(secret);
        }
    }

    /// Emits a value, and goes on after it.
    fn take(&mut self, value: Found) {
        self.emit(value.text);
        self.at = value.end;
        self.taken = value.end;
    }

    /// Returns what is left at `at` of an argument that begins at `start`: no shell splits it.
    fn rest(&self, start: usize, at: usize) -> Option<Found> {
        let end = self.text.len();
        (self.is_argument && start == 0).then_some(Found { text: at..end, end })
    }

    /// Emits the value of this name at `at`, unless it is the working directory.
    fn take_of(&mut self, name: &[u8], at: usize, style: Style) {
        let start = at + self.text.quote_at(at).unwrap_or_default();
        if style == Style::Connection || !is_folder(name, self.text.get(start..self.text.len())) {
            self.take(self.text.value(at, style));
        }
    }

    fn begins_word(&self) -> bool {
        let before = self.text.before(self.at).filter(|_| self.taken != self.at);
        let is_before =
            |byte| is_gap(byte) || is_operator(byte) || is_quote(byte) || self.text.is_after_typographic(self.at);
        self.at == 0 || before.is_some_and(is_before)
    }

    /// Opens or closes a quote. One inside of a word, as in `it's`, opens none.
    fn quote(&mut self, byte: u8) {
        if self.text.quote == Some(byte) {
            self.leave();
        } else if self.text.quote.is_none() && !self.is_in_word() {
            let is_value = self.text.before(self.at).is_some_and(|byte| matches!(byte, b'=' | b':'));
            self.text.open(byte, self.commands.is_first && !is_value);
            if is_value && self.commands.active & rows::WITH_OPERAND != 0 {
                // Of an option: `/comment:"two words"`.
                let near = self.text.until(self.at + USER_MAX);
                let end = near.closing(self.at + 1, 1, Style::Shell).map_or(near.len(), |(_, end)| end);
                self.operand_end = self.operand_end.max(end);
            }
            self.outside = self.commands;
            self.commands.is_first = true;
        }
        self.at += 1;
    }

    /// Returns whether a word has begun, or a value has ended, before this byte.
    fn is_in_word(&self) -> bool {
        self.text.before(self.at).is_some_and(|byte| is_in_name(byte) || byte == b']' || self.taken == self.at)
    }

    fn leave(&mut self) {
        self.text.close();
        let inside = std::mem::replace(&mut self.commands, self.outside);
        if self.command_end == self.at {
            // Only the command is in quotes, or its subcommand; or a sentence names it.
            let is_run = self.outside.is_first || self.outside.half != 0;
            self.commands = if is_run { inside } else { inside.without_operands() };
        } else if inside.active == self.commands.active {
            self.commands.operands = inside.operands;
        }
        self.commands.is_first = false;
    }

    /// Takes what a rule of a command that was met stands before.
    fn by_rule(&mut self) -> bool {
        let start = self.at;
        let joined = self.joined_options();
        let options = rows::with_option(self.text.get(start..start + 2), joined.map(|(last, _)| last));
        let rules = || Rows::new(self.commands.active & options);
        // `-pw` is not `-p`.
        let longest = rules().filter_map(|(_, rule)| self.end_of_option(rule, joined)).max();
        for (bit, rule) in rules() {
            let Some(after) = self.end_of_option(rule, joined).filter(|after| longest == Some(*after)) else {
                continue;
            };
            let (at, style) = match rule.form {
                Form::Attached if self.text.byte(after).is_some_and(|byte| !is_gap(byte)) => (after, Style::Shell),
                Form::Word | Form::After(_) => match self.argument(rule.option, after) {
                    Some(argument) => argument,
                    None => continue,
                },
                _ => continue,
            };
            let secret = match rule.form {
                Form::After(sign) => self.after_sign(at, style, sign),
                _ => Some(self.text.value(at, style)),
            };
            let Some(mut secret) = secret else { continue };
            if let Some(rest) = self.rest(start, secret.text.start) {
                secret = rest;
            }
            if rule.command == "sshpass" {
                // What it runs has options of its own.
                self.commands.active &= !bit;
            }
            self.take(secret);
            return self.at > start;
        }
        match Rows::new(self.commands.active & rows::WITH_OPERAND).next() {
            Some((bit, rule)) if self.begins_operand() => self.operand(rule.form, bit),
            _ => false,
        }
    }

    /// Returns what follows the first such sign in the word at `at`.
    fn after_sign(&self, at: usize, style: Style, sign: u8) -> Option<Found> {
        let near = self.text.get(at..(at + USER_MAX).min(self.text.len()));
        let user = near.iter().position(|byte| *byte == sign)?;
        // Not of a URI.
        if self.text.has(at + user + 1, b"//") {
            return None;
        }
        let mut value = self.text.value(at, style);
        value.text.start += 1 + self.text.get(value.text.clone()).iter().position(|byte| *byte == sign)?;
        Some(value)
    }

    fn begins_operand(&self) -> bool {
        let first = self.text.byte(self.at);
        let is_none = |byte| is_gap(byte) || matches!(byte, b'-' | b'/' | b',' | b']' | b'}');
        let is_first = first.is_some_and(|byte| !is_none(byte)) && self.text.continued(self.at).is_none();
        self.at >= self.operand_end && is_first && !self.is_redirected() && !(self.is_argument && self.at > 0)
    }

    /// Returns whether this is the name of a file, after `>`.
    fn is_redirected(&self) -> bool {
        let is_sign = |at: usize| self.text.before(at).is_some_and(|byte| matches!(byte, b'<' | b'>'));
        let first = self.text.byte(self.at);
        let is_after_gap = |at| self.text.is_gap(at) && is_sign(at);
        matches!(first, Some(b'<' | b'>')) || is_sign(self.at) || self.at.checked_sub(1).is_some_and(is_after_gap)
    }

    /// Returns the last of the options of one letter that are joined here, as in `-sku`, and their end.
    fn joined_options(&self) -> Option<(u8, usize)> {
        if !self.text.has(self.at, b"-") {
            return None;
        }
        let is_letter = |at: &usize| self.text.byte(*at).is_some_and(|byte| byte.is_ascii_alphanumeric());
        let first = self.at + 1;
        let end = first + (first..first + JOINED_MAX).take_while(is_letter).count();
        let ends = self.text.byte(end).is_none_or(|byte| is_gap(byte) || self.text.quote == Some(byte));
        let is_joined = end > first + 1 && ends;
        self.text.before(end).filter(|_| is_joined).map(|last| (last, end))
    }

    /// Returns the end of the option that begins here, if it is the one of this rule. `joined` is as of
    /// [`Self::joined_options`].
    fn end_of_option(&self, rule: &Rule, joined: Option<(u8, usize)>) -> Option<usize> {
        let (option, end) = (rule.option.as_bytes(), self.at + rule.option.len());
        let text = self.text.get(self.at..end);
        // Those of Windows are of any letter case.
        if text == option || option.starts_with(b"/") && text.eq_ignore_ascii_case(option) {
            return Some(end);
        }
        match (option, rule.form, joined) {
            ([b'-', letter], Form::Word | Form::After(_), Some((last, end)))
                if *letter == last && JOINING.contains(&rule.command) =>
            {
                Some(end)
            }
            _ => None,
        }
    }

    /// Returns where the argument of an option begins that ends at `after`.
    fn argument(&mut self, option: &str, after: usize) -> Option<(usize, Style)> {
        match self.text.byte(after) {
            Some(b'=') => return Some((after + 1, Style::Shell)),
            Some(byte) if is_in_name(byte) || !(is_gap(byte) || is_quote(byte) || matches!(byte, b',' | b'\\')) => {
                return (option.len() == 2).then_some((after, Style::Shell));
            }
            _ => {}
        }
        let next = self.next_word(after);
        // `-p'secret'`, not the end of `'-p'`.
        let is_attached =
            || option.len() == 2 && self.text.byte(after).is_some_and(|byte| self.text.quote != Some(byte));
        if next.is_none() && !self.text.is_gap(after) && is_attached() { Some((after, Style::Shell)) } else { next }
    }

    /// Goes to the word after the one that ends at `after`, and returns where it begins, if it is no option: after a space,
    /// or after quotes and a comma in a list. Leaves the quote that ends before it, and takes note if the text ends.
    fn next_word(&mut self, after: usize) -> Option<(usize, Style)> {
        let closes = self.text.quote_at(after).filter(|length| {
            let quote = self.text.byte(after + length - 1);
            *length > 1 || self.text.quote == quote
        });
        let mut at = after + closes.unwrap_or_default();
        let is_listed = self.text.byte(at) == Some(b',') && (closes.is_some() || self.text.is_gap(at + 1));
        at += usize::from(is_listed);
        let next = self.text.after_gap(at);
        if next >= self.text.len() {
            self.is_open = true;
            return None;
        }
        let first = next + self.text.quote_at(next).unwrap_or_default();
        if next == at && !is_listed || self.text.byte(first) == Some(b'-') {
            return None;
        }
        if closes == Some(1) {
            self.leave();
        }
        Some((next, if is_listed && closes.is_none() { Style::List } else { Style::Shell }))
    }

    /// Takes the secret in an operand of a command, if it has one.
    fn operand(&mut self, form: Form, bit: u64) -> bool {
        let rest = self.rest(self.at, self.at);
        let is_rest = rest.is_some();
        let Found { text: range, end } = rest.unwrap_or_else(|| self.text.value(self.at, Style::Shell));
        // Also of what is no operand: each quote in it would begin another search.
        self.operand_end = end;
        if !is_rest && matches!(self.text.byte(end), Some(b'<' | b'>')) {
            // The number of a file that is redirected.
            return false;
        }
        self.commands.operands = self.commands.operands.saturating_add(1);
        let text = self.text.get(range.clone());
        let secret = match form {
            Form::Operand(number) if number == self.commands.operands && text != b"*" => range,
            Form::Login(sign) => {
                // One without either may be the value of an option.
                let Some(user) = text.iter().position(|byte| *byte == sign || *byte == b'@') else { return false };
                if text.get(user..).is_some_and(|rest| rest.starts_with(b"//")) {
                    return false;
                }
                self.commands.active &= !bit;
                let end = text.iter().rposition(|byte| *byte == b'@').map_or(range.end, |at| range.start + at);
                range.start + user + 1..if user > 0 && text.get(user) == Some(&sign) { end } else { 0 }
            }
            _ => return false,
        };
        if secret.is_empty() {
            return false;
        }
        // What is after a login may be the rest of the text, if a quote is missing.
        let end = secret.end;
        self.take(Found { text: secret, end });
        true
    }

    /// Reads a name, and takes what it stands before.
    fn name(&mut self) {
        let start = self.at;
        let mut end = start;
        while self.text.byte(end).is_some_and(is_in_name) && (end == start || self.text.typographic(end).is_none()) {
            end += 1;
        }
        self.at = end;
        let name = self.text.get(start..end);
        if name.ends_with(b"-----BEGIN") {
            self.private_key();
        } else if is_token(name) {
            self.commands.is_first = false;
            self.take(Found { text: start..end, end });
        } else {
            self.statement(name);
            if self.at == end && names_secret(name) {
                self.named(start..end);
            }
            if self.at == end {
                self.command(start..end);
            }
        }
    }

    /// Takes note of a command, and of what may come before one.
    fn command(&mut self, range: Range<usize>) {
        let (start, end) = (range.start, range.end);
        let (before, after) = (self.text.before(start), self.text.byte(end));
        let (is_in_path, goes_on) = (matches!(before, Some(b'/' | b'\\')), matches!(after, Some(b'/' | b'\\' | b':')));
        let is_set = after == Some(b'=') || before == Some(b'=');
        let mut name = self.text.get(range);
        if let Some((base, end)) = name.split_at_checked(name.len().saturating_sub(4))
            && end.eq_ignore_ascii_case(b".exe")
        {
            name = base;
        }
        let is_before = |byte| {
            let is_sign = is_gap(byte) || is_operator(byte) || is_quote(byte) || is_prompt(byte);
            is_sign || self.text.is_after_typographic(start)
        };
        let is_command = (is_in_path || before.is_none_or(is_before))
            && (after.is_none_or(|byte| is_gap(byte) || is_quote(byte) || matches!(byte, b',' | b'\\'))
                || self.text.typographic(end).is_some());
        let is_option = name.starts_with(b"-");
        let half = if std::mem::replace(&mut self.commands.is_option, is_option) || is_option {
            self.commands.half
        } else {
            std::mem::take(&mut self.commands.half)
        };
        let candidates = if is_command { half | rows::with_command(name) } else { 0 };
        for (bit, rule) in Rows::new(candidates).filter(|(bit, _)| is_on(RULES_FROM + bit.trailing_zeros() as usize)) {
            let Rule { command, option, form, .. } = rule;
            let (command, subcommand) = command.split_once(' ').unwrap_or((command, ""));
            let is_half = is_named(name, command);
            let is_other = option.is_empty() && *form == Form::Flag;
            if half & bit != 0 && name.eq_ignore_ascii_case(subcommand.as_bytes()) || is_half && subcommand.is_empty() {
                self.command_end = end;
                if is_other { self.commands.active = 0 } else { self.begin(bit) }
            } else if is_half && (!option.is_empty() || self.is_command_next(is_in_path)) {
                // Two words in a sentence are no command with operands.
                self.commands.half |= bit;
                self.command_end = end;
            }
        }
        if self.commands.is_first {
            self.commands.runs |= is_named(name, RUNNING);
        }
        // A date does not end a prompt.
        let is_number = name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
        if !goes_on && !is_set && !is_number {
            self.commands.is_first = BEFORE_COMMANDS.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes()));
        }
    }

    /// Returns whether a command may come here, rather than a word of a sentence. In quotes, its path may have spaces.
    fn is_command_next(&self, is_in_path: bool) -> bool {
        let Commands { is_first, runs, .. } = self.commands;
        is_first || runs || is_in_path && self.text.quote.is_some() && self.outside.is_first
    }

    fn begin(&mut self, bit: u64) {
        self.commands.active |= bit;
        self.commands.operands = 0;
    }

    /// Takes the password of a statement of SQL: `IDENTIFIED BY 'password'`.
    fn statement(&mut self, word: &[u8]) {
        let is = |other: &str| word.eq_ignore_ascii_case(other.as_bytes());
        self.statement = match self.statement {
            Statement::Other if BEFORE_IDENTIFIED.iter().any(|word| is(word)) => Statement::Definition,
            Statement::Definition if is("identified") => Statement::Identified,
            Statement::Identified if is("by") && self.text.is_gap(self.at) => {
                let at = self.text.after_gap_or_lines(self.at);
                let word = self.text.get(at..self.text.end_of_word(at, Style::Sql));
                if ["password", "values", "random"].iter().all(|known| !word.eq_ignore_ascii_case(known.as_bytes())) {
                    self.take(self.text.value(at, Style::Sql));
                }
                Statement::By
            }
            Statement::By if is("replace") && self.text.is_gap(self.at) => {
                self.take(self.text.value(self.text.after_gap_or_lines(self.at), Style::Sql));
                Statement::Definition
            }
            Statement::By => Statement::Definition,
            statement => statement,
        };
    }

    /// Takes the value of a name, if one follows.
    fn named(&mut self, name: Range<usize>) {
        let Range { start, end } = name;
        let text = self.text.get(name);
        let is_option = text.starts_with(b"-");
        let quoted = self.text.before(start).filter(|byte| is_quote(*byte)).and_then(|quote| {
            let length = self.text.quote_at(end)?;
            (self.text.byte(end + length - 1) == Some(quote)).then_some(length)
        });
        if let Some(length) = quoted {
            // PowerShell and Python: `headers["Authorization"] = "secret"`.
            let at = end + length + usize::from(self.text.has(end + length, b"]"));
            let at = self.text.after_blank(at);
            let is_assigned = || {
                let value = self.text.after_blank(at + 1);
                self.text.has(at, b"=") && self.text.quote_at(value).is_some()
            };
            let sign = if self.text.has(at, b"=>") { 2 } else { usize::from(self.text.has(at, b":") || is_assigned()) };
            if sign > 0 {
                if length == 1 && self.text.quote == self.text.byte(end) {
                    self.leave();
                }
                self.at = self.text.after_blank(at + sign);
                return self.take_of(text, self.at, Style::Json);
            }
        }
        let is_header = is_authorization(text) || !is_option && text.contains(&b'-');
        match self.text.byte(end) {
            Some(b'=') if !matches!(self.text.byte(end + 1), Some(b'=' | b'~' | b'>')) => {
                self.assigned(start..end, end + 1);
            }
            Some(b':') if self.text.has(end, b"://") => {}
            Some(b':') if is_header => self.header(start, end + 1),
            Some(b':') if (is_option || self.is_option_of_windows(start)) && !self.text.is_gap(end + 1) => {
                let value = self.rest(start, end + 1).unwrap_or_else(|| self.text.value(end + 1, Style::Shell));
                self.take(value);
            }
            Some(b':') => {
                // YAML, and objects of JavaScript. Without quotes, it may be a sentence.
                let at = self.text.after_gap(end + 1);
                if self.text.byte(at).is_some_and(|byte| is_quote(byte) && self.text.quote != Some(byte)) {
                    self.take_of(text, at, Style::Json);
                }
            }
            Some(b'(') if text.eq_ignore_ascii_case(b"password") => self.literal(end + 1),
            _ if is_option => {
                if !self.is_flag(text)
                    && let Some((at, style)) = self.next_word(end)
                {
                    self.take(self.text.value(at, style));
                }
            }
            Some(byte) if is_gap(byte) => {
                let at = self.text.after_gap(end);
                if self.text.has(at, b"=") && !matches!(self.text.byte(at + 1), Some(b'=' | b'~' | b'>')) {
                    self.assigned(start..end, self.text.after_gap_or_lines(at + 1));
                } else if text.eq_ignore_ascii_case(b"password") {
                    self.literal(self.text.after_blank(at));
                }
            }
            _ => {}
        }
    }

    /// Returns whether `/` before a name begins an option.
    fn is_option_of_windows(&self, start: usize) -> bool {
        self.text.before(start) == Some(b'/')
            && start.checked_sub(1).is_some_and(|at| self.text.before(at).is_none_or(is_gap))
    }

    /// Returns whether an option of a command that was met has no value.
    fn is_flag(&self, option: &[u8]) -> bool {
        let is_it = |rule: &Rule| rule.form == Form::Flag && rule.option.as_bytes() == option;
        Rows::new(self.commands.active).any(|(_, rule)| is_it(rule))
    }

    /// Takes the value of an assignment.
    fn assigned(&mut self, name: Range<usize>, at: usize) {
        let start = name.start;
        // What is assigned to a variable of PowerShell is what a command prints, unless it is in quotes.
        if self.text.before(start) == Some(b'$')
            && self.text.quote_at(at).is_none()
            && self.text.typographic(at).is_none()
        {
            return;
        }
        let mut before = start;
        while self.text.before(before).is_some_and(is_gap) {
            before -= 1;
        }
        let name = self.text.get(name);
        if is_authorization(name) {
            return self.header(start, at);
        }
        if let Some(rest) = self.rest(start, at) {
            return self.take(rest);
        }
        // As ADO.NET spells them: libpq has spaces between its parts.
        let is_first = || self.text.quote == self.text.before(start) && matches!(name, b"Password" | b"Pwd");
        let is_next = self.text.before(before) == Some(b';')
            && (self.text.quote.is_some() || before == start && self.is_part_before(before - 1));
        let is_part = is_next || self.text.quote.is_some() && is_first();
        self.take_of(name, at, if is_part { Style::Connection } else { Style::Shell });
    }

    /// Returns whether another part of a connection string ends at `end`: `Data Source=db01`.
    fn is_part_before(&self, end: usize) -> bool {
        let near = self.text.get(end.saturating_sub(USER_MAX)..end);
        let part = near.rsplit(|byte| *byte == b';').next().unwrap_or_default();
        !part.starts_with(b" ") && part.contains(&b'=')
    }

    /// Takes a literal of SQL: `PASSWORD 'secret'`, `N'secret'`, `PASSWORD FOR user = 'secret'`.
    fn literal(&mut self, mut at: usize) {
        if self.text.get(at..at + 4).eq_ignore_ascii_case(b"FOR ") {
            let near = self.text.until(at + 4 + USER_MAX);
            at = self.text.after_blank(near.end_of_word(at + 4, Style::Shell));
            if at >= near.len() || !self.text.has(at, b"=") {
                return;
            }
            at = self.text.after_blank(at + 1);
        }
        let at = at + usize::from(matches!(self.text.byte(at), Some(b'N' | b'E')));
        let length = self.text.quote_at(at).filter(|length| self.text.byte(at + length - 1) == Some(b'\''));
        if length.is_some() {
            self.take(self.text.value(at, Style::Sql));
        }
    }

    /// Takes the value of a header that begins at `start`: up to the quote that closes the one before the header,
    /// or a word, or the rest of a line. A scheme stays.
    fn header(&mut self, start: usize, at: usize) {
        let is_line = self.is_line_of_header(start, at);
        // As in HTTP, with a word that is not joined to it.
        let is_spelt = self.text.has(start, b"Authorization: ") || self.text.has(start, b"Proxy-Authorization: ");
        let mut at = self.after_escaped_gap(at);
        let quote = self.text.before(start).filter(|byte| is_quote(*byte));
        if quote.is_some() {
            let backslashes =
                (2..5).take_while(|back| start.checked_sub(*back).is_some_and(|at| self.text.byte(at) == Some(b'\\')));
            let closing = self.text.closing(start, 1 + backslashes.count(), Style::Shell);
            let end = closing.map_or(self.text.len(), |(close, _)| close);
            let word = at + self.text.get(at..end).iter().take_while(|byte| !is_gap(**byte)).count();
            if word < end && self.is_scheme(at..word) {
                at = self.after_escaped_gap(word);
            }
            return self.take(Found { text: at.min(end)..end, end });
        }
        let mut value = self.text.value(at, Style::Shell);
        let has_scheme = self.is_scheme(value.text.clone()) && self.text.is_gap(value.end);
        if has_scheme {
            at = self.after_escaped_gap(value.end);
        }
        if let Some(rest) = self.rest(start, at) {
            return self.take(rest);
        }
        if has_scheme {
            value = self.text.value(at, Style::Shell);
        } else if is_line {
            let ends =
                |at: &usize| self.text.byte(*at).is_none_or(|byte| is_line_end(byte) || self.text.quote == Some(byte));
            let end = (value.end..).find(ends).unwrap_or(value.end);
            value = Found { text: value.text.start..end, end };
        } else if is_spelt && self.text.is_gap(value.end) && self.text.get(value.text.clone()) != REDACTED {
            // A scheme that is not known.
            let next = self.text.value(self.text.after_gap(value.end), Style::Shell);
            if !next.text.is_empty() {
                value = Found { text: value.text.start..next.text.end, end: next.end };
            }
        }
        // Parameters: RFC 9110, section 11.4.
        while self.text.before(value.end) == Some(b',') && self.text.is_gap(value.end) && value.end > at {
            let next = self.text.value(self.after_escaped_gap(value.end), Style::Shell);
            if next.text.is_empty() {
                break;
            }
            value = Found { text: value.text.start..next.text.end, end: next.end };
        }
        self.take(value);
    }

    /// Returns whether `Authorization: ` is a line of HTTP rather than a word of a command or a sentence. Its value has any
    /// scheme, and goes on to the end of the line.
    fn is_line_of_header(&self, start: usize, at: usize) -> bool {
        let name = self.text.get(start..at.saturating_sub(1));
        // Behind `> `, if curl shows what it sends.
        let mut first = start;
        while self.text.before(first).is_some_and(|byte| matches!(byte, b' ' | b'>')) {
            first -= 1;
        }
        let is_first = self.text.before(first).is_none_or(is_line_end);
        is_authorization(name) && self.text.before(at) == Some(b':') && self.text.is_gap(at) && is_first
    }

    fn after_escaped_gap(&self, at: usize) -> usize {
        let at = self.text.after_gap(at);
        if self.text.has(at, b"\\ ") { at + 2 } else { at }
    }

    fn is_scheme(&self, word: Range<usize>) -> bool {
        let word = self.text.get(word);
        SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()))
    }

    /// Takes the password of a URI: RFC 3986, section 3.2.1.
    fn user_info(&mut self) {
        let start = self.at + "://".len();
        let (mut end, mut colon, mut sign) = (start, None, None);
        while let Some(byte) = self.text.byte(end) {
            match byte {
                b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'\\' | b'`' => break,
                _ if is_gap(byte) => break,
                b':' if colon.is_none() => colon = Some(end + 1),
                b'@' => sign = Some(end),
                _ => {}
            }
            end += 1;
        }
        self.at = start;
        if let (Some(colon), Some(sign)) = (colon, sign)
            && colon < sign
        {
            self.take(Found { text: colon..sign, end: sign });
        }
    }

    /// Takes what is between the lines around a private key: RFC 7468, section 10; RFC 9580, section 6.2.
    fn private_key(&mut self) {
        let label = (self.at..self.at + 64)
            .take_while(|at| self.text.byte(*at).is_some_and(|byte| byte == b' ' || byte.is_ascii_alphanumeric()))
            .count();
        let end = self.at + label;
        let label = self.text.get(self.at..end);
        if self.text.has(end, b"-----") && (label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK")) {
            let start = end + "-----".len();
            let end = (start..self.text.len()).find(|at| self.text.has(*at, b"-----END")).unwrap_or(self.text.len());
            self.take(Found { text: start..end, end: (end + "-----END".len()).min(self.text.len()) });
        }
    }
}

/// Returns whether a name is `Authorization`, or ends so.
fn is_authorization(name: &[u8]) -> bool {
    begin_of(name, "authorization").is_some()
}

/// Returns whether a byte is one of a name: an option, a variable, a word.
fn is_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | 0x80..)
}

/// Returns whether a command may come after a byte.
fn is_operator(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b';' | b'&' | b'|' | b'(' | b'`')
}

/// Returns whether a command may come after a byte, which the shell or a record has printed.
fn is_prompt(byte: u8) -> bool {
    matches!(byte, b'>' | b'<' | b'[' | b'=' | b':' | b',' | b'{' | b'@')
}

/// Returns whether a name is that of one of these commands.
fn is_named(name: &[u8], commands: &str) -> bool {
    commands.as_bytes().split(|byte| *byte == b'|').any(|command| match command {
        [start @ .., b'*'] => name.get(..start.len()).is_some_and(|name| name.eq_ignore_ascii_case(start)),
        _ => name.eq_ignore_ascii_case(command),
    })
}

/// Returns whether a text is a token, by its beginning.
fn is_token(text: &[u8]) -> bool {
    let dots = || text.iter().filter(|byte| **byte == b'.').count();
    text.len() >= TOKEN_MIN
        && TOKENS.iter().any(|token| text.starts_with(token.as_bytes()) && (*token != "eyJ" || dots() >= 2))
}

/// Returns whether the value of a name is a secret.
fn names_secret(name: &[u8]) -> bool {
    // Joined to an option of curl, a header is a word.
    let is_word = |at: usize| begins_word(name, at) || name.get(..at) == Some(b"-H");
    let is_end = |(index, row): (usize, &Name)| {
        is_on(index) && begin_of(name, row.end).is_some_and(|at| !row.is_word || is_word(at))
    };
    let is_other = |(index, other): (usize, &&str)| {
        is_on(NO_SECRETS_FROM + index) && begin_of(name, other).is_some_and(|at| begins_word(name, at))
    };
    rows::may_end(name) && NAMES.iter().enumerate().any(is_end) && !NO_SECRETS.iter().enumerate().any(is_other)
}

/// Returns the offset at which a name begins to be `end`, in any letter case, with at most one `_`, `-` or space
/// between two letters.
fn begin_of(name: &[u8], end: &str) -> Option<usize> {
    let mut at = name.len();
    for (index, letter) in end.bytes().rev().enumerate() {
        if index > 0 && matches!(name.get(at.checked_sub(1)?), Some(b'_' | b'-' | b' ')) {
            at -= 1;
        }
        at = at.checked_sub(1)?;
        if !name.get(at)?.eq_ignore_ascii_case(&letter) {
            return None;
        }
    }
    Some(at)
}

/// Returns whether a word begins at the offset `at` of a name.
fn begins_word(name: &[u8], at: usize) -> bool {
    match at.checked_sub(1).and_then(|before| name.get(before)) {
        Some(before) if before.is_ascii_lowercase() => name.get(at).is_some_and(u8::is_ascii_uppercase),
        Some(before) => !before.is_ascii_alphabetic() && before.is_ascii(),
        None => true,
    }
}

/// Returns whether the value of a name is the path of the working directory.
fn is_folder(name: &[u8], value: &[u8]) -> bool {
    FOLDERS.iter().any(|folder| name == folder.as_bytes())
        && match value {
            [] | [b'/' | b'~' | b'\\', ..] => true,
            [b'$', next, ..] => next.is_ascii_uppercase() || matches!(next, b'{' | b'('),
            [drive, b':', b'/' | b'\\', ..] => drive.is_ascii_alphabetic(),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::super::rules::RULES;
    use super::*;

    const COMMANDS: &str = include_str!("../../tests/redact/commands.tsv");

    /// The commands of the table, and what becomes of each.
    fn commands() -> Vec<(String, String)> {
        let lines = COMMANDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let marked = lines.map(|line| line.replace('⏎', "\n"));
        let parts = |line: &str| -> Vec<String> { line.split(['⟦', '⟧']).map(str::to_owned).collect() };
        let redact = |(index, part): (usize, &String)| if index % 2 == 0 { part.clone() } else { "[redacted]".into() };
        marked.map(|line| (parts(&line).concat(), parts(&line).iter().enumerate().map(redact).collect())).collect()
    }

    fn redacted(text: &str) -> String {
        let (mut redacted, mut at) = (String::new(), 0);
        find(text.as_bytes(), &mut |secret| {
            redacted.push_str(&text[at..secret.start]);
            redacted.push_str("[redacted]");
            at = secret.end;
        });
        redacted + &text[at..]
    }

    #[test]
    fn redacts_the_secrets_of_the_table_and_nothing_else() {
        for (command, expected) in commands() {
            assert_eq!(redacted(&command), expected);
            assert_eq!(redacted(&expected), expected, "once more");
        }
    }

    #[test]
    fn takes_a_path_of_windows_at_the_end_of_a_line_for_no_joint() {
        assert_eq!(redacted("C:\\>cd \\\nnet user bob hunter2"), "C:\\>cd \\\nnet user bob [redacted]");
    }

    #[test]
    fn ends_a_header_with_its_line() {
        let text = "GET / HTTP/1.1\r\nAuthorization: ApiKey hunter2 x\r\nHost: y";
        assert_eq!(redacted(text), "GET / HTTP/1.1\r\nAuthorization: [redacted]\r\nHost: y");
        assert_eq!(redacted("Note: Authorization: user bob denied"), "Note: Authorization: [redacted] denied");
    }

    #[test]
    fn needs_each_row() {
        let commands = commands();
        for row in 0..RULES_FROM + RULES.len() {
            OFF.set(row);
            let is_needed = commands.iter().any(|(command, expected)| redacted(command) != *expected);
            OFF.set(usize::MAX);
            let name =
                NAMES.get(row).map(|name| name.end).or(NO_SECRETS.get(row.wrapping_sub(NO_SECRETS_FROM)).copied());
            let rule = row.checked_sub(RULES_FROM).map(|rule| (RULES[rule].command, RULES[rule].option));
            assert!(is_needed, "tests/redact/commands.tsv has no command that needs {name:?} {rule:?}");
        }
        assert!(NAMES.iter().all(|name| !name.source.is_empty()) && RULES.iter().all(|rule| !rule.source.is_empty()));
    }

    #[test]
    fn redacts_tokens_of_every_form() {
        for token in TOKENS {
            let text = format!("x {token}0123456789.abcdef.hunter2 y");
            assert_eq!(redacted(&text), "x [redacted] y");
        }
        assert_eq!(redacted("eyJhbGciOiJIUzI1NiJ9"), "eyJhbGciOiJIUzI1NiJ9");
    }

    /// What looks further ahead than a word.
    const AHEAD: [&str; 7] = ["-u a://", r#"'"'\'" "#, "-u a", "-U ", "password for a", "\\\n", "\"password\": ["];

    const PIECES: [&str; 64] = [
        "--password",
        "--password=",
        "PGPASSWORD=",
        "pwd=",
        "password",
        "PASSWORD '",
        "identified by ",
        "create ",
        "alter ",
        "Authorization:",
        "X-Api-Key: ",
        "Bearer ",
        "Digest a=\"x\", ",
        "://",
        "https://u:p@h/",
        "-----BEGIN ",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----END ",
        "{\"password\": ",
        "\\\"password\\\": \\\"",
        "mysql ",
        "mysql -p",
        "-p",
        "-p ",
        "sshpass ",
        "curl ",
        "-u ",
        "a:b",
        "net user ",
        "sqlplus ",
        "a/b@c",
        "docker login ",
        "ghp_0123456789abcdefghij",
        "eyJ0.eyJ0.000000000000",
        "'",
        "\"",
        "\\",
        "\\\"",
        "'\\''",
        "\\\\\\\"",
        "`",
        "$(",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ", ",
        ";",
        "&",
        "|",
        "<",
        ">",
        "=",
        ":",
        "@",
        "/",
        " ",
        "\n",
        "é",
        "x",
        "[redacted]",
    ];

    fn random_text(random: &mut fastrand::Rng, pieces: usize) -> String {
        (0..pieces).map(|_| PIECES[random.usize(..PIECES.len())]).collect()
    }

    fn random_text_ahead(random: &mut fastrand::Rng, pieces: usize) -> String {
        let mut piece = || match random.usize(..PIECES.len() + 4 * AHEAD.len()) {
            index if index < PIECES.len() => PIECES[index],
            index => AHEAD[index % AHEAD.len()],
        };
        (0..pieces).map(|_| piece()).collect()
    }

    #[test]
    fn redacts_once_and_finds_whole_characters() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let text = {
                let pieces = random.usize(..12);
                random_text(&mut random, pieces)
            };
            let once = redacted(&text);
            assert_eq!(redacted(&once), once, "{text:?}");
        }
    }

    #[test]
    fn leaves_no_secret_whatever_is_before_it() {
        let mut random = fastrand::Rng::with_seed(8);
        for _ in 0..10_000 {
            let before = {
                let pieces = random.usize(..8);
                random_text(&mut random, pieces)
            };
            for planted in ["PGPASSWORD=hunter2", "--password=hunter2", "https://bob:hunter2@db01/"] {
                let text = format!("{before} {planted} ls");
                assert!(!redacted(&text).contains("hunter2"), "{text}\n{}", redacted(&text));
            }
        }
    }

    /// Counts the bytes that are looked at, of texts that repeat what makes it look ahead: words of the shell that go on
    /// to the end, again and again.
    #[test]
    fn takes_time_that_is_linear() {
        let steps = |text: &str| {
            STEPS.set(0);
            let _ = redacted(text);
            STEPS.get()
        };
        let mut random = fastrand::Rng::with_seed(9);
        let known = [
            ("curl ", r#"-u a://a'"'\'" "#),
            ("curl ", r"-u a://'\''"),
            ("curl ", r#"-u a'"'\'" "#),
            ("", r#"password for a'"'\'" "#),
            ("", r#"password for a'"'\'"= "#),
            ("net user ", "a'b'"),
        ];
        for number in 0..1000 {
            let (mut before, pieces) = (random_text_ahead(&mut random, 2), random.usize(1..5));
            let mut repeated = random_text_ahead(&mut random, pieces);
            if let Some((start, piece)) = known.get(number) {
                (before, repeated) = ((*start).to_owned(), (*piece).to_owned());
            }
            let after = ["", "<", ">", "'", "\"", ")"][number % 6];
            let text = |count: usize| before.clone() + &repeated.repeat(count) + after;
            let (short, long) = (steps(&text(200)), steps(&text(400)));
            assert!(long <= 2 * short + 4_000, "{short} and {long} steps: {before} {repeated}");
            assert!(long <= 200 * text(400).len(), "{long} steps: {before} {repeated}");
        }
    }
}
