/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Numbers for the words that TYPE may say, by which analyses index their
 * sums: the built-in types first (their enum), then each module's type as it
 * turns up.  Names of module types come from the input, so only so many get a
 * number of their own; the rest share that of TYPE_MODULE, "module".
 *
 * A zeroed struct is an empty table.
 */
#ifndef KEYWEIGH_ANALYSIS_TYPE_TABLE_H
#define KEYWEIGH_ANALYSIS_TYPE_TABLE_H

#include "model/record.h"

enum {
    TYPE_TABLE_MODULES = 48,
    TYPE_TABLE_MAX = TYPE_COUNT + TYPE_TABLE_MODULES,
    TYPE_TABLE_NAME = 16, /* a module type's name has 9 bytes */
};

struct type_table {
    struct {
        unsigned char text[TYPE_TABLE_NAME];
        size_t size;
    } modules[TYPE_TABLE_MODULES];
    size_t module_count;
};

/* The number of a module's type, which is added. */
size_t type_table_module(struct type_table *table, struct bytes name);

/* What TYPE says, by number. */
struct bytes type_table_name(const struct type_table *table, size_t number);

/* The numbers in use are below this. */
static inline size_t
type_table_end(const struct type_table *table)
{
    return TYPE_COUNT + table->module_count;
}

static inline size_t
type_table_number(struct type_table *table, const struct record *record)
{
    if (record->type != TYPE_MODULE)
        return (size_t)record->type;
    return type_table_module(table, record->key->module_name);
}

/* The numbers in use in an order that does not depend on the order of keys:
 * built-in types, then modules' by name.  Returns how many. */
size_t type_table_order(const struct type_table *table,
                        size_t order[TYPE_TABLE_MAX]);

/* Gives numbers to all of other's types; *numbers is indexed by theirs. */
void type_table_merge(struct type_table *table, const struct type_table *other,
                      size_t numbers[TYPE_TABLE_MAX]);

#endif
