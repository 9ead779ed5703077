/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/check-aof.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "base/number.h"
#include "base/xalloc.h"

enum { POLL_EVERY = 1024, DATABASES = 16 };

#define DB_UNKNOWN UINT64_MAX

/* The rows that are looked at more closely. */
struct rows {
    const struct aof_command *all;
    const struct aof_command *select;
    const struct aof_command *multi;
    const struct aof_command *exec;
    const struct aof_command *spop;
    const struct aof_command *watch;
    const struct aof_command *discard;
    const struct aof_command *vadd;
};

/* Where the reading of one file is. */
struct reading {
    struct findings findings; /* first: what the records report to */
    const struct check_job *job;
    struct check *check;
    struct aof_log *log;
    struct check_part *part;
    struct rows rows;

    uint64_t db;         /* the selected one */
    uint64_t multi_at;   /* where the open transaction began */
    uint64_t multi;      /* and as which command */
    uint64_t queued;     /* commands in it */
    bool has_restart;    /* and it holds what only a server's start writes */
    bool is_vadd;        /* the command */
    uint64_t told_at;    /* offset of the latest finding of the records */
};

/* ---- telling ---- */

static void __attribute__((format(printf, 4, 5)))
tell(struct reading *reading, enum finding_code code, uint64_t at,
     const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    check_findings_add(&reading->check->found, code, at, NULL, text);
}

/* Of a file that grows the end is only the end so far. */
static void
take_finding(struct findings *self, const struct finding *finding)
{
    struct reading *reading = (struct reading *)self;
    struct findings *found = &reading->check->found.findings;
    struct finding in_progress = *finding;
    reading->told_at = finding->offset;
    if (finding->code == FINDING_AOF_TRUNCATED &&
        aof_log_has_grown(reading->log)) {
        in_progress.code = FINDING_AOF_IN_PROGRESS;
        in_progress.text = "the last command is in progress: the file grew "
                           "while it was read";
    }
    found->add(found, &in_progress);
}

/* A command's name fit for a message, cut to fit; of a row, "CONFIG SET". */
struct shown {
    char text[64];
};

static struct shown
show(struct bytes name)
{
    struct shown shown;
    size_t size = name.size < sizeof(shown.text) - 1 ? name.size
                                                     : sizeof(shown.text) - 1;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = name.data[i];
        shown.text[i] = c == '|'                ? ' '
                        : c > ' ' && c < 0x7f ? (char)c
                                              : '?';
    }
    shown.text[size] = '\0';
    return shown;
}

/* ---- transactions and databases ---- */

static bool
in_transaction(const struct reading *reading)
{
    return reading->check->found.place.in_transaction;
}

/* Every start of a server, and none of its writers, writes a SELECT of the
 * database that is selected. */
static void
take_restart(struct reading *reading, uint64_t at)
{
    bool where_multi_follows = reading->queued == 0 &&
                               !reading->log->part.in_set;
    if (reading->has_restart || where_multi_follows)
        return;
    reading->has_restart = true;
    tell(reading, FINDING_AOF_MULTI_DANGLING, at,
         "SELECT of the database in use inside of the transaction at 0x%" PRIx64
         ": a server was started here, after the transaction was cut",
         reading->multi_at);
}

static void
take_select(struct reading *reading, const struct aof_record *record)
{
    uint64_t db = 0;
    struct bytes number = aof_argument_bytes(&record->args[1]);
    if (!number_parse_uint64(number, &db)) {
        tell(reading, FINDING_AOF_DB, record->offset,
             "SELECT of \"%s\", which is no database", show(number).text);
        return;
    }
    if (db >= DATABASES)
        tell(reading, FINDING_DB_NUMBER, record->offset,
             "database %" PRIu64 ": servers have %d unless configured "
             "otherwise", db, DATABASES);
    if (in_transaction(reading) && db == reading->db)
        take_restart(reading, record->offset);
    reading->db = db;
}

static void
take_multi(struct reading *reading, const struct aof_record *record)
{
    struct aof_place *place = &reading->check->found.place;
    if (!place->in_transaction) {
        place->in_transaction = true;
        reading->multi_at = record->offset;
        reading->multi = reading->part->commands + 1;
        reading->queued = 0;
        reading->has_restart = false;
    } else if (!reading->has_restart) {
        tell(reading, FINDING_AOF_MULTI_NESTED, record->offset,
             "MULTI inside of the transaction at 0x%" PRIx64,
             reading->multi_at);
    }
}

