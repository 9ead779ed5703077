/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A manifest is a file NAME.manifest with the content of one.  A damaged one
 * must not make its set look like a heap of single files, so it counts as well
 * when the parts of a set lie beside it (NAME.1.base.rdb, NAME.2.incr.aof).
 */
#include "config.h"

#include "input/operands.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/xalloc.h"

static const char manifest_ending[] = ".manifest";

enum { MANIFEST_ENDING_LENGTH = sizeof(manifest_ending) - 1 };

/* The names in a directory that may matter, sorted. */
struct listing {
    const char *directory;
    char **files; /* regular, not temp-* */
    size_t file_count;
    char **subdirectories;
    size_t subdirectory_count;
};

static void
append_name(char ***names, size_t *count, const char *name)
{
    *names = xreallocarray(*names, *count + 1, sizeof(**names));
    (*names)[(*count)++] = xstrdup(name);
}

static void
free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_names(char **names, size_t count)
{
    if (count > 1)
        qsort(names, count, sizeof(*names), compare_names);
}

/* Length of the name without its ending; 0 when it has another. */
static size_t
manifest_stem(const char *name)
{
    size_t length = strlen(name);
    if (length <= MANIFEST_ENDING_LENGTH ||
        strcmp(name + length - MANIFEST_ENDING_LENGTH, manifest_ending) != 0)
        return 0;
    return length - MANIFEST_ENDING_LENGTH;
}

static void
list_entry(struct listing *listing, const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return;
    struct stat status;
    char *path = path_join(listing->directory, name);
    bool is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    if (stat(path, &status) != 0)
        status.st_mode = 0;
    free(path);
    if (S_ISDIR(status.st_mode))
        append_name(&listing->subdirectories, &listing->subdirectory_count,
                    name);
    else if (S_ISREG(status.st_mode) && strncmp(name, "temp-", 5) != 0 &&
             (!is_link || manifest_stem(name) > 0))
        append_name(&listing->files, &listing->file_count, name);
}

/* False with errno set. */
static bool
list_directory(struct listing *listing, const char *directory)
{
    *listing = (struct listing){ .directory = directory };
    DIR *stream = opendir(directory);
    if (stream == NULL)
        return false;
    errno = 0;
    for (const struct dirent *entry = readdir(stream); entry != NULL;
         entry = readdir(stream)) {
        list_entry(listing, entry->d_name);
        errno = 0;
    }
    int trouble = errno;
    (void)closedir(stream);
    errno = trouble;
    sort_names(listing->files, listing->file_count);
    sort_names(listing->subdirectories, listing->subdirectory_count);
    return trouble == 0;
}

static void
free_listing(struct listing *listing)
{
    free_names(listing->files, listing->file_count);
    free_names(listing->subdirectories, listing->subdirectory_count);
}

static void
append_operand(struct operands *operands, const char *path, const char *name,
               enum input_kind kind)
{
    struct operand operand = { .kind = kind };
    struct stat status;
    operand.exists = strcmp(path, "-") == 0
                         ? fstat(STDIN_FILENO, &status) == 0
                         : stat(path, &status) == 0;
    if (operand.exists) {
        operand.is_regular = S_ISREG(status.st_mode);
        operand.device = (uint64_t)status.st_dev;
        operand.inode = (uint64_t)status.st_ino;
    }
    operand.path = xstrdup(path);
    operand.name = xstrdup(name);
    operands->items = xreallocarray(operands->items, operands->count + 1,
                                    sizeof(*operands->items));
    operands->items[operands->count++] = operand;
}

static void
drop_last_operand(struct operands *operands)
{
    struct operand *last = &operands->items[--operands->count];
    free(last->path);
    free(last->name);
}

/* What can be read only once was named before: two readers would get a part
 * of it each. */
static bool
is_used_up(const struct operands *operands)
{
    const struct operand *last = &operands->items[operands->count - 1];
    bool is_stdin = strcmp(last->path, "-") == 0;
    if (!last->exists || (last->is_regular && !is_stdin))
        return false;
    for (const struct operand *at = operands->items; at < last; at++)
        if (at->exists && at->device == last->device &&
            at->inode == last->inode &&
            (!last->is_regular || strcmp(at->path, "-") == 0))
            return true;
    return false;
}

static struct operand_note *
append_note(struct operands *operands, bool is_error, const char *path,
            const char *text)
{
    operands->notes = xreallocarray(operands->notes, operands->note_count + 1,
                                    sizeof(*operands->notes));
    struct operand_note *note = &operands->notes[operands->note_count++];
    *note = (struct operand_note){ .is_error = is_error,
                                   .path = xstrdup(path),
                                   .text = xstrdup(text) };
    return note;
}

/* INPUT_UNKNOWN with the error set when it cannot be read. */
static enum input_kind
kind_of(const char *path, const struct input_options *options,
        struct error *error)
{
    struct input input;
    if (input_open(&input, path, options, error) != STATUS_OK)
        return INPUT_UNKNOWN;
    input_close(&input);
    return input.kind;
}

