/// <reference lib="esnext.disposable" />
/**
 * The result of a batch.
 *
 * @typeParam B the type of the batch and of the lines
 */
export interface Output<B extends string | Uint8Array> {
    /** The lines, each ended by a line feed or framed as configured. */
    lines: B;
    /** The number of lines. */
    written: number;
    /** The rejected records, in the order of the batch. */
    rejections: Rejection[];
    /** The differences between all lines and their records. */
    changes: Changes;
}

/** A record that did not become a line. It is `batch.slice(start, end)`. */
export interface Rejection {
    /** The index of the record in the batch or the array; 0 from `explain`. */
    index: number;
    /** The offset of its start: in bytes of a `Uint8Array`, in code units of a string. */
    start: number;
    /** The offset of its end. */
    end: number;
    /** The reason, for programs. */
    reason: Reason;
    /** The reason, for people: what was expected, what was found and where. */
    message: string;
}

/** The reason why a record is rejected. */
export type Reason =
    | "malformed"
    | "not-an-object"
    | "too-long"
    | "too-deep"
    | "too-many-fields"
    | "no-record"
    | "not-an-event"
    | "unknown-event"
    | "line-too-long"
    | "not-one";

/** The numbers of differences between lines and their records. */
export interface Changes {
    /** Changes of a field's name, of which one field may have two: a misspelt key is repaired, or the format cannot hold the name. */
    renamed: number;
    /** Values with characters that are replaced, as the format cannot hold them or nobody sees them, once for each reason. */
    replaced: number;
    /** Values cut to the length that the format or `max_bytes` allows. */
    truncated: number;
    /**
     * Fields left out: nothing in them is visible, a label has no value, another field has the same
     * name, the field is not wanted, or the line has no room for it.
     */
    dropped: number;
    /** Fields that the record repeats. The last value is written. */
    repeated: number;
    /** Times and severities that cannot be read as such. They are written as fields. */
    unreadable: number;
    /** Values of which `[redacted]` is written in place of a secret, or of all, as `redact` asks. */
    redacted: number;
}

/** The result of a text that holds one record: its line and what was changed, or a rejection. */
export type Outcome<B extends string | Uint8Array> =
    | { line: B; changes: Changes; rejection?: undefined }
    | { rejection: Rejection; line?: undefined; changes?: undefined };

/** The result of `explain`: an explanation or a rejection. */
export type Explained =
    | { explanation: Explanation; rejection?: undefined }
    | { rejection: Rejection; explanation?: undefined };

/** What happened to one record. Offsets count code units of `line` and `record`. */
export interface Explanation {
    /** The line, without framing. */
    line: string;
    /**
     * The text of the record. If the record is wrapped in another object or a text, this is the inner text.
     * Bytes that are not UTF-8 are replaced by U+FFFD.
     */
    record: string;
    /**
     * Whether the record is wrapped in another object or a text, or has a form that is read into a
     * record first, such as CEF.
     */
    isWrapped: boolean;
    /** What was read to come to the record, from the outside in, in words; empty if it is not wrapped. */
    way: string[];
    /** The names of fields around the record, or beside its fields, that are not used. */
    left: string[];
    /** The `name` of the event's kind; null if the catalog does not hold the event. */
    kind: string | null;
    /** The index, in `fields`, of the field that determined the kind; null if no field did. */
    kindFrom: number | null;
    /** The parts of the line, in order. Every character of the line is in exactly one part. */
    parts: LinePart[];
    /** The members of the record and of its `extensions`, in the order of the record. */
    fields: RecordField[];
    /** What was changed in parts of the line that do not come from a field. */
    notes: PartNote[];
    /** The differences between the line and its record. Each is counted once and has one note. */
    changes: Changes;
}

/** A part of a line: `line.slice(start, end)`, which is never empty. */
export interface LinePart {
    /** The name in the standard, or the key in the line; empty for signs of the format. */
    name: string;
    /** The offset of its start in the line. */
    start: number;
    /** The offset of its end. */
    end: number;
    /** Where it comes from. */
    source: PartSource;
}

