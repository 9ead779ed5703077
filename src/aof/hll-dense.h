/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The registers of dense HyperLogLogs: 6 bits each, the lowest bits first, here
 * one by one and all of them as bytes.
 */
#ifndef KEYWEIGH_AOF_HLL_DENSE_H
#define KEYWEIGH_AOF_HLL_DENSE_H

#include "aof/hll-estimate.h"

enum {
    HLL_REGISTER_BITS = 6,
    HLL_DENSE_BYTES = HLL_REGISTERS * HLL_REGISTER_BITS / 8,
};

unsigned hll_dense_get(const unsigned char dense[HLL_DENSE_BYTES],
                       unsigned number);
void hll_dense_put(unsigned char dense[HLL_DENSE_BYTES], unsigned number,
                   unsigned count);

void hll_dense_unpack(unsigned char registers[HLL_REGISTERS],
                      const unsigned char dense[HLL_DENSE_BYTES]);
void hll_dense_pack(unsigned char dense[HLL_DENSE_BYTES],
                    const unsigned char registers[HLL_REGISTERS]);

#endif
