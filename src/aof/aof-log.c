/* SPDX-License-Identifier: BSD-3-Clause */
#include "aof/aof-log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/xalloc.h"
#include "rdb/rdb.h"

static bool
is_regular(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool
is_link(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

static enum status
read_manifest(struct aof_log *log, const char *path)
{
    struct reader *reader = &log->given->reader;
    if (path == NULL || strcmp(path, "-") == 0 || !is_regular(path)) {
        error_set(&log->error, ERROR_UNSUPPORTED,
                  "a manifest from a pipe: its files are not beside it");
        return STATUS_FAIL;
    }
    if (manifest_read(&log->manifest, reader, log->findings) != STATUS_OK) {
        log->error = reader->error;
        return STATUS_FAIL;
    }
    log->directory = path_directory(path);
    log->is_link = is_link(path);
    log->order = xreallocarray(NULL, log->manifest.count + 1,
                               sizeof(*log->order));
    log->order_count = manifest_loaded(&log->manifest, log->order);
    return STATUS_OK;
}

enum status
aof_log_open(struct aof_log *log, struct input *input, const char *path,
             const char *name, const struct input_options *options,
             struct findings *findings, uint64_t hold)
{
    *log = (struct aof_log){ .given = input,
                             .given_path = path,
                             .options = options,
                             .findings = findings,
                             .is_set = input->kind == INPUT_MANIFEST,
                             .name = xstrdup(name) };
    aof_records_init(&log->records, &input->reader, findings, hold);
    if (log->is_set)
        return read_manifest(log, path);
    log->order_count = 1;
    return STATUS_OK;
}

static void
close_part(struct aof_log *log)
{
    if (log->own != NULL) {
        log->consumed += input_consumed(log->own);
        input_close(log->own);
        free(log->own);
        log->own = NULL;
    }
    free(log->path);
    log->path = NULL;
    log->part = (struct aof_part){ .name = NULL };
    log->reader = NULL;
}

void
aof_log_close(struct aof_log *log)
{
    close_part(log);
    aof_records_fini(&log->records);
    manifest_fini(&log->manifest);
    free(log->directory);
    free(log->name);
    free(log->order);
}

enum status
aof_log_open_again(struct aof_log *again, struct input *input,
                   const struct aof_log *log, uint64_t hold)
{
    struct error error = { .kind = ERROR_NONE };
    const char *path = log->given_path;
    if (path == NULL || strcmp(path, "-") == 0 || !is_regular(path) ||
        input_open(input, path, log->options, &error) != STATUS_OK)
        return STATUS_FAIL;
    input->kind = log->given->kind;
    enum status status = aof_log_open(again, input, path, log->name,
                                      log->options, NULL, hold);
    if (status != STATUS_OK) {
        aof_log_close(again);
        input_close(input);
    }
    return status;
}

/* Whoever names a link may take its files to be where it leads to. */
static void
tell_of_link(struct aof_log *log)
{
    size_t size = strlen(log->error.text);
    if (log->is_link && access(log->path, F_OK) != 0)
        (void)snprintf(log->error.text + size, sizeof(log->error.text) - size,
                       " (the manifest is a symbolic link: its files are "
                       "looked for beside the link, as servers do)");
}

static enum status
part_missing(struct aof_log *log, uint64_t offset)
{
    char text[ERROR_TEXT_MAX];
    tell_of_link(log);
    (void)snprintf(text, sizeof(text), "%.256s: %.512s", log->part.name,
                   log->error.text);
    struct finding finding = { .code = FINDING_PART_MISSING,
                               .offset = offset,
                               .text = text };
    if (log->findings != NULL)
        log->findings->add(log->findings, &finding);
    return STATUS_BAD;
}

/* What is known of a part once it is open. */
static enum status
begin_part(struct aof_log *log, struct input *input)
{
    log->reader = &input->reader;
    log->part.has_preamble = aof_records_begin_with_rdb(log->reader);
    log->part.is_seekable = input->is_seekable;
    log->part.layer = input->layer_count > 0 ? input->layers[0] : NULL;
    log->part.size = input->size;
    log->at_records = false;
    return STATUS_OK;
}

char *
aof_log_path_of(const struct aof_log *log, const struct manifest_file *file)
{
    return path_join(log->directory, (const char *)file->name.data);
}

/* A part of a set, beside its manifest. */
static enum status
open_part(struct aof_log *log, const struct manifest_file *file)
{
    log->part.in_set = true;
    log->part.file = file;
    log->part.name = (const char *)file->name.data;
    if (!file->is_safe) { /* as reading the manifest has told */
        error_set(&log->error, ERROR_DAMAGED,
                  "not opened: its name is not a plain file name");
        return STATUS_BAD;
    }
    log->path = aof_log_path_of(log, file);
    log->part.path = log->path;
    /* To open a pipe would be to wait for whoever writes to it. */
    if (access(log->path, F_OK) == 0 && !is_regular(log->path)) {
        error_set(&log->error, ERROR_IO, "not a regular file");
        return part_missing(log, file->offset);
    }
    log->own = xcalloc(1, sizeof(*log->own));
    if (input_open(log->own, log->part.path, log->options, &log->error) !=
        STATUS_OK) {
        free(log->own);
        log->own = NULL;
        return part_missing(log, file->offset);
    }
    return begin_part(log, log->own);
}

enum status
aof_log_part(struct aof_log *log)
{
    close_part(log);
    error_clear(&log->error);
    if (log->next == log->order_count)
        return STATUS_END;
    size_t number = log->next++;
    log->part.is_last = log->next == log->order_count;
    if (log->is_set)
        return open_part(log, &log->manifest.files[log->order[number]]);
    log->part.name = log->name;
    return begin_part(log, log->given);
}

struct bytes
aof_log_part_name(const struct aof_log *log, uint64_t number)
{
    return log->manifest.files[log->order[number]].name;
}

enum status
aof_log_skip_preamble(struct aof_log *log)
{
    struct rdb *rdb = rdb_new(log->reader, NULL, false);
    struct source *source = rdb_source(rdb);
    struct key key;
    enum status status;
    do {
        status = source->ops->next(source, &key);
    } while (status == STATUS_OK);
    if (status == STATUS_FAIL)
        log->error = *source->ops->error(source);
    rdb_free(rdb);
    return status == STATUS_END ? STATUS_OK : STATUS_FAIL;
}

bool
aof_log_is_rewritten(const struct aof_log *log)
{
    return log->part.in_set && log->part.file->type == MANIFEST_BASE;
}

enum status
aof_log_next(struct aof_log *log)
{
    if (!log->at_records) {
        log->at_records = true;
        log->part.records_at = reader_offset(log->reader);
        aof_records_reset(&log->records, log->reader);
    }
    enum status status = aof_records_next(&log->records);
    if (status == STATUS_FAIL)
        log->error = log->reader->error;
    return status;
}

void
aof_log_keep_error(const struct aof_log *log, const struct error *error,
                   struct error *into)
{
    if (into->kind != ERROR_NONE)
        return;
    *into = *error;
    if (!log->is_set)
        return;
    if (error->has_offset)
        error_context(into, "offset 0x%" PRIx64, error->offset);
    error_context(into, "%s", log->part.name);
    into->has_offset = false;
}

/* NULL when there is but one, or none. */
static const struct manifest_file *
second_base(const struct manifest *manifest)
{
    bool has_base = false;
    for (size_t i = 0; i < manifest->count; i++) {
        const struct manifest_file *file = &manifest->files[i];
        if (file->type == MANIFEST_BASE && has_base)
            return file;
        has_base |= file->type == MANIFEST_BASE;
    }
    return NULL;
}

void
aof_log_find_unread(const struct aof_log *log, struct error *error)
{
    uint64_t lost = log->manifest.lost_lines;
    const struct manifest_file *base = second_base(&log->manifest);
    if (log->manifest.is_void)
        error_set(error, ERROR_DAMAGED,
                  "the manifest is empty: no server starts with it");
    if (lost > 0)
        error_set(error, ERROR_DAMAGED,
                  "the manifest has %" PRIu64 " %s no server understands; "
                  "the files that %s mean were not read",
                  lost, lost == 1 ? "line that" : "lines that",
                  lost == 1 ? "it may" : "they may");
    if (base != NULL)
        error_set(error, ERROR_DAMAGED,
                  "the manifest names a second base, %s, which was not read: "
                  "no server loads such a set",
                  (const char *)base->name.data);
}

bool
aof_log_has_grown(const struct aof_log *log)
{
    const struct aof_part *part = &log->part;
    const char *path = part->in_set ? part->path : log->given_path;
    struct stat now;
    if (!part->is_last || part->size == 0 || path == NULL)
        return false;
    int found = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &now)
                                       : stat(path, &now);
    return found == 0 && S_ISREG(now.st_mode) &&
           (uint64_t)now.st_size > part->size;
}

uint64_t
aof_log_consumed(const struct aof_log *log)
{
    const struct input *input = log->is_set ? log->own : log->given;
    return log->consumed + (input != NULL ? input_consumed(input) : 0);
}
