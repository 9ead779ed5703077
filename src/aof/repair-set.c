/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "aof/repair-set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "base/path.h"
#include "base/xalloc.h"
#include "input/input.h"

enum { NOTES_MAX = 1000, TEXT_MAX = 512 };

/* A file that has the name of a part, whether the manifest knows it or not. */
struct found {
    char *name;
    size_t stem; /* bytes of the name before ".7.incr.aof" */
    uint64_t seq;
    bool is_base;
    bool is_named; /* in the manifest, whatever as */
    int64_t written; /* seconds */
};

struct finding_set {
    struct findings findings; /* first */
    struct repair_set *set;
    const char *directory;
    struct manifest manifest;
    bool lost_lines; /* the manifest had some that say nothing any more */
    struct found *found; /* sorted: bases first, by number */
    size_t count;
};

static void __attribute__((format(printf, 2, 3)))
note(struct repair_set *set, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    if (set->note_count == NOTES_MAX)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    set->notes = xreallocarray(set->notes, set->note_count + 1,
                               sizeof(*set->notes));
    set->notes[set->note_count++] = xstrdup(text);
}

/* ---- the directory ---- */

/* "STEM.7.base.rdb", "STEM.7.incr.aof". */
static bool
parse_name(const char *name, struct found *found)
{
    size_t length = strlen(name);
    for (size_t stem = 1; stem < length; stem++) {
        size_t digits =
            name[stem] == '.' ? strspn(name + stem + 1, "0123456789") : 0;
        const char *kind = name + stem + 1 + digits;
        bool is_base = strncmp(kind, ".base.", 6) == 0;
        if (digits == 0 || (!is_base && strcmp(kind, ".incr.aof") != 0) ||
            !number_parse_uint64(bytes_of(name + stem + 1, digits),
                                 &found->seq))
            continue;
        found->stem = stem;
        found->is_base = is_base;
        return true;
    }
    return false;
}

static void
add_found(struct finding_set *self, const char *name)
{
    struct found found = { .name = NULL };
    struct stat status;
    if (strncmp(name, "temp-", 5) == 0 || !parse_name(name, &found))
        return;
    char *path = path_join(self->directory, name);
    bool regular = stat(path, &status) == 0 && S_ISREG(status.st_mode);
    free(path);
    if (!regular)
        return;
    found.name = xstrdup(name);
    found.written = (int64_t)status.st_mtim.tv_sec;
    self->found = xreallocarray(self->found, self->count + 1,
                                sizeof(*self->found));
    self->found[self->count++] = found;
}

/* Where a file stands in the order of loading. */
struct place {
    bool is_base;
    uint64_t seq;
    const char *name;
};

static int
compare_places(struct place left, struct place right)
{
    if (left.is_base != right.is_base)
        return left.is_base ? -1 : 1;
    if (left.seq != right.seq)
        return left.seq < right.seq ? -1 : 1;
    return strcmp(left.name, right.name);
}

static int
compare_found(const void *a, const void *b)
{
    const struct found *left = a;
    const struct found *right = b;
    return compare_places(
        (struct place){ left->is_base, left->seq, left->name },
        (struct place){ right->is_base, right->seq, right->name });
}

static void
list_directory(struct finding_set *self)
{
    DIR *stream = opendir(self->directory);
    if (stream == NULL)
        return;
    for (const struct dirent *entry = readdir(stream); entry != NULL;
         entry = readdir(stream))
        add_found(self, entry->d_name);
    (void)closedir(stream);
    if (self->count > 1)
        qsort(self->found, self->count, sizeof(*self->found), compare_found);
}

/* ---- the manifest ---- */

static void
take_finding(struct findings *findings, const struct finding *finding)
{
    struct finding_set *self = (struct finding_set *)findings;
    switch (finding->code) {
    case FINDING_MANIFEST_LINE:
    case FINDING_MANIFEST_LINE_LONG:
    case FINDING_MANIFEST_TYPE:
    case FINDING_MANIFEST_EMPTY:
        self->lost_lines = true;
        break;
    default:
        break;
    }
    note(self->set, "manifest, offset 0x%" PRIx64 ": %s", finding->offset,
         finding->text);
}

static enum status
read_manifest(struct finding_set *self, struct error *error)
{
    struct input input;
    struct stat file;
    char *path = path_join(self->directory, self->set->manifest);
    enum status status = input_open(&input, path, NULL, error);
    if (lstat(path, &file) == 0 && S_ISLNK(file.st_mode))
        note(self->set, "the manifest is a symbolic link: its files are "
                        "looked for beside the link, as servers do");
    free(path);
    if (status != STATUS_OK)
        return status;
    self->findings.add = take_finding;
    status = manifest_read(&self->manifest, &input.reader, &self->findings);
    if (status != STATUS_OK)
        *error = input.reader.error;
    input_close(&input);
    return status;
}

/* ---- parts ---- */

