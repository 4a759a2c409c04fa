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
 * If a function other than `siem_room` returns 0, it cannot answer, `siem_error` says why, and nothing
 * has changed. No number that is passed can do more harm than that. A trap means that memory or stack
 * did not suffice: go on with another instance, and pass less.
 *
 * An instance has any number of transformers. One thread uses it at a time.
 */

#ifndef SENHASEGURA_SIEM_CORE_H
#define SENHASEGURA_SIEM_CORE_H

#include <stdint.h>

/* What `siem_abi` returns if the module is as this header says. */
#define SIEM_ABI 4

/* An address in the memory. */
typedef uint32_t siem_address;

/* A text. It is UTF-8, and has no NUL at its end. */
struct siem_text {
    siem_address start;
    uint32_t length;
};

/* Several structures, one after the other. */
struct siem_list {
    siem_address start;
    uint32_t count;
};

/* How lines differ from their records: counts. */
struct siem_changes {
    uint64_t renamed;
    uint64_t replaced;
    uint64_t truncated;
    uint64_t dropped;
    uint64_t repeated;
    uint64_t unreadable;
    uint64_t redacted;
};

/* A record that did not become a line. */
struct siem_rejection {
    /* Its index in the batch or the stream, rejected records included, or that of the text; 0 in an
     * explanation. */
    uint64_t index;
    /* The range of its bytes in the batch or the text, or in the `bytes` of a part of a stream. */
    uint32_t start;
    uint32_t end;
    /* A word for programs, such as `malformed`. */
    struct siem_text reason;
    /* What was expected, what was found and where. */
    struct siem_text message;
    /* 1 if it is another piece of the record that was rejected before, which is longer than a stream keeps;
     * otherwise 0. */
    uint32_t is_continuation;
};

/* The answer of `siem_batch`. */
struct siem_batch_answer {
    /* The lines in the order of their records, each ended by a line feed or framed as configured. */
    struct siem_text lines;
    /* Of `siem_rejection`, in the order of the batch. */
    struct siem_list rejections;
    /* The number of lines. */
    uint64_t written;
    struct siem_changes changes;
};

/* The answer of `siem_push` and `siem_finish`. */
struct siem_stream_answer {
    /* The lines and rejections of the records that end in this part of the stream. */
    struct siem_batch_answer part;
    /* The offset of `bytes` in the stream. */
    uint64_t offset;
    /* The offset in the stream from which another one goes on if this one cannot, as after a trap: everything
     * before it is in the answers. Of a record that is being rejected in pieces, this is the start. */
    uint64_t rest;
    /* What has been read, up to the end of the last rejection. */
    struct siem_text bytes;
};

/* The line of one text. */
struct siem_line {
    /* It has no framing. */
    struct siem_text text;
    struct siem_changes changes;
};

