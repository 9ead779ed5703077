/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The later passes: what lies between the gaps is read once more, without
 * looking into values, to count it; then it is copied.
 *
 *   header | kept ... RESIZEDB ... kept | gap | kept ... | EOF, checksum
 *   anew            anew, as counted                       anew
 */
#include "rdb/salvage.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sample-set.h"
#include "base/xalloc.h"
#include "rdb/acceptance.h"
#include "rdb/opcodes.h"
#include "rdb/salvage-parts.h"

enum {
    NAMES_BYTES = 16 * 1024 * 1024, /* for the hashes of names */
    COPY_SIZE = 256 * 1024,
    POLL_RECORDS = 1024,
    VERSION_WITHOUT_AUX = 6,
    VERSION_WITH_SIZES = 7,
    VERSION_WITH_IDLE = 9,
    VERSION_WITH_FUNCTIONS = 10,
};

/* --- gaps --- */

static void
free_texts(const struct salvage_gap *gap)
{
    free(gap->reason);
    free((void *)(uintptr_t)gap->name.data);
}

/* Room for one more element; count grows by doubling. */
static void *
grow(void *elements, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return elements;
    return xreallocarray(elements, count > 0 ? count * 2 : 1, size);
}

void
salvage_add_gap(struct salvage *salvage, struct salvage_gap gap)
{
    size_t count = salvage->gap_count;
    struct salvage_gap *last = count > 0 ? &salvage->gaps[count - 1] : NULL;
    if (last != NULL && (last->offset + last->size >= gap.offset ||
                         count == SALVAGE_GAPS_MAX)) {
        last->size = gap.offset + gap.size - last->offset;
        last->confirmed = gap.confirmed;
        last->reaches_end = gap.reaches_end;
        free_texts(&gap);
        return;
    }
    salvage->gaps = grow(salvage->gaps, count, sizeof(*salvage->gaps));
    salvage->gaps[salvage->gap_count++] = gap;
}

static int
by_offset(const void *a, const void *b)
{
    const struct salvage_gap *left = a;
    const struct salvage_gap *right = b;
    return (left->offset > right->offset) - (left->offset < right->offset);
}

void
salvage_fini(struct salvage *salvage)
{
    for (size_t i = 0; i < salvage->gap_count; i++)
        free_texts(&salvage->gaps[i]);
    free(salvage->gaps);
    free(salvage->sizes);
    free(salvage->databases);
}

/* --- what is kept --- */

/* Stretches of records between gaps, one after the other. */
struct stretch {
    uint64_t from;
    uint64_t until;
    size_t next_gap; /* number of the one behind it, plus 1 */
};

static bool
next_stretch(const struct salvage *salvage, struct stretch *stretch)
{
    while (stretch->next_gap <= salvage->gap_count) {
        size_t next = stretch->next_gap++;
        const struct salvage_gap *gaps = salvage->gaps;
        stretch->from = next > 0 ? gaps[next - 1].offset + gaps[next - 1].size
                                 : salvage->records;
        stretch->until = salvage->records_end;
        if (next < salvage->gap_count && gaps[next].offset < stretch->until)
            stretch->until = gaps[next].offset;
        if (stretch->from < stretch->until)
            return true;
    }
    return false;
}

/* --- the survey --- */

struct survey {
    struct salvage *salvage;
    struct salvage_cursor cursor;
    struct rdb_place place;
    struct sample_set names;
    struct salvage_gap *twice; /* keys whose name came before */
    size_t twice_count;
    size_t gap;       /* number of the one before the current stretch */
    bool behind_gap;  /* the next record is the first behind it */
    int since;        /* the RDB version that all of it needs */
};

static void
note_sizes(struct survey *survey, const struct salvage_step *step,
           const struct rdb_database *before)
{
    struct salvage *salvage = survey->salvage;
    struct rdb_database *database = survey->cursor.rdb->database;
    if (before->has_hint) {
        database->hint_keys += before->hint_keys;
        database->hint_expires += before->hint_expires;
    }
    salvage->sizes =
        grow(salvage->sizes, salvage->sizes_count, sizeof(*salvage->sizes));
    salvage->sizes[salvage->sizes_count++] = (struct salvage_sizes){
        step->offset, step->end - step->offset, step->db
    };
}