/* ".7.base.rdb" or ".7.incr.aof". */
static bool
is_part_ending(const char *text)
{
    size_t digits = *text == '.' ? strspn(text + 1, "0123456789") : 0;
    return digits > 0 && (strncmp(text + 1 + digits, ".base.", 6) == 0 ||
                          strncmp(text + 1 + digits, ".incr.", 6) == 0);
}

static bool
is_part_name(const char *name, const char *stem, size_t stem_length)
{
    return strncmp(name, stem, stem_length) == 0 &&
           is_part_ending(name + stem_length);
}

/* Length of the name of the set that a part is of by its name; 0 when it is of
 * none. */
static size_t
part_stem(const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        if (is_part_ending(at))
            return (size_t)(at - name);
    return 0;
}

bool
operands_is_part_name(const char *path)
{
    return part_stem(path_name(path)) > 0;
}

static bool
is_manifest(const struct listing *listing, const char *name,
            const struct input_options *options)
{
    size_t stem = manifest_stem(name);
    if (stem == 0)
        return false;
    struct error error = { .kind = ERROR_NONE };
    char *path = path_join(listing->directory, name);
    enum input_kind kind = kind_of(path, options, &error);
    free(path);
    if (kind == INPUT_MANIFEST)
        return true;
    for (size_t i = 0; i < listing->file_count; i++)
        if (is_part_name(listing->files[i], name, stem))
            return true;
    return false;
}

/* Appends the manifests of a directory, or only says whether there is one when
 * operands is NULL. */
static bool
find_manifests(struct operands *operands, const struct listing *listing,
               const struct input_options *options)
{
    bool found = false;
    for (size_t i = 0; i < listing->file_count; i++) {
        if (!is_manifest(listing, listing->files[i], options))
            continue;
        found = true;
        if (operands == NULL)
            break;
        char *path = path_join(listing->directory, listing->files[i]);
        append_operand(operands, path, path, INPUT_MANIFEST);
        free(path);
    }
    return found;
}

/* True when there is one. */
static bool
warn_of_sets_below(struct operands *operands, const struct listing *above,
                   const struct input_options *options)
{
    bool any = false;
    for (size_t i = 0; i < above->subdirectory_count; i++) {
        struct listing listing;
        char *path = path_join(above->directory, above->subdirectories[i]);
        if (list_directory(&listing, path) &&
            find_manifests(NULL, &listing, options)) {
            append_note(operands, false, path,
                        "this subdirectory holds a multi-part AOF, which is "
                        "not read")
                ->is_unread_set = true;
            any = true;
        }
        free_listing(&listing);
        free(path);
    }
    return any;
}

static bool
is_named_like_data(const char *name)
{
    return strstr(name, ".rdb") != NULL || strstr(name, ".aof") != NULL;
}

/* A file that only its name makes look like data is worth a word: it may be a
 * dump that is damaged at its very beginning. */
static void
add_file(struct operands *operands, const char *path, const char *name,
         const struct input_options *options)
{
    struct error error = { .kind = ERROR_NONE };
    enum input_kind kind = kind_of(path, options, &error);
    if (kind == INPUT_RDB || kind == INPUT_AOF)
        append_operand(operands, path, path, kind);
    else if (error.kind != ERROR_NONE)
        append_note(operands, true, path, error.text);
    else if (is_named_like_data(name))
        append_note(operands, false, path,
                    kind == INPUT_EMPTY ? "skipped: it is empty"
                                        : "skipped: neither RDB nor AOF");
}

/* Servers do not look for the files of a set but by its manifest. */
static void
warn_of_lost_manifest(struct operands *operands, const struct listing *listing)
{
    size_t parts = 0;
    for (size_t i = 0; i < listing->file_count; i++)
        parts += part_stem(listing->files[i]) > 0;
    if (parts > 0)
        append_note(operands, false, listing->directory,
                    "files of a multi-part AOF without its manifest: a server "
                    "starts empty here and overwrites them");
}

static void
add_files(struct operands *operands, const struct listing *listing,
          const struct input_options *options)
{
    size_t count_before = operands->count;
    for (size_t i = 0; i < listing->file_count; i++) {
        char *path = path_join(listing->directory, listing->files[i]);
        add_file(operands, path, listing->files[i], options);
        free(path);
    }
    warn_of_lost_manifest(operands, listing);
    bool any_below = warn_of_sets_below(operands, listing, options);
    if (operands->count == count_before)
        append_note(operands, true, listing->directory,
                    any_below ? "no RDB or AOF file in this directory itself"
                              : "no RDB or AOF file in this directory");
}

static void
add_directory(struct operands *operands, const char *directory,
              const struct input_options *options)
{
    struct listing listing;
    if (!list_directory(&listing, directory)) {
        struct error error = { .kind = ERROR_NONE };
        error_set_unreadable(&error, errno);
        append_note(operands, true, directory, error.text);
    } else if (!find_manifests(operands, &listing, options)) {
        add_files(operands, &listing, options);
    }
    free_listing(&listing);
}