/* The answer of `siem_each`: each text has either a line or a rejection. */
struct siem_each_answer {
    /* Of `siem_line`, in the order of the texts that are not rejected. The lines stand one after the
     * other, as one text. */
    struct siem_list lines;
    /* Of `siem_rejection`, in the order of the texts. */
    struct siem_list rejections;
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

/* No index. */
#define SIEM_NONE UINT32_MAX

/* Where a part of a line comes from. */
struct siem_source {
    /* `field`, `catalog` (of the kinds of event), `configuration`, `reception` (its time), `wrapper`
     * (what is around the record), `default` (nothing else gives it) or `format` (its signs, and labels
     * that it requires). */
    struct siem_text name;
    /* Of a field, its index in the explanation, else `SIEM_NONE`. */
    uint32_t field;
};

/* A part of a line. It is never empty. */
struct siem_part {
    /* The name that the standard gives it, or its key in the line; empty for signs of the format. */
    struct siem_text name;
    /* The range of its bytes in the line. */
    uint32_t start;
    uint32_t end;
    struct siem_source source;
};

/* A change, or why a field does not have the role that its name suggests. */
struct siem_note {
    /* The name of the count in `siem_changes`; empty if nothing was changed. */
    struct siem_text change;
    /* The reason, a word for programs such as `misspelt`. Later versions may add words. */
    struct siem_text why;
    /* Both, for people. */
    struct siem_text message;
};

/* What happened to a field of a record. */
struct siem_field {
    /* As received, without its quotes. */
    struct siem_text name;
    /* As received: JSON text, or text. */
    struct siem_text value;
    /* The range of its bytes in the record, from the quote before its name. */
    uint32_t start;
    uint32_t end;
    /* `written`, `absent` (it has no value), `repeated` (another value is written) or `dropped` (a note
     * says why). */
    struct siem_text fate;
    /* Of uint32_t: the indices of the parts of the line that come from it. */
    struct siem_list parts;
    /* Of `siem_note`. */
    struct siem_list notes;
};

/* A note on parts of a line that do not come from a field. */
struct siem_part_note {
    struct siem_source source;
    struct siem_note note;
};

/* The answer of `siem_explain`. */
struct siem_explanation {
    /* A `siem_rejection` if the record is rejected: then, there is nothing else. Otherwise 0. */
    siem_address rejection;
    /* The line, without framing. */
    struct siem_text line;
    /* The record; if it is inside another object or a text, only that. What is not UTF-8 has become
     * U+FFFD. */
    struct siem_text record;
    /* 1 if the record is inside another object or a text, or is read into a record first, as CEF is;
     * otherwise 0. */
    uint32_t is_wrapped;
    /* Of `siem_text`: what was read to come to the record, from the outside in. Empty if it is not
     * wrapped. */
    struct siem_list way;
    /* Of `siem_text`: the names of fields around the record, or beside its fields, that are not used. */
    struct siem_list left;
    /* The name of the kind of event; empty if the catalog does not hold the event. */
    struct siem_text kind;
    /* The index of the field that determined the kind, or `SIEM_NONE`. */
    uint32_t kind_from;
    /* Of `siem_part`: every byte of the line is in exactly one. */
    struct siem_list parts;
    /* Of `siem_field`, in the order of the record. */
    struct siem_list fields;
    /* Of `siem_part_note`. */
    struct siem_list notes;
    /* Each is counted once and has one note. */
    struct siem_changes changes;
};

/* An event id. */
struct siem_event_id {
    /* A number, sometimes with three decimals, such as `336.501`. */
    struct siem_text id;
    /* The CEF severity, from 0 to 10, of records that give none. */
    uint32_t severity;
    /* The event name of records that give none. */
    struct siem_text name;
};

/* A kind of event. If only its id is documented, the texts but the first and the keys are empty. */
struct siem_kind {
    /* The English name up to release 3.33. */
    struct siem_text name;
    /* The English name from release 4.0 on. */
    struct siem_text name_four;
    /* The Portuguese name. */
    struct siem_text name_pt;
    /* The module that reports it, such as `COSE`; empty if unknown. */
    struct siem_text origin;
    /* Of `siem_event_id`. */
    struct siem_list ids;
    /* Of `siem_text`: the documented keys, in the order in which they are written. */
    struct siem_list keys;
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

/* Transforms the room as the next part of a stream, wherever that is cut; each transformer has one, which
 * other functions leave alone. Lines and rejections are those of the whole stream: a record is written
 * or rejected once its end has come. About twice `max_record_bytes` are kept; a longer record is rejected
 * in pieces, each a `siem_rejection` of the same index, all but the first with `is_continuation`. Returns a
 * `siem_stream_answer`. */
siem_address siem_push(uint32_t transformer, int64_t received);

/* Ends the stream, and the record that waits for more, without reading the room. The next push begins
 * another stream. Returns a `siem_stream_answer`. */
siem_address siem_finish(uint32_t transformer, int64_t received);

/* Transforms texts, each of which has one record: any other is rejected (`not-one`). The room is as for
 * `siem_rows`. Returns a `siem_each_answer`. */
siem_address siem_each(uint32_t transformer, uint32_t rows, int64_t received);

/* Transforms the rows of a column, each of which has one record: any other is rejected (`not-one`), so
 * a host skips the answers for its nulls. The room has `rows` + 1 offsets, int32_t[], and then the
 * texts, from the first offset on. A slice of a column in Arrow's layout refers to both. Returns a
 * `siem_rows_answer`, whose lines have no framing. */
siem_address siem_rows(uint32_t transformer, uint32_t rows, int64_t received);

/* The same for rows that were received at different times: the room begins with `rows` times,
 * int64_t[], negative if unknown. */
siem_address siem_rows_at(uint32_t transformer, uint32_t rows);

/* Transforms the room, which has one record, and says where each byte of its line comes from and what
 * happened to each of its fields. Meant for people and their tools: it takes several times as long.
 * Returns a `siem_explanation`. */
siem_address siem_explain(uint32_t transformer, int64_t received);

/* Returns the catalog of the kinds of event, the address of a `siem_list` of `siem_kind`. */
siem_address siem_kinds(void);

/* Returns a `siem_error_answer` of the last call that returned 0. */
siem_address siem_error(void);

#endif
