/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "scan/workers.h"

struct run {
    atomic_size_t existing; /* results that are not joined yet */
    size_t limit;
    size_t joined;
};

static void *
work(void *context, size_t index)
{
    struct run *run = context;
    assert_true(atomic_fetch_add(&run->existing, 1) < run->limit);
    usleep((unsigned)(index * 7 % 5) * 500);
    size_t *result = xmalloc(sizeof(*result));
    *result = index * 3;
    return result;
}

static void
join(void *context, size_t index, void *result)
{
    struct run *run = context;
    assert_int_equal(index, run->joined);
    assert_int_equal(*(size_t *)result, index * 3);
    run->joined++;
    atomic_fetch_sub(&run->existing, 1);
    free(result);
}

static void
test_joined_in_order(void **state)
{
    (void)state;
    static const size_t counts[] = { 0, 1, 2, 40 };
    static const size_t threads[] = { 1, 2, 8, 100 };
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 4; j++) {
            struct run run = { .limit = threads[j] };
            struct workers_jobs jobs = { counts[i], &run, work, join };
            workers_run(&jobs, threads[j]);
            assert_int_equal(run.joined, counts[i]);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joined_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
