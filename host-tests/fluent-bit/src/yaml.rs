//! The format YAML.
//!
//! <https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/yaml>

use serde_yaml_ng::{Mapping, Value};

use crate::{Configuration, Problem, Property, Section};

/// Reads a configuration.
///
/// # Errors
///
/// If the text is no YAML, or has what the examples have not.
pub fn read(file: &str, text: &str) -> Result<Configuration, Problem> {
    let root: Value = serde_yaml_ng::from_str(text).map_err(|error| problem(file, error.to_string()))?;
    let mut configuration = Configuration {
        service: Section { plugin: "service".into(), place: format!("{file}, service"), ..Section::default() },
        ..Configuration::default()
    };
    for (key, value) in mapping(file, &root)? {
        match name(file, key)? {
            "service" => {
                let place = configuration.service.place.clone();
                configuration.service.properties = properties(&place, mapping(&place, value)?)?;
            }
            "parsers" => configuration.parsers = sections(file, "parser", value)?,
            "pipeline" => pipeline(file, value, &mut configuration)?,
            other => return Err(problem(file, format!("expected service, parsers or pipeline, found `{other}`"))),
        }
    }
    Ok(configuration)
}

fn pipeline(file: &str, value: &Value, configuration: &mut Configuration) -> Result<(), Problem> {
    for (key, value) in mapping(file, value)? {
        match name(file, key)? {
            "inputs" => configuration.inputs = sections(file, "input", value)?,
            "filters" => configuration.filters = sections(file, "filter", value)?,
            "outputs" => configuration.outputs = sections(file, "output", value)?,
            other => return Err(problem(file, format!("expected inputs, filters or outputs, found `{other}`"))),
        }
    }
    Ok(())
}

/// The items of a list. The first is number 1.
fn sections(place: &str, kind: &str, value: &Value) -> Result<Vec<Section>, Problem> {
    let Value::Sequence(items) = value else { return Err(problem(place, format!("expected a list of {kind}s"))) };
    items
        .iter()
        .enumerate()
        .map(|(index, item)| section(&format!("{place}, {kind} {}", index + 1), kind, item))
        .collect()
}

fn section(place: &str, kind: &str, item: &Value) -> Result<Section, Problem> {
    let mut item = mapping(place, item)?.clone();
    let mut section = Section { plugin: kind.into(), place: place.into(), ..Section::default() };
    if let Some(value) = item.remove("processors").filter(|_| kind == "input") {
        section.processors = processors(place, &value)?;
    }
    section.properties = properties(place, &item)?;
    if kind == "parser" { Ok(section) } else { section.named("name") }
}

/// The processors for logs.
fn processors(place: &str, value: &Value) -> Result<Vec<Section>, Problem> {
    let mut processors = Vec::new();
    for (key, value) in mapping(place, value)? {
        match name(place, key)? {
            "logs" => processors = sections(place, "processor", value)?,
            other => return Err(problem(place, format!("`processors`: expected logs, found `{other}`"))),
        }
    }
    Ok(processors)
}

/// The options. One that has a list is repeated.
fn properties(place: &str, mapping: &Mapping) -> Result<Vec<Property>, Problem> {
    let mut properties = Vec::new();
    for (key, value) in mapping {
        let name = name(place, key)?.to_lowercase();
        let values = if let Value::Sequence(values) = value { values.as_slice() } else { std::slice::from_ref(value) };
        for value in values {
            let value = scalar(value)
                .ok_or_else(|| problem(place, format!("`{name}`: expected a text, a number or a boolean")))?;
            properties.push(Property { name: name.clone(), value, place: place.into() });
        }
    }
    Ok(properties)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is_true) => Some(is_true.to_string()),
        _ => None,
    }
}

fn mapping<'a>(place: &str, value: &'a Value) -> Result<&'a Mapping, Problem> {
    value.as_mapping().ok_or_else(|| problem(place, "expected a mapping".into()))
}

fn name<'a>(place: &str, key: &'a Value) -> Result<&'a str, Problem> {
    key.as_str().ok_or_else(|| problem(place, "expected a name as key".into()))
}

fn problem(place: &str, what: String) -> Problem {
    Problem { place: place.into(), what }
}
