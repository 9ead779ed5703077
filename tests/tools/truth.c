/* SPDX-License-Identifier: BSD-3-Clause
 *
 * truth NAME shape|memory TRUTH.tsv < KEYS.csv
 *
 * Compares what keyweigh says of each key with what a real server said.
 * KEYS.csv: keys --bytes hex --columns
 *     db,key,type,encoding,elements,expire_ms,memory,basis
 * Prints one line for each difference; ends with status 0 when there is none,
 * 1 when there are some, 2 on trouble.
 *
 * Memory is right when it equals what used_memory fell by.  Where the server
 * draws random numbers it is right between the least and the most of the runs,
 * which are few: with 2 % of slack, at least one block of 16 bytes.  That is
 * so for rows flagged "varies", for zset skiplists, for set tables from
 * redis-7.2 on, and for those hash tables that we call "expected" (they grow
 * while loading, and five runs may agree by chance).  Vector sets are not
 * compared: a module's layout.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 12, ROWS = 4096, LINE = 65536 };

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
is_random(const char *server, char *const *key, char *const *truth)
{
    int major = 0, minor = 0;
    bool sets = sscanf(server, "redis-%d.%d", &major, &minor) == 2 &&
                  (major > 7 || (major == 7 && minor >= 2));

    if (strcmp(truth[TRUTH_FLAG], "varies") == 0 ||
        strcmp(truth[TRUTH_ENCODING], "skiplist") == 0)
        return true;
    if (strcmp(truth[TRUTH_ENCODING], "hashtable") != 0)
        return false;
    return (sets && strcmp(truth[TRUTH_TYPE], "set") == 0) ||
           (strcmp(truth[TRUTH_TYPE], "hash") == 0 &&
            strcmp(key[KEY_BASIS], "expected") == 0);
}

static void
compare_memory(const char *server, char *const *key, char *const *truth)
{
    double memory = strtod(key[KEY_MEMORY], NULL);
    double least = strtod(truth[TRUTH_LEAST], NULL);
    double most = strtod(truth[TRUTH_MOST], NULL);

    if (*truth[TRUTH_LEAST] == 0 ||
        strcmp(truth[TRUTH_TYPE], "vectorset") == 0)
        return;
    if (!is_random(server, key, truth)) {
        if (strcmp(key[KEY_MEMORY], truth[TRUTH_LEAST]) != 0)
            differ("memory", key, key[KEY_MEMORY], truth[TRUTH_LEAST]);
    } else if (memory < (least > 800 ? least * .98 : least - 16) ||
               memory > (most > 800 ? most * 1.02 : most + 16)) {
        differ("memory", key, key[KEY_MEMORY], truth[TRUTH_MEAN]);
    }
}

int
main(int argc, char **argv)
{
    static char line[LINE];
    char *key[COLUMNS];

    if (argc != 4)
        die("usage: truth NAME shape|memory TRUTH.tsv < KEYS.csv");
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
        compare_shape(key, row->cells);
        if (strcmp(argv[2], "memory") == 0)
            compare_memory(argv[1], key, row->cells);
    }
    for (size_t i = 0; i < row_count; i++) {
        if (!rows[i].seen) {
            differences++;
            printf("db %s key %.60s: missing\n", rows[i].cells[TRUTH_DB],
                   rows[i].cells[TRUTH_KEY]);
        }
        free(rows[i].line);
    }
    return differences > 0;
}
