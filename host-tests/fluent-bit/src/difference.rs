use crate::flow::matches;
use crate::value::boolean;
use crate::{Configuration, Section};

/// Says in what two configurations differ. It does not matter in which order options stand, how a
/// boolean is written, and whether filters run in an input, as its processors, or after it.
#[must_use]
pub fn differences(left: &Configuration, right: &Configuration) -> Vec<String> {
    let mut differences = Vec::new();
    compare(&left.service, &right.service, &mut differences);
    for (kind, left, right) in [
        ("parser", &left.parsers, &right.parsers),
        ("input", &left.inputs, &right.inputs),
        ("output", &left.outputs, &right.outputs),
    ] {
        compare_all(kind, &left.iter().collect::<Vec<_>>(), &right.iter().collect::<Vec<_>>(), &mut differences);
    }
    for (input, other) in left.inputs.iter().zip(&right.inputs) {
        compare_all("filter", &filters(left, input), &filters(right, other), &mut differences);
    }
    differences
}

/// The filters through which the records of an input go.
fn filters<'a>(configuration: &'a Configuration, input: &'a Section) -> Vec<&'a Section> {
    let tag = input.get("tag").unwrap_or_default();
    let does_match = |filter: &&Section| filter.get("match").is_some_and(|pattern| matches(pattern, tag));
    input.processors.iter().chain(configuration.filters.iter().filter(does_match)).collect()
}

fn compare_all(kind: &str, left: &[&Section], right: &[&Section], differences: &mut Vec<String>) {
    if left.len() != right.len() {
        differences.push(format!("{} {kind}s against {}", left.len(), right.len()));
    }
    for (left, right) in left.iter().zip(right) {
        compare(left, right, differences);
    }
}

fn compare(left: &Section, right: &Section, differences: &mut Vec<String>) {
    let places = format!("{} against {}", left.place, right.place);
    if !left.plugin.eq_ignore_ascii_case(&right.plugin) {
        differences.push(format!("{places}: `{}` against `{}`", left.plugin, right.plugin));
        return;
    }
    let is_filter = left.get("match").is_some() != right.get("match").is_some();
    let (of_left, of_right) = (options(left, is_filter), options(right, is_filter));
    if of_left != of_right {
        differences.push(format!("{places}: {} against {}", only(&of_left, &of_right), only(&of_right, &of_left)));
    }
}

/// The options, in the order of their names. Those of a filter that a processor has not are left
/// out: what it matches, and its emitter.
fn options(section: &Section, is_filter: bool) -> Vec<(&str, String)> {
    let plain = |value: &str| boolean(value).map_or(value.to_owned(), |is_true| is_true.to_string());
    let properties = section.properties.iter();
    let properties = properties
        .filter(|property| !(is_filter && (property.name == "match" || property.name.starts_with("emitter_"))));
    let mut options: Vec<_> = properties.map(|property| (property.name.as_str(), plain(&property.value))).collect();
    options.sort();
    options
}

/// The options that are in the first list only.
fn only(these: &[(&str, String)], those: &[(&str, String)]) -> String {
    let only = these.iter().filter(|option| !those.contains(option));
    let only: Vec<_> = only.map(|(name, value)| format!("`{name}` `{value}`")).collect();
    if only.is_empty() { "nothing".into() } else { only.join(", ") }
}
