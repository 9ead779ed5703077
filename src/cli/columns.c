/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/columns.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "data/slot.h"
#include "model/pricer.h"

/* What a cell is made from. */
struct row {
    const struct record *record;
    const struct price *price; /* of the column's profile */
    struct bytes file;
};

struct columns_row {
    const char *name;
    const char *title;
    enum column_kind kind;
    unsigned wants;
    bool of_model; /* differs from profile to profile */
    struct cell (*cell)(const struct row *row);
};

struct columns_pick {
    const struct columns_row *row;
    size_t profile;
    char *name; /* "memory@redis-7.2", or NULL */
};

static struct cell
number_or_empty(int64_t number)
{
    struct cell cell = cell_number(0);
    cell.number = number;
    return number < 0 ? cell_empty() : cell;
}

static struct cell
cell_file(const struct row *row)
{
    return cell_bytes(row->file);
}

static struct cell
cell_db(const struct row *row)
{
    return cell_number(row->record->key->db);
}

static struct cell
cell_key(const struct row *row)
{
    const struct key *key = row->record->key;
    return cell_name(key->name, key->name_size, key->name_hash);
}

static struct cell
cell_type(const struct row *row)
{
    const struct record *record = row->record;
    if (record->type == TYPE_MODULE)
        return cell_bytes(record->key->module_name);
    return cell_text(type_name(record->type));
}

static struct cell
cell_encoding(const struct row *row)
{
    if (row->price->basis == BASIS_NONE)
        return cell_empty();
    return cell_text(encoding_name(row->price->encoding));
}

static struct cell
cell_elements(const struct row *row)
{
    return cell_number(row->record->elements);
}

static struct cell
model_number(const struct price *price, uint64_t number)
{
    return price->basis == BASIS_NONE
               ? cell_empty()
               : cell_bound(number, price->basis == BASIS_LOWER);
}

static struct cell
cell_memory(const struct row *row)
{
    return model_number(row->price, row->price->memory);
}

static struct cell
cell_requested(const struct row *row)
{
    return model_number(row->price, row->price->requested);
}

static struct cell
cell_basis(const struct row *row)
{
    if (row->record->key->is_uncertain)
        return cell_text("uncertain");
    switch (row->price->basis) {
    case BASIS_EXACT:
        return cell_text("exact");
    case BASIS_EXPECTED:
        return cell_text("expected");
    case BASIS_LOWER:
        return cell_text("lower");
    case BASIS_NONE:
        break;
    }
    return cell_empty();
}

static struct cell
cell_payload(const struct row *row)
{
    return cell_number(row->record->payload);
}

static struct cell
cell_serialized(const struct row *row)
{
    uint64_t serialized = row->record->serialized;
    return serialized != 0 ? cell_number(serialized) : cell_empty();
}

static struct cell
cell_largest(const struct row *row)
{
    return cell_number(row->record->largest);
}

static struct cell
cell_largest_element(const struct row *row)
{
    if (row->record->type == TYPE_STRING)
        return cell_empty();
    return cell_bytes(row->record->largest_name);
}

static struct cell
cell_expire_ms(const struct row *row)
{
    const struct key *key = row->record->key;
    if (!key->has_expiry)
        return cell_empty();
    return cell_number((uint64_t)key->expire_ms);
}

static struct cell
cell_idle_s(const struct row *row)
{
    return number_or_empty(row->record->key->idle_s);
}

static struct cell
cell_freq(const struct row *row)
{
    return number_or_empty(row->record->key->freq);
}

static struct cell
cell_slot(const struct row *row)
{
    return cell_number(slot_of(row->record->key->name));
}

static struct cell
cell_offset(const struct row *row)
{
    uint64_t offset = row->record->key->offset;
    return offset != 0 ? cell_number(offset) : cell_empty();
}

static const struct columns_row rows[] = {
    { "file", "file", COLUMN_NAME, 0, false, cell_file },
    { "db", "db", COLUMN_COUNT, 0, false, cell_db },
    { "key", "key", COLUMN_NAME, 0, false, cell_key },
    { "type", "type", COLUMN_TEXT, 0, false, cell_type },
    { "encoding", "encoding", COLUMN_TEXT, PRICE_ENCODING, true,
      cell_encoding },
    { "elements", "elements", COLUMN_COUNT, PRICE_ELEMENTS, false,
      cell_elements },
    { "memory", "memory", COLUMN_BYTES, PRICE_MEMORY, true, cell_memory },
    { "basis", "basis", COLUMN_TEXT, PRICE_MEMORY, true, cell_basis },
    { "requested", "requested", COLUMN_BYTES, PRICE_MEMORY, true,
      cell_requested },
    { "payload", "payload", COLUMN_BYTES, PRICE_PAYLOAD, false,
      cell_payload },
    { "serialized", "serialized", COLUMN_BYTES, 0, false, cell_serialized },
    { "largest", "largest", COLUMN_BYTES, PRICE_LARGEST, false,
      cell_largest },
    { "largest_element", "largest element", COLUMN_NAME,
      PRICE_LARGEST | PRICE_LARGEST_NAME, false, cell_largest_element },
    { "expire_ms", "expires", COLUMN_TIME_MS, 0, false, cell_expire_ms },
    { "idle_s", "idle", COLUMN_SECONDS, 0, false, cell_idle_s },
    { "freq", "freq", COLUMN_COUNT, 0, false, cell_freq },
    { "slot", "slot", COLUMN_COUNT, 0, false, cell_slot },
    { "offset", "offset", COLUMN_COUNT, 0, false, cell_offset },
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

static const struct columns_row *
find_row(struct bytes name)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (bytes_equal(name, bytes_of_text(rows[i].name)))
            return &rows[i];
    }
    return NULL;
}

