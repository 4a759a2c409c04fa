// Where the records of an input stand.
import { TransformerStream } from "./senhasegura-siem/web.js";

/** The maximum number of records that one can go through. */
export const RECORDS_MAX = 500;

const PIECES_MAX = 20_000;

/** After so many pieces, the page gets a turn. */
const TURN = 200;

/**
 * Returns the ranges of the records: of `rejections` as they say; of others by the pieces of the
 * input, cut where a record may end, in which a stream completes a line. Where a record ends, the
 * module decides; what stands before it from `from` on may belong to it, if that has rejected records
 * in it. `isWanted` says whether anyone still waits for the answer.
 */
export async function recordsOf(input, rejections, config, isWanted) {
    const stream = new TransformerStream(config, { rejected() {} });
    const drained = stream.readable.pipeTo(new WritableStream());
    const writer = stream.writable.getWriter();
    const ends = [];
    let [count, written] = [0, 0];
    for (const { index, 0: piece } of input.matchAll(/[^\n}]*[\n}]|[^\n}]+$/g)) {
        const end = index + piece.length;
        await writer.write(piece);
        if (end === input.length) await writer.close();
        if (stream.progress.written > written) {
            // An object may have several records in it.
            written = stream.progress.written;
            ends.push(end);
        }
        if ((count += 1) % TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
        if (!isWanted() || count >= PIECES_MAX || stream.progress.written + stream.progress.rejected >= RECORDS_MAX) break;
    }
    await writer.abort().catch(() => {});
    await drained.catch(() => {});

    const ranges = [...rejections.slice(0, RECORDS_MAX), ...ends.map((end) => ({ end }))].sort((one, other) => one.end - other.end);
    let [before, from] = [0, 0];
    return ranges.slice(0, RECORDS_MAX).map(({ start, end }) => {
        const range = { start: start ?? before, end, from: start ?? from };
        before = end;
        if (start === undefined) from = end;
        return range;
    });
}
