/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How everything below the command line reports trouble.  Functions that can
 * fail return an enum status; the words go into a struct error that the caller
 * owns.  The first error wins: later ones on the same struct are ignored, so a
 * caller may test once per loop instead of once per byte.
 *
 * No code outside cli/ prints or exits.
 */
#ifndef KEYWEIGH_BASE_ERROR_H
#define KEYWEIGH_BASE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

enum status {
    STATUS_OK,
    STATUS_END,  /* nothing more to hand out */
    STATUS_BAD,  /* this value is damaged; the position behind it is known */
    STATUS_FAIL, /* nothing more can be read */
};

enum error_kind {
    ERROR_NONE,
    ERROR_IO,          /* the system refused: errno's words are in the text */
    ERROR_TRUNCATED,   /* the input ended inside something */
    ERROR_DAMAGED,     /* bytes that no writer writes */
    ERROR_UNSUPPORTED, /* well-formed as far as known, but not understood */
    ERROR_USAGE,       /* what the user asked for makes no sense */
};

enum { ERROR_TEXT_MAX = 1024 };

struct error {
    enum error_kind kind;
    bool has_offset;
    uint64_t offset; /* in the (decompressed) input */
    int unreadable;  /* errno, when it is that input cannot be read; else 0 */
    char text[ERROR_TEXT_MAX];
};

/* Sets the error unless one is set already. */
void error_set(struct error *error, enum error_kind kind, const char *format,
               ...) __attribute__((format(printf, 3, 4)));

/* The same with the offset at which the input is wrong. */
void error_set_at(struct error *error, enum error_kind kind, uint64_t offset,
                  const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ERROR_IO: bytes of an input that is open cannot be read, with errno as the
 * reason. */
void error_set_unreadable(struct error *error, int reason);
void error_set_unreadable_at(struct error *error, int reason, uint64_t offset);

/* Prepends what was being done: "listpack entry 3" turns "length 900 exceeds
 * blob" into "listpack entry 3: length 900 exceeds blob".  Does nothing when
 * no error is set. */
void error_context(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void error_clear(struct error *error);

#endif
