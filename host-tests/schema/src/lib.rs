//! What is made from the struct `Config`, its doc comments and its defaults: the JSON Schema, the
//! table of options in the README and the TypeScript type of the npm package.

use std::fmt::Write as _;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use senhasegura_siem::Config;
use serde_json::{Map, Value};

/// The JSON Schema of the configuration.
///
/// Each option is described in one place, without references. Words are an `enum`, and the
/// description is Markdown.
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<Config>();
    RecursiveTransform(|schema: &mut Schema| {
        unwrap_lines(schema);
        list_words(schema);
        describe_first(schema);
    })
    .transform(&mut schema);
    schema.into()
}

/// Makes one line of each paragraph of the description.
fn unwrap_lines(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        let paragraphs: Vec<_> = description.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect();
        *description = paragraphs.join("\n\n");
    }
}

/// Makes an `enum` of words that have descriptions, and lists these in that of the option.
fn list_words(schema: &mut Schema) {
    let Some(Value::Array(words)) = schema.remove("oneOf") else { return };
    let mut list = format!("{}\n", text(schema.get("description")));
    let mut names = Vec::new();
    for word in words {
        let description = text(word.get("description")).replace('\n', " ");
        let _ = write!(list, "\n- `{}`: {description}", text(word.get("const")));
        names.extend(word.get("const").cloned());
    }
    schema.insert("type".into(), "string".into());
    schema.insert("enum".into(), names.into());
    schema.insert("description".into(), list.into());
}

/// Puts what people read before what programs read.
fn describe_first(schema: &mut Schema) {
    let object = schema.ensure_object();
    let mut ordered = Map::new();
    for name in ["$schema", "title", "description", "type"] {
        ordered.extend(object.remove_entry(name));
    }
    ordered.append(object);
    *object = ordered;
}

/// The table of options in Markdown.
#[must_use]
pub fn table(schema: &Value) -> String {
    let mut table = String::from("| option | default | |\n|---|---|---|\n");
    for (name, option) in options(schema) {
        let description = text(option.get("description")).replace("\n\n- ", "\n- ").replace("\n\n", " ");
        let cell = [description.replace("\n- ", "<br>"), notes(option)].join(" ").replace('|', r"\|");
        let default = default(option).map_or(String::new(), |default| format!(" `{default}`"));
        let _ = writeln!(table, "| `{name}` |{default} | {} |", cell.trim_end());
    }
    table
}

/// The TypeScript type of the configuration.
#[must_use]
pub fn types(schema: &Value) -> String {
    let mut types = format!("/** {} */\nexport interface Config {{\n", text(schema.get("description")));
    for (name, option) in options(schema) {
        let mut comment =
            [text(option.get("description")).to_owned(), notes(option)].join("\n\n").trim_end().to_owned();
        if let Some(default) = default(option) {
            let _ = write!(comment, "\n\n@defaultValue `{default}`");
        }
        let comment = comment.replace("*/", r"*\/");
        let comment: Vec<_> = comment.lines().map(|line| format!("     * {line}").trim_end().to_owned()).collect();
        let _ = writeln!(types, "    /**\n{}\n     */\n    {name}?: {};", comment.join("\n"), type_of(option));
    }
    types + "}\n"
}

fn type_of(option: &Value) -> String {
    match (option.get("enum"), option.get("type")) {
        (Some(Value::Array(words)), _) => words.iter().map(Value::to_string).collect::<Vec<_>>().join(" | "),
        (_, Some(Value::Array(types))) => types.iter().map(|name| text(Some(name))).collect::<Vec<_>>().join(" | "),
        (_, Some(name)) if name == "integer" => "number".into(),
        (_, Some(name)) if name == "array" => format!("{}[]", option.get("items").map_or(String::new(), type_of)),
        (_, name) => text(name).into(),
    }
}

/// The options in the order of the struct.
pub fn options(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// The default of an option that has one.
fn default(option: &Value) -> Option<&Value> {
    option.get("default").filter(|default| !default.is_null())
}

/// The bounds and examples of an option in sentences; empty if it has none.
fn notes(option: &Value) -> String {
    let mut notes = Vec::new();
    if let (Some(minimum), Some(maximum)) = (option.get("minimum"), option.get("maximum")) {
        notes.push(format!("From {minimum} to {maximum}."));
    }
    if let Some(maximum) = option.get("maxLength") {
        notes.push(format!("At most {maximum} characters."));
    }
    if let Some(maximum) = option.get("maxItems") {
        notes.push(format!("At most {maximum} items."));
    }
    if let Some(Value::Array(examples)) = option.get("examples") {
        let examples: Vec<_> = examples.iter().map(|example| format!("`{example}`")).collect();
        notes.push(format!("For example, {}.", examples.join(" or ")));
    }
    notes.join(" ")
}
