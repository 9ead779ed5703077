/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The sections of the aof command, and what they have in common.  Data always
 * have all of a section's columns; for people those are left out that say
 * nothing.
 */
#ifndef KEYWEIGH_CLI_AOF_TABLES_H
#define KEYWEIGH_CLI_AOF_TABLES_H

#include "base/number.h"
#include "cli/aof-report.h"

struct aof_tables {
    struct aof_report *report;
    struct writer *writer;
    bool for_people;
    bool several_inputs; /* rows say of which they are, */
    bool several_parts;  /* and of which file */
};

struct aof_tables aof_tables_of(struct aof_report *report,
                                struct writer *writer);

/* aof-sums.c: one object each, and what was read. */
void aof_tables_inputs(const struct aof_tables *tables);
void aof_tables_parts(const struct aof_tables *tables);
void aof_tables_totals(const struct aof_tables *tables);
void aof_tables_transactions(const struct aof_tables *tables);
void aof_tables_expiries(const struct aof_tables *tables);
void aof_tables_rewrite(const struct aof_tables *tables);

/* aof-tables.c: rankings and sums of rows.  Of commands at most so many rows,
 * and one for all others. */
void aof_tables_commands(const struct aof_tables *tables, size_t most);
void aof_tables_keys(const struct aof_tables *tables, bool by_bytes);
void aof_tables_prefixes(const struct aof_tables *tables);
void aof_tables_times(const struct aof_tables *tables);
void aof_tables_biggest(const struct aof_tables *tables);
void aof_tables_databases(const struct aof_tables *tables);

/* All sections, one after the other. */
void aof_tables_write(struct aof_report *report, struct writer *writer);

#define AOF_TABLES_COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline struct cell
aof_tables_share(uint64_t part, uint64_t whole)
{
    return cell_number(number_per_mille(part, whole));
}

static inline struct cell
aof_tables_time(bool known, int64_t seconds)
{
    int64_t ms;
    if (!known || __builtin_mul_overflow(seconds, INT64_C(1000), &ms))
        return cell_empty();
    return (struct cell){ .kind = CELL_NUMBER, .number = ms };
}

/* NULL: nothing. */
static inline struct cell
aof_tables_text(const char *text)
{
    return text != NULL ? cell_text(text) : cell_empty();
}

static inline struct cell
aof_tables_file(const struct aof_tables *tables, uint64_t part)
{
    return aof_tables_text(tables->report->parts[part].name);
}

#endif
