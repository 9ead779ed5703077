/* SPDX-License-Identifier: BSD-3-Clause
 *
 * For who cuts memory into blocks himself: tells the address sanitizer which
 * bytes nobody may touch.  Without it, nothing.
 */
#ifndef KEYWEIGH_BASE_POISON_H
#define KEYWEIGH_BASE_POISON_H

#ifdef __SANITIZE_ADDRESS__
#define POISON_IS_HAD 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON_IS_HAD 1
#endif
#endif

#ifdef POISON_IS_HAD
#include <sanitizer/asan_interface.h>
#define POISON_HIDE(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define POISON_SHOW(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define POISON_HIDE(p, n) ((void)(p), (void)(n))
#define POISON_SHOW(p, n) ((void)(p), (void)(n))
#endif

#endif
