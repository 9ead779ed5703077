/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "cli/check.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/option-groups.h"
#include "cli/sink.h"

struct checks {
    struct sink sink;
    const struct arguments *arguments;
    uint32_t judges; /* of --server; 0 when none was given */
    bool begun;
    bool damaged;    /* any of the inputs */
};

static enum escape_bytes
notation(const struct checks *checks)
{
    return (enum escape_bytes)checks->arguments->bytes;
}

static bool
is_format(const struct checks *checks, const char *format)
{
    return strcmp(checks->arguments->format, format) == 0;
}

static void
begin(void *context)
{
    struct checks *checks = context;
    if (is_format(checks, "json"))
        check_json_begin(&checks->sink.output);
}

static void
print(struct checks *checks, const struct check *check)
{
    struct output *output = &checks->sink.output;
    if (is_format(checks, "json"))
        check_json(check, output, notation(checks), !checks->begun);
    else if (is_format(checks, "redis-check"))
        check_redis(check, output, notation(checks));
    else
        check_print_text(check, output, notation(checks));
    checks->begun = true;
}

static enum status
read_one(void *context, struct run *run, struct run_input *result,
         struct input *input)
{
    struct checks *checks = context;
    struct check *check = xcalloc(1, sizeof(*check));
    if (check_read(check, run, result, input, checks->judges)) {
        print(checks, check);
        checks->damaged |= !check_is_sound(check);
    }
    const struct check_rdb *rdb = check_rdb(check);
    if (rdb != NULL)
        memcpy(result->scan.facts.repl_id, rdb->facts.repl_id,
               sizeof(rdb->facts.repl_id));
    check_fini(check);
    free(check);
    return STATUS_OK;
}

/* A server of --server as row of the acceptance table, or ACCEPTANCE_SERVERS;
 * run_init has checked its name, of which only product and release matter
 * here. */
static size_t
judge_of(const char *name)
{
    char text[64];
    int major = 0;
    int minor = 0;
    int patch;
    snprintf(text, sizeof(text), "%.*s", (int)strcspn(name, "/"), name);
    char *dash = strchr(text, '-');
    if (dash == NULL)
        return ACCEPTANCE_SERVERS;
    *dash = '\0';
    (void)acceptance_read_release(dash + 1, &major, &minor, &patch);
    size_t row = acceptance_find(text, major, minor);
    if (row != ACCEPTANCE_SERVERS &&
        (acceptance_servers[row].major != major ||
         acceptance_servers[row].minor != minor))
        message_warning("%s is not in the table of servers: taken as %s", name,
                        acceptance_servers[row].name);
    return row;
}

static uint32_t
judges_of(const struct option_list *servers)
{
    uint32_t judges = 0;
    for (size_t i = 0; i < servers->count; i++) {
        size_t row = judge_of(servers->items[i]);
        if (row != ACCEPTANCE_SERVERS)
            judges |= UINT32_C(1) << row;
    }
    return judges;
}

static enum exit_code
run_check(const struct arguments *arguments)
{
    struct checks checks = { .arguments = arguments };
    struct run_plan plan = { .files_apart = true,
                             .begin = begin,
                             .read = read_one,
                             .context = &checks };
    struct run run = { .arguments = NULL };
    if (run_init(&run, arguments, &plan)) {
        checks.judges = judges_of(&arguments->servers);
        if (sink_open(&checks.sink, arguments, true)) {
            run_inputs(&run);
            if (checks.begun && is_format(&checks, "json"))
                check_json_end(&checks.sink.output);
            sink_close(&checks.sink, checks.begun);
        }
    }
    run_fini(&run);
    return checks.damaged ? EXIT_NO : EXIT_DONE;
}

static const struct option_group own_options = {
    "Verdict",
    (const struct option[]){
        { "server", 0, OPTION_LIST, "SERVER",
          "whether this server loads all of it, such as redis-7.2 (default: "
          "the one that wrote the file)",
          .offset = offsetof(struct arguments, servers) },
        { .name = NULL },
    },
};

const struct command cmd_check = {
    .name = "check",
    .summary = "is this sound, and who will load it",
    .formats = (const char *const[]){ "text", "json", "redis-check", NULL },
    .groups =
        (const struct option_group *const[]){
            &own_options, &option_groups_format, &option_groups_output,
            &option_groups_bytes, &option_groups_now, &option_groups_input,
            &option_groups_general, NULL },
    .run = run_check,
};
