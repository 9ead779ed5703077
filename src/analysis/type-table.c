/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/type-table.h"

#include <stdlib.h>

size_t
type_table_module(struct type_table *table, struct bytes name)
{
    for (size_t i = 0; i < table->module_count; i++) {
        struct bytes known = bytes_of(table->modules[i].text,
                                      table->modules[i].size);
        if (bytes_equal(known, name))
            return TYPE_COUNT + i;
    }
    if (table->module_count == TYPE_TABLE_MODULES || name.size == 0 ||
        name.size > TYPE_TABLE_NAME)
        return TYPE_MODULE;
    size_t number = table->module_count++;
    memcpy(table->modules[number].text, name.data, name.size);
    table->modules[number].size = name.size;
    return TYPE_COUNT + number;
}

struct bytes
type_table_name(const struct type_table *table, size_t number)
{
    if (number < TYPE_COUNT)
        return bytes_of_text(type_name((enum type)number));
    number -= TYPE_COUNT;
    return bytes_of(table->modules[number].text, table->modules[number].size);
}

static int
order_names(const void *a, const void *b, void *context)
{
    const struct type_table *table = context;
    return bytes_compare(type_table_name(table, *(const size_t *)a),
                         type_table_name(table, *(const size_t *)b));
}

size_t
type_table_order(const struct type_table *table, size_t order[TYPE_TABLE_MAX])
{
    size_t end = type_table_end(table);
    for (size_t i = 0; i < end; i++)
        order[i] = i;
    struct type_table copy = *table;
    qsort_r(order + TYPE_COUNT, table->module_count, sizeof(order[0]),
            order_names, &copy);
    return end;
}

void
type_table_merge(struct type_table *table, const struct type_table *other,
                 size_t numbers[TYPE_TABLE_MAX])
{
    for (size_t i = 0; i < type_table_end(other); i++)
        numbers[i] = i < TYPE_COUNT
                         ? i
                         : type_table_module(table, type_table_name(other, i));
}
