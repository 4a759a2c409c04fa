// What the types say, for the compiler: it must take this, and refuse what is marked.
import init, { Transformer, kinds, type Changes, type Config, type ConfigError, type Explanation, type Kind, type Outcome, type Output } from "senhasegura-siem";

const config: Config = { format: "rfc5424", record: null, max_bytes: 2048, bom: true, timezone: "-03:00" };
await init();
{
    using transformer = new Transformer(config);
    const text: Output<string> = transformer.transform("{}", Date.now());
    const bytes: Output<Uint8Array> = transformer.transform(new Uint8Array());
    const changes: Changes = bytes.changes;
    const outcomes: Outcome<string>[] = transformer.transformEach(["{}"] as const);
    for (const outcome of outcomes) {
        const said: string = outcome.rejection ? outcome.rejection.message : outcome.line;
        const renamed: number | undefined = outcome.changes?.renamed;
        console.log(said, text.lines.length, changes.renamed, renamed);
    }
    const { explanation, rejection } = transformer.explain(new Uint8Array(), Date.now());
    if (explanation) {
        const { parts, kindFrom }: Explanation = explanation;
        const fields: (number | undefined)[] = parts.map(({ source }) => (typeof source === "string" ? undefined : source.field));
        console.log(fields, kindFrom, explanation.notes[0]?.note.change === "renamed");
    } else {
        console.log(rejection.reason);
    }
    // @ts-expect-error
    transformer.explain(["{}"]);
    // @ts-expect-error
    transformer.transform(17);
    // @ts-expect-error
    const wrong: Output<Uint8Array> = transformer.transform("{}");
}
const all: Kind[] = kinds();
try {
    // @ts-expect-error
    new Transformer({ format: "leef" });
    // @ts-expect-error
    new Transformer({ max_dept: 8 });
} catch (error) {
    const { pointer, reason }: { pointer: string; reason: string } = error as ConfigError;
    console.log(all.length, pointer, reason);
}
