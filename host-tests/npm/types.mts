// What the types say, for the compiler: it must take this, and refuse what is marked.
import init, { Transformer, TransformerStream, kinds, type Changes, type Config, type ConfigError, type Explanation, type Kind, type Outcome, type Output, type Progress, type StreamOptions, type StreamRejection } from "senhasegura-siem";

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
    const [{ start, end }] = transformer.split("{}");
    console.log(start + end);
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
{
    const rejections: StreamRejection[] = [];
    const options: StreamOptions = { rejected: (rejection) => rejections.push(rejection), received: Date.now };
    const stream = new TransformerStream(config, options);
    await new Response("{}").body!.pipeThrough(stream).pipeThrough(new TextDecoderStream()).pipeTo(new WritableStream<string>());
    const { offset, changes }: Progress = stream.progress;
    console.log(offset, changes.renamed, rejections.map(({ record, isContinuation }) => (isContinuation ? 0 : record.length)));
    const strings = new TransformerStream(null, { rejected: async ({ message }) => console.log(message) }, { highWaterMark: 2 }, { highWaterMark: 1 });
    await strings.writable.getWriter().write("{}");
    await strings.writable.getWriter().write(new ArrayBuffer());
    // @ts-expect-error
    await strings.writable.getWriter().write(17);
    // @ts-expect-error
    new TransformerStream(config);
    // @ts-expect-error
    new TransformerStream(config, { received: Date.now });
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
