/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A multi-part log: every part is repaired, and a whole new directory written
 * with a manifest that lists what is there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aof/repair-set.h"
#include "base/path.h"
#include "base/xalloc.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "cli/repair-output.h"
#include "cli/repair-tell.h"
#include "cli/repair-until.h"
#include "cli/run-trouble.h"
#include "cli/signals.h"
#include "input/operands.h"

struct repair_parts {
    const struct repair *repair;
    struct repair_until until;
    char *directory;
    struct operands operands; /* of the directory: what else is there */
    struct repair_set set;
    struct repair_part *parts; /* of those that are there, in order */
    size_t *numbers;           /* in the set */
    size_t count;
    size_t set_count; /* of the set: up to where --until ends it */
    bool stopped;
    bool has_times;
    uint64_t written;
};

/* ---- finding ---- */

/* Whether a file is one of the directory that is repaired, whether this set
 * knows it or not: those are not to be written over. */
static bool
is_in_directory(const struct repair_parts *self, const char *path)
{
    struct stat file;
    struct stat other;
    DIR *stream = stat(path, &file) == 0 ? opendir(self->directory) : NULL;
    const struct dirent *entry;
    bool found = false;
    while (stream != NULL && !found && (entry = readdir(stream)) != NULL)
        found = fstatat(dirfd(stream), entry->d_name, &other, 0) == 0 &&
                other.st_dev == file.st_dev && other.st_ino == file.st_ino;
    if (stream != NULL)
        (void)closedir(stream);
    return found;
}

static bool
has_own_quarantine(const struct repair_parts *self)
{
    const char *path = self->repair->arguments->quarantine;
    if (path == NULL || !is_in_directory(self, path))
        return true;
    message_error("%s: is a file of the input %s; an input is never changed",
                  path, self->repair->name);
    return false;
}

/* Splits the manifest's path, or finds the manifest of a directory: NULL when
 * it has none. */
static char *
find_manifest(struct repair_parts *self)
{
    const char *path = self->repair->path;
    const struct operands *operands = &self->operands;
    struct stat status;
    char *manifest = NULL;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        self->directory = xstrdup(path);
        operands_add(&self->operands, path, NULL);
        if (operands->count == 1 && operands->items[0].kind == INPUT_MANIFEST)
            path = operands->items[0].path;
        else
            path = NULL;
    }
    if (path != NULL) {
        manifest = xstrdup(path_name(path));
        if (self->directory == NULL)
            self->directory = path_name(path) == path ? xstrdup(".")
                                                      : path_directory(path);
    }
    return manifest;
}

static bool
open_part(const struct repair_parts *self, const char *name,
          struct repair_part *part)
{
    char *path = path_join(self->directory, name);
    struct stat status;
    *part = (struct repair_part){ .name = name,
                                  .fd = open(path, O_RDONLY | O_CLOEXEC) };
    bool opened = part->fd >= 0 && fstat(part->fd, &status) == 0;
    if (opened)
        part->size = (uint64_t)status.st_size;
    else
        message_error("%s: cannot open: %s", path, strerror(errno));
    free(path);
    return opened;
}

static bool
is_named_rdb(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".rdb") == 0;
}

/* A part in which nothing can be told from anything else, or that the disk
 * does not give, is left out as one that is not there: the others are not to be
 * lost with it.  False when it changes meanwhile. */
static bool
give_up_part(struct repair_parts *self, size_t number,
             const struct error *error)
{
    struct repair_set_part *lost = &self->set.parts[number];
    struct repair_part *part = &self->parts[self->count];
    bool is_of_disk = repair_part_is_of_disk(error);
    if (error->kind == ERROR_IO) {
        char *path = path_join(self->directory, lost->name);
        repair_part_tell_trouble(path, error);
        free(path);
    }
    if (error->kind != ERROR_IO || is_of_disk) {
        lost->is_missing = true;
        lost->why = xstrdup(is_of_disk ? "the disk does not give all of it"
                                       : error->text);
    }
    repair_part_fini(part);
    (void)close(part->fd);
    return lost->is_missing;
}

