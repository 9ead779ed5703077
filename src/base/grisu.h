/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The decimal digits of a double by Grisu2 (Florian Loitsch, Printing
 * Floating-Point Numbers Quickly and Accurately with Integers, PLDI 2010).
 * They always read back to the double, and in about 99.9 % of cases are the
 * fewest that do.
 *
 * They are those of fpconv, by which servers print: what the paper leaves open
 * is settled as there, so that the other 0.1 % come out the same.
 */
#ifndef KEYWEIGH_BASE_GRISU_H
#define KEYWEIGH_BASE_GRISU_H

enum { GRISU_DIGITS_MAX = 17 };

/* digits * 10^exponent; the first digit is not 0. */
struct grisu {
    char digits[GRISU_DIGITS_MAX]; /* no NUL */
    int count;
    int exponent;
};

/* value is finite and above 0. */
struct grisu grisu_of(double value);

#endif
