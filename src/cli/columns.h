/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The columns of rows about one key each: names, what the pricer must find
 * out for them, and how their cells come from a record.
 */
#ifndef KEYWEIGH_CLI_COLUMNS_H
#define KEYWEIGH_CLI_COLUMNS_H

#include "base/error.h"
#include "cli/options.h"
#include "model/record.h"
#include "report/writer.h"

/* A choice of columns in their order.  A zeroed struct is none. */
struct columns {
    struct column *columns;    /* for writer_ops.table_begin */
    struct columns_pick *picks;
    struct cell *cells;        /* of the latest columns_fill */
    size_t count;
    unsigned wants;            /* enum pricer_wants of all of them */
};

/* Parses "db,key,memory" and makes the columns; with two servers or more each
 * column of the model is followed by one for each server, "memory@SERVER",
 * unless the list names such columns itself.  Blanks around names are fine.
 * FAIL with ERROR_USAGE for a name that is none, and for one that stands there
 * twice.  The texts stay borrowed. */
enum status columns_choose(struct columns *columns, const char *list,
                           const struct option_list *servers,
                           struct error *error);
/* Leaves none. */
void columns_fini(struct columns *columns);

/* The cells of one row, valid until the next call or the record changes.
 * file is the name of its input. */
const struct cell *columns_fill(struct columns *columns,
                                const struct record *record,
                                struct bytes file);

#endif
