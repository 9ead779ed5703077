/* SPDX-License-Identifier: BSD-3-Clause
 *
 * truth NAME shape|memory|near|table TRUTH.tsv < KEYS.csv
 *
 * Compares what keyweigh says of each key with what a real server said.
 * KEYS.csv: keys --bytes hex --columns
 *     db,key,type,encoding,elements,expire_ms,memory,basis
 * Prints one line for each difference; ends with status 0 when there is none,
 * 1 when there are some, 2 on trouble.
 *
 * Memory is right when it equals what used_memory fell by.  Where the server
 * draws random numbers it is right between the least and the most of the runs,
 * which are few: with 2 % of slack, at least one entry of 16 bytes (one bucket
 * of 64 where valkey chains buckets).  That is
 * so for rows flagged "varies", for zset skiplists, for tables whose entries
 * or buckets depend on a hash seed (sets from redis-7.2 on, hashes from
 * redis-8.2 and valkey-8.1 on), and for those hash tables that we call
 * "expected" (they grow while loading, and five runs may agree by chance).
 *
 * near: glibc, whose big blocks and remainders of blocks depend on history:
 * 3 keys of 100 may be off, each by 16 bytes for one of its blocks in 8, or by
 * a page where it has a block that is mapped.
 *
 * table: instead of differences a line "type encoding keys exact error exact
 * error", by type and encoding; the second pair is what MEMORY USAGE of that
 * server said of the same keys, empty where it has none; errors are the
 * largest, in 1/10000.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 11, ROWS = 4096, LINE = 65536, GROUPS = 64 };

/* Of TRUTH.tsv. */
enum truth_column {
    TRUTH_DB,
    TRUTH_KEY,
    TRUTH_TYPE,
    TRUTH_ENCODING,
    TRUTH_ELEMENTS,
    TRUTH_TTL,
    TRUTH_LEAST,
    TRUTH_MOST,
    TRUTH_MEAN,
    TRUTH_FLAG,
    TRUTH_USAGE, /* MEMORY USAGE key SAMPLES 0; empty before 4.0 */
};

/* Of KEYS.csv. */
enum key_column {
    KEY_DB,
    KEY_KEY,
    KEY_TYPE,
    KEY_ENCODING,
    KEY_ELEMENTS,
    KEY_EXPIRE,
    KEY_MEMORY,
    KEY_BASIS,
    KEY_COLUMNS
};

struct row {
    char *line;
    char *cells[COLUMNS];
    bool seen;
};

/* How often and by how much one way of knowing was wrong. */
struct score {
    unsigned keys;
    unsigned exact;
    double error; /* the largest */
};

struct group {
    const char *type;
    const char *encoding;
    struct score ours;
    struct score usage;
};

static struct group groups[GROUPS];
static size_t group_count;
static struct row rows[ROWS];
static size_t row_count;
static int differences;

_Noreturn static void
die(const char *what)
{
    fprintf(stderr, "truth: %s\n", what);
    exit(2);
}

/* Splits line in place; the number of cells. */
static int
split(char *line, char separator, char **cells)
{
    int count = 0;
    char *at = line;

    line[strcspn(line, "\r\n")] = 0;
    while (count < COLUMNS) {
        char *end = strchr(at, separator);

        cells[count++] = at;
        if (end == NULL)
            break;
        *end = 0;
        at = end + 1;
    }
    return count;
}

static void
read_truth(const char *path)
{
    static char line[LINE];
    FILE *file = fopen(path, "r");

    if (file == NULL || fgets(line, sizeof(line), file) == NULL)
        die("the truth cannot be read");
    while (row_count < ROWS && fgets(line, sizeof(line), file) != NULL) {
        struct row *row = &rows[row_count++];

        row->line = strdup(line);
        if (row->line == NULL || split(row->line, '\t', row->cells) !=
                                     COLUMNS)
            die("a row of the truth is not as it should be");
    }
    fclose(file);
}

