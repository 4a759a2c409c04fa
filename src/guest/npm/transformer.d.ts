/// <reference lib="esnext.disposable" />
/**
 * What came of a batch.
 *
 * @typeParam B the type of the batch, and so of the lines
 */
export interface Output<B extends string | Uint8Array> {
    /** The lines, told apart by the framing of the configuration. */
    lines: B;
    /** How many lines there are. */
    written: number;
    /** What could not be written, in the order of the batch. */
    rejections: Rejection[];
    /** What was changed in the lines that were written. */
    changes: Changes;
}

/** A record that was not written. It stands in the batch from `start` to `end`: `batch.slice(start, end)`. */
export interface Rejection {
    /** Which of the batch's entries it is, counted from 0. */
    index: number;
    /** Where it begins: a byte of a `Uint8Array`, a code unit of a string. */
    start: number;
    /** Where it ends. */
    end: number;
    /** Why, for programs. */
    reason: Reason;
    /** What was expected, what was found, and where. */
    message: string;
}

/** Why a record was not written. */
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

/** How often lines do not say what their records said. */
export interface Changes {
    /** Fields written under another name: a repaired key, or one that the format cannot hold. */
    renamed: number;
    /** Values in which characters were replaced that the format cannot hold. */
    replaced: number;
    /** Values cut to the length that the format or `max_bytes` allows. */
    truncated: number;
    /** Fields left out: nothing to see in them, a label without its field, a second one of the same key, not wanted, or no room. */
    dropped: number;
    /** Fields that their record repeats; the last value stands. */
    repeated: number;
}

/** What came of a text that was to hold one record. */
export type Outcome<B extends string | Uint8Array> =
    | { line: B; rejection?: undefined }
    | { rejection: Rejection; line?: undefined };

/** A kind of event. */
export interface Kind {
    /** Its name up to release 3.33. */
    name: string;
    /** Its name from release 4.0 on; empty if it is only listed. */
    nameFour: string;
    /** Its name in Portuguese; empty if it is only listed. */
    namePt: string;
    /** The module that reports it, such as `COSE`; empty if that is not known. */
    origin: string;
    /** Its event ids; empty if senhasegura documents none. */
    ids: EventId[];
    /** The keys that are documented for it, in documented order; empty if it is only listed. */
    keys: string[];
}

/** An event id. */
export interface EventId {
    /** Such as `17` or `336.501`. */
    id: string;
    /** The severity of CEF: 0 to 10. */
    severity: number;
    /** What senhasegura's Syslog page calls it. */
    name: string;
}

/** What the constructor throws if it refuses a configuration. */
export interface ConfigError extends Error {
    name: "ConfigError";
    /** The JSON Pointer (RFC 6901) of the value at fault; empty for the whole. */
    pointer: string;
    /** What was expected, and what was found. */
    reason: string;
}

/** Transforms batches of records with one configuration. */
export class Transformer {
    /**
     * Checks the configuration and keeps it.
     *
     * @param config a plain object; without one, it is the configuration that was baked into the module, else the default
     * @throws ConfigError if an option is unknown or has a wrong value
     */
    constructor(config?: Config | null);

    /** Gives its memory back. Again, it does nothing; what else is called then throws. */
    free(): void;

    /** The same, at the end of a block that began with `using`. */
    [Symbol.dispose](): void;

    /**
     * Transforms every record of a batch: JSON objects one a line, several a line, over many lines, or in arrays.
     *
     * @param batch at most 4 MiB, or as many code units; from a source that is not trusted, 1 MiB is enough at once, as a rejection may be
     *     of two bytes
     * @param received when it was received, such as `Date.now()`: the time of records that give none
     * @returns the lines, of the type that the batch has
     */
    transform<B extends string | Uint8Array>(batch: B, received?: number | null): Output<B extends string ? string : Uint8Array>;

    /**
     * Transforms texts that are to hold a record each, as a host needs it that sends a datagram for each, or answers each.
     * Throws if one of them is neither a string nor bytes.
     *
     * @param records at most 1,048,576, of 4 MiB or as many code units together
     * @returns for each of them its line without framing, or why there is none
     */
    transformEach<B extends string | Uint8Array>(records: readonly B[], received?: number | null): Outcome<B extends string ? string : Uint8Array>[];
}

/** The kinds of event that senhasegura documents, in the order of its pages, then those that it lists by event id only. */
export function kinds(): Kind[];
