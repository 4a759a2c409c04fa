//! The mapping in the language of jq, run by jaq.

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};

use crate::contestant::{Contestant, Run};
use crate::{Input, Result, hand};

const NOT_EXTENSION: &str = r#"{
    "event_id": 1, "eventId": 1, "id": 1, "event_name": 1, "event": 1, "name": 1, "version": 1, "product_version": 1,
    "severity": 1, "priority": 1, "host": 1, "hostname": 1, "time": 1, "timestamp": 1, "date": 1, "@timestamp": 1,
    "origin": 1, "extensions": 1
}"#;

const RENAMED: &str = r#"{
    "dposrt": "dpt", "dport": "dpt", "Method": "requestMethod", "ServiceName": "sourceServiceName",
    "Cs6": "cs6Label", "Cs7": "cs6"
}"#;

pub(crate) fn contestant(input: &Input) -> Result<Contestant<'_>> {
    let arena = Arena::default();
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let modules = Loader::new(defs).load(&arena, File { code: include_str!("mapping.jq"), path: () });
    let modules = modules.map_err(|errors| format!("mapping.jq: {errors:?}"))?;
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let compiler = Compiler::default().with_funs(funs).with_global_vars(["$not_extension", "$renamed"]);
    let filter = compiler.compile(modules).map_err(|errors| format!("mapping.jq: {errors:?}"))?;
    let variables = [json(NOT_EXTENSION)?, json(RENAMED)?];
    let records = input.records();
    let run = Run::Here(Box::new(move |sink| {
        for record in records {
            let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new(variables.clone()));
            for line in filter.id.run((context, json(record)?)).map(unwrap_valr) {
                match line.map_err(|error| error.to_string())? {
                    Val::TStr(line) => sink.line(&line),
                    other => return Err(format!("{other} is no line").into()),
                }
            }
        }
        Ok(())
    }));
    Ok(Contestant { name: "jq by hand, jaq".into(), note: hand::NOTE, input, expect: hand::expect(input)?, run })
}

fn json(text: &str) -> Result<Val> {
    read::parse_single(text.as_bytes()).map_err(|error| format!("{error:?}").into())
}
