/* Prints an answer of the module for embedders as its header describes it. The arguments are a file with the memory, the
 * function, the address of its answer, and the number of rows. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c_abi.h"

_Static_assert(sizeof(struct siem_rejection) == 28 && sizeof(struct siem_batch_answer) == 72, "padding");
_Static_assert(sizeof(struct siem_rows_answer) == 104 && sizeof(struct siem_error_answer) == 16, "padding");

static unsigned char *memory;

static void print(struct siem_text text)
{
    printf("%.*s\n", (int)text.length, (char *)memory + text.start);
}

static void print_counts(uint64_t written, struct siem_changes changes)
{
    printf("%d written, %d renamed, %d replaced, %d truncated, %d dropped, %d repeated, %d unreadable\n", (int)written,
           (int)changes.renamed, (int)changes.replaced, (int)changes.truncated, (int)changes.dropped,
           (int)changes.repeated, (int)changes.unreadable);
}

static void print_batch(siem_address at)
{
    struct siem_batch_answer answer;
    memcpy(&answer, memory + at, sizeof answer);
    print(answer.lines);
    for (uint32_t index = 0; index < answer.rejection_count; index++) {
        struct siem_rejection rejection;
        memcpy(&rejection, memory + answer.rejections + index * sizeof rejection, sizeof rejection);
        printf("%u %u..%u ", rejection.index, rejection.start, rejection.end);
        print(rejection.reason);
        print(rejection.message);
    }
    print_counts(answer.written, answer.changes);
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
    if (!strcmp(arguments[2], "siem_batch"))
        print_batch(at);
    else if (!strcmp(arguments[2], "siem_error"))
        print_error(at);
    else
        print_rows(at, strtoul(arguments[4], NULL, 10));
    return 0;
}
