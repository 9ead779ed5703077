/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The cardinality that a HyperLogLog's registers tell of, to the last digit as
 * each line of releases computes it: they cache it in the value.
 */
#ifndef KEYWEIGH_AOF_HLL_ESTIMATE_H
#define KEYWEIGH_AOF_HLL_ESTIMATE_H

#include <stdint.h>

enum {
    HLL_REGISTERS = 16384,
    HLL_REGISTER_MOST = 63,
};

/* How many of the registers have which count. */
struct hll_histogram {
    unsigned of[HLL_REGISTER_MOST + 1];
};

enum hll_estimator {
    HLL_BIAS,  /* Redis 2.8 to 3.2: the raw estimate, corrected */
    HLL_BETA,  /* Redis 4.0 */
    HLL_ERTL,  /* since Redis 5.0, and Valkey */
};

uint64_t hll_estimate(const struct hll_histogram *histogram,
                      enum hll_estimator estimator);

#endif
