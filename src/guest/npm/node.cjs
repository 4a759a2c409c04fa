{
    const { readFileSync } = require("node:fs");
    const { join } = require("node:path");
    load(new WebAssembly.Module(readFileSync(join(__dirname, "senhasegura-siem.wasm"))));
}

module.exports = { Transformer, kinds };