static void
add_pick(struct columns *columns, const struct columns_row *row,
         size_t profile, const char *server)
{
    size_t n = columns->count++;
    columns->columns = xreallocarray(columns->columns, n + 1,
                                     sizeof *columns->columns);
    columns->picks = xreallocarray(columns->picks, n + 1,
                                   sizeof *columns->picks);
    columns->cells = xreallocarray(columns->cells, n + 1,
                                   sizeof *columns->cells);

    struct columns_pick *pick = &columns->picks[n];
    *pick = (struct columns_pick){ row, profile, NULL };
    if (server != NULL) {
        struct buffer name = { 0 };
        buffer_append_format(&name, "%s@%s", row->name, server);
        pick->name = xmemdup(name.data, name.size);
        buffer_fini(&name);
    }
    columns->columns[n] = (struct column){
        .name = pick->name != NULL ? pick->name : row->name,
        .title = pick->name != NULL ? pick->name : row->title,
        .kind = row->kind,
    };
    columns->wants |= row->wants;
}

static void
unknown_column(struct bytes name, struct error *error)
{
    struct buffer known = { 0 };
    for (size_t i = 0; i < ROW_COUNT; i++)
        buffer_append_format(&known, "%s%s", i > 0 ? ", " : "", rows[i].name);
    error_set(error, ERROR_USAGE, "--columns: no column \"%.*s\"; there are "
              "%.*s", (int)(name.size < 40 ? name.size : 40),
              (const char *)name.data, (int)known.size,
              (const char *)known.data);
    buffer_fini(&known);
}

static struct bytes
trimmed(struct bytes text)
{
    while (text.size > 0 && text.data[0] == ' ')
        text = bytes_of(text.data + 1, text.size - 1);
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

/* The number of the server that stands behind "@"; servers->count when it is
 * none of them. */
static size_t
find_server(const struct option_list *servers, struct bytes name)
{
    size_t i = 0;
    while (i < servers->count &&
           !bytes_equal(name, bytes_of_text(servers->items[i])))
        i++;
    return i;
}

static bool
is_chosen(const struct columns *columns, const struct columns_row *row,
          size_t profile, bool named)
{
    for (size_t i = 0; i < columns->count; i++) {
        const struct columns_pick *pick = &columns->picks[i];
        if (pick->row == row && pick->profile == profile &&
            (pick->name != NULL) == named)
            return true;
    }
    return false;
}

/* One name of the list, which may end in "@SERVER". */
static enum status
choose(struct columns *columns, struct bytes name, bool expand,
       const struct option_list *servers, struct error *error)
{
    const unsigned char *at =
        name.size > 0 ? memchr(name.data, '@', name.size) : NULL;
    size_t size = at != NULL ? (size_t)(at - name.data) : name.size;
    const struct columns_row *row = find_row(bytes_of(name.data, size));
    size_t profile = 0;
    if (row != NULL && at != NULL) {
        profile = find_server(servers,
                              bytes_of(at + 1, name.size - size - 1));
        if (profile == servers->count || !row->of_model) {
            error_set(error, ERROR_USAGE, "--columns: %.*s: %s",
                      (int)(name.size < 80 ? name.size : 80),
                      (const char *)name.data,
                      row->of_model ? "no --server of that name"
                                    : "this column is the same for every "
                                      "server");
            return STATUS_FAIL;
        }
    }
    if (row == NULL) {
        unknown_column(name, error);
        return STATUS_FAIL;
    }
    if (is_chosen(columns, row, profile, at != NULL)) {
        error_set(error, ERROR_USAGE, "--columns: %.*s stands there twice",
                  (int)name.size, (const char *)name.data);
        return STATUS_FAIL;
    }
    add_pick(columns, row, profile,
             at != NULL ? servers->items[profile] : NULL);
    for (size_t i = 0; expand && row->of_model && i < servers->count; i++)
        add_pick(columns, row, i, servers->items[i]);
    return STATUS_OK;
}

enum status
columns_choose(struct columns *columns, const char *list,
               const struct option_list *servers, struct error *error)
{
    bool expand = servers->count > 1 && strchr(list, '@') == NULL;
    for (;;) {
        size_t size = strcspn(list, ",");
        struct bytes name = trimmed(bytes_of(list, size));
        if (choose(columns, name, expand, servers, error) != STATUS_OK)
            return STATUS_FAIL;
        if (list[size] == '\0')
            return STATUS_OK;
        list += size + 1;
    }
}

void
columns_fini(struct columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        free(columns->picks[i].name);
    free(columns->picks);
    free(columns->columns);
    free(columns->cells);
    *columns = (struct columns){ 0 };
}

const struct cell *
columns_fill(struct columns *columns, const struct record *record,
             struct bytes file)
{
    struct row row = { .record = record, .file = file };
    for (size_t i = 0; i < columns->count; i++) {
        const struct columns_pick *pick = &columns->picks[i];
        row.price = &record->prices[pick->profile];
        columns->cells[i] = pick->row->cell(&row);
    }
    return columns->cells;
}
