/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Where a command's data go: the output of -o with the writer of --format,
 * removed by a signal as long as it is unfinished.
 */
#ifndef KEYWEIGH_CLI_SINK_H
#define KEYWEIGH_CLI_SINK_H

#include "cli/run.h"
#include "report/writer.h"

struct sink {
    struct output output;
    struct writer *writer; /* NULL when the format is none of the writers' */
    struct buffer incomplete; /* what writer->incomplete is */
};

/* Opens the output; false when that fails (message_error said so).  single as
 * for writer_new.  The sink must stay where it is until it is closed. */
bool sink_open(struct sink *sink, const struct arguments *arguments,
               bool single);

/* Says in the section being written that rows are missing, when some are: to
 * be called once all inputs were read, before the section ends. */
void sink_mark(struct sink *sink, const struct run *run);

/* With keep, completes the output, else gives it up. */
void sink_close(struct sink *sink, bool keep);

#endif