static struct repair_set_part *
add_part(struct repair_set *set, const char *name, uint64_t seq, bool is_base)
{
    set->parts = xreallocarray(set->parts, set->count + 1,
                               sizeof(*set->parts));
    struct repair_set_part *part = &set->parts[set->count++];
    *part = (struct repair_set_part){ .name = xstrdup(name),
                                      .seq = seq,
                                      .is_base = is_base,
                                      .start_offset = -1,
                                      .end_offset = -1 };
    return part;
}

static bool
has_part(const struct repair_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->parts[i].name, name) == 0)
            return true;
    return false;
}

static void
set_missing(struct repair_set_part *part, const char *why)
{
    part->is_missing = true;
    free(part->why);
    part->why = xstrdup(why);
}

static bool
ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name);
    size_t tail = strlen(ending);
    return length >= tail && strcmp(name + length - tail, ending) == 0;
}

static void
look_for_file(const struct finding_set *self, struct repair_set_part *part)
{
    struct stat status;
    char *path = path_join(self->directory, part->name);
    if (stat(path, &status) != 0)
        set_missing(part, strerror(errno));
    else if (!S_ISREG(status.st_mode))
        set_missing(part, "not a regular file");
    else if (status.st_size == 0 && ends_in(part->name, ".rdb"))
        set_missing(part, "without a byte, which no RDB is");
    free(path);
}

static uint64_t
seq_in_name(const char *name)
{
    struct found found = { .seq = 0 };
    return parse_name(name, &found) ? found.seq : 0;
}

static void
take_line(struct finding_set *self, const struct manifest_file *file)
{
    struct repair_set *set = self->set;
    const char *name = (const char *)file->name.data;
    for (size_t i = 0; i < self->count; i++)
        self->found[i].is_named |= strcmp(self->found[i].name, name) == 0;
    if (file->type == MANIFEST_HISTORY) {
        note(set, "%s: history, which servers do not load: left out", name);
        return;
    }
    if (has_part(set, name)) {
        note(set, "%s: named again: taken once", name);
        return;
    }
    struct repair_set_part *part = add_part(
        set, name, file->seq > 0 ? file->seq : seq_in_name(name),
        file->type == MANIFEST_BASE);
    part->start_offset = file->start_offset;
    part->end_offset = file->end_offset;
    if (!file->is_safe)
        set_missing(part, "its name is not a plain file name");
    else
        look_for_file(self, part);
}

static void
drop_part(struct repair_set *set, size_t number)
{
    free(set->parts[number].name);
    free(set->parts[number].why);
    memmove(set->parts + number, set->parts + number + 1,
            (set->count - number - 1) * sizeof(*set->parts));
    set->count--;
}

/* Of several bases the highest that is there. */
static void
keep_one_base(struct repair_set *set)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < set->count; i++) {
        const struct repair_set_part *part = &set->parts[i];
        if (!part->is_base)
            continue;
        if (best == SIZE_MAX ||
            (set->parts[best].is_missing && !part->is_missing) ||
            (set->parts[best].is_missing == part->is_missing &&
             part->seq > set->parts[best].seq))
            best = i;
    }
    for (size_t i = set->count; i-- > 0;) {
        if (!set->parts[i].is_base || i == best)
            continue;
        note(set, "%s: another base than %s, which is taken: left out",
             set->parts[i].name, set->parts[best].name);
        drop_part(set, i);
        best -= i < best;
    }
}

static int
compare_parts(const void *a, const void *b)
{
    const struct repair_set_part *left = a;
    const struct repair_set_part *right = b;
    return compare_places(
        (struct place){ left->is_base, left->seq, left->name },
        (struct place){ right->is_base, right->seq, right->name });
}

/* Numbers must rise; what has the number of another gets the next one. */
static void
put_in_order(struct repair_set *set)
{
    uint64_t least = 1;
    if (set->count > 1)
        qsort(set->parts, set->count, sizeof(*set->parts), compare_parts);
    for (size_t i = 0; i < set->count; i++) {
        struct repair_set_part *part = &set->parts[i];
        if (part->seq < least) {
            note(set, "%s: numbered %" PRIu64 " instead of %" PRIu64,
                 part->name, least, part->seq);
            part->seq = least;
        }
        if (!part->is_base)
            least = part->seq + 1;
    }
}

/* ---- files that the manifest does not know ---- */

static bool
has_base(const struct repair_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->parts[i].is_base && !set->parts[i].is_missing)
            return true;
    return false;
}

static void
take_found(struct finding_set *self, struct found *found, const char *why)
{
    add_part(self->set, found->name, found->seq, found->is_base);
    found->is_named = true;
    note(self->set, "%s: taken: %s", found->name, why);
}

/* The last base that no line names. */
static struct found *
find_base(const struct finding_set *self)
{
    struct found *base = NULL;
    for (size_t i = 0; i < self->count; i++)
        if (self->found[i].is_base && !self->found[i].is_named)
            base = &self->found[i];
    return base;
}

