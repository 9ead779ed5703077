/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void set_text(struct error *error, enum error_kind kind,
                     const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void
set_text(struct error *error, enum error_kind kind, const char *format,
         va_list arguments)
{
    error->kind = kind;
    error->unreadable = 0;
    (void)vsnprintf(error->text, sizeof(error->text), format, arguments);
}

void
error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    if (error->kind != ERROR_NONE)
        return;
    va_list arguments;
    va_start(arguments, format);
    set_text(error, kind, format, arguments);
    va_end(arguments);
    error->has_offset = false;
}

void
error_set_at(struct error *error, enum error_kind kind, uint64_t offset,
             const char *format, ...)
{
    if (error->kind != ERROR_NONE)
        return;
    va_list arguments;
    va_start(arguments, format);
    set_text(error, kind, format, arguments);
    va_end(arguments);
    error->has_offset = true;
    error->offset = offset;
}

void
error_set_unreadable(struct error *error, int reason)
{
    if (error->kind != ERROR_NONE)
        return;
    error_set(error, ERROR_IO, "cannot read: %s", strerror(reason));
    error->unreadable = reason;
}

void
error_set_unreadable_at(struct error *error, int reason, uint64_t offset)
{
    if (error->kind != ERROR_NONE)
        return;
    error_set_unreadable(error, reason);
    error->has_offset = true;
    error->offset = offset;
}

void
error_context(struct error *error, const char *format, ...)
{
    if (error->kind == ERROR_NONE)
        return;
    char was[ERROR_TEXT_MAX];
    memcpy(was, error->text, sizeof(was));
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof(error->text) - 3)
        return; /* the context alone fills the room: keep what fits of it */
    char *rest = error->text + length;
    size_t room = sizeof(error->text) - (size_t)length;
    size_t keep = strnlen(was, room - 3);
    memcpy(rest, ": ", 2);
    memcpy(rest + 2, was, keep);
    rest[2 + keep] = '\0';
}

void
error_clear(struct error *error)
{
    error->kind = ERROR_NONE;
    error->has_offset = false;
    error->offset = 0;
    error->unreadable = 0;
    error->text[0] = '\0';
}
