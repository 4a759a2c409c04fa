//! Embeds the component: records on the standard input become lines on the standard output.

use std::io::{self, Write as _};
use std::path::Path;

use example_wasmtime::{Batches, Cache, Compiled, Limits, Output, Piece, in_order};

fn main() -> wasmtime::Result<()> {
    let config = r#"{"timezone": "-03:00"}"#;
    let component = std::fs::read("dist/senhasegura-siem.wasm")?;
    let compiled = Compiled::new(&component, Some(&Cache::open(Path::new("dist/cache"))?))?;
    let workers = (0..2).map(|_| compiled.worker(config, Limits::default())).collect::<wasmtime::Result<_>>()?;
    let pieces = Batches::new(io::stdin(), &compiled.config(config)?);
    let outputs = in_order(workers, pieces, |worker, piece| match piece? {
        Piece::Batch(batch) => Ok(worker.transform(&batch, None)),
        // Of a record that has been rejected: here it is dropped.
        Piece::Rest { .. } => io::Result::Ok(Output::default()),
    })?;
    for output in outputs {
        let Output { lines, rejections, .. } = output?;
        io::stdout().write_all(&lines)?;
        for rejection in rejections {
            eprintln!("{}: {}", rejection.reason, rejection.message);
        }
    }
    Ok(())
}
