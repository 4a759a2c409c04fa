//! Gives guests what is in the corpora, as it is and with changes, and compares what they make of it with what the native
//! transform does.
//!
//! The corpora cover the native transform, of which the guests are made, so that nothing of wasmtime needs to be
//! instrumented. What guests do otherwise is found by the many inputs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use arbitrary::{Arbitrary, Unstructured};
use fastrand::Rng;
use senhasegura_siem::{Config, Output, Transformer, bake};
use serde_json::{Map, Value};
use wasmtime::{Result, error::format_err};

use component::Compiled;
use fluent_bit::FluentBit;
use redpanda_connect::{Message, RedpandaConnect};
use setup::{RECEIVED, Setup};
use wasm::{Allocator, engine, store};

#[path = "../../../host-tests/src/component.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "others use all of it")]
mod component;
#[path = "../../../host-tests/src/fluent_bit.rs"]
#[allow(dead_code, unreachable_pub, reason = "others use all of it")]
mod fluent_bit;
#[path = "../../../host-tests/src/mutation.rs"]
#[allow(unreachable_pub, reason = "others use it, too")]
mod mutation;
#[path = "../../../host-tests/src/redpanda_connect.rs"]
#[allow(dead_code, unreachable_pub, reason = "others use all of it")]
mod redpanda_connect;
#[path = "../../src/setup.rs"]
#[allow(dead_code, unreachable_pub, reason = "others use all of it")]
mod setup;
#[path = "../../../host-tests/src/wasm.rs"]
#[allow(dead_code, unreachable_pub, reason = "others use all of it")]
mod wasm;

/// The configurations that are baked into core modules, each of which is compiled.
const CONFIGS: [&str; 6] = [
    "{}",
    r#"{"format":"rfc5424","keep":["severity","syslog_severity","host","id","name","kind","time","suser","msg"]}"#,
    r#"{"format":"sensage","max_bytes":300,"extra_fields":"drop","keep":["msg"]}"#,
    r#"{"keys":"dictionary","carrier":"rfc5424","max_bytes":400,"unknown_events":"reject"}"#,
    r#"{"format":"rfc5424","msg":"cef","max_bytes":600,"max_depth":4,"max_fields":12,"max_record_bytes":600}"#,
    r#"{"carrier":"rfc3164","record":"/message","timezone":"-03:00","time_field":"created"}"#,
];

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let runs: usize = arguments
        .next()
        .and_then(|runs| runs.parse().ok())
        .ok_or_else(|| format_err!("expected the number of inputs, and perhaps folders of corpora"))?;
    let mut folders: Vec<PathBuf> = arguments.map(Into::into).collect();
    if folders.is_empty() {
        folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus"));
    }
    let inputs = inputs(&folders)?;
    println!("{} inputs in the corpora", inputs.len());

    let compiled = Compiled::of(&guest(component::PATH)?, false)?;
    let mut baked = CONFIGS.iter().map(|config| Baked::new(config)).collect::<Result<Vec<_>>>()?;
    let mut random = Rng::with_seed(runs as u64);
    let mut written = 0;
    for run in 0..runs {
        // Each as it is, first.
        let (setup, mut bytes) = match inputs.get(run) {
            Some((setup, bytes)) => (setup, bytes.clone()),
            None => random
                .choice(&inputs)
                .map(|(setup, bytes)| (setup, bytes.clone()))
                .unwrap_or_else(|| panic!("no corpus")),
        };
        if run >= inputs.len() {
            for _ in 0..=random.usize(..3) {
                mutation::change(&mut bytes, &mut random);
            }
        }
        compare_component(&compiled, setup, &bytes)?;
        let count = baked.len();
        written += usize::from(baked[run % count].compare(&bytes)?);
    }
    println!(
        "{runs} inputs to the component and three modules, which wrote {written} lines: all as the native transform"
    );
    Ok(())
}

/// A guest that `cargo guests` has built.
fn guest(path: &str) -> Result<Vec<u8>> {
    fs::read(path)
        .map_err(|error| format_err!("{path}: {error}: expected a guest of this clone; `cargo guests` builds them"))
}

