/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the machine gives to this process.
 */
#ifndef KEYWEIGH_BASE_MACHINE_H
#define KEYWEIGH_BASE_MACHINE_H

#include <stdint.h>

/* Bytes of memory that there are for it: the machine's, or less where its
 * control group or its own limits say so. */
uint64_t machine_memory(void);

#endif