static void
take_exec(struct reading *reading, const struct aof_record *record)
{
    struct aof_place *place = &reading->check->found.place;
    if (!place->in_transaction)
        tell(reading, FINDING_AOF_EXEC_ALONE, record->offset,
             "EXEC without MULTI");
    else
        reading->part->transactions++;
    place->in_transaction = false;
}

static void
end_transactions(struct reading *reading)
{
    const struct aof_place *place = &reading->check->found.place;
    reading->check->found.command = reading->multi;
    if (place->in_transaction && aof_log_has_grown(reading->log))
        tell(reading, FINDING_AOF_IN_PROGRESS, reading->multi_at,
             "the last transaction is in progress: the file grew while it was "
             "read");
    else if (place->in_transaction)
        tell(reading, FINDING_AOF_MULTI_OPEN, reading->multi_at,
             "the file ends inside of this transaction, after %" PRIu64
             " of its commands", reading->queued);
}

/* ---- commands ---- */

/* Commands that servers carry out when they load them, to nobody's good. */
static bool
acts_on_server(const char *name)
{
    static const char *const names[] = {
        "ACL",      "BGREWRITEAOF", "BGSAVE", "CLUSTER",   "CONFIG",
        "DEBUG",    "EVAL",         "EVALSHA", "FAILOVER", "MIGRATE",
        "MODULE",   "MONITOR",      "PSYNC",  "REPLICAOF", "RESET",
        "SAVE",     "SCRIPT",       "SHUTDOWN", "SLAVEOF", "SYNC",
    };
    size_t size = strcspn(name, "|");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0)
            return true;
    return false;
}

/* DEBUG SEGFAULT and its like. */
static bool
is_fatal(const struct aof_record *record, const struct aof_command *command)
{
    static const char *const names[] = { "SEGFAULT", "PANIC", "ASSERT", "OOM" };
    if (strcmp(command->name, "DEBUG") != 0 || record->count < 2)
        return false;
    struct bytes sub = aof_argument_bytes(&record->args[1]);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (sub.size == strlen(names[i]) &&
            strncasecmp((const char *)sub.data, names[i], sub.size) == 0)
            return true;
    return false;
}

static void
tell_not_written(struct reading *reading, const struct aof_record *record,
                 const struct aof_command *command)
{
    struct shown name = show(bytes_of_text(command->name));
    bool acts = acts_on_server(command->name);
    enum finding_code code =
        is_fatal(record, command)                ? FINDING_AOF_FATAL
        : strcmp(command->name, "SHUTDOWN") == 0 ? FINDING_AOF_SHUTDOWN
        : acts                                   ? FINDING_AOF_DANGEROUS
                                                 : FINDING_AOF_NOT_WRITTEN;
    tell(reading, code, record->offset, "%s: no server writes this%s",
         name.text, acts ? ", and it acts on the server that loads it" : "");
}

static void
take_unwritten(struct reading *reading, const struct aof_record *record,
               const struct aof_command *command)
{
    bool queued = in_transaction(reading);
    if (queued && command == reading->rows.watch)
        tell(reading, FINDING_AOF_QUEUED_WATCH, record->offset,
             "WATCH inside of MULTI");
    else if (queued && command == reading->rows.discard)
        tell(reading, FINDING_AOF_QUEUED_DISCARD, record->offset,
             "DISCARD inside of MULTI, which EXEC carries out");
    else
        tell_not_written(reading, record, command);
}

/* What servers do not write every day. */
static void
take_rare(struct reading *reading, const struct aof_record *record,
          const struct aof_command *command)
{
    switch (command->class) {
    case AOF_CLASS_LEGACY: /* scripts were written before there were sets */
        if (reading->log->part.in_set)
            tell_not_written(reading, record, command);
        break;
    case AOF_CLASS_NEVER:
        take_unwritten(reading, record, command);
        break;
    case AOF_CLASS_UNCERTAIN:
        tell(reading, FINDING_AOF_UNCERTAIN, record->offset,
             "%s: nobody knows whether servers write it", command->name);
        break;
    case AOF_CLASS_REWRITTEN:
        if (command == reading->rows.spop)
            tell(reading, FINDING_AOF_NOT_REPLAYABLE, record->offset,
                 "SPOP removes what it likes, at every loading");
        break;
    case AOF_CLASS_VERBATIM:
    case AOF_CLASS_INTERNAL:
    case AOF_CLASS_CONTROL:
    case AOF_CLASS_MAYBE:
    default:
        break;
    }
}

