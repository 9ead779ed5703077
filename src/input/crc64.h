/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The CRC64 of RDB files ("Jones": polynomial 0xad93d23594c935a9, reflected,
 * initial value 0, no final xor).  crc64(0, "123456789", 9) is
 * 0xe9c6d914c4b8d9ca.
 */
#ifndef KEYWEIGH_INPUT_CRC64_H
#define KEYWEIGH_INPUT_CRC64_H

#include <stddef.h>
#include <stdint.h>

/* Continues crc over size bytes. Safe to call from several threads. */
uint64_t crc64(uint64_t crc, const unsigned char *data, size_t size);

#endif