/// The inputs of the targets that take a record, each with its configuration.
fn inputs(folders: &[PathBuf]) -> Result<Vec<(Setup, Vec<u8>)>> {
    let mut inputs = Vec::new();
    for folder in folders {
        for (target, has_setup, skipped) in [("stream", true, 4), ("explain", true, 0), ("text", false, 1)] {
            let Ok(files) = fs::read_dir(folder.join(target)) else { continue };
            let mut paths = files.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?;
            paths.sort();
            for path in paths {
                let bytes = fs::read(path)?;
                let (of_setup, rest) = bytes.split_at(if has_setup { setup::LENGTH.min(bytes.len()) } else { 0 });
                let setup = Setup::arbitrary(&mut Unstructured::new(of_setup))?;
                inputs.push((setup, rest.get(skipped..).unwrap_or_default().to_vec()));
            }
        }
    }
    Ok(inputs)
}

/// Asserts that the component makes the same of a batch.
fn compare_component(compiled: &Compiled, setup: &Setup, batch: &[u8]) -> Result<()> {
    let config = Value::from(setup.options.clone()).to_string();
    let instance = compiled.host(&config)?;
    let mut instance = instance.map_err(|error| format_err!("{}: {config}", error.message))?;
    let found = instance.transform(batch, setup.received)?;
    let mut expected = Output::default();
    Transformer::new(setup.config()).transform(batch, setup.received, &mut expected);
    if let Some(what) = component::difference(&found, &expected) {
        panic!(
            "{what} differ of {setup:?}: {}\n{}\n{}",
            batch.escape_ascii(),
            found.lines.escape_ascii(),
            expected.lines.escape_ascii()
        );
    }
    Ok(())
}

/// Core modules with one configuration, and the native transform.
struct Baked {
    config: &'static str,
    native: Transformer,
    fluent_bit: FluentBit,
    redpanda_connect: [RedpandaConnect; 2],
}

impl Baked {
    fn new(config: &'static str) -> Result<Self> {
        let module = |path| {
            let mut module = guest(path)?;
            bake::bake(&mut module, config).map_err(|error| format_err!("{path}: {error}"))?;
            Ok::<_, wasmtime::Error>(module)
        };
        Ok(Self {
            config,
            native: Transformer::new(Config::from_json(config)?),
            fluent_bit: FluentBit::new(&module(fluent_bit::PATH)?, false)?,
            redpanda_connect: [
                RedpandaConnect::new(&module(redpanda_connect::PATH)?, false)?,
                RedpandaConnect::bento(&module(redpanda_connect::BENTO)?)?,
            ],
        })
    }

    /// Asserts that each makes the same of a record. Returns whether that is a line.
    fn compare(&mut self, record: &[u8]) -> Result<bool> {
        let context = format!("{}: {}", self.config, record.escape_ascii());
        let mut line = Vec::new();
        let outcome = self.native.transform_one(record, Some(RECEIVED), &mut line);
        let line = String::from_utf8(line)?;
        let kept: Map<_, _> = match outcome {
            Ok(_) => self.native.kept().filter_map(|field| Some((field.name.to_owned(), field.text?.into()))).collect(),
            Err(_) => Map::new(),
        };

        let function = self.fluent_bit.function("transform")?;
        let answer = self.fluent_bit.filter(&function, RECEIVED, record)?.unwrap_or_default();
        match &outcome {
            Ok(_) => {
                let mut expected = kept.clone();
                expected.insert("message".into(), line.as_str().into());
                let found: Value = serde_json::from_slice(&answer)?;
                assert_eq!(found, Value::Object(expected), "{context}");
            }
            Err(rejection) => {
                let error = Value::from(format!("{}: {rejection}", rejection.reason())).to_string();
                let error = format!("\"siem_error\":{}", error.trim_end_matches('"'));
                assert!(String::from_utf8_lossy(&answer).contains(&error), "{} of {context}", answer.escape_ascii());
            }
        }

        let metadata = BTreeMap::from([("siem_received".to_owned(), RECEIVED.to_string())]);
        for host in &mut self.redpanda_connect {
            let mut expected = Message { bytes: record.to_vec(), metadata: metadata.clone(), error: None };
            let found = host.process(expected.clone())?;
            match &outcome {
                Ok(_) => {
                    expected.bytes = line.clone().into_bytes();
                    for name in self.native.config().keep.names() {
                        let text = kept.get(name).and_then(Value::as_str).unwrap_or_default();
                        expected.metadata.insert(format!("siem_kept_{name}"), text.to_owned());
                    }
                }
                Err(rejection) => {
                    expected.metadata.insert("siem_reason".into(), rejection.reason().to_string());
                    expected.metadata.insert("siem_error".into(), rejection.to_string());
                }
            }
            assert_eq!(found, expected, "{context}");
        }
        Ok(outcome.is_ok())
    }
}