/**
 * Where a part of a line comes from: the field with an index in `fields`; the catalog; the
 * configuration; the time of reception; the time of the object around the record; the value that is
 * written if nothing else gives one; or the format, with its signs and the labels that it requires.
 */
export type PartSource =
    | { field: number }
    | "catalog"
    | "configuration"
    | "reception"
    | "wrapper"
    | "default"
    | "format";

/** What happened to one field of a record: `record.slice(start, end)`. */
export interface RecordField {
    /** The name as received, without its quotes. */
    name: string;
    /** The value as received: JSON text. */
    value: string;
    /** The offset of the quote before its name, in the record. */
    start: number;
    /** The offset of the end of its value. */
    end: number;
    /**
     * What happened to the field as a whole: the line contains it; it has no value; the record
     * repeats it, and another value is written; or it is left out, and a note says why.
     */
    fate: "written" | "absent" | "repeated" | "dropped";
    /** The indices, in `parts`, of the parts of the line that come from the field. */
    parts: number[];
    /** What was changed, and why. */
    notes: Note[];
}

/** A change, or the reason why a field does not have the role that its name suggests. */
export interface Note {
    /** The change, which `changes` counts; null if the field was not changed. */
    change: keyof Changes | null;
    /** The reason, for programs: a word such as `misspelt`. Later versions may add words. */
    why: string;
    /** The change and the reason, for people. */
    message: string;
}

/** A note on parts of a line that do not come from a field. */
export interface PartNote {
    /** Where the parts come from. */
    source: PartSource;
    /** What was changed, and why. */
    note: Note;
}

/** A kind of event. */
export interface Kind {
    /** The English name up to release 3.33. */
    name: string;
    /** The English name from release 4.0 on; empty if only the event id is documented. */
    nameFour: string;
    /** The Portuguese name; empty if only the event id is documented. */
    namePt: string;
    /** The module that reports it, such as `COSE`; empty if unknown. */
    origin: string;
    /** Its event ids; empty if none is documented. */
    ids: EventId[];
    /** The documented keys, in documented order; empty if only the event id is documented. */
    keys: string[];
}

/** An event id. */
export interface EventId {
    /** A number, sometimes with three decimals, such as `17` or `336.501`. */
    id: string;
    /** The CEF severity, from 0 to 10. */
    severity: number;
    /** The event name in senhasegura's Syslog documentation. */
    name: string;
}

/** The error that the constructor throws if it refuses a configuration. */
export interface ConfigError extends Error {
    name: "ConfigError";
    /** The JSON Pointer (RFC 6901) of the wrong value; empty for the whole configuration. */
    pointer: string;
    /** What was expected and what was found. */
    reason: string;
}

/** Transforms records with one configuration. */
export class Transformer {
    /**
     * Checks the configuration and keeps it.
     *
     * @param config a plain object of options. Without it, the configuration baked into the module
     *     is used or, if there is none, the defaults.
     * @throws ConfigError if an option is unknown or has a wrong value
     */
    constructor(config?: Config | null);

    /** Frees the memory of the transformer. Other methods then throw; another call does nothing. */
    free(): void;

    /** Does the same at the end of a block that declares the transformer with `using`. */
    [Symbol.dispose](): void;

    /**
     * Transforms every record of a batch: JSON objects, or arrays of them, separated by white space
     * or commas.
     *
     * @param batch at most 4 MiB or as many code units. Pass at most 1 MiB from an untrusted source:
     *     two bytes may be a rejected record.
     * @param received the time of records that give none, in milliseconds since 1970, such as
     *     `Date.now()`
     * @returns the lines, of the type of the batch
     * @throws TypeError if the batch is neither a string nor bytes
     */
    transform<B extends string | Uint8Array>(batch: B, received?: number | null): Output<B extends string ? string : Uint8Array>;

