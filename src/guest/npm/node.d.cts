import type { Transform, TransformOptions } from "node:stream";

/** What a stream of Node is made with. */
export interface TransformStreamOptions
    extends StreamOptions, Pick<TransformOptions, "highWaterMark" | "readableHighWaterMark" | "writableHighWaterMark" | "signal"> {}

/** A stream of Node from records to lines. */
export interface LineTransform extends Transform {
    /** How far it has come. */
    readonly progress: Progress;
}

/**
 * Transforms a stream of records as `TransformerStream` does, for `pipeline` and `pipe`.
 *
 * @param config as for `Transformer`
 * @throws ConfigError as `Transformer` does
 * @throws TypeError if `rejected` is no function
 */
export function createTransform(config: Config | null | undefined, options: TransformStreamOptions): LineTransform;
