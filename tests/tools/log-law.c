/* SPDX-License-Identifier: BSD-3-Clause
 *
 * log-law damage N: writes the N-th of many made-up logs, with a span of it
 * overwritten, or cut off.
 * log-law survivors N REPAIRED: writes the commands of REPAIRED.  Says on
 * standard error how many of them the damage did not touch, how many others
 * there are, and how many it lacks that were not touched: fails then, but not
 * when the damage is text of another log, which may fit by chance.
 */
#include <ctype.h>

#include "../unit/made-log.h"

enum { LOG_SIZE = 30000, SPAN_MOST = 4096, KINDS = MADE_DAMAGES + 1 };

struct harm {
    struct made_log log;
    unsigned char *bytes; /* the log, damaged */
    size_t size;          /* of it */
    size_t begin;         /* what was damaged of the log */
    size_t end;
    bool by_other_log;
};

static void
make(struct harm *harm, uint64_t number)
{
    *harm = (struct harm){ .bytes = NULL };
    struct made_log other;
    struct made_random random = { number };
    enum made_style style = (enum made_style)(number % MADE_STYLES);
    unsigned kind = (unsigned)(number / MADE_STYLES % KINDS);
    made_log_init(&harm->log, style, number, LOG_SIZE);
    made_log_init(&other, style, ~number, LOG_SIZE);
    size_t size = harm->log.bytes.size;
    harm->bytes = malloc(size);
    if (harm->bytes == NULL)
        abort();
    memcpy(harm->bytes, harm->log.bytes.data, size);
    harm->begin = made_number(&random, size - SPAN_MOST);
    harm->end = harm->begin + 1 + made_number(&random, SPAN_MOST);
    harm->size = size;
    if (kind == MADE_DAMAGES) {
        harm->end = size;
        harm->size = harm->begin;
    } else {
        harm->by_other_log = kind == MADE_OTHER_LOG;
        made_damage(&random, (enum made_damage)kind,
                    buffer_bytes(&other.bytes), harm->bytes + harm->begin,
                    harm->end - harm->begin);
    }
    made_log_fini(&other);
}

static struct buffer
read_file(const char *path)
{
    enum { BLOCK = 65536 };
    struct buffer bytes = { NULL, 0, 0 };
    FILE *file = fopen(path, "rb");
    size_t got = 0;
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    do {
        got = fread(buffer_reserve(&bytes, BLOCK), 1, BLOCK, file);
        bytes.size += got;
    } while (got > 0);
    (void)fclose(file);
    return bytes;
}

static size_t
take_number(const struct buffer *bytes, size_t *at)
{
    size_t value = 0;
    for (++*at; *at < bytes->size && isdigit(bytes->data[*at]); ++*at)
        value = value * 10 + (size_t)(bytes->data[*at] - '0');
    *at += 2;
    return value;
}

/* Where the record ends that begins at `at`. */
static size_t
behind(const struct buffer *bytes, size_t at)
{
    if (bytes->data[at] == '#') {
        while (at < bytes->size && bytes->data[at] != '\n')
            at++;
        return at + 1;
    }
    size_t count = take_number(bytes, &at);
    for (; count > 0 && at < bytes->size; count--) {
        size_t size = take_number(bytes, &at);
        at += size + 2;
    }
    if (count > 0 || at > bytes->size) {
        fputs("what was repaired ends inside of a command\n", stderr);
        exit(1);
    }
    return at;
}

/* Records in order. */
struct list {
    struct bytes *items;
    size_t count;
};

static void
add(struct list *list, struct bytes record)
{
    list->items =
        realloc(list->items, (list->count + 1) * sizeof(*list->items));
    if (list->items == NULL)
        abort();
    list->items[list->count++] = record;
}

/* The commands that were not touched. */
static struct list
list_survivors(const struct harm *harm)
{
    struct list list = { NULL, 0 };
    for (size_t i = 0; i < harm->log.count; i++) {
        const struct made_record *record = &harm->log.records[i];
        if (record->kind != '#' &&
            !made_is_hit(&harm->log, i, harm->begin, harm->end))
            add(&list, bytes_of(harm->log.bytes.data + record->begin,
                                record->end - record->begin));
    }
    return list;
}

static struct list
list_commands(const struct buffer *bytes)
{
    struct list list = { NULL, 0 };
    size_t end;
    for (size_t at = 0; at < bytes->size; at = end) {
        end = behind(bytes, at);
        if (bytes->data[at] != '#')
            add(&list, bytes_of(bytes->data + at, end - at));
    }
    return list;
}

/* How many of the one stand in their order in the other: the length of their
 * longest common subsequence. */
static size_t
count_common(const struct list *a, const struct list *b)
{
    size_t *row = calloc(b->count + 1, sizeof(*row));
    if (row == NULL)
        abort();
    for (size_t i = 0; i < a->count; i++) {
        size_t diagonal = 0;
        for (size_t j = 0; j < b->count; j++) {
            size_t above = row[j + 1];
            if (bytes_equal(a->items[i], b->items[j]))
                row[j + 1] = diagonal + 1;
            else if (row[j] > above)
                row[j + 1] = row[j];
            diagonal = above;
        }
    }
    size_t common = row[b->count];
    free(row);
    return common;
}

static int
survivors(const struct harm *harm, const char *path)
{
    struct buffer repaired = read_file(path);
    struct list wanted = list_survivors(harm);
    struct list got = list_commands(&repaired);
    size_t kept = count_common(&wanted, &got);
    size_t lost = wanted.count - kept;
    for (size_t i = 0; i < got.count; i++)
        (void)fwrite(got.items[i].data, 1, got.items[i].size, stdout);
    (void)fprintf(stderr, "%zu %zu %zu\n", kept, got.count - kept, lost);
    free(wanted.items);
    free(got.items);
    buffer_fini(&repaired);
    return lost > 0 && !harm->by_other_log;
}

int
main(int argc, char **argv)
{
    struct harm harm;
    int status = 0;
    if (argc < 3 || (argc < 4 && strcmp(argv[1], "damage") != 0)) {
        fputs("usage: log-law damage N | survivors N REPAIRED\n", stderr);
        return 2;
    }
    make(&harm, strtoull(argv[2], NULL, 10));
    if (argc == 3)
        (void)fwrite(harm.bytes, 1, harm.size, stdout);
    else
        status = survivors(&harm, argv[3]);
    free(harm.bytes);
    made_log_fini(&harm.log);
    return status;
}