static bool
drop_repeated(struct survey *survey, const struct salvage_step *step,
              struct error *error)
{
    const struct rdb *rdb = survey->cursor.rdb;
    const struct bytes name = rdb->key.name;
    size_t held = name.size < SALVAGE_NAME_HELD ? name.size
                                                : SALVAGE_NAME_HELD;
    if (survey->twice_count == SALVAGE_GAPS_MAX) {
        error_set_at(error, ERROR_DAMAGED, step->offset,
                     "more than %d keys stand twice", SALVAGE_GAPS_MAX);
        return false;
    }
    rdb->database->keys--;
    rdb->database->expires -= rdb->key.has_expiry;
    survey->twice = grow(survey->twice, survey->twice_count,
                         sizeof(*survey->twice));
    survey->twice[survey->twice_count++] = (struct salvage_gap){
        .offset = step->offset,
        .size = step->end - step->offset,
        .cause = SALVAGE_DUPLICATE,
        .reason = xstrdup("a key of this name came before"),
        .has_key = true,
        .db = step->db,
        .name = bytes_of(xmemdup(name.data, held), held),
        .name_size = rdb->key.name_size,
    };
    return true;
}

static bool
survey_key(struct survey *survey, const struct salvage_step *step,
           struct error *error)
{
    const struct rdb_type *type = survey->cursor.rdb->types[step->byte];
    if (type->since > survey->since)
        survey->since = type->since;
    return sample_set_add(&survey->names, step->name_hash) != SAMPLE_SEEN ||
           drop_repeated(survey, step, error);
}

static bool
survey_opcode(struct survey *survey, const struct salvage_step *step,
              const struct rdb_database *before)
{
    if (step->byte == OPCODE_RESIZEDB) {
        note_sizes(survey, step, before);
        if (survey->behind_gap)
            survey->salvage->gaps[survey->gap].db_unsure = true;
    }
    return true;
}

static bool
survey_record(struct survey *survey, struct error *error)
{
    struct salvage *salvage = survey->salvage;
    struct salvage_step step;
    struct rdb_database before = *survey->cursor.rdb->database;
    if (salvage_cursor_read(&survey->cursor, &step) != STATUS_OK) {
        *error = *salvage_cursor_error(&survey->cursor);
        error_set_at(error, ERROR_DAMAGED, step.offset,
                     "the input changed while it was read");
        return false;
    }
    bool good = step.is_key ? survey_key(survey, &step, error)
                            : survey_opcode(survey, &step, &before);
    survey->behind_gap = false;
    if (++salvage->kept_records % POLL_RECORDS == 0 &&
        salvage->options.poll != NULL)
        salvage->options.poll(salvage->options.context, salvage->end);
    return good;
}

static enum status
survey_records(struct survey *survey, struct error *error)
{
    const struct salvage *salvage = survey->salvage;
    struct salvage_cursor *cursor = &survey->cursor;
    struct stretch stretch = { 0, 0, 0 };
    while (next_stretch(salvage, &stretch)) {
        survey->gap = stretch.next_gap - 2;
        survey->behind_gap = stretch.next_gap > 1;
        if (survey->behind_gap)
            survey->place.db = salvage->gaps[survey->gap].db;
        salvage_cursor_seek(cursor, salvage->options.fd, stretch.from,
                            stretch.until, &survey->place);
        while (reader_offset(&cursor->stream) < stretch.until)
            if (!survey_record(survey, error))
                return STATUS_FAIL;
        rdb_place_save(&survey->place, cursor->rdb);
    }
    return STATUS_OK;
}

/* --- what it comes to --- */

static void
take_repeated(struct survey *survey)
{
    struct salvage *salvage = survey->salvage;
    for (size_t i = 0; i < survey->twice_count; i++) {
        salvage->gaps = grow(salvage->gaps, salvage->gap_count,
                             sizeof(*salvage->gaps));
        salvage->gaps[salvage->gap_count++] = survey->twice[i];
    }
    salvage->kept_records -= survey->twice_count;
    if (survey->twice_count > 0)
        qsort(salvage->gaps, salvage->gap_count, sizeof(*salvage->gaps),
              by_offset);
}