static bool
find_part(struct repair_parts *self, size_t number)
{
    struct error error = { .kind = ERROR_NONE };
    const char *name = self->set.parts[number].name;
    struct repair_part *part = &self->parts[self->count];
    if (!open_part(self, name, part))
        return false;
    part->wants_rdb = is_named_rdb(name);
    if (self->until.part.size == 0 ||
        bytes_equal(self->until.part, bytes_of_text(name)))
        part->until = self->until.until;
    if (repair_part_find(part, &error) != STATUS_OK)
        return give_up_part(self, number, &error);
    self->numbers[self->count++] = number;
    self->has_times |= part->facts.times > 0;
    self->stopped |= part->facts.stopped ||
                     (part->until.kind == AOF_REPAIR_OFFSET &&
                      self->until.part.size > 0);
    return true;
}

static bool
find_parts(struct repair_parts *self)
{
    size_t count = self->set.count;
    self->parts = xcalloc(count + 1, sizeof(*self->parts));
    self->numbers = xcalloc(count + 1, sizeof(*self->numbers));
    for (size_t i = 0; i < count && !self->stopped; i++) {
        self->set_count = i + 1;
        if (!self->set.parts[i].is_missing && !find_part(self, i))
            return false;
    }
    return true;
}

/* A set of no file is none. */
static bool
has_parts(const struct repair_parts *self)
{
    if (self->count > 0)
        return true;
    message_error("%s: no part of the set can be kept",
                  self->repair->name);
    for (size_t i = 0; i < self->set.note_count; i++)
        message_note("%s", self->set.notes[i]);
    for (size_t i = 0; i < self->set_count; i++)
        message_note("%s: %s", self->set.parts[i].name,
                     self->set.parts[i].why);
    return false;
}

static bool
knows_until(const struct repair_parts *self)
{
    struct repair_sums sums = { .has_rdb = false };
    for (size_t i = 0; i < self->count; i++)
        repair_tell_add(&self->parts[i], &sums);
    if (self->until.until.kind != AOF_REPAIR_OFFSET || self->stopped)
        return repair_until_is_known(&self->until, self->has_times,
                                     sums.has_rdb || sums.commands_kept > 0);
    message_error("--until %s: no part of the set has that name",
                  self->repair->arguments->until);
    return false;
}

/* ---- writing ---- */

static bool
write_part(struct repair_parts *self, struct repair_part *part,
           struct folder *folder)
{
    struct error error = { .kind = ERROR_NONE };
    struct output output;
    const char *path = folder_add(folder, part->name);
    if (!repair_output_open(&output, path, part->fd))
        return false;
    bool written = repair_part_write(part, &output, &error) == STATUS_OK;
    if (!written)
        message_error_of(part->name, &error);
    self->written += part->written;
    return repair_output_close(&output, written) &&
           repair_part_has_sound_copy(part, path, part->name);
}

static bool
write_manifest(struct repair_parts *self, struct folder *folder)
{
    struct output output;
    const char *path = folder_add(folder, self->set.manifest);
    if (!repair_output_open(&output, path, -1))
        return false;
    repair_set_append_manifest(&self->set, self->set_count, &output.buffer);
    self->written += output.buffer.size;
    return repair_output_close(&output, true);
}

/* What is no longer as it was does not end where it did. */
static void
forget_ends(struct repair_parts *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (!repair_part_is_intact(&self->parts[i]))
            self->set.parts[self->numbers[i]].end_offset = -1;
}

static bool
write_folder(struct repair_parts *self)
{
    struct folder folder;
    if (folder_open(&folder, self->repair->arguments->output) != STATUS_OK) {
        message_error_of(NULL, &folder.error);
        return false;
    }
    signals_set_folder(&folder);
    bool keep = true;
    for (size_t i = 0; keep && i < self->count; i++)
        keep = write_part(self, &self->parts[i], &folder);
    forget_ends(self);
    keep = keep && write_manifest(self, &folder);
    enum status status = folder_close(&folder, keep);
    signals_set_folder(NULL);
    if (status != STATUS_OK)
        message_error_of(NULL, &folder.error);
    return keep && status == STATUS_OK;
}

static bool
write_all(struct repair_parts *self)
{
    const struct arguments *arguments = self->repair->arguments;
    if (arguments->dry_run)
        return true;
    if (arguments->quarantine != NULL &&
        !repair_parts_quarantine(self->parts, self->count,
                                 arguments->quarantine))
        return false;
    return write_folder(self);
}

/* ---- telling ---- */

static size_t
count_missing(const struct repair_parts *self)
{
    size_t count = 0;
    for (size_t i = 0; i < self->set_count; i++)
        count += self->set.parts[i].is_missing;
    return count;
}

