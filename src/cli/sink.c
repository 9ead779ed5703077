/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/sink.h"

#include <unistd.h>

#include "cli/message.h"
#include "cli/run-trouble.h"
#include "cli/signals.h"

bool
sink_open(struct sink *sink, const struct arguments *arguments, bool single)
{
    *sink = (struct sink){ .writer = NULL };
    if (output_open(&sink->output, arguments->output) != STATUS_OK) {
        message_error_of(NULL, &sink->output.error);
        return false;
    }
    signals_set_output(&sink->output);
    if (arguments->format == NULL)
        return true;
    sink->writer = writer_new(arguments->format, &sink->output,
                              (enum escape_bytes)arguments->bytes, single);
    if (sink->writer != NULL)
        sink->writer->for_terminal =
            sink->output.path == NULL && isatty(sink->output.fd) == 1;
    return true;
}

void
sink_mark(struct sink *sink, const struct run *run)
{
    if (run_trouble_is_complete(run, &sink->incomplete))
        return;
    buffer_append_byte(&sink->incomplete, '\0');
    sink->writer->incomplete = (const char *)sink->incomplete.data;
}

void
sink_close(struct sink *sink, bool keep)
{
    enum status status = output_close(&sink->output, keep);
    signals_set_output(NULL);
    if (status != STATUS_OK)
        message_error_of(NULL, &sink->output.error);
    if (sink->writer != NULL)
        writer_free(sink->writer);
    buffer_fini(&sink->incomplete);
}