static void
tell_unknown(struct reading *reading, const struct aof_record *record)
{
    struct bytes name = aof_argument_bytes(&record->args[0]);
    struct shown shown = show(name);
    bool has_module = name.size > 0 &&
                      memchr(name.data, '.', name.size) != NULL;
    bool is_subcommand = aof_commands_find(name, NULL) != NULL;
    if (has_module)
        tell(reading, FINDING_MODULE, record->offset,
             "command %s of a module", shown.text);
    else if (is_subcommand)
        tell(reading, FINDING_AOF_UNKNOWN_COMMAND, record->offset,
             "%s has no subcommand %s", shown.text,
             show(aof_argument_bytes(&record->args[1])).text);
    else
        tell(reading, FINDING_AOF_UNKNOWN_COMMAND, record->offset,
             "no server knows the command \"%s\"", shown.text);
}

static void
tell_arity(struct reading *reading, const struct aof_record *record,
           const struct aof_command *command)
{
    struct shown name = show(bytes_of_text(command->name));
    bool over = command->arity >= 0 &&
                record->argc > (uint64_t)command->arity;
    tell(reading, over ? FINDING_AOF_ARITY_OVER : FINDING_AOF_ARITY,
         record->offset, "%s with %s arguments: %" PRIu64, name.text,
         over ? "too many" : "too few", record->argc - 1);
}

/* The first slice of a command has its name and what the name needs. */
static const struct aof_command *
row_of(const struct aof_record *record)
{
    struct bytes sub;
    if (record->count < 2)
        return aof_commands_find(aof_argument_bytes(&record->args[0]), NULL);
    sub = aof_argument_bytes(&record->args[1]);
    return aof_commands_find(aof_argument_bytes(&record->args[0]), &sub);
}

static void
take_control(struct reading *reading, const struct aof_record *record,
             const struct aof_command *command)
{
    if (command == reading->rows.select)
        take_select(reading, record);
    else if (command == reading->rows.multi)
        take_multi(reading, record);
    else if (command == reading->rows.exec)
        take_exec(reading, record);
}

static void
take_command(struct reading *reading, const struct aof_record *record)
{
    const struct aof_command *command = row_of(record);
    bool queued = in_transaction(reading);
    reading->is_vadd = command == reading->rows.vadd;
    if (command == NULL) {
        tell_unknown(reading, record);
    } else if (!aof_commands_arity_fits(command, record->argc)) {
        tell_arity(reading, record, command);
    } else {
        reading->check->commands[command - reading->rows.all] = true;
        if (command->class == AOF_CLASS_CONTROL)
            take_control(reading, record, command);
        else if (command->class != AOF_CLASS_VERBATIM)
            take_rare(reading, record, command);
    }
    reading->queued += queued;
}

/* Any slice of a command. */
static void
take_slice(struct reading *reading, const struct aof_record *slice)
{
    if (slice->first == 0)
        take_command(reading, slice);
    if (reading->is_vadd &&
        vadd_cas_look(&reading->check->vadd, reading->db, slice) &&
        !in_transaction(reading))
        tell(reading, FINDING_AOF_VADD_CAS, slice->offset,
             "VADD with CAS to a vector set that is there");
}

/* ---- annotations ---- */

static void
take_annotation(struct reading *reading, const struct aof_record *record)
{
    uint64_t seconds = 0;
    struct bytes line = record->line;
    const struct bytes mark = BYTES_LITERAL("#TS:");
    reading->check->has_annotations = true;
    if (!bytes_starts_with(line, mark))
        return;
    if (!number_parse_uint64(
            bytes_of(line.data + mark.size, line.size - mark.size), &seconds) ||
        seconds > INT64_MAX) {
        tell(reading, FINDING_AOF_TIME, record->offset,
             "#TS: without a time behind it");
        return;
    }
    if ((int64_t)seconds < reading->check->newest_time)
        tell(reading, FINDING_AOF_TIME_BACKWARD, record->offset,
             "#TS:%" PRIu64 " behind #TS:%" PRId64, seconds,
             reading->check->newest_time);
    else
        reading->check->newest_time = (int64_t)seconds;
}

/* ---- a file ---- */

