/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the machine gives to this process, and its clocks.
 */
#ifndef KEYWEIGH_BASE_MACHINE_H
#define KEYWEIGH_BASE_MACHINE_H

#include <stdint.h>
#include <time.h>

/* Bytes of memory that there are for it: the machine's, or less where its
 * control group or its own limits say so. */
uint64_t machine_memory(void);

/* What a clock (CLOCK_REALTIME, ...) says. */
int64_t machine_nanoseconds(clockid_t clock);

#endif
