//! The classic format.
//!
//! <https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/classic-mode/format-schema>
//!
//! ```text
//! file    = *(blank / comment / section)
//! section = "[" NAME "]" 1*(blank / comment / option)
//! option  = indentation KEY 1*SP VALUE
//! comment = *SP "#" text
//! ```
//!
//! The options of a section have the same indentation. There are no processors.

use crate::{Configuration, Problem, Property, Section};

/// Reads a configuration. `open` gives the text of a parsers file, by the name that the
/// configuration has for it.
///
/// # Errors
///
/// If a line is not of the grammar, or a section is none that the examples have.
pub fn read(file: &str, text: &str, open: impl Fn(&str) -> Option<String>) -> Result<Configuration, Problem> {
    let mut configuration = Configuration::default();
    for (name, section) in sections(file, text)? {
        match name {
            "service" if configuration.service.plugin.is_empty() => configuration.service = section,
            "input" => configuration.inputs.push(section.named("Name")?),
            "filter" => configuration.filters.push(section.named("Name")?),
            "output" => configuration.outputs.push(section.named("Name")?),
            other => {
                let what = format!("expected [INPUT], [FILTER], [OUTPUT] or one [SERVICE], found another [{other}]");
                return Err(section.problem(what));
            }
        }
    }
    let service = &mut configuration.service;
    let mut files = Vec::new();
    service.properties.retain(|property| {
        let is_option = property.name != "parsers_file";
        if !is_option {
            files.push(property.clone());
        }
        is_option
    });
    for property in files {
        if !property.value.starts_with('/') {
            let what = format_args!("expected an absolute path, which a reload finds, found `{}`", property.value);
            return Err(property.problem(what));
        }
        let text = open(&property.value)
            .ok_or_else(|| property.problem(format_args!("expected a file, found none called `{}`", property.value)))?;
        for (name, section) in sections(&property.value, &text)? {
            if name != "parser" {
                return Err(section.problem(format!("expected [PARSER], found [{name}]")));
            }
            configuration.parsers.push(section);
        }
    }
    Ok(configuration)
}

/// The sections, each with its name in lower case.
fn sections<'a>(file: &str, text: &'a str) -> Result<Vec<(&'a str, Section)>, Problem> {
    const NAMES: [&str; 5] = ["service", "input", "filter", "output", "parser"];
    let mut sections: Vec<(&str, Section)> = Vec::new();
    let mut indentation = None;
    for (index, line) in text.lines().enumerate() {
        let place = format!("{file}:{}", index + 1);
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let known = NAMES.iter().find(|known| known.eq_ignore_ascii_case(name));
            let plugin = known.copied().unwrap_or(name);
            indentation = None;
            sections.push((plugin, Section { plugin: plugin.into(), place, ..Section::default() }));
            continue;
        }
        let Some((_, section)) = sections.last_mut() else {
            return Err(Problem { place, what: format!("expected a section, found `{content}`") });
        };
        let spaces = line.len() - line.trim_start().len();
        if spaces == 0 || *indentation.get_or_insert(spaces) != spaces {
            let what = format!("expected the indentation of the section's first option, found {spaces} spaces");
            return Err(Problem { place, what });
        }
        let Some((name, value)) = content.split_once(char::is_whitespace) else {
            return Err(Problem { place, what: format!("`{content}`: expected a value, found none") });
        };
        section.properties.push(Property { name: name.to_lowercase(), value: value.trim_start().into(), place });
    }
    Ok(sections)
}
