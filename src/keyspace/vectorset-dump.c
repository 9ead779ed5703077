/* SPDX-License-Identifier: BSD-3-Clause */
#include "keyspace/vectorset-dump.h"

#include "base/endian.h"
#include "keyspace/value-module.h"

enum { VERSION_MOST = 1 };

/* A reading of pieces: once one is not what was expected, all are nothing. */
struct reading {
    const struct value *dump;
    size_t at;
    bool failed;
};

static struct item
take_piece(struct reading *reading, enum item_kind kind)
{
    struct item item = { .kind = kind };
    if (!reading->failed &&
        (!value_module_get(reading->dump, &reading->at, &item) ||
         item.kind != kind)) {
        reading->failed = true;
        item = (struct item){ .kind = kind };
    }
    return item;
}

/* A number that is most at most. */
static uint64_t
take_number(struct reading *reading, uint64_t most)
{
    uint64_t number = take_piece(reading, ITEM_MODULE_UINT).count;
    if (number <= most)
        return number;
    reading->failed = true;
    return 0;
}

static struct bytes
take_text(struct reading *reading)
{
    struct text text = take_piece(reading, ITEM_MODULE_STRING).text;
    return bytes_of(text.data, text.held);
}

/* A text of that size, or NULL. */
static const unsigned char *
take_bytes(struct reading *reading, uint64_t size)
{
    struct bytes text = take_text(reading);
    reading->failed = reading->failed || text.size != size;
    return reading->failed ? NULL : text.data;
}

/* --- what stands in front of the elements --- */

struct head {
    struct vectorset_form form;
    uint64_t elements;
    uint64_t flags;
};

static void
take_matrix(struct reading *reading, struct vectorset_form *form)
{
    form->input = (uint32_t)take_number(reading, VECTOR_DIMENSION_MOST);
    reading->failed = reading->failed || form->input == 0;
    form->matrix =
        take_bytes(reading, vector_matrix_size(form->input,
                                               form->vector.dimension));
}

static struct head
take_head(struct reading *reading)
{
    struct head head = { .elements = 0 };
    struct vector_form *vector = &head.form.vector;
    vector->dimension = (uint32_t)take_number(reading, VECTOR_DIMENSION_MOST);
    head.elements = take_number(reading, UINT64_MAX);
    uint64_t config = take_number(reading, 0xffffff);
    vector->quant = (enum vector_quant)(config & 0xff);
    head.form.links_most = (uint32_t)(config >> 8);
    if (head.form.links_most == 0)
        head.form.links_most = VECTORSET_LINKS_DEFAULT;
    if (head.form.links_most > VECTORSET_LINKS_MOST)
        head.form.links_most = VECTORSET_LINKS_MOST;
    head.flags =
        take_number(reading, VECTORSET_MATRIX | VECTORSET_ATTRIBUTES);
    reading->failed = reading->failed || vector->dimension == 0 ||
                      vector->quant >= VECTOR_QUANTS;
    if (!reading->failed && (head.flags & VECTORSET_MATRIX) != 0)
        take_matrix(reading, &head.form);
    return head;
}

/* --- elements --- */

static float
float_of(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float number;
    memcpy(&number, &low, sizeof(number));
    return number;
}

static uint32_t
bits_of(float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof(bits));
    return bits;
}

uint64_t
vectorset_dump_floats(const struct vector *vector)
{
    return bits_of(vector->length) | (uint64_t)bits_of(vector->range) << 32;
}

/* Passes over the links of a layer; returns how many numbers these were. */
static uint64_t
skip_layer(struct reading *reading, bool has_worst)
{
    uint64_t links = take_number(reading, UINT64_MAX - 3);
    uint64_t numbers = links + has_worst;
    (void)take_number(reading, UINT64_MAX);
    for (uint64_t i = 0; i < numbers && !reading->failed; i++)
        (void)take_number(reading, UINT64_MAX);
    return numbers + 2;
}

static void
take_numbers(struct reading *reading, struct vectorset_element *element)
{
    uint64_t numbers = take_number(reading, UINT64_MAX);
    (void)take_number(reading, UINT64_MAX);
    uint64_t level = take_number(reading, UINT32_MAX);
    uint64_t version = level >> 24;
    uint64_t taken = 3;
    element->level = level & VECTORSET_LEVEL_MOST;
    reading->failed = reading->failed || version > VERSION_MOST;
    for (unsigned i = 0; i <= element->level && !reading->failed; i++)
        taken += skip_layer(reading, version > 0);
    uint64_t floats = take_number(reading, UINT64_MAX);
    element->vector.length = float_of(floats);
    element->vector.range = float_of(floats >> 32);
    reading->failed = reading->failed || taken != numbers;
}

static struct vectorset_element
take_element(struct reading *reading, const struct head *head)
{
    struct vectorset_element element = { .name = take_text(reading) };
    if ((head->flags & VECTORSET_ATTRIBUTES) != 0)
        element.attribute = take_text(reading);
    element.vector.bytes =
        take_bytes(reading, vector_size(&head->form.vector));
    take_numbers(reading, &element);
    return element;
}

static void
take_elements(struct store *store, struct reading *reading,
              const struct head *head, struct value *set)
{
    for (uint64_t i = 0; i < head->elements && !reading->failed; i++) {
        struct vectorset_element element = take_element(reading, head);
        if (!reading->failed &&
            value_vectorset_load(store, set, &element) != VALUE_ADDED)
            reading->failed = true;
    }
}

bool
vectorset_dump_read(struct store *store, const struct value *dump,
                    struct value *set)
{
    struct reading reading = { .dump = dump };
    struct item rest;
    if (take_piece(&reading, ITEM_MODULE).number != 0)
        reading.failed = true;
    struct head head = take_head(&reading);
    if (reading.failed)
        return false;
    value_init(store, set, TYPE_VECTORSET);
    if (value_vectorset_begin(store, set, &head.form)) {
        take_elements(store, &reading, &head, set);
        if (!reading.failed &&
            !value_module_get(dump, &reading.at, &rest))
            return true;
    }
    value_fini(store, set);
    return false;
}