static const struct rdb_database *
database_of(const struct salvage *salvage, uint64_t db)
{
    for (size_t i = 0; i < salvage->database_count; i++)
        if (salvage->databases[i].db == db)
            return &salvage->databases[i];
    return NULL;
}

/* Whether a SELECTDB may have been in a gap: more keys came than the database
 * was to have, or nothing says how many those were. */
static void
doubt_databases(struct salvage *salvage)
{
    for (size_t i = 0; i < salvage->gap_count; i++) {
        struct salvage_gap *gap = &salvage->gaps[i];
        const struct rdb_database *database = database_of(salvage, gap->db);
        if (gap->cause != SALVAGE_DAMAGED || gap->confirmed == 0 ||
            database == NULL)
            continue;
        if (database->has_hint ? database->keys > database->hint_keys
                               : salvage->database_count > 1)
            gap->db_unsure = true;
    }
}

/* What the kept records alone say of the file. */
static void
take_facts(struct survey *survey)
{
    struct salvage *salvage = survey->salvage;
    struct rdb_facts facts = *rdb_facts(survey->cursor.rdb);
    facts.dialect = salvage->facts.dialect;
    facts.version = salvage->facts.version;
    facts.crc = salvage->facts.crc;
    facts.eof_prefix = salvage->facts.eof_prefix;
    facts.end_offset = salvage->facts.end_offset;
    salvage->facts = facts;
}

/* How many keys did not come.  Where the end is missing, or a SELECTDB may
 * be, there may have been databases of which nothing is known. */
static void
count_lost(struct salvage *salvage)
{
    bool sound = salvage->had_end && !salvage->crc_wrong;
    uint64_t announced = 0;
    bool any = false;
    salvage->counts_lost = true;
    salvage->lost_is_least = !salvage->had_end;
    for (size_t i = 0; i < salvage->gap_count; i++) {
        sound &= salvage->gaps[i].cause == SALVAGE_BEHIND;
        salvage->lost_is_least |= salvage->gaps[i].db_unsure;
    }
    for (size_t i = 0; i < salvage->database_count; i++) {
        const struct rdb_database *database = &salvage->databases[i];
        announced += database->hint_keys;
        any |= database->has_hint;
        salvage->counts_lost &= database->has_hint || database->keys == 0;
    }
    salvage->counts_lost = sound || (salvage->counts_lost && any);
    if (!sound && salvage->counts_lost && announced > salvage->keys)
        salvage->lost_keys = announced - salvage->keys;
}

static void
count_all(struct survey *survey)
{
    struct salvage *salvage = survey->salvage;
    const struct rdb *rdb = survey->cursor.rdb;
    const struct rdb_database *databases =
        rdb_databases(rdb, &salvage->database_count);
    salvage->databases =
        xcalloc(salvage->database_count + 1, sizeof(*databases));
    for (size_t i = 0; i < salvage->database_count; i++) {
        salvage->databases[i] = databases[i];
        salvage->keys += databases[i].keys;
        salvage->expires += databases[i].expires;
    }
    for (size_t i = 0; i < salvage->gap_count; i++)
        salvage->lost_bytes += salvage->gaps[i].size;
    salvage->halvings = survey->names.halvings;
}

/* --- a header that could not be read --- */

/* The version that the server writes which the AUX fields name, 0 when they
 * name none that is known. */
static int
version_of_server(const struct rdb_facts *facts)
{
    int major;
    int minor;
    int patch;
    if (!acceptance_read_version(facts->server_version, &major, &minor,
                                 &patch))
        return 0;
    size_t row = acceptance_find(facts->server, major, minor);
    if (row == ACCEPTANCE_SERVERS)
        return 0;
    return facts->dialect == RDB_VALKEY
               ? acceptance_servers[row].valkey_version
               : acceptance_servers[row].redis_version;
}

/* The oldest version that knows all there is. */
static int
version_of_contents(const struct survey *survey)
{
    const struct rdb_facts *facts = rdb_facts(survey->cursor.rdb);
    int version = VERSION_WITHOUT_AUX;
    if (facts->aux > 0 || survey->salvage->sizes_count > 0)
        version = VERSION_WITH_SIZES;
    if (facts->has_idle || facts->has_freq)
        version = VERSION_WITH_IDLE;
    if (facts->functions > 0)
        version = VERSION_WITH_FUNCTIONS;
    return version > survey->since ? version : survey->since;
}