    /**
     * Transforms texts that hold one record each, for hosts that send or answer each on its own.
     *
     * @param records at most 1,048,576 texts, of 4 MiB or as many code units in all
     * @param received as in `transform`
     * @returns for each text its line, without framing, or a rejection
     * @throws TypeError if one of them is neither a string nor bytes
     */
    transformEach<B extends string | Uint8Array>(records: readonly B[], received?: number | null): Outcome<B extends string ? string : Uint8Array>[];

    /**
     * Finds the records of a batch, those included that `transform` rejects, and does nothing else.
     *
     * @param batch as for `transform`
     * @returns where each is: it is `batch.slice(start, end)`
     * @throws TypeError if the batch is neither a string nor bytes
     */
    split(batch: string | Uint8Array): { start: number; end: number }[];

    /**
     * Transforms a text that holds one record, and says where each part of the line comes from and
     * what happened to each field. It is meant for people and their tools: it costs several times
     * as much as `transformEach`.
     *
     * @param record at most 4 MiB or as many code units
     * @param received as in `transform`
     * @throws TypeError if the record is neither a string nor bytes
     */
    explain(record: string | Uint8Array, received?: number | null): Explained;
}

/**
 * Returns the kinds of event that senhasegura documents, in the order of its documentation, then
 * those of which it lists only the event id.
 */
export function kinds(): Kind[];

/** Bytes that are not shared, which is what `fetch`, `Blob` and the streams of the platform take. */
export type Bytes = ReturnType<typeof Uint8Array.of>;

/** What a stream is made with. */
export interface StreamOptions {
    /**
     * Takes a rejected record, before the lines of what came with it. If it returns a promise, the
     * stream waits for it; if it throws or the promise is rejected, the stream fails with that.
     */
    rejected(rejection: StreamRejection): unknown;
    /**
     * Returns the time of records that give none, in milliseconds since 1970, such as `Date.now`. It
     * is called for each chunk, and at the end.
     */
    received?: (() => number | null | undefined) | null;
}

/** A record of a stream that did not become a line. Its offsets count bytes of the stream. */
export interface StreamRejection extends Rejection {
    /** The bytes of the record. */
    record: Bytes;
    /**
     * Whether this is another piece of the record that was rejected before. A record that is longer
     * than twice `max_record_bytes` is rejected in pieces, all with its index.
     */
    isContinuation: boolean;
}

/** How far a stream has come. */
export interface Progress {
    /**
     * The offset, in bytes, before which all lines and rejected records have been handed out. If the
     * stream fails, another one goes on from here. Of a record that is rejected in pieces, this is
     * the start.
     */
    offset: number;
    /** The number of lines. */
    written: number;
    /** The number of rejected records. */
    rejected: number;
    /** The differences between all lines and their records. */
    changes: Changes;
}

/**
 * Transforms a stream of records, laid out as `transform` takes them, for `pipeThrough`. The lines are
 * those of the whole stream, wherever it is cut into chunks; each chunk that is read has whole lines,
 * each ended by a line feed or framed as configured. A line is there as soon as its record is complete.
 *
 * It waits for its reader: it holds the chunk that is written, about twice `max_record_bytes` of what
 * came before, and the lines that are ready, those of 64 KiB or of what it held.
 */
export class TransformerStream {
    /**
     * Checks the configuration and begins a stream.
     *
     * @param config as for `Transformer`
     * @param writableStrategy as for `TransformStream`
     * @param readableStrategy as for `TransformStream`
     * @throws ConfigError as `Transformer` does
     * @throws TypeError if `rejected` is no function
     */
    constructor(
        config: Config | null | undefined,
        options: StreamOptions,
        writableStrategy?: QueuingStrategy<string | Uint8Array | ArrayBuffer>,
        readableStrategy?: QueuingStrategy<Bytes>,
    );

    /** The lines. */
    readonly readable: ReadableStream<Bytes>;

    /** Takes the records: bytes, or strings, which may be cut within a character. */
    readonly writable: WritableStream<string | Uint8Array | ArrayBuffer>;

    /** How far it has come. */
    readonly progress: Progress;
}
