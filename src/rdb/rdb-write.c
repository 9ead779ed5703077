/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Source of what servers write: rdb.c rdbSaveLen, rdbSaveRawString,
 * rdbTryIntegerEncoding and rdbSaveDoubleValue, Redis 7.2.
 */
#include "rdb/rdb-write.h"

#include <liblzf/lzf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/xalloc.h"
#include "input/crc64.h"
#include "rdb/opcodes.h"

enum {
    BLOCK_SIZE = 64 * 1024,
    INTEGER_DIGITS = 11, /* no longer text is looked at for an integer */
    LZF_FROM = 21,       /* bytes; shorter texts are not compressed */
    LZF_GAIN = 4,        /* nor is what gets shorter by less */
    LZF_AT_MOST = 64 * 1024 * 1024,
    VERSION_WITH_MS = 3,
    VERSION_WITH_CRC = 5,
};

enum { STRING_INT8 = 0xc0, STRING_INT16, STRING_INT32, STRING_LZF };
enum { LENGTH_14 = 0x40, LENGTH_32 = 0x80, LENGTH_64 = 0x81 };
enum { DOUBLE_NAN = 253, DOUBLE_INFINITE, DOUBLE_MINUS_INFINITE };

void
rdb_write_init(struct rdb_writer *writer, rdb_write_function *write,
               void *context)
{
    *writer = (struct rdb_writer){ .write = write, .context = context };
}

void
rdb_write_fini(struct rdb_writer *writer)
{
    buffer_fini(&writer->buffer);
    free(writer->room);
    writer->room = NULL;
    writer->room_size = 0;
}

void
rdb_write_flush(struct rdb_writer *writer)
{
    if (writer->buffer.size > 0)
        writer->write(writer->context, buffer_bytes(&writer->buffer));
    buffer_clear(&writer->buffer);
}

void
rdb_write_raw(struct rdb_writer *writer, struct bytes bytes)
{
    writer->crc = crc64(writer->crc, bytes.data, bytes.size);
    writer->size += bytes.size;
    if (writer->buffer.size + bytes.size > BLOCK_SIZE)
        rdb_write_flush(writer);
    if (bytes.size > BLOCK_SIZE)
        writer->write(writer->context, bytes);
    else
        buffer_append(&writer->buffer, bytes.data, bytes.size);
}

void
rdb_write_byte(struct rdb_writer *writer, unsigned char byte)
{
    rdb_write_raw(writer, bytes_of(&byte, 1));
}

static void
write_little_endian(struct rdb_writer *writer, uint64_t value, size_t size)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
    rdb_write_raw(writer, bytes_of(bytes, size));
}

static void
write_big_endian(struct rdb_writer *writer, uint64_t value, size_t size)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(value >> 8 * (size - 1 - i));
    rdb_write_raw(writer, bytes_of(bytes, size));
}

void
rdb_write_header(struct rdb_writer *writer, enum rdb_dialect dialect,
                 int version)
{
    char header[16];
    int size = dialect == RDB_VALKEY
                   ? snprintf(header, sizeof(header), "VALKEY%03d", version)
                   : snprintf(header, sizeof(header), "REDIS%04d", version);
    writer->version = version;
    rdb_write_raw(writer, bytes_of(header, (size_t)size));
}

void
rdb_write_length(struct rdb_writer *writer, uint64_t length)
{
    if (length < 1U << 6) {
        rdb_write_byte(writer, (unsigned char)length);
    } else if (length < 1U << 14) {
        write_big_endian(writer, (uint64_t)LENGTH_14 << 8 | length, 2);
    } else if (length <= UINT32_MAX) {
        rdb_write_byte(writer, LENGTH_32);
        write_big_endian(writer, length, 4);
    } else {
        rdb_write_byte(writer, LENGTH_64);
        write_big_endian(writer, length, 8);
    }
}

static void
write_plain(struct rdb_writer *writer, struct bytes text)
{
    rdb_write_length(writer, text.size);
    rdb_write_raw(writer, text);
}

