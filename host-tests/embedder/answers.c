/* Prints an answer of the module for embedders as its header describes it. The arguments are a file with the memory, the
 * function, the address of its answer, and the number of rows. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c_abi.h"

_Static_assert(sizeof(struct siem_rejection) == 40 && sizeof(struct siem_batch_answer) == 80, "padding");
_Static_assert(sizeof(struct siem_stream_answer) == 104 && sizeof(struct siem_line) == 64, "padding");
_Static_assert(sizeof(struct siem_rows_answer) == 112 && sizeof(struct siem_error_answer) == 16, "padding");
_Static_assert(sizeof(struct siem_explanation) == 136 && sizeof(struct siem_field) == 48, "padding");

static unsigned char *memory;

static void print_word(struct siem_text text)
{
    /* It may have NUL inside. */
    fwrite(memory + text.start, 1, text.length, stdout);
}

static void print(struct siem_text text)
{
    print_word(text);
    putchar('\n');
}

/* Copies the structure at an index of a list. */
static void get(struct siem_list list, uint32_t index, void *item, size_t size)
{
    memcpy(item, memory + list.start + index * size, size);
}

static void print_texts(const char *name, struct siem_list texts)
{
    for (uint32_t index = 0; index < texts.count; index++) {
        struct siem_text text;
        get(texts, index, &text, sizeof text);
        printf("%s ", name);
        print(text);
    }
}

static void print_changes(struct siem_changes changes)
{
    printf("%d renamed, %d replaced, %d truncated, %d dropped, %d repeated, %d unreadable, %d redacted\n", (int)changes.renamed,
           (int)changes.replaced, (int)changes.truncated, (int)changes.dropped, (int)changes.repeated,
           (int)changes.unreadable, (int)changes.redacted);
}

static void print_counts(uint64_t written, struct siem_changes changes)
{
    printf("%d written, ", (int)written);
    print_changes(changes);
}

static void print_rejection(struct siem_rejection rejection)
{
    printf("%d %u..%u %u ", (int)rejection.index, rejection.start, rejection.end, rejection.is_continuation);
    print(rejection.reason);
    print(rejection.message);
}

static void print_rejections(struct siem_list rejections, struct siem_text *bytes)
{
    for (uint32_t index = 0; index < rejections.count; index++) {
        struct siem_rejection rejection;
        get(rejections, index, &rejection, sizeof rejection);
        print_rejection(rejection);
        if (bytes)
            print((struct siem_text){ bytes->start + rejection.start, rejection.end - rejection.start });
    }
}

static void print_batch(struct siem_batch_answer answer, struct siem_text *bytes)
{
    print(answer.lines);
    print_rejections(answer.rejections, bytes);
    print_counts(answer.written, answer.changes);
}

static void print_part(siem_address at)
{
    struct siem_stream_answer answer;
    memcpy(&answer, memory + at, sizeof answer);
    printf("%d %d ", (int)answer.offset, (int)answer.rest);
    print_batch(answer.part, &answer.bytes);
}

static void print_each(siem_address at)
{
    struct siem_each_answer answer;
    memcpy(&answer, memory + at, sizeof answer);
    for (uint32_t index = 0; index < answer.lines.count; index++) {
        struct siem_line line;
        get(answer.lines, index, &line, sizeof line);
        print(line.text);
        print_changes(line.changes);
    }
    print_rejections(answer.rejections, NULL);
}

static void print_source(struct siem_source source)
{
    print_word(source.name);
    printf(" %d ", (int)source.field);
}

static void print_note(struct siem_note note)
{
    print(note.change);
    print(note.why);
    print(note.message);
}

static void print_field(struct siem_field field)
{
    printf("%u..%u ", field.start, field.end);
    print(field.name);
    print(field.value);
    print(field.fate);
    for (uint32_t index = 0; index < field.parts.count; index++) {
        uint32_t part;
        get(field.parts, index, &part, sizeof part);
        printf("part %u\n", part);
    }
    for (uint32_t index = 0; index < field.notes.count; index++) {
        struct siem_note note;
        get(field.notes, index, &note, sizeof note);
        print_note(note);
    }
}