static struct row *
find(const char *db, const char *key)
{
    for (size_t i = 0; i < row_count; i++)
        if (strcmp(rows[i].cells[TRUTH_KEY], key) == 0 &&
            strcmp(rows[i].cells[TRUTH_DB], db) == 0)
            return &rows[i];
    return NULL;
}

static void
differ(const char *what, char *const *key, const char *ours,
       const char *truth)
{
    differences++;
    printf("db %s key %.60s (%s %s, %s elements): %s is %s, truth %s\n",
           key[KEY_DB], key[KEY_KEY], key[KEY_TYPE], key[KEY_ENCODING],
           key[KEY_ELEMENTS], what, ours, truth);
}

static void
compare_shape(char *const *key, char *const *truth)
{
    const char *ttl = strcmp(truth[TRUTH_TTL], "-1") == 0 ? ""
                                                          : truth[TRUTH_TTL];

    if (strcmp(key[KEY_TYPE], truth[TRUTH_TYPE]) != 0)
        differ("type", key, key[KEY_TYPE], truth[TRUTH_TYPE]);
    if (strcmp(key[KEY_ENCODING], truth[TRUTH_ENCODING]) != 0)
        differ("encoding", key, key[KEY_ENCODING], truth[TRUTH_ENCODING]);
    if (*truth[TRUTH_ELEMENTS] != 0 &&
        strcmp(key[KEY_ELEMENTS], truth[TRUTH_ELEMENTS]) != 0)
        differ("elements", key, key[KEY_ELEMENTS], truth[TRUTH_ELEMENTS]);
    if (strcmp(key[KEY_EXPIRE], ttl) != 0)
        differ("expiry", key, key[KEY_EXPIRE], ttl);
}

static bool
is_random(const char *name, char *const *key, char *const *truth)
{
    int major = 0, minor = 0;
    bool redis = sscanf(name, "redis-%d.%d", &major, &minor) == 2;
    bool valkey = sscanf(name, "valkey-%d.%d", &major, &minor) == 2;
    int release = major * 100 + minor;

    if (strcmp(truth[TRUTH_FLAG], "varies") == 0 ||
        strcmp(truth[TRUTH_ENCODING], "skiplist") == 0)
        return true;
    if (strcmp(truth[TRUTH_ENCODING], "hashtable") != 0)
        return false;
    if (strcmp(truth[TRUTH_TYPE], "set") == 0)
        return valkey || (redis && release >= 702);
    return (redis && release >= 802) || (valkey && release >= 801) ||
           strcmp(key[KEY_BASIS], "expected") == 0;
}

static double
greater(double a, double b)
{
    return a > b ? a : b;
}

static bool
is_right(const char *name, bool random, double memory, char *const *truth)
{
    double least = strtod(truth[TRUTH_LEAST], NULL);
    double most = strtod(truth[TRUTH_MOST], NULL);
    bool buckets = strncmp(name, "valkey-8.1", 10) == 0 ||
                   strncmp(name, "valkey-9", 8) == 0;
    double block = buckets ? 64 : 16;

    if (!random)
        return memory == least;
    return memory >= least - greater(least * .02, block) &&
           memory <= most + greater(most * .02, block);
}

static bool
is_compared(char *const *truth)
{
    return *truth[TRUTH_LEAST] != 0;
}

static void
compare_memory(const char *name, char *const *key, char *const *truth)
{
    bool random = is_random(name, key, truth);
    double memory = strtod(key[KEY_MEMORY], NULL);

    if (is_compared(truth) &&
        !is_right(name, random, memory, truth))
        differ("memory", key, key[KEY_MEMORY],
               truth[random ? TRUTH_MEAN : TRUTH_LEAST]);
}

