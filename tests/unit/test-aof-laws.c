/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a repair of a log must never do, on thousands of damaged logs: lose a
 * command that the damage did not touch, or bring in one that was not there.
 * The figures are printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aof/aof-repair.h"
#include "made-log.h"

#include <unistd.h>

enum {
    LOG_SIZE = 60000,
    CUTS = 1500,
    SPANS = 1200,
    SPAN_MOST = 4096,
    LOG_SEED = 20,
};

struct law {
    uint64_t cases;
    uint64_t possible; /* commands that the damage does not touch */
    uint64_t kept;     /* of them */
    uint64_t strange;  /* commands from within the damage that came out */
};

static FILE *file;

static void
write_file(struct bytes bytes, size_t at)
{
    assert_int_equal(pwrite(fileno(file), bytes.data, bytes.size, (off_t)at),
                     bytes.size);
}

static void
repair(struct repair_plan *plan, uint64_t size)
{
    struct aof_repair_options options = { .fd = fileno(file), .size = size };
    struct aof_repair_facts facts;
    struct error error = { .kind = ERROR_NONE };
    assert_int_equal(aof_repair_find(plan, &facts, &options, &error),
                     STATUS_OK);
}

/* Whether all of these bytes stay. */
static bool
is_kept(const struct repair_plan *plan, size_t begin, size_t end)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->ranges[i].reason != REPAIR_REWRITTEN &&
            plan->ranges[i].from.at < end && plan->ranges[i].to.at > begin)
            return false;
    return true;
}

static void
count_kept(const struct made_log *log, const struct repair_plan *plan,
           size_t begin, size_t end, struct law *law)
{
    for (size_t i = 0; i < log->count; i++) {
        const struct made_record *record = &log->records[i];
        if (record->kind == '#' || made_is_hit(log, i, begin, end))
            continue;
        law->possible++;
        if (is_kept(plan, record->begin, record->end))
            law->kept++;
        else
            print_message("# span [%zu, %zu): lost [%zu, %zu)\n", begin, end,
                          record->begin, record->end);
    }
}

/* Commands that come out and lie inside of the damage: text of another log
 * that happens to fit. */
static void
count_strange(const struct repair_plan *plan, size_t begin, size_t end,
              struct law *law)
{
    struct window window;
    size_t i = 0;
    window_init(&window, fileno(file), end);
    for (uint64_t at = 0; at < end;) {
        struct resync_record record;
        if (i < plan->count && plan->ranges[i].from.at == at) {
            at = plan->ranges[i++].to.at;
            continue;
        }
        resync_read(&window, at, &record);
        if (record.verdict != RESYNC_SOUND)
            break;
        law->strange += at >= begin && record.argc > 0;
        at = record.end;
    }
    window_fini(&window);
}

static void
tell(const char *name, const char *style, const struct law *law)
{
    print_message("# %s, %s: %llu cases, %llu commands kept of %llu possible, "
                  "%llu strange\n",
                  name, style, (unsigned long long)law->cases,
                  (unsigned long long)law->kept,
                  (unsigned long long)law->possible,
                  (unsigned long long)law->strange);
}

static const char *const style_names[] = { "plain", "with #TS", "equal sizes",
                                           "logs in values" };

/* A log cut anywhere keeps all that is whole and in no open transaction. */
static void
test_cut(void **state)
{
    (void)state;
    for (int style = 0; style < MADE_STYLES; style++) {
        struct made_log log;
        struct made_random random = { 7 };
        struct law law = { 0, 0, 0, 0 };
        made_log_init(&log, (enum made_style)style, LOG_SEED, LOG_SIZE);
        write_file(buffer_bytes(&log.bytes), 0);
        for (; law.cases < CUTS; law.cases++) {
            size_t cut = made_number(&random, log.bytes.size + 1);
            struct repair_plan plan;
            repair(&plan, cut);
            count_kept(&log, &plan, cut, log.bytes.size, &law);
            for (size_t i = 0; i < plan.count; i++)
                assert_int_equal(plan.ranges[i].to.at, cut);
            repair_plan_fini(&plan);
        }
        tell("cut", style_names[style], &law);
        assert_int_equal(law.kept, law.possible);
        made_log_fini(&log);
    }
}

static void
damage_all(enum made_style style, enum made_damage damage, uint64_t seed)
{
    struct made_log log;
    struct made_log other;
    struct made_random random = { seed };
    struct law law = { 0, 0, 0, 0 };
    unsigned char bytes[SPAN_MOST];
    made_log_init(&log, style, LOG_SEED, LOG_SIZE);
    made_log_init(&other, style, LOG_SEED + 1, LOG_SIZE);
    write_file(buffer_bytes(&log.bytes), 0);
    for (; law.cases < SPANS; law.cases++) {
        size_t most = made_number(&random, 3) == 0 ? 8 : SPAN_MOST;
        size_t size = 1 + made_number(&random, most);
        size_t at = made_number(&random, log.bytes.size - size);
        struct repair_plan plan;
        made_damage(&random, damage, buffer_bytes(&other.bytes), bytes, size);
        write_file(bytes_of(bytes, size), at);
        repair(&plan, log.bytes.size);
        count_kept(&log, &plan, at, at + size, &law);
        count_strange(&plan, at, at + size, &law);
        repair_plan_fini(&plan);
        write_file(bytes_of(log.bytes.data + at, size), at);
    }
    tell(made_damage_name(damage), style_names[style], &law);
    made_log_fini(&log);
    made_log_fini(&other);
    /* Text of another log that fits where it was put, at an end of a record or
     * an argument, cannot be told from the log's own. */
    if (damage == MADE_OTHER_LOG) {
        assert_true(law.possible - law.kept <= law.possible / 50000);
        assert_true(law.strange <= law.possible / 1000);
        return;
    }
    assert_int_equal(law.strange, 0);
    assert_int_equal(law.kept, law.possible);
}

/* A span of anything, anywhere: all it does not touch is kept. */
static void
test_span(void **state)
{
    (void)state;
    for (int style = 0; style < MADE_STYLES; style++)
        for (int damage = 0; damage < MADE_DAMAGES; damage++)
            damage_all((enum made_style)style, (enum made_damage)damage, 40);
}

static void
test_sound(void **state)
{
    (void)state;
    for (int style = 0; style < MADE_STYLES; style++) {
        struct made_log log;
        struct repair_plan plan;
        made_log_init(&log, (enum made_style)style, LOG_SEED, LOG_SIZE);
        write_file(buffer_bytes(&log.bytes), 0);
        repair(&plan, log.bytes.size);
        assert_int_equal(plan.count, 0);
        repair_plan_fini(&plan);
        made_log_fini(&log);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_span),
    };
    file = tmpfile();
    if (file == NULL)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)fclose(file);
    return failed;
}