static void print_explanation(siem_address at)
{
    struct siem_explanation answer;
    memcpy(&answer, memory + at, sizeof answer);
    if (answer.rejection) {
        struct siem_rejection rejection;
        memcpy(&rejection, memory + answer.rejection, sizeof rejection);
        print_rejection(rejection);
        return;
    }
    print(answer.line);
    print(answer.record);
    printf("wrapped %u\n", answer.is_wrapped);
    print_texts("way", answer.way);
    print_texts("left", answer.left);
    printf("%d ", (int)answer.kind_from);
    print(answer.kind);
    for (uint32_t index = 0; index < answer.parts.count; index++) {
        struct siem_part part;
        get(answer.parts, index, &part, sizeof part);
        printf("%u..%u ", part.start, part.end);
        print_source(part.source);
        print(part.name);
    }
    for (uint32_t index = 0; index < answer.fields.count; index++) {
        struct siem_field field;
        get(answer.fields, index, &field, sizeof field);
        print_field(field);
    }
    for (uint32_t index = 0; index < answer.notes.count; index++) {
        struct siem_part_note note;
        get(answer.notes, index, &note, sizeof note);
        print_source(note.source);
        print_note(note.note);
    }
    print_changes(answer.changes);
}

static void print_kinds(siem_address at)
{
    struct siem_list kinds;
    memcpy(&kinds, memory + at, sizeof kinds);
    for (uint32_t index = 0; index < kinds.count; index++) {
        struct siem_kind kind;
        get(kinds, index, &kind, sizeof kind);
        print(kind.name);
        print(kind.name_four);
        print(kind.name_pt);
        print(kind.origin);
        for (uint32_t of_id = 0; of_id < kind.ids.count; of_id++) {
            struct siem_event_id id;
            get(kind.ids, of_id, &id, sizeof id);
            printf("%u ", id.severity);
            print(id.id);
            print(id.name);
        }
        print_texts("key", kind.keys);
    }
}

static void print_rows(siem_address at, uint32_t rows)
{
    struct siem_rows_answer answer;
    memcpy(&answer, memory + at, sizeof answer);
    struct siem_strings columns[] = { answer.line, answer.reason, answer.error };
    for (uint32_t row = 0; row < rows; row++) {
        for (int column = 0; column < 3; column++) {
            struct siem_strings strings = columns[column];
            int32_t offsets[2];
            memcpy(offsets, memory + strings.offsets + row * sizeof offsets[0], sizeof offsets);
            struct siem_text text = { strings.data.start + offsets[0], offsets[1] - offsets[0] };
            if (memory[strings.validity + row / 8] >> row % 8 & 1)
                print(text);
            else
                printf("null %u\n", text.length);
        }
    }
    print_counts(answer.written, answer.changes);
}

static void print_error(siem_address at)
{
    struct siem_error_answer answer;
    memcpy(&answer, memory + at, sizeof answer);
    print(answer.pointer);
    print(answer.message);
}

int main(int count, char **arguments)
{
    FILE *file = count == 5 ? fopen(arguments[1], "rb") : NULL;
    if (!file || fseek(file, 0, SEEK_END))
        return 2;
    long size = ftell(file);
    rewind(file);
    memory = malloc(size);
    if (!memory || fread(memory, 1, size, file) != (size_t)size)
        return 2;
    siem_address at = strtoul(arguments[3], NULL, 10);
    const char *function = arguments[2];
    if (!strcmp(function, "siem_batch")) {
        struct siem_batch_answer answer;
        memcpy(&answer, memory + at, sizeof answer);
        print_batch(answer, NULL);
    } else if (!strcmp(function, "siem_push"))
        print_part(at);
    else if (!strcmp(function, "siem_each"))
        print_each(at);
    else if (!strcmp(function, "siem_rows"))
        print_rows(at, strtoul(arguments[4], NULL, 10));
    else if (!strcmp(function, "siem_explain"))
        print_explanation(at);
    else if (!strcmp(function, "siem_kinds"))
        print_kinds(at);
    else
        print_error(at);
    return 0;
}
