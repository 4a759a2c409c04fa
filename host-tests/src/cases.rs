//! The goldens and the example stream as files, for tests in other languages.

use std::path::Path;
use std::{fs, io};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use senhasegura_siem::{Config, ConfigError, Output, Transformer};
use serde_json::{Value, json};

use crate::{DAY, RECEIVED, goldens};

/// Writes the inputs into a folder, and what the native transform makes of them. `cases.json` lists them.
///
/// # Errors
///
/// If a golden cannot be read, or a file written.
pub fn write(folder: &Path) -> io::Result<()> {
    let mut cases = Vec::new();
    let mut case = |name: &str, format: &str, config: &str, input: &[u8], lines: &[u8], report: &str| {
        let number = cases.len();
        let (input_name, lines_name) = (format!("{number}.input"), format!("{number}.lines"));
        cases.push(json!({
            "name": name, "format": format, "config": config, "input": input_name, "lines": lines_name, "report": report
        }));
        fs::write(folder.join(&input_name), input)?;
        fs::write(folder.join(&lines_name), lines)
    };
    for name in goldens::names()? {
        for golden in goldens::of(&name)? {
            case(&name, golden.format, &golden.config, &golden.input, &golden.lines, &golden.report)?;
        }
    }
    for format in ["cef", "rfc5424", "sensage"] {
        let config = json!({ "format": format, "timezone": "-03:00" }).to_string();
        let mut output = Output::default();
        let transformer = Config::from_json(&config).map(Transformer::new);
        transformer.map_err(io::Error::other)?.transform(DAY.as_bytes(), None, &mut output);
        assert_eq!(output.written, 342);
        case("the example stream", format, &config, DAY.as_bytes(), &output.lines, &goldens::report(&output))?;
    }
    fs::write(folder.join("cases.json"), Value::from(cases).to_string())
}

/// Returns a line of JSON with a configuration and rows: a record in base64, when it was received (negative if that is
/// unknown), and its line, or the reason and the error.
///
/// # Errors
///
/// If the configuration is refused.
pub fn rows(config: &str, records: &[Vec<u8>]) -> Result<String, ConfigError> {
    let mut transformer = Transformer::new(Config::from_json(config)?);
    let mut row = |(index, record): (usize, &Vec<u8>)| {
        // A day later each.
        let received = if index.is_multiple_of(3) { -1 } else { RECEIVED as i64 + index as i64 * 86_400_000 };
        let mut line = Vec::new();
        let outcome = transformer.transform_one(record, received.try_into().ok(), &mut line);
        let line = outcome.is_ok().then(|| String::from_utf8_lossy(&line).into_owned());
        let rejected = outcome.err().map(|rejection| (rejection.reason().to_string(), rejection.to_string()));
        let (reason, error) = rejected.unzip();
        json!([BASE64_STANDARD.encode(record), received, line, reason, error])
    };
    let rows: Vec<_> = records.iter().enumerate().map(&mut row).collect();
    Ok(json!({ "config": config, "rows": rows }).to_string() + "\n")
}

/// Returns a line of JSON with a configuration and explanations: a record in base64, and its explanation or rejection.
/// Each is received at the beginning of 1970.
///
/// # Errors
///
/// If the configuration is refused.
pub fn explanations(config: &str, records: &[Vec<u8>]) -> Result<String, ConfigError> {
    let mut transformer = Transformer::new(Config::from_json(config)?);
    let explain = |record: &Vec<u8>| match transformer.explain(record, Some(0)) {
        Ok(explanation) => json!([BASE64_STANDARD.encode(record), explanation, null]),
        Err(rejection) => json!([BASE64_STANDARD.encode(record), null, rejection]),
    };
    let explanations: Vec<_> = records.iter().map(explain).collect();
    Ok(json!({ "config": config, "records": explanations }).to_string() + "\n")
}
