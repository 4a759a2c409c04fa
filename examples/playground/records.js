// Where the records of an input stand.
import { TransformerStream } from "./senhasegura-siem/web.js";

/** The maximum number of records that one can go through. */
export const RECORDS_MAX = 500;

const PIECES_MAX = 20_000;

/**
 * Returns the ranges of the records: of `rejections` as they say, of others by the pieces of the
 * input, cut where a record may end, in which a stream completes a line. Where a record ends, the
 * module decides. `isWanted` says whether anyone still waits for it.
 */
export async function recordsOf(input, rejections, config, isWanted) {
    const stream = new TransformerStream(config, { rejected() {} });
    const drained = stream.readable.pipeTo(new WritableStream());
    const writer = stream.writable.getWriter();
    const ends = [];
    let count = 0;
    for (const { index, 0: piece } of input.matchAll(/[^\n}]*(?:[\n}]|$)/g)) {
        if ((count += 1) > PIECES_MAX || ends.length >= RECORDS_MAX) break;
        if (piece !== "") await writer.write(piece);
        if (!isWanted()) break;
        const isLast = index + piece.length >= input.length;
        if (isLast) await writer.close();
        for (let more = stream.progress.written - ends.length; more > 0; more -= 1) ends.push(index + piece.length);
        if (isLast) break;
    }
    if (ends.length > 0 || count > 0) {
        await writer.abort().catch(() => {});
        await drained.catch(() => {});
    }
    const ranges = [...rejections.slice(0, RECORDS_MAX).map(({ start, end }) => ({ start, end })), ...ends.map((end) => ({ end }))];
    ranges.sort((one, other) => one.end - other.end);
    let before = 0;
    for (const range of ranges) {
        range.start ??= before;
        before = range.end;
    }
    return ranges.slice(0, RECORDS_MAX);
}
