/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Hash slots of Redis and Valkey Cluster.
 */
#ifndef KEYWEIGH_DATA_SLOT_H
#define KEYWEIGH_DATA_SLOT_H

#include <stdint.h>

#include "base/bytes.h"

enum { SLOT_COUNT = 16384 };

/* CRC-16/XMODEM: polynomial 0x1021, initial value 0, neither reflected nor
 * inverted.  Of "123456789" it is 0x31c3. */
uint16_t slot_crc16(struct bytes bytes);

/* The slot of a key, 0 to SLOT_COUNT - 1.  When the name has a hash tag (what
 * stands between the first '{' and the first '}' behind it, and is not empty),
 * only that counts. */
unsigned slot_of(struct bytes name);

#endif
