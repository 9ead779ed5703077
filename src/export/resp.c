/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/resp.h"

#include "base/number.h"

enum { HEADER_SIZE = 32 };

static void
append_header(struct spool *spool, char mark, uint64_t number)
{
    char header[HEADER_SIZE] = { mark };
    size_t size = 1 + number_format_uint64(number, header + 1);
    header[size++] = '\r';
    header[size++] = '\n';
    spool_append(spool, bytes_of(header, size));
}

static void
append_end(struct spool *spool)
{
    spool_append(spool, BYTES_LITERAL("\r\n"));
}

void
resp_begin(struct spool *spool, uint64_t words, const char *first)
{
    append_header(spool, '*', words);
    resp_word(spool, first);
}

void
resp_bytes(struct spool *spool, struct bytes bytes)
{
    append_header(spool, '$', bytes.size);
    spool_append(spool, bytes);
    append_end(spool);
}

void
resp_word(struct spool *spool, const char *word)
{
    resp_bytes(spool, bytes_of_text(word));
}

void
resp_number(struct spool *spool, int64_t number)
{
    char digits[NUMBER_INTEGER_SIZE];
    resp_bytes(spool, bytes_of(digits, number_format_int64(number, digits)));
}

void
resp_count(struct spool *spool, uint64_t number)
{
    char digits[NUMBER_INTEGER_SIZE];
    resp_bytes(spool, bytes_of(digits, number_format_uint64(number, digits)));
}

void
resp_double(struct spool *spool, double number)
{
    char digits[NUMBER_DOUBLE_SIZE];
    resp_bytes(spool, bytes_of(digits, number_format_double(number, digits)));
}

void
resp_id(struct spool *spool, struct stream_id id)
{
    char text[2 * NUMBER_INTEGER_SIZE + 1];
    size_t size = number_format_uint64(id.ms, text);
    text[size++] = '-';
    size += number_format_uint64(id.seq, text + size);
    resp_bytes(spool, bytes_of(text, size));
}

void
resp_text(struct spool *spool, struct texts *texts, const struct text *text,
          int which)
{
    append_header(spool, '$', text->size);
    texts_each(texts, text, which, spool_take, spool);
    append_end(spool);
}

void
resp_spool(struct spool *spool, const struct spool *bytes)
{
    append_header(spool, '$', spool_size(bytes));
    spool_each(bytes, spool_take, spool);
    append_end(spool);
}
