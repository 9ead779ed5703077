/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/progress.h"

#include <unistd.h>

#include "base/buffer.h"
#include "base/machine.h"
#include "base/number.h"
#include "cli/message.h"

/* There is one standard error, so there is one of these. */
static struct {
    int64_t started_ms;
    bool shown;       /* a line every second */
    bool on_terminal; /* which then replaces the one before */
} progress;

static int64_t
clock_ms(void)
{
    return machine_nanoseconds(CLOCK_MONOTONIC) / 1000000;
}

void
progress_start(const struct arguments *arguments)
{
    progress.on_terminal = isatty(STDERR_FILENO) == 1;
    progress.shown = arguments->progress == WHEN_ALWAYS ||
                     (arguments->progress == WHEN_AUTO && !arguments->quiet &&
                      progress.on_terminal);
    progress.started_ms = clock_ms();
    if (progress.shown)
        signals_start_timer();
}

enum signals_news
progress_due(void)
{
    return signals_take();
}

static void
append_state(struct buffer *out, const struct progress_state *state,
             int64_t elapsed_ms)
{
    number_append_size(out, state->bytes);
    bool known = state->total >= state->bytes && state->total > 0;
    if (known) {
        buffer_append_text(out, " of ");
        number_append_size(out, state->total);
        double share = (double)state->bytes / (double)state->total;
        buffer_append_format(out, " (%d %%)", (int)(share * 100));
    }
    double rate = elapsed_ms > 0
                      ? (double)state->bytes * 1000 / (double)elapsed_ms
                      : 0;
    if (rate >= 1) {
        buffer_append_text(out, ", ");
        number_append_size(out, (uint64_t)rate);
        buffer_append_text(out, "/s");
        if (known && state->bytes < state->total) {
            double left = (double)(state->total - state->bytes) / rate;
            buffer_append_text(out, ", ");
            number_append_duration(out, (uint64_t)(left + 0.5));
            buffer_append_text(out, " left");
        }
    }
    if (state->again > 0) {
        buffer_append_text(out, ", ");
        number_append_size(out, state->again);
        buffer_append_text(out, " in another pass");
    }
    if (state->commands > 0) {
        buffer_append_text(out, ", ");
        number_append_counted(out, state->commands, "command");
    }
    if (state->counts && (state->keys > 0 || state->commands == 0)) {
        buffer_append_text(out, ", ");
        number_append_counted(out, state->keys, "key");
    }
}

void
progress_show(const struct progress_state *state, enum signals_news due)
{
    struct buffer line = { 0 };
    append_state(&line, state, clock_ms() - progress.started_ms);
    buffer_append_byte(&line, '\0');
    bool asked = due == SIGNALS_ASKED;
    message_progress((const char *)line.data,
                     asked || !progress.on_terminal);
    buffer_fini(&line);
}

void
progress_stop(void)
{
    signals_stop_timer();
    message_progress(NULL, false);
}