/* A damaged manifest is one by name, too, as in its directory. */
static enum input_kind
kind_by_name(const char *path, const struct input_options *options)
{
    struct stat status;
    const char *name = path_name(path);
    if (manifest_stem(name) == 0 || stat(path, &status) != 0 ||
        !S_ISREG(status.st_mode))
        return INPUT_UNKNOWN;
    struct listing listing;
    char *directory = path_directory(path);
    bool found = list_directory(&listing, name == path ? "." : directory) &&
                 is_manifest(&listing, name, options);
    free_listing(&listing);
    free(directory);
    return found ? INPUT_MANIFEST : INPUT_UNKNOWN;
}

static void
add_single(struct operands *operands, const char *path, const char *name,
           enum input_kind kind)
{
    append_operand(operands, path, name, kind);
    if (!is_used_up(operands))
        return;
    drop_last_operand(operands);
    append_note(operands, true, name, "can be read only once");
}

void
operands_add(struct operands *operands, const char *operand,
             const struct input_options *options)
{
    struct stat status;
    if (strcmp(operand, "-") == 0)
        add_single(operands, operand, "(standard input)", INPUT_UNKNOWN);
    else if (stat(operand, &status) == 0 && S_ISDIR(status.st_mode))
        add_directory(operands, operand, options);
    else
        add_single(operands, operand, operand,
                   kind_by_name(operand, options));
}

/* The manifest of the set that a part is of, to be freed; NULL when there is
 * none beside it. */
static char *
manifest_beside(const struct operand *part)
{
    const char *name = path_name(part->path);
    size_t stem = part_stem(name);
    struct stat status;
    if (!part->is_regular || stem == 0)
        return NULL;
    char *manifest = xmalloc(stem + sizeof(manifest_ending));
    memcpy(manifest, name, stem);
    memcpy(manifest + stem, manifest_ending, sizeof(manifest_ending));
    char *path = path_beside(part->path, manifest);
    free(manifest);
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
        return path;
    free(path);
    return NULL;
}

static bool
has_note_of(const struct operands *operands, const char *path)
{
    for (size_t i = 0; i < operands->note_count; i++)
        if (strcmp(operands->notes[i].path, path) == 0)
            return true;
    return false;
}

static void
note_part(struct operands *operands, const struct operand *part)
{
    char *manifest = manifest_beside(part);
    if (manifest == NULL)
        return;
    if (operands_find_file(operands, manifest) != NULL)
        append_note(operands, false, part->name,
                    "a part of a multi-part AOF that is read too: its keys "
                    "count twice");
    else if (!has_note_of(operands, manifest))
        append_note(operands, false, manifest,
                    "a part of this multi-part AOF is read alone")
            ->is_unread_set = true;
    free(manifest);
}

/* The first operand of that kind in a directory, NULL when there is none.  Only
 * of files that a directory stood for the kind is known. */
static const struct operand *
first_of_kind(const struct operands *operands, const char *directory,
              enum input_kind kind)
{
    const struct operand *first = NULL;
    for (size_t i = 0; i < operands->count && first == NULL; i++) {
        char *own = path_directory(operands->items[i].path);
        if (operands->items[i].kind == kind && strcmp(own, directory) == 0)
            first = &operands->items[i];
        free(own);
    }
    return first;
}

/* At the first log of its directory. */
static void
note_dump_beside(struct operands *operands, const struct operand *log)
{
    char *directory = path_directory(log->path);
    if (log->kind == INPUT_AOF &&
        log == first_of_kind(operands, directory, INPUT_AOF) &&
        first_of_kind(operands, directory, INPUT_RDB) != NULL)
        append_note(operands, false, directory,
                    "holds RDB and AOF files: those of one server have the "
                    "same keys, which then count twice");
    free(directory);
}

void
operands_note_sums(struct operands *operands)
{
    for (size_t i = 0; i < operands->count; i++) {
        note_part(operands, &operands->items[i]);
        note_dump_beside(operands, &operands->items[i]);
    }
}

const struct operand *
operands_find_file(const struct operands *operands, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return NULL;
    for (size_t i = 0; i < operands->count; i++) {
        const struct operand *operand = &operands->items[i];
        if (operand->exists && operand->device == (uint64_t)status.st_dev &&
            operand->inode == (uint64_t)status.st_ino)
            return operand;
    }
    return NULL;
}

const struct operand_note *
operands_first_error(const struct operands *operands)
{
    for (size_t i = 0; i < operands->note_count; i++)
        if (operands->notes[i].is_error)
            return &operands->notes[i];
    return NULL;
}

void
operands_fini(struct operands *operands)
{
    for (size_t i = 0; i < operands->count; i++) {
        free(operands->items[i].path);
        free(operands->items[i].name);
    }
    for (size_t i = 0; i < operands->note_count; i++) {
        free(operands->notes[i].path);
        free(operands->notes[i].text);
    }
    free(operands->items);
    free(operands->notes);
    *operands = (struct operands){ 0 };
}