/* What glibc may be off by. */
static void
compare_near(const char *name, char *const *key, char *const *truth)
{
    static unsigned compared, off;
    double memory = strtod(key[KEY_MEMORY], NULL);
    double least = strtod(truth[TRUTH_LEAST], NULL);
    double most = strtod(truth[TRUTH_MOST], NULL);
    double slack = 16 * (1 + least / 512) + (least >= 131072 ? 4096 + 16 : 0);

    compared += is_compared(truth);
    if (!is_compared(truth) ||
        is_right(name, is_random(name, key, truth), memory, truth))
        return;
    off++;
    if (memory < least - slack || memory > most + slack ||
        off * 100 > (compared > 100 ? compared : 100) * 3)
        differ("memory", key, key[KEY_MEMORY], truth[TRUTH_MEAN]);
}

static struct group *
find_group(char *const *truth)
{
    for (size_t i = 0; i < group_count; i++)
        if (strcmp(groups[i].type, truth[TRUTH_TYPE]) == 0 &&
            strcmp(groups[i].encoding, truth[TRUTH_ENCODING]) == 0)
            return &groups[i];
    if (group_count == GROUPS)
        die("too many types and encodings");
    groups[group_count].type = truth[TRUTH_TYPE];
    groups[group_count].encoding = truth[TRUTH_ENCODING];
    return &groups[group_count++];
}

static void
add_score(struct score *score, const char *name, bool random,
          const char *said, char *const *truth)
{
    double memory = strtod(said, NULL);
    double real = strtod(truth[random ? TRUTH_MEAN : TRUTH_LEAST], NULL);
    double error = real > memory ? real - memory : memory - real;

    if (*said == 0 || real <= 0)
        return;
    score->keys++;
    if (is_right(name, random, memory, truth))
        score->exact++;
    else if (error / real > score->error)
        score->error = error / real;
}

static void
add_to_table(const char *name, char *const *key, char *const *truth)
{
    bool random = is_random(name, key, truth);
    struct group *group;

    if (!is_compared(truth))
        return;
    group = find_group(truth);
    add_score(&group->ours, name, random, key[KEY_MEMORY], truth);
    add_score(&group->usage, name, random, truth[TRUTH_USAGE],
              truth);
}

static void
print_table(void)
{
    for (size_t i = 0; i < group_count; i++) {
        const struct group *group = &groups[i];

        printf("%s\t%s\t%u\t%u\t%.0f", group->type, group->encoding,
               group->ours.keys, group->ours.exact,
               group->ours.error * 10000);
        if (group->usage.keys > 0)
            printf("\t%u\t%.0f\n", group->usage.exact,
                   group->usage.error * 10000);
        else
            printf("\t\t\n");
    }
}

static void
compare(const char *name, const char *how, char *const *key,
        char *const *truth)
{
    if (strcmp(how, "table") == 0) {
        add_to_table(name, key, truth);
        return;
    }
    compare_shape(key, truth);
    if (strcmp(how, "memory") == 0)
        compare_memory(name, key, truth);
    else if (strcmp(how, "near") == 0)
        compare_near(name, key, truth);
}

int
main(int argc, char **argv)
{
    static char line[LINE];
    char *key[COLUMNS];

    if (argc != 4)
        die("usage: truth NAME shape|memory|near|table TRUTH.tsv < KEYS.csv");
    read_truth(argv[3]);
    if (fgets(line, sizeof(line), stdin) == NULL)
        die("no keys");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        struct row *row;

        if (split(line, ',', key) != KEY_COLUMNS)
            die("a row of keys is not as it should be");
        row = find(key[KEY_DB], key[KEY_KEY]);
        if (row == NULL || row->seen) {
            differ("key", key, row == NULL ? "there" : "there twice", "none");
            continue;
        }
        row->seen = true;
        compare(argv[1], argv[2], key, row->cells);
    }
    for (size_t i = 0; i < row_count; i++) {
        if (!rows[i].seen) {
            differences++;
            printf("db %s key %.60s: missing\n", rows[i].cells[TRUTH_DB],
                   rows[i].cells[TRUTH_KEY]);
        }
    }
    print_table();
    for (size_t i = 0; i < row_count; i++)
        free(rows[i].line);
    return differences > 0;
}
