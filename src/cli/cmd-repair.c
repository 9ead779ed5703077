/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/xalloc.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/option-groups.h"
#include "cli/repair.h"
#include "input/operands.h"

/* Learns what the input is; false, with the trouble told, when it is not
 * something to be repaired. */
static bool
examine(struct repair *repair)
{
    struct error error = { .kind = ERROR_NONE };
    struct input *input = xcalloc(1, sizeof(*input));
    bool opened = input_open(input, repair->path, NULL, &error) == STATUS_OK;
    if (!opened) {
        message_error_of(repair->name, &error);
    } else {
        repair->kind = input->kind;
        repair->size = input->size;
        if (input->layer_count > 0)
            message_error("%s: is compressed (%s): unpack it first",
                          repair->name, input->layers[0]);
        else if (!input->is_seekable)
            message_error("%s: is a pipe, or is read from its middle: repair "
                          "reads a file several times", repair->name);
        else if (input->kind == INPUT_EMPTY)
            message_error("%s: empty: neither RDB nor AOF", repair->name);
        opened = input->layer_count == 0 && input->is_seekable &&
                 input->kind != INPUT_EMPTY;
        input_close(input);
    }
    free(input);
    return opened;
}

/* The name of a file without links in it, which need not exist yet. */
static char *
real_name(const char *path)
{
    char *real = realpath(path, NULL);
    if (real != NULL)
        return real;
    char *directory = path_directory(path);
    char *real_directory =
        realpath(directory[0] != '\0' ? directory : ".", NULL);
    char *name = path_join(real_directory != NULL ? real_directory : "/",
                           path_name(path));
    free(real_directory);
    free(directory);
    return name;
}

static bool
are_one_file(const char *a, const char *b)
{
    char *real_a = real_name(a);
    char *real_b = real_name(b);
    bool same = strcmp(real_a, real_b) == 0;
    free(real_a);
    free(real_b);
    return same;
}

/* Neither output may be the input, nor both the same. */
static bool
has_own_outputs(const struct repair *repair)
{
    const struct arguments *arguments = repair->arguments;
    const char *const names[] = { arguments->output, arguments->quarantine };
    struct operands operands = { .items = NULL };
    bool own = true;
    operands_add(&operands, repair->path, NULL);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i] == NULL ||
            operands_find_file(&operands, names[i]) == NULL)
            continue;
        message_error("%s: is the input %s too; an input is never changed",
                      names[i], repair->name);
        own = false;
    }
    if (names[0] != NULL && names[1] != NULL &&
        are_one_file(names[0], names[1])) {
        message_error("%s: is both -o and --quarantine", names[0]);
        own = false;
    }
    operands_fini(&operands);
    return own;
}

static bool
is_usable(const struct arguments *arguments)
{
    if (arguments->output == NULL && !arguments->dry_run)
        message_error("repair needs -o FILE for the sound copy, or --dry-run");
    else if (arguments->output != NULL &&
             strcmp(arguments->output, "-") == 0)
        message_error("-o -: standard output has the loss report; the copy "
                      "needs a file");
    else
        return true;
    return false;
}

static enum exit_code
repair_input(struct repair *repair)
{
    bool is_stdin = strcmp(repair->path, "-") == 0;
    repair->fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC,
                                  STDERR_FILENO + 1)
                          : open(repair->path, O_RDONLY | O_CLOEXEC);
    if (repair->fd < 0) {
        message_error("%s: cannot open: %s", repair->name, strerror(errno));
        return EXIT_DONE;
    }
    bool is_log =
        repair->kind == INPUT_AOF ||
        (repair->kind == INPUT_UNKNOWN && repair_guess_log(repair));
    enum exit_code code = repair_file(repair, !is_log);
    (void)close(repair->fd);
    return code;
}

/* A directory, or the manifest of a set by its name: its content may be what
 * is damaged. */
static bool
is_set(const char *path)
{
    static const char ending[] = ".manifest";
    struct stat status;
    size_t length = strlen(path);
    size_t tail = sizeof(ending) - 1;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return true;
    return length > tail && strcmp(path + length - tail, ending) == 0;
}

static enum exit_code
run_repair(const struct arguments *arguments)
{
    if (!is_usable(arguments))
        return EXIT_DONE;
    struct repair repair = { .arguments = arguments,
                             .path = arguments->inputs.items[0] };
    repair.name = strcmp(repair.path, "-") == 0 ? "(standard input)"
                                                : repair.path;
    if (!has_own_outputs(&repair))
        return EXIT_DONE;
    if (is_set(repair.path))
        return repair_parts(&repair);
    if (!examine(&repair))
        return EXIT_DONE;
    return repair.kind == INPUT_MANIFEST ? repair_parts(&repair)
                                         : repair_input(&repair);
}

static const struct option_group own_options = {
    "Repair",
    (const struct option[]){
        { "output", 'o', OPTION_TEXT, "FILE",
          "the sound copy: written whole or not at all",
          .offset = offsetof(struct arguments, output) },
        { "quarantine", 0, OPTION_TEXT, "FILE",
          "what was removed, one piece behind the other",
          .offset = offsetof(struct arguments, quarantine) },
        { "until", 0, OPTION_TEXT, "TIME|OFFSET|flush",
          "end an AOF there: before the first #TS: of a later time, at the "
          "last command before an offset (NAME:OFFSET in a set), before the "
          "first FLUSHALL or FLUSHDB",
          .offset = offsetof(struct arguments, until) },
        { "dry-run", 0, OPTION_FLAG, NULL, "only tell what would be lost",
          .offset = offsetof(struct arguments, dry_run) },
        { .name = NULL },
    },
};

const struct command cmd_repair = {
    .name = "repair",
    .summary = "a sound copy of what is left, and what was lost",
    .one_input = true,
    .formats = (const char *const[]){ "text", "json", NULL },
    .groups =
        (const struct option_group *const[]){
            &own_options, &option_groups_format, &option_groups_bytes,
            &option_groups_general, NULL },
    .run = run_repair,
};