static void
poll(const struct reading *reading)
{
    const struct check_job *job = reading->job;
    job->result->read.bytes = aof_log_consumed(job->log);
    run_poll(job->run, job->result);
}

/* At the end of a record. */
static void
end_record(struct reading *reading, const struct aof_record *record)
{
    struct check_part *part = reading->part;
    struct check_findings *found = &reading->check->found;
    if (record->kind == AOF_RECORD_COMMAND) {
        part->commands++;
        part->lines += 1 + 2 * record->argc;
        found->command = part->commands + 1;
        found->place.is_first = false;
        reading->job->result->read.commands++;
        if (part->commands % POLL_EVERY == 0)
            poll(reading);
    }
    if (!found->place.in_transaction)
        part->good = record->end;
}

static enum status
read_records(struct reading *reading)
{
    const struct aof_record *record = &reading->log->records.record;
    enum status status;
    while ((status = aof_log_next(reading->log)) == STATUS_OK) {
        if (record->kind == AOF_RECORD_ANNOTATION)
            take_annotation(reading, record);
        else
            take_slice(reading, record);
        if (record->end != 0)
            end_record(reading, record);
    }
    return status;
}

static const struct aof_command *
row(const char *name)
{
    return aof_commands_find(bytes_of_text(name), NULL);
}

static struct rows
find_rows(struct check *check)
{
    size_t count;
    struct rows rows = { .all = aof_commands_all(&count),
                         .select = row("SELECT"),
                         .multi = row("MULTI"),
                         .exec = row("EXEC"),
                         .spop = row("SPOP"),
                         .watch = row("WATCH"),
                         .discard = row("DISCARD"),
                         .vadd = row("VADD") };
    if (check->commands == NULL)
        check->commands = xcalloc(count, sizeof(*check->commands));
    return rows;
}

/* An RDB that is not there is missed; commands need not be. */
static void
look_whether_empty(struct reading *reading)
{
    static const char ending[] = ".rdb";
    struct aof_place *place = &reading->check->found.place;
    size_t size = strlen(reading->part->name);
    bool is_base = reading->part->type == MANIFEST_BASE;
    if (!reading->log->part.in_set || reading->part->rdb != NULL ||
        !reader_at_end(reading->log->reader))
        return;
    place->wants_rdb = is_base && size >= strlen(ending) &&
                       strcmp(reading->part->name + size - strlen(ending),
                              ending) == 0;
    tell(reading, FINDING_PART_EMPTY, 0, "an empty file%s",
         place->wants_rdb ? ", although its name says that it is an RDB" : "");
}

static void
end_reading(struct reading *reading, enum status status)
{
    struct check *check = reading->check;
    const struct error *error = &reading->log->error;
    bool in_progress =
        check->found.group_count > 0 &&
        check->found.groups[check->found.latest].code ==
            FINDING_AOF_IN_PROGRESS;
    if (status == STATUS_END)
        end_transactions(reading);
    else if (error->kind == ERROR_IO || error->offset != reading->told_at)
        aof_log_keep_error(reading->log, error, &reading->job->result->error);
    reading->part->is_complete =
        status == STATUS_END ||
        (error->kind == ERROR_TRUNCATED && in_progress);
}

/* Whether some RDB of the input has. */
static bool
has_vector_sets(const struct check *check)
{
    for (size_t i = 0; i < check->part_count; i++)
        if (check->parts[i].rdb != NULL && check->parts[i].rdb->vector_sets)
            return true;
    return false;
}

void
check_aof_read(const struct check_job *job, struct aof_log *log,
               struct check_part *part)
{
    struct check *check = job->check;
    struct reading reading = { .findings = { take_finding },
                               .job = job,
                               .check = check,
                               .log = log,
                               .part = part,
                               .rows = find_rows(check),
                               .db = DB_UNKNOWN };
    struct findings *before = log->records.findings;
    part->records_at = reader_offset(log->reader);
    part->good = part->records_at;
    check->found.place = (struct aof_place) {
        .in_commands = true,
        .is_last = log->part.is_last,
        .is_first = part->rdb != NULL && !log->part.in_set,
    };
    look_whether_empty(&reading);
    check->vadd.is_loaded = has_vector_sets(check);
    check->found.command = 1;
    log->records.findings = &reading.findings;
    end_reading(&reading, read_records(&reading));
    log->records.findings = before;
    check->found.command = 0;
}
