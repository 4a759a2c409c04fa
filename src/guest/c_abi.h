/*
 * senhasegura-siem-core.wasm: the transform for embedders, by functions of C.
 *
 * For hosts that call WebAssembly but know no components, or are slow with them. The module imports
 * nothing, and needs bulk memory instructions and SIMD. It exports the functions below with the types
 * of wasm32: an address, a length, a number and a count are an i32 without a sign (a host that reads
 * it as negative adds 2^32), a time is an i64. What an address points to is in the exported `memory`,
 * little-endian, laid out as the structures below.
 *
 * A call:
 *
 *   1. `siem_room` makes room for the input. Write it there.
 *   2. A function reads the room and returns the address of its answer.
 *   3. Read the answer. It is valid until the next call, which may also grow the memory.
 *
 * If `siem_make`, `siem_batch`, `siem_rows` or `siem_rows_at` returns 0, it cannot answer, `siem_error`
 * says why, and nothing has changed. No number that is passed can do more harm than that. A trap means
 * that memory or stack did not suffice: go on with another instance, and pass less.
 *
 * An instance has any number of transformers. One thread uses it at a time.
 */

#ifndef SENHASEGURA_SIEM_CORE_H
#define SENHASEGURA_SIEM_CORE_H

#include <stdint.h>

/* What `siem_abi` returns if the module is as this header says. */
#define SIEM_ABI 1

/* An address in the memory. */
typedef uint32_t siem_address;

/* A text. It is UTF-8, and has no NUL at its end. */
struct siem_text {
    siem_address start;
    uint32_t length;
};

/* How lines differ from their records: counts. */
struct siem_changes {
    uint64_t renamed;
    uint64_t replaced;
    uint64_t truncated;
    uint64_t dropped;
    uint64_t repeated;
    uint64_t unreadable;
};

/* A record of a batch that did not become a line. */
struct siem_rejection {
    /* Its index in the batch, rejected records included. */
    uint32_t index;
    /* The range of its bytes in the batch. */
    uint32_t start;
    uint32_t end;
    /* A word for programs, such as `malformed`. */
    struct siem_text reason;
    /* What was expected, what was found and where. */
    struct siem_text message;
};

/* The answer of `siem_batch`. */
struct siem_batch_answer {
    /* The lines in the order of their records, each ended by a line feed or framed as configured. */
    struct siem_text lines;
    /* An array of `siem_rejection`, in the order of the batch. */
    siem_address rejections;
    uint32_t rejection_count;
    /* The number of lines. */
    uint64_t written;
    struct siem_changes changes;
};

/* Texts in the layout of Apache Arrow for `Utf8`: row n, if bit n % 8 of byte n / 8 of the validity is
 * 1, is the data from offset n to offset n + 1. */
struct siem_strings {
    siem_address validity;
    /* An array of int32_t, of which there is one more than rows. */
    siem_address offsets;
    struct siem_text data;
};

/* The answer of `siem_rows`: a row for each. Either the line is valid, or reason and error are. */
struct siem_rows_answer {
    struct siem_strings line;
    struct siem_strings reason;
    struct siem_strings error;
    /* The number of lines. */
    uint64_t written;
    struct siem_changes changes;
};

/* Why a call returned 0. */
struct siem_error_answer {
    /* A JSON Pointer to the value at fault in the configuration. Empty for the whole, and for other
     * calls. */
    struct siem_text pointer;
    struct siem_text message;
};

/* Returns the version of this contract. */
uint32_t siem_abi(void);

/* Makes a room for the input of the next call, and returns its address; 0 if there is no memory for
 * it, without a `siem_error`. The room before is gone. This one stays until the next, so that several
 * calls may read it. */
siem_address siem_room(uint32_t length);

/* Makes a transformer with the configuration in the room, JSON text; if the room is empty, with the
 * configuration that has been baked into the module, or the default one. Returns its number. */
uint32_t siem_make(void);

/* Frees a transformer. An unknown number is ignored. */
void siem_free(uint32_t transformer);

/* Transforms the room as a batch. `received` is the time of reception in milliseconds since
 * 1970-01-01T00:00:00Z, or negative if it is unknown. Returns a `siem_batch_answer`. */
siem_address siem_batch(uint32_t transformer, int64_t received);

/* Transforms the rows of a column, each of which has one record: any other is rejected (`not-one`), so
 * a host skips the answers for its nulls. The room has `rows` + 1 offsets, int32_t[], and then the
 * texts, from the first offset on. A slice of a column in Arrow's layout refers to both. Returns a
 * `siem_rows_answer`, whose lines have no framing. */
siem_address siem_rows(uint32_t transformer, uint32_t rows, int64_t received);

/* The same for rows that were received at different times: the room begins with `rows` times,
 * int64_t[], negative if unknown. */
siem_address siem_rows_at(uint32_t transformer, uint32_t rows);

/* Returns a `siem_error_answer` of the last call that returned 0. */
siem_address siem_error(void);

#endif