static bool
settle_version(struct survey *survey, struct error *error)
{
    struct salvage *salvage = survey->salvage;
    int named = version_of_server(&salvage->facts);
    int needed = version_of_contents(survey);
    if (!salvage->header_guessed && survey->since <= salvage->facts.version)
        return true;
    salvage->header_guessed = true;
    if (salvage->kept_records == 0) {
        error_set(error, ERROR_DAMAGED, "neither RDB nor AOF");
        return false;
    }
    if (salvage->newer_version > 0 && named == 0 &&
        (salvage->gap_count > 0 || !salvage->had_end)) {
        error_set_at(error, ERROR_UNSUPPORTED, salvage->options.begin,
                     "RDB version %d is newer than any this program knows",
                     salvage->newer_version);
        return false;
    }
    if (salvage->settled_version > needed)
        needed = salvage->settled_version;
    salvage->facts.version = named > needed ? named : needed;
    return true;
}

enum status
salvage_survey(struct salvage *salvage, struct error *error)
{
    struct survey survey = { .salvage = salvage };
    const struct salvage_options *options = &salvage->options;
    sample_set_init(&survey.names, NAMES_BYTES);
    salvage_cursor_init(&survey.cursor, options->fd, options->begin,
                        options->begin, false);
    rdb_select_database(survey.cursor.rdb, 0);
    survey.place.facts = *rdb_facts(survey.cursor.rdb);
    survey.place.facts.dialect = salvage->facts.dialect;
    survey.place.facts.version = salvage->facts.version;
    enum status status = survey_records(&survey, error);
    if (status == STATUS_OK) {
        take_repeated(&survey);
        take_facts(&survey);
        count_all(&survey);
        doubt_databases(salvage);
        count_lost(salvage);
        if (!settle_version(&survey, error))
            status = STATUS_FAIL;
    } else {
        for (size_t i = 0; i < survey.twice_count; i++)
            free_texts(&survey.twice[i]);
    }
    free(survey.twice);
    rdb_place_fini(&survey.place);
    sample_set_fini(&survey.names);
    salvage_cursor_fini(&survey.cursor);
    return status;
}

/* --- writing --- */

static enum status
copy(const struct salvage *salvage, uint64_t from, uint64_t until,
     struct rdb_writer *writer, struct error *error)
{
    unsigned char *bytes = xmalloc(COPY_SIZE);
    while (from < until && error->kind == ERROR_NONE) {
        size_t want = until - from < COPY_SIZE ? (size_t)(until - from)
                                               : COPY_SIZE;
        ssize_t got = pread(salvage->options.fd, bytes, want, (off_t)from);
        if (got > 0) {
            rdb_write_raw(writer, bytes_of(bytes, (size_t)got));
            from += (uint64_t)got;
        } else if (got == 0) {
            error_set(error, ERROR_IO, "the input changed while it was read");
        } else if (errno != EINTR) {
            error_set_unreadable_at(error, errno, from);
        }
    }
    free(bytes);
    return error->kind == ERROR_NONE ? STATUS_OK : STATUS_FAIL;
}

enum status
salvage_write(const struct salvage *salvage, struct rdb_writer *writer,
              struct error *error)
{
    struct stretch stretch = { 0, 0, 0 };
    size_t next = 0;
    rdb_write_header(writer, salvage->facts.dialect, salvage->facts.version);
    while (next_stretch(salvage, &stretch)) {
        uint64_t from = stretch.from;
        for (; next < salvage->sizes_count &&
               salvage->sizes[next].offset < stretch.until; next++) {
            const struct salvage_sizes *sizes = &salvage->sizes[next];
            const struct rdb_database *database =
                database_of(salvage, sizes->db);
            if (copy(salvage, from, sizes->offset, writer, error) != STATUS_OK)
                return STATUS_FAIL;
            from = sizes->offset;
            if (database == NULL)
                continue;
            rdb_write_sizes(writer, database->keys, database->expires);
            from += sizes->size;
        }
        if (copy(salvage, from, stretch.until, writer, error) != STATUS_OK)
            return STATUS_FAIL;
    }
    rdb_write_end(writer);
    return STATUS_OK;
}
