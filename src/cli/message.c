/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/message.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/width.h"

/* The state of standard error, of which a process has one. */
static struct {
    enum exit_code status;
    bool quiet;
    bool progress_shown; /* the cursor stands behind a progress line */
    pthread_mutex_t lock; /* of the last one, and of lines */
} stderr_state = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Writes a text in one piece, where the progress line stood if there is one;
 * progress says that the text is the next. */
static void
put(struct bytes text, bool progress)
{
    static const struct bytes erase = BYTES_LITERAL("\r\033[K");
    pthread_mutex_lock(&stderr_state.lock);
    struct buffer out = { 0 };
    if (stderr_state.progress_shown)
        buffer_append(&out, erase.data, erase.size);
    stderr_state.progress_shown = progress;
    buffer_append(&out, text.data, text.size);
    for (size_t done = 0; done < out.size;) {
        ssize_t n = write(STDERR_FILENO, out.data + done, out.size - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    buffer_fini(&out);
    pthread_mutex_unlock(&stderr_state.lock);
}

static void
print_line(const char *kind, const char *text)
{
    struct buffer out = { 0 };
    buffer_append_format(&out, "keyweigh: %s", kind);
    escape_append(&out, bytes_of_text(text), BYTES_TEXT);
    buffer_append_byte(&out, '\n');
    put(buffer_bytes(&out), false);
    buffer_fini(&out);
}

static void __attribute__((format(printf, 2, 0)))
print_format(const char *kind, const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) < 0)
        return;
    print_line(kind, text);
    free(text);
}

void
message_error(const char *format, ...)
{
    stderr_state.status = EXIT_TROUBLE;
    va_list arguments;
    va_start(arguments, format);
    print_format("", format, arguments);
    va_end(arguments);
}

void
message_error_of(const char *name, const struct error *error)
{
    const char *colon = name != NULL ? ": " : "";
    name = name != NULL ? name : "";
    if (error->has_offset)
        message_error("%s%soffset 0x%llx: %s", name, colon,
                      (unsigned long long)error->offset, error->text);
    else
        message_error("%s%s%s", name, colon, error->text);
}

void
message_error_text(struct bytes text)
{
    stderr_state.status = EXIT_TROUBLE;
    put(text, false);
}

void
message_warning(const char *format, ...)
{
    if (stderr_state.quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    print_format("warning: ", format, arguments);
    va_end(arguments);
}

void
message_note(const char *format, ...)
{
    if (stderr_state.quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    print_format("", format, arguments);
    va_end(arguments);
}

void
message_be_quiet(bool quiet)
{
    stderr_state.quiet = quiet;
}

enum exit_code
message_status(void)
{
    return stderr_state.status;
}

/* A line that the terminal breaks could not be replaced.  The last column
 * stays free: some break behind it. */
static size_t
progress_width(void)
{
    struct winsize size = { .ws_col = 0 };
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        size.ws_col = 80;
    return size.ws_col - 1u;
}

void
message_progress(const char *text, bool stays)
{
    struct buffer out = { 0 };
    if (text != NULL)
        escape_append(&out, bytes_of_text(text), BYTES_TEXT);
    if (!stays)
        out.size = width_cut(buffer_bytes(&out), progress_width()).size;
    else if (text != NULL)
        buffer_append_byte(&out, '\n');
    put(buffer_bytes(&out), text != NULL && !stays);
    buffer_fini(&out);
}