static bool
is_lost(const struct repair_parts *self)
{
    if (count_missing(self) > 0)
        return true;
    for (size_t i = 0; i < self->count; i++)
        if (repair_part_is_lost(&self->parts[i]))
            return true;
    return false;
}

static void __attribute__((format(printf, 2, 3)))
note(struct repair_report *report, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    struct buffer escaped = { NULL, 0, 0 };
    escape_append(&escaped, bytes_of_text(text), BYTES_TEXT);
    buffer_append_byte(&escaped, '\0');
    repair_report_note(report, (const char *)escaped.data);
    buffer_fini(&escaped);
}

static void
tell_notes(const struct repair_parts *self, struct repair_report *report)
{
    const struct repair_set *set = &self->set;
    repair_report_notes(report);
    for (size_t i = 0; i < set->note_count; i++)
        note(report, "%s", set->notes[i]);
    for (size_t i = 0; i < self->set_count; i++)
        if (set->parts[i].is_missing)
            note(report, "%s: %s %llu is lost as a whole: %s",
                 set->parts[i].name,
                 set->parts[i].is_base ? "base" : "increment",
                 (unsigned long long)set->parts[i].seq, set->parts[i].why);
    for (size_t i = 0; i < self->count; i++)
        repair_tell_notes(&self->parts[i], true, report);
    if (self->until.until.kind != AOF_REPAIR_ALL && !self->stopped)
        repair_report_note(report, repair_until_unmet(&self->until.until));
    for (size_t i = self->set_count; i < set->count; i++)
        note(report, "%s: behind where the log was to end: left out",
             set->parts[i].name);
}

static void
tell(const struct repair_parts *self)
{
    struct output output;
    struct repair_report report;
    struct repair_sums sums = { .files_lost = count_missing(self) };
    char heading[64];
    (void)snprintf(heading, sizeof(heading), "multi-part AOF of %zu file%s",
                   self->set.count, self->set.count == 1 ? "" : "s");
    (void)repair_output_open(&output, NULL, -1);
    repair_report_begin(&report, &output, self->repair, "aof", heading);
    for (size_t i = 0; i < self->count; i++) {
        repair_tell_losses(&self->parts[i], true, &report);
        repair_tell_add(&self->parts[i], &sums);
    }
    tell_notes(self, &report);
    repair_tell_sums(&sums, &report);
    const struct repair_end end = { is_lost(self), sums.unverified,
                                    self->written };
    repair_report_end(&report, self->repair, &end);
    (void)repair_output_close(&output, true);
}

/* ---- the command's part ---- */

/* Where nothing of a set is: it may be in a subdirectory, or a single file. */
static void
warn_of_others(const struct repair_parts *self)
{
    for (size_t i = 0; i < self->operands.count; i++)
        message_warning("%s: this file holds an RDB or AOF; name it to repair "
                        "it", self->operands.items[i].path);
    run_trouble_tell_operands(&self->operands);
}

static enum exit_code
repair_it(struct repair_parts *self)
{
    struct error error = { .kind = ERROR_NONE };
    const struct repair *repair = self->repair;
    if (!repair_until_parse(repair->arguments->until, &self->until))
        return EXIT_DONE;
    if (self->until.until.kind == AOF_REPAIR_OFFSET &&
        self->until.part.size == 0) {
        message_error("--until %s: an offset in which file? NAME:OFFSET",
                      repair->arguments->until);
        return EXIT_DONE;
    }
    char *manifest = find_manifest(self);
    enum status status =
        repair_set_find(&self->set, self->directory, manifest, &error);
    free(manifest);
    if (status != STATUS_OK) {
        message_error_of(repair->name, &error);
        warn_of_others(self);
        return EXIT_DONE;
    }
    if (!has_own_quarantine(self))
        return EXIT_DONE;
    progress_start(repair->arguments);
    bool found = find_parts(self);
    progress_stop();
    if (!found || !has_parts(self) || !knows_until(self) || !write_all(self))
        return EXIT_DONE;
    tell(self);
    return is_lost(self) ? EXIT_NO : EXIT_DONE;
}

enum exit_code
repair_parts(const struct repair *repair)
{
    struct repair_parts self = { .repair = repair };
    enum exit_code code = repair_it(&self);
    for (size_t i = 0; i < self.count; i++) {
        repair_part_fini(&self.parts[i]);
        (void)close(self.parts[i].fd);
    }
    free(self.parts);
    free(self.numbers);
    free(self.directory);
    operands_fini(&self.operands);
    repair_set_fini(&self.set);
    return code;
}