/* When a base was begun: as its RDB says, else when it was written. */
static int64_t
base_begun(const struct finding_set *self, const struct found *base)
{
    enum { HEAD = 512 };
    unsigned char head[HEAD];
    static const char mark[] = "\xfa\x05" "ctime\xc2";
    char *path = path_join(self->directory, base->name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    free(path);
    ssize_t size = fd < 0 ? 0 : pread(fd, head, sizeof(head), 0);
    if (fd >= 0)
        (void)close(fd);
    const unsigned char *at =
        size > 0 ? memmem(head, (size_t)size, mark, sizeof(mark) - 1) : NULL;
    if (at == NULL || at + sizeof(mark) - 1 + 4 > head + size)
        return base->written;
    at += sizeof(mark) - 1;
    return (int64_t)((uint32_t)at[0] | (uint32_t)at[1] << 8 |
                     (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);
}

static void
take_increments(struct finding_set *self, int64_t begun)
{
    uint64_t next = 0;
    bool any = false;
    for (size_t i = self->count; i-- > 0 && !self->found[i].is_base;) {
        struct found *found = &self->found[i];
        if (any && (found->seq + 1 != next || found->written <= begun))
            break;
        if (found->written < begun)
            break;
        take_found(self, found, "written to after the base was begun");
        next = found->seq;
        any = true;
    }
}

/* The manifest is gone, or says nothing. */
static void
guess_parts(struct finding_set *self)
{
    struct found *base = find_base(self);
    int64_t begun = INT64_MIN;
    if (base != NULL) {
        begun = base_begun(self, base);
        take_found(self, base, "the base with the highest number");
    }
    take_increments(self, begun);
}

/* Lines of the manifest say nothing any more: what they may have named. */
static void
recover_parts(struct finding_set *self)
{
    struct found *base = find_base(self);
    if (base != NULL && !has_base(self->set))
        take_found(self, base, "the manifest has no base that is there");
    for (size_t i = 0; i < self->count && self->lost_lines; i++)
        if (!self->found[i].is_base && !self->found[i].is_named)
            take_found(self, &self->found[i],
                       "a line of the manifest may have named it");
}

static void
tell_strays(const struct finding_set *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (!self->found[i].is_named)
            note(self->set, "%s: not taken: %s", self->found[i].name,
                 self->set->has_manifest ? "the manifest does not name it"
                                         : "older than the base");
}

/* ---- all of it ---- */

static void
name_manifest(struct repair_set *set, const struct finding_set *self)
{
    struct buffer name = { NULL, 0, 0 };
    if (set->manifest != NULL || self->count == 0)
        return;
    buffer_append(&name, self->found[0].name, self->found[0].stem);
    buffer_append(&name, ".manifest", sizeof(".manifest"));
    set->manifest = (char *)name.data;
    note(set, "there is no manifest: which files belong together is guessed "
              "by their numbers and times");
}

enum status
repair_set_find(struct repair_set *set, const char *directory,
                const char *manifest, struct error *error)
{
    struct finding_set self = { .set = set, .directory = directory };
    enum status status = STATUS_OK;
    *set = (struct repair_set){ .has_manifest = manifest != NULL };
    list_directory(&self);
    if (manifest != NULL) {
        set->manifest = xstrdup(manifest);
        status = read_manifest(&self, error);
    }
    name_manifest(set, &self);
    for (size_t i = 0; i < self.manifest.count; i++)
        take_line(&self, &self.manifest.files[i]);
    keep_one_base(set);
    if (set->count == 0)
        guess_parts(&self);
    else
        recover_parts(&self);
    keep_one_base(set);
    put_in_order(set);
    tell_strays(&self);
    for (size_t i = 0; i < self.count; i++)
        free(self.found[i].name);
    free(self.found);
    manifest_fini(&self.manifest);
    if (status == STATUS_OK && set->count == 0) {
        error_set(error, ERROR_USAGE, "no part of a multi-part AOF is there");
        return STATUS_FAIL;
    }
    return status;
}

void
repair_set_fini(struct repair_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        free(set->parts[i].name);
        free(set->parts[i].why);
    }
    for (size_t i = 0; i < set->note_count; i++)
        free(set->notes[i]);
    free(set->parts);
    free(set->notes);
    free(set->manifest);
}

void
repair_set_append_manifest(const struct repair_set *set, size_t count,
                           struct buffer *out)
{
    for (size_t i = 0; i < count && i < set->count; i++) {
        const struct repair_set_part *part = &set->parts[i];
        struct manifest_file line = {
            .name = bytes_of_text(part->name),
            .seq = part->seq,
            .type = part->is_base ? MANIFEST_BASE : MANIFEST_INCR,
            .start_offset = part->start_offset,
            .end_offset = part->end_offset,
        };
        if (!part->is_missing)
            manifest_append_line(out, &line);
    }
}
