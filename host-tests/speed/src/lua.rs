//! The mapping in Lua, run by LuaJIT as Fluent Bit's filter `lua` does. It is called with a table: neither the
//! parsing of JSON nor the copies between Fluent Bit's records and Lua are in its time. Docker's text has been opened,
//! as a parser before the filter would.

use mlua::{Function, Lua, LuaString, Table};
use serde_json::Value;

use crate::contestant::{Contestant, Run};
use crate::{Input, Result, hand};

pub(crate) fn contestant(input: &Input) -> Result<Contestant<'_>> {
    let lua = Lua::new();
    lua.load(include_str!("mapping.lua")).set_name("mapping.lua").exec()?;
    let cef: Function = lua.globals().get("cef")?;
    let mut records = Vec::new();
    for record in input.records() {
        let mut value: Value = serde_json::from_str(record)?;
        if let Some(log) = value.get("log").and_then(Value::as_str) {
            value = serde_json::from_str(log)?;
        }
        records.push(lua_value(&lua, &value)?);
    }
    let (tag, message) = (lua.create_string("siem")?, lua.create_string("message")?);
    let run = Run::Here(Box::new(move |sink| {
        // Its functions and tables end with it.
        let _lua = &lua;
        for record in &records {
            let (code, _, record): (i32, f64, Table) = cef.call((&tag, 0.0, record))?;
            if code == 2 {
                sink.line(&record.raw_get::<LuaString>(&message)?.as_bytes());
            }
        }
        Ok(())
    }));
    let name = "Lua by hand, LuaJIT called as by Fluent Bit, given tables".into();
    Ok(Contestant {
        name,
        note: "escapes; parses no JSON; no times, catalog, limits or checks",
        input,
        expect: hand::expect(input)?,
        run,
    })
}

fn lua_value(lua: &Lua, value: &Value) -> Result<mlua::Value> {
    Ok(match value {
        Value::String(text) => mlua::Value::String(lua.create_string(text)?),
        Value::Number(number) => mlua::Value::Number(number.as_f64().ok_or("expected a number")?),
        Value::Bool(is_true) => mlua::Value::Boolean(*is_true),
        Value::Null => mlua::Value::Nil,
        Value::Array(items) => {
            let table = lua.create_table()?;
            for item in items {
                table.raw_push(lua_value(lua, item)?)?;
            }
            mlua::Value::Table(table)
        }
        Value::Object(members) => {
            let table = lua.create_table()?;
            for (key, member) in members {
                table.raw_set(key.as_str(), lua_value(lua, member)?)?;
            }
            mlua::Value::Table(table)
        }
    })
}
