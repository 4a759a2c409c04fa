//! The way of a record: from a tag to the outputs that match it, and the names on it.

use crate::value::rule;
use crate::{Configuration, Problem, Property, Section};

/// Says which tags and matches lead nowhere, and which parser there is not.
pub(crate) fn follow(configuration: &Configuration, problems: &mut Vec<Problem>) {
    let Configuration { parsers, inputs, filters, outputs, .. } = configuration;
    let tags = tags(configuration);
    for section in inputs {
        if section.get("tag").is_none() {
            problems.push(section.problem("`tag`: expected a value, found none"));
        }
        problems.extend(find_parser(section, parsers));
    }
    for section in filters.iter().chain(outputs) {
        problems.extend(check_match(section, &tags));
    }
    problems.extend(check_emitters(configuration));
    for tag in &tags {
        let is_taken = outputs.iter().any(|output| output.get("match").is_some_and(|pattern| matches(pattern, tag)));
        if !is_taken {
            let what = format!("expected an output for the tag `{tag}`, found none");
            problems.push(Problem { place: place_of(configuration, tag), what });
        }
    }
}

/// The tags of the inputs, and those that `rewrite_tag` gives.
fn tags(configuration: &Configuration) -> Vec<&str> {
    let of_inputs = configuration.inputs.iter().filter_map(|input| input.get("tag"));
    let of_rules = all_rules(configuration).filter_map(|property| rule(&property.value));
    let mut tags: Vec<_> = of_inputs.chain(of_rules).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// The processors of all inputs, then the filters.
fn all_filters(configuration: &Configuration) -> impl Iterator<Item = &Section> {
    configuration.inputs.iter().flat_map(|input| &input.processors).chain(&configuration.filters)
}

fn all_rules(configuration: &Configuration) -> impl Iterator<Item = &Property> {
    all_filters(configuration).flat_map(rules)
}

fn rules(section: &Section) -> impl Iterator<Item = &Property> {
    section.properties.iter().filter(|property| property.name == "rule")
}

fn place_of(configuration: &Configuration, tag: &str) -> String {
    let input = configuration.inputs.iter().find(|input| input.get("tag") == Some(tag));
    let filter = || all_rules(configuration).find(|property| rule(&property.value) == Some(tag));
    input.map(|input| input.place.clone()).or_else(|| Some(filter()?.place.clone())).unwrap_or_default()
}

/// Of `rewrite_tag`, each needs an emitter with a name of its own. Filters have one by default;
/// that of processors is the same in every input.
fn check_emitters(configuration: &Configuration) -> Vec<Problem> {
    let sections = all_filters(configuration).filter(|section| rules(section).next().is_some());
    let mut names: Vec<(&str, &Section)> = Vec::new();
    let mut problems = Vec::new();
    for section in sections {
        let default = section.get("match").is_none().then_some("emitter_for_rewrite_tag.0");
        let Some(name) = section.get("emitter_name").or(default) else { continue };
        if let Some((_, other)) = names.iter().find(|(taken, _)| *taken == name) {
            let what = format!("`emitter_name`: expected another than `{name}`, which is that of {}", other.place);
            problems.push(section.problem(what));
        }
        names.push((name, section));
    }
    problems
}

fn find_parser(section: &Section, parsers: &[Section]) -> Option<Problem> {
    let property = section.properties.iter().find(|property| property.name == "parser")?;
    let is_there = parsers.iter().any(|parser| parser.get("name") == Some(&property.value));
    (!is_there).then(|| property.problem(format_args!("expected a parser, found none called `{}`", property.value)))
}

/// A filter that matches what it emits would go round for ever.
fn check_match(section: &Section, tags: &[&str]) -> Option<Problem> {
    if section.get("match_regex").is_some() {
        return None;
    }
    let Some(pattern) = section.get("match") else {
        return Some(section.problem("`match`: expected a value, found none"));
    };
    if !tags.iter().any(|tag| matches(pattern, tag)) {
        let what = format!("`match`: expected one of the tags {}, found `{pattern}`", tags.join(", "));
        return Some(section.problem(what));
    }
    let own = rules(section).filter_map(|property| rule(&property.value)).find(|tag| matches(pattern, tag));
    own.map(|tag| section.problem(format!("`match`: expected not to match `{tag}`, which it emits, found `{pattern}`")))
}

/// Whether a tag is of a pattern, in which `*` stands for any text.
pub(crate) fn matches(pattern: &str, tag: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == tag,
        Some((start, rest)) => tag
            .strip_prefix(start)
            .is_some_and(|end| (0..=end.len()).filter_map(|index| end.get(index..)).any(|end| matches(rest, end))),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn takes_a_star_for_any_text() {
        for (pattern, tag) in [("*", "vault"), ("va*", "vault"), ("*u*t", "vault"), ("vault*", "vault")] {
            assert!(matches(pattern, tag), "{pattern}");
        }
        for (pattern, tag) in [("vault", "vault.1"), ("*x", "vault"), ("", "vault"), ("v*x*", "vault")] {
            assert!(!matches(pattern, tag), "{pattern}");
        }
    }
}
