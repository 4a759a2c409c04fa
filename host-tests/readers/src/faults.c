/*
 * What may go wrong on a machine, in front of the C library by LD_PRELOAD. Each fault is asked for by a variable:
 *
 *   FAULT_MEMORY=N    the allocation number N fails, and all after it
 *   FAULT_ROOM=N      the disk is full after N bytes that this process has written to its files
 *   FAULT_PIECES=1    a write takes one byte, and every second one is interrupted by a signal
 *   FAULT_CLOCK=A,B   the clock shows A, then B and so on to the last, which it keeps: milliseconds since 1970
 *   FAULT_COUNT=FILE  at its end, the program writes into this file how many allocations and writes it made
 *   FAULT_LOG=FILE    each time that the disk is full, the program appends its process id to this file, as a line
 *
 * Not intercepted: mmap (thread stacks), pwrite, sendfile and the like, and statically linked programs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_long allocations, writes;
static _Atomic long long room = LLONG_MAX;
static long memory = LONG_MAX;
static int pieces;
static const char *_Atomic clock_at;

__attribute__((constructor)) static void begin(void) {
    const char *value;
    /* Thousands of dumps help nobody. */
    prctl(PR_SET_DUMPABLE, 0);
    if ((value = getenv("FAULT_ROOM")))
        room = atoll(value);
    pieces = getenv("FAULT_PIECES") != NULL;
    clock_at = getenv("FAULT_CLOCK");
    if ((value = getenv("FAULT_MEMORY")))
        memory = atol(value);
    allocations = 0;
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("FAULT_COUNT");
    long allocated = allocations, written = writes;
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%ld %ld", allocated, written);
        fclose(file);
    }
}

static int has_memory(void) {
    if (++allocations < memory)
        return 1;
    errno = ENOMEM;
    return 0;
}

void *malloc(size_t size) {
    return has_memory() ? __libc_malloc(size) : NULL;
}

void *calloc(size_t count, size_t size) {
    return has_memory() ? __libc_calloc(count, size) : NULL;
}

void *realloc(void *block, size_t size) {
    return has_memory() ? __libc_realloc(block, size) : NULL;
}

void *memalign(size_t alignment, size_t size) {
    return has_memory() ? __libc_memalign(alignment, size) : NULL;
}

void *aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    void *made = memalign(alignment, size);
    if (!made)
        return ENOMEM;
    *block = made;
    return 0;
}

/* Says that the disk is full, and writes that down. */
static ssize_t full(void) {
    const char *path = getenv("FAULT_LOG");
    int log = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    if (log >= 0) {
        char line[24];
        syscall(SYS_write, log, line, snprintf(line, sizeof line, "%d\n", getpid()));
        close(log);
    }
    errno = ENOSPC;
    return -1;
}

/* How much of a write to a file goes through; -1 if nothing does. */
static ssize_t admitted(int file, size_t length) {
    struct stat about;
    if (length == 0)
        return 0;
    long number = ++writes;
    if (pieces) {
        if (number % 2) {
            errno = EINTR;
            return -1;
        }
        length = 1;
    }
    if (fstat(file, &about) || !S_ISREG(about.st_mode))
        return length;
    long long before = room, some;
    do {
        if (before <= 0)
            return full();
        some = (long long)length < before ? (long long)length : before;
    } while (!atomic_compare_exchange_weak(&room, &before, before - some));
    return some;
}

ssize_t write(int file, const void *bytes, size_t length) {
    ssize_t some = admitted(file, length);
    return some < 0 ? -1 : syscall(SYS_write, file, bytes, some);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    while (count > 1 && parts->iov_len == 0)
        parts++, count--;
    return count ? write(file, parts->iov_base, parts->iov_len) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    const char *at = clock_at;
    char *after;
    if (clock != CLOCK_REALTIME || at == NULL)
        return syscall(SYS_clock_gettime, clock, time);
    long long millis = strtoll(at, &after, 10);
    if (*after == ',')
        clock_at = after + 1;
    time->tv_sec = millis / 1000 - (millis % 1000 < 0);
    time->tv_nsec = (millis % 1000 + (millis % 1000 < 0) * 1000) * 1000000;
    return 0;
}
