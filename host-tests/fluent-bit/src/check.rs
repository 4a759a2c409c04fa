use crate::table::{LOWEST, Row, Tables, Trap};
use crate::value::{boolean, refuse, size};
use crate::{Configuration, Problem, Property, Section, flow};

/// Says what is wrong with a configuration: an option that its plugin has not, or has not in the
/// lowest version; a value that is none; a value, or a default, that loses records; a tag that
/// leads nowhere.
#[must_use]
pub fn check(configuration: &Configuration, tables: &Tables) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Configuration { service, parsers, inputs, filters, outputs } = configuration;
    for (kind, sections) in [("input", inputs), ("filter", filters), ("output", outputs)] {
        for section in sections {
            check_plugin(kind, section, tables, &mut problems);
            for processor in &section.processors {
                check_plugin("filter", processor, tables, &mut problems);
            }
        }
    }
    for section in parsers.iter().chain([service]) {
        check_section(section, &section.plugin, tables, &mut problems);
    }
    flow::follow(configuration, &mut problems);
    problems
}

fn check_plugin(kind: &str, section: &Section, tables: &Tables, problems: &mut Vec<Problem>) {
    let plugin = format!("{kind}:{}", section.plugin.to_lowercase());
    if tables.owners(&plugin).is_empty() {
        let known = tables.plugins(kind).join(", ");
        problems.push(section.problem(format!("expected one of the {kind}s {known}, found `{}`", section.plugin)));
    } else {
        check_section(section, &plugin, tables, problems);
    }
}

fn check_section(section: &Section, plugin: &str, tables: &Tables, problems: &mut Vec<Problem>) {
    let owners = tables.owners(plugin);
    for (index, property) in section.properties.iter().enumerate() {
        let Some(row) = tables.row(&owners, &property.name) else {
            problems.push(property.problem(format_args!("expected an option of {plugin}, found another")));
            continue;
        };
        let before = section.properties.get(..index).unwrap_or_default();
        problems.extend(check_property(property, row, before));
    }
    for trap in tables.traps(&owners) {
        let row = tables.row(&owners, trap.option);
        problems.extend(spring(section, trap, row.map_or("", |row| row.default)));
    }
}

fn check_property(property: &Property, row: &Row, before: &[Property]) -> Option<Problem> {
    if let Some(since) = row.since.filter(|since| *since > LOWEST) {
        return Some(property.problem(format_args!("expected an option of Fluent Bit {LOWEST}, found one of {since}")));
    }
    if !row.repeats && before.iter().any(|other| other.name == property.name) {
        return Some(property.problem("expected once, found again"));
    }
    refuse(row, &property.value).map(|what| property.problem(what))
}

/// Says what is lost by the value of an option, or by its default.
fn spring(section: &Section, trap: &Trap, default: &str) -> Option<Problem> {
    let Trap { option, when, expected, why, .. } = trap;
    if !when.is_none_or(|(other, value)| section.get(other).is_some_and(|found| is_safe(value, found))) {
        return None;
    }
    if *expected == "-" {
        return Some(section.problem(format!("`{}`: {why}", section.plugin)));
    }
    let Some(property) = section.properties.iter().rev().find(|property| property.name == *option) else {
        let found = if default.is_empty() { "none".into() } else { format!("none, which is `{default}`") };
        let what = format!("`{option}`: expected {}, found {found}: {why}", describe(expected));
        return (!is_safe(expected, default)).then(|| section.problem(what));
    };
    let what = format!("expected {}, found `{}`: {why}", describe(expected), property.value);
    (!is_safe(expected, &property.value)).then(|| property.problem(what))
}

fn describe(expected: &str) -> String {
    match expected.strip_prefix(">= ") {
        Some(least) => format!("at least {least}"),
        None if expected == "*" => "a value".into(),
        None => format!("`{}`", expected.replace(' ', "` or `")),
    }
}

fn is_safe(expected: &str, value: &str) -> bool {
    if let Some(least) = expected.strip_prefix(">= ") {
        return size(value).zip(size(least)).is_some_and(|(value, least)| value >= least);
    }
    if expected == "*" {
        return !value.is_empty();
    }
    expected.split(' ').any(|word| {
        let are_booleans = boolean(word).zip(boolean(value)).is_some_and(|(a, b)| a == b);
        !word.is_empty() && (are_booleans || word.eq_ignore_ascii_case(value))
    })
}
