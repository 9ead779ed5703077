/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The only place that prints to standard error.  Every line begins with
 * "keyweigh: ".  Whatever is not fit for a terminal is escaped, however it
 * came into the text.  For the main thread only.
 */
#ifndef KEYWEIGH_CLI_MESSAGE_H
#define KEYWEIGH_CLI_MESSAGE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"
#include "cli/command.h"

/* Trouble: sets the exit status to EXIT_TROUBLE. */
void message_error(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The same in the words of an error: "NAME: offset 0x1a2f: TEXT".  name may
 * be NULL. */
void message_error_of(const char *name, const struct error *error);

/* Several lines of ours as they are, as an error. */
void message_error_text(struct bytes text);

/* Worth knowing; the exit status stays as it is. */
void message_warning(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void message_note(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Silences warnings and notes. */
void message_be_quiet(bool quiet);

/* EXIT_TROUBLE once there was an error, else EXIT_DONE. */
enum exit_code message_status(void);

/* Shows text as the progress line, replacing the one before; NULL takes it
 * away.  When stays is true it is an ordinary line. */
void message_progress(const char *text, bool stays);

#endif
