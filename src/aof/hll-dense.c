/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Eight registers are six bytes, which go apart by halves:
 *
 *     48 bits     hhhhhhhh gggggggg ffffffff eeeeeeee dddddddd ...
 *     2 * 24 in 32,  4 * 12 in 16,  8 * 6 in 8
 */
#include "aof/hll-dense.h"

#include "base/endian.h"

enum { GROUP = 8, GROUP_BYTES = GROUP * HLL_REGISTER_BITS / 8 };

/* The low and the high ones of 24, 12 and 6 bits. */
#define LOW_24 UINT64_C(0x0000000000ffffff)
#define HIGH_24 (LOW_24 << 24)
#define LOW_12 UINT64_C(0x00000fff00000fff)
#define HIGH_12 (LOW_12 << 12)
#define LOW_6 UINT64_C(0x003f003f003f003f)
#define HIGH_6 (LOW_6 << 6)

/* A register may begin in one byte and end in the next; the last one does not
 * reach behind the end. */
unsigned
hll_dense_get(const unsigned char dense[HLL_DENSE_BYTES], unsigned number)
{
    unsigned bit = number * HLL_REGISTER_BITS;
    unsigned shift = bit % 8;
    unsigned pair = dense[bit / 8];
    if (shift > 8 - HLL_REGISTER_BITS)
        pair |= (unsigned)dense[bit / 8 + 1] << 8;
    return pair >> shift & HLL_REGISTER_MOST;
}

void
hll_dense_put(unsigned char dense[HLL_DENSE_BYTES], unsigned number,
              unsigned count)
{
    unsigned bit = number * HLL_REGISTER_BITS;
    unsigned shift = bit % 8;
    unsigned char *at = dense + bit / 8;
    unsigned mask = (unsigned)HLL_REGISTER_MOST << shift;
    unsigned bits = count << shift;
    at[0] = (unsigned char)((at[0] & ~mask) | bits);
    if (shift > 8 - HLL_REGISTER_BITS)
        at[1] = (unsigned char)((at[1] & ~(mask >> 8)) | bits >> 8);
}

void
hll_dense_unpack(unsigned char registers[HLL_REGISTERS],
                 const unsigned char dense[HLL_DENSE_BYTES])
{
    for (unsigned i = 0; i < HLL_REGISTERS; i += GROUP) {
        uint64_t bits = load_u32le(dense) |
                        (uint64_t)load_u16le(dense + 4) << 32;
        bits = (bits & LOW_24) | (bits & HIGH_24) << 8;
        bits = (bits & LOW_12) | (bits & HIGH_12) << 4;
        bits = (bits & LOW_6) | (bits & HIGH_6) << 2;
        store_u64le(registers + i, bits);
        dense += GROUP_BYTES;
    }
}

void
hll_dense_pack(unsigned char dense[HLL_DENSE_BYTES],
               const unsigned char registers[HLL_REGISTERS])
{
    for (unsigned i = 0; i < HLL_REGISTERS; i += GROUP) {
        uint64_t bits = load_u64le(registers + i);
        bits = (bits & LOW_6) | (bits >> 2 & HIGH_6);
        bits = (bits & LOW_12) | (bits >> 4 & HIGH_12);
        bits = (bits & LOW_24) | (bits >> 8 & HIGH_24);
        store_u32le(dense, (uint32_t)bits);
        store_u16le(dense + 4, (uint16_t)(bits >> 32));
        dense += GROUP_BYTES;
    }
}
