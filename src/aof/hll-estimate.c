/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The order of floating point steps decides the last digit: it is that of
 * hyperloglog.c hllCount in Redis 3.2, 4.0 and 7.2.
 */
#include "aof/hll-estimate.h"

#include <math.h>
#include <stddef.h>

/* Bits of a hash that are left for the rank. */
enum { RANK_BITS = 50 };

static const double m = HLL_REGISTERS;

/* The bias correction constant of the papers, for 128 registers or more. */
static double
alpha_m(void)
{
    return 0.7213 / (1 + 1.079 / m);
}

/* The sum of 2 to the power of minus each register; exact, but for ranks that
 * no set reaches. */
static double
sum_of_powers(const struct hll_histogram *histogram)
{
    double sum = 0;
    for (int rank = HLL_REGISTER_MOST; rank >= 0; rank--)
        sum += ldexp(histogram->of[rank], -rank);
    return sum;
}

/* Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog: the analysis of a
 * near-optimal cardinality estimation algorithm": linear counting while it is
 * small; and then, up to 72000, the servers take off a bias, in percent, by a
 * polynomial that was fitted to 2^14 registers. */
static uint64_t
estimate_bias(const struct hll_histogram *histogram)
{
    double raw = (1 / sum_of_powers(histogram)) * alpha_m() * m * m;
    unsigned zeros = histogram->of[0];
    if (raw < m * 2.5 && zeros != 0)
        return (uint64_t)(m * log(m / zeros));
    if (raw < 72000) {
        double bias = 5.9119 * 1.0e-18 * (raw * raw * raw * raw) -
                      1.4253 * 1.0e-12 * (raw * raw * raw) +
                      1.2940 * 1.0e-7 * (raw * raw) -
                      5.2921 * 1.0e-3 * raw + 83.3216;
        raw -= raw * (bias / 100);
    }
    return (uint64_t)raw;
}

/* Qin, Kim and Tung, "LogLog-Beta and More", arXiv:1612.02284, with their
 * factors for 2^14 registers. */
static uint64_t
estimate_beta(const struct hll_histogram *histogram)
{
    static const double factors[] = {
        0.070471823, 0.17393686,   0.16339839, -0.09237745,
        0.03738027,  -0.005384159, 0.00042419,
    };
    double zeros = histogram->of[0];
    double beta = -0.370393911 * zeros;
    for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++)
        beta += factors[i] * pow(log(zeros + 1), (double)(i + 1));
    return (uint64_t)llroundl(
        (long double)(alpha_m() * m * (m - zeros) *
                      (1 / (sum_of_powers(histogram) + beta))));
}

static double
sigma(double x)
{
    double y = 1;
    double z = x;
    double last;
    if (x == 1)
        return (double)INFINITY;
    do {
        x *= x;
        last = z;
        z += x * y;
        y += y;
    } while (last != z);
    return z;
}

static double
tau(double x)
{
    double y = 1;
    double z = 1 - x;
    double last;
    if (x == 0 || x == 1)
        return 0;
    do {
        x = sqrt(x);
        last = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    } while (last != z);
    return z / 3;
}

/* Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog
 * sketches", arXiv:1702.01284. */
static uint64_t
estimate_ertl(const struct hll_histogram *histogram)
{
    const double alpha = 0.721347520444481703680; /* 0.5 / ln 2 */
    double z = m * tau((m - histogram->of[RANK_BITS + 1]) / m);
    for (int rank = RANK_BITS; rank >= 1; rank--) {
        z += histogram->of[rank];
        z *= 0.5;
    }
    z += m * sigma(histogram->of[0] / m);
    return (uint64_t)llroundl((long double)(alpha * m * m / z));
}

uint64_t
hll_estimate(const struct hll_histogram *histogram,
             enum hll_estimator estimator)
{
    switch (estimator) {
    case HLL_BIAS:
        return estimate_bias(histogram);
    case HLL_BETA:
        return estimate_beta(histogram);
    case HLL_ERTL:
        break;
    }
    return estimate_ertl(histogram);
}