void
rdb_write_integer(struct rdb_writer *writer, int64_t number)
{
    char digits[NUMBER_INTEGER_SIZE];
    if (number >= INT8_MIN && number <= INT8_MAX) {
        rdb_write_byte(writer, STRING_INT8);
        write_little_endian(writer, (uint64_t)number, 1);
    } else if (number >= INT16_MIN && number <= INT16_MAX) {
        rdb_write_byte(writer, STRING_INT16);
        write_little_endian(writer, (uint64_t)number, 2);
    } else if (number >= INT32_MIN && number <= INT32_MAX) {
        rdb_write_byte(writer, STRING_INT32);
        write_little_endian(writer, (uint64_t)number, 4);
    } else {
        write_plain(writer,
                    bytes_of(digits, number_format_int64(number, digits)));
    }
}

/* False, with nothing written, when compressing gains too little. */
static bool
write_compressed(struct rdb_writer *writer, struct bytes text)
{
    if (text.size < LZF_FROM || text.size > LZF_AT_MOST)
        return false;
    if (writer->room_size < text.size) {
        free(writer->room);
        writer->room = xmalloc(text.size);
        writer->room_size = text.size;
    }
    unsigned size =
        lzf_compress(text.data, (unsigned)text.size, writer->room,
                     (unsigned)(text.size - LZF_GAIN));
    if (size == 0)
        return false;
    rdb_write_byte(writer, STRING_LZF);
    rdb_write_length(writer, size);
    rdb_write_length(writer, text.size);
    rdb_write_raw(writer, bytes_of(writer->room, size));
    return true;
}

void
rdb_write_string(struct rdb_writer *writer, struct bytes text)
{
    int64_t number;
    if (text.size <= INTEGER_DIGITS && number_parse_int64(text, &number) &&
        number >= INT32_MIN && number <= INT32_MAX)
        rdb_write_integer(writer, number);
    else if (!writer->compresses || !write_compressed(writer, text))
        write_plain(writer, text);
}

void
rdb_write_double(struct rdb_writer *writer, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    write_little_endian(writer, bits, sizeof(bits));
}

void
rdb_write_ms(struct rdb_writer *writer, int64_t ms)
{
    write_little_endian(writer, (uint64_t)ms, sizeof(ms));
}

void
rdb_write_double_text(struct rdb_writer *writer, double value)
{
    char text[NUMBER_DOUBLE_SIZE];
    if (isnan(value)) {
        rdb_write_byte(writer, DOUBLE_NAN);
    } else if (isinf(value)) {
        rdb_write_byte(writer,
                       value > 0 ? DOUBLE_INFINITE : DOUBLE_MINUS_INFINITE);
    } else {
        size_t size = number_format_double(value, text);
        rdb_write_byte(writer, (unsigned char)size);
        rdb_write_raw(writer, bytes_of(text, size));
    }
}

void
rdb_write_aux(struct rdb_writer *writer, const char *name, struct bytes value)
{
    rdb_write_byte(writer, OPCODE_AUX);
    rdb_write_string(writer, bytes_of_text(name));
    rdb_write_string(writer, value);
}

void
rdb_write_database(struct rdb_writer *writer, uint64_t db)
{
    rdb_write_byte(writer, OPCODE_SELECTDB);
    rdb_write_length(writer, db);
}

void
rdb_write_sizes(struct rdb_writer *writer, uint64_t keys, uint64_t expires)
{
    rdb_write_byte(writer, OPCODE_RESIZEDB);
    rdb_write_length(writer, keys);
    rdb_write_length(writer, expires);
}

void
rdb_write_expiry(struct rdb_writer *writer, int64_t ms)
{
    if (writer->version < VERSION_WITH_MS) {
        rdb_write_byte(writer, OPCODE_EXPIRETIME);
        write_little_endian(writer, (uint64_t)(ms / 1000), 4);
        return;
    }
    rdb_write_byte(writer, OPCODE_EXPIRETIME_MS);
    rdb_write_ms(writer, ms);
}

void
rdb_write_idle(struct rdb_writer *writer, uint64_t seconds)
{
    rdb_write_byte(writer, OPCODE_IDLE);
    rdb_write_length(writer, seconds);
}

void
rdb_write_freq(struct rdb_writer *writer, unsigned char freq)
{
    rdb_write_byte(writer, OPCODE_FREQ);
    rdb_write_byte(writer, freq);
}

void
rdb_write_end(struct rdb_writer *writer)
{
    rdb_write_byte(writer, OPCODE_EOF);
    if (writer->version >= VERSION_WITH_CRC)
        write_little_endian(writer, writer->crc, sizeof(writer->crc));
    rdb_write_flush(writer);
}
