/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The places and distances are those of the documentation of GEOADD, GEODIST
 * and GEOSEARCH; what is stored is what Redis 8.6.3 was seen to store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aof/geohash.h"
#include "value-text.h"

static void
add_places(void)
{
    run("GEOADD Sicily 13.361389 38.115556 Palermo"
        " 15.087269 37.502669 Catania");
    run("GEOADD Sicily 12.758489 38.788135 edge1"
        " 17.241510 38.788135 edge2");
}

static void
test_scores(void **state)
{
    (void)state;
    add_places();
    expect_text("Sicily", "Palermo 3479099956230698 edge1 3479273021651468"
                           " Catania 3479447370796909 edge2 3481342659049484");
}

/* GEODIST Sicily Palermo Catania is 166274.1516 m. */
static void
test_distance(void **state)
{
    (void)state;
    struct geohash_point palermo = geohash_decode(3479099956230698.0, true);
    struct geohash_point catania = geohash_decode(3479447370796909.0, true);
    double metres = geohash_distance(palermo, catania);
    assert_true(metres > 166274.15155 && metres < 166274.15165);
    assert_true(palermo.longitude > 13.36138933897018433 - 1e-12 &&
                palermo.longitude < 13.36138933897018433 + 1e-12);
    assert_true(palermo.latitude > 38.11555639549629859 - 1e-12 &&
                palermo.latitude < 38.11555639549629859 + 1e-12);
}

static void
test_limits(void **state)
{
    (void)state;
    run("GEOADD g -180 85.05112878 a 180 -85.05112878 b");
    run_error("GEOADD g 180.1 0 c");
    run_error("GEOADD g 0 85.06 c");
    run_error("GEOADD g 0 0 c 1");
    run_error("GEOADD g x 0 c");
    run("GEOADD g NX 0 0 a");
    run("GEOADD g XX 0 0 c");
    run("GEOADD g XX CH 0 0 b");
    expect_text("g", "b 3377699720527872 a 4503599627370496");
}

static void
test_stores(void **state)
{
    (void)state;
    add_places();
    run("GEOSEARCHSTORE t Sicily FROMLONLAT 15 37 BYBOX 400 400 km ASC COUNT"
        " 3");
    expect_text("t", "Palermo 3479099956230698 Catania 3479447370796909"
                      " edge2 3481342659049484");
    run("GEOSEARCHSTORE t Sicily FROMMEMBER Palermo BYRADIUS 200 km"
        " STOREDIST");
    expect_text("t", "Palermo 0 edge1 91.400658605814272"
                     " Catania 166.27415156960032");
    run("GEORADIUS Sicily 15 37 200 km STORE t");
    expect_text("t", "Palermo 3479099956230698 Catania 3479447370796909");
    run("GEORADIUSBYMEMBER Sicily Catania 100 mi STOREDIST t");
    expect_text("t", "Catania 0");
    run("GEOSEARCHSTORE t Sicily FROMLONLAT 0 0 BYRADIUS 1 m");
    expect_text("t", NULL);
}

/* The first that the server meets, which looks cell by cell. */
static void
test_any(void **state)
{
    (void)state;
    add_places();
    run_error("GEOSEARCHSTORE t Sicily FROMLONLAT 15 37 BYRADIUS 1 km ANY");
    run_error("GEORADIUS Sicily 15 37 500 km WITHDIST STORE t");
    run_error("GEORADIUSBYMEMBER Sicily Palermo -1 km STORE t");
    run("SET t text");
    run("GEORADIUSBYMEMBER none Palermo -1 km STORE t");
    assert_null(entry_of("t"));
    run_error("GEOSEARCHSTORE t Sicily FROMLONLAT 15 37 BYRADIUS 500 km"
              " WITHHASH");
    run("GEOSEARCHSTORE t Sicily FROMLONLAT 15 37 BYRADIUS 500 km ANY"
        " COUNT 1");
    expect_text("t", "Palermo 3479099956230698");
    run("GEOADD Sicily 15 37 a 14.9 37.1 b 15.1 36.9 c 15.2 37.3 d");
    run("GEOSEARCHSTORE t Sicily FROMLONLAT 15 37 BYRADIUS 200 km COUNT 2"
        " ANY");
    expect_text("t", "c 3476504068374452 a 3476504601741708");
    run("GEOSEARCHSTORE t Sicily FROMLONLAT 15 37 BYBOX 60 100 km COUNT 3 ANY");
    expect_text("t", "c 3476504068374452 a 3476504601741708"
                     " b 3476506400974550");
    run("GEORADIUS Sicily 13 38 400 km COUNT 4 ANY ASC STORE t");
    expect_text("t", "Palermo 3479099956230698 edge1 3479273021651468"
                     " Catania 3479447370796909 d 3479448752256182");
}

/* As seen in Redis 7.2.6; Redis 5.0.14 looks for a member in the wrong places
 * when its score is none of a place. */
static void
test_scores_of_no_place(void **state)
{
    (void)state;
    struct geohash_point point = geohash_decode(72057594037927936.0, true);
    assert_true(point.latitude > 85.051128779 &&
                point.latitude < 85.051128781);
    assert_true(point.longitude < -179.999997 &&
                point.longitude > -179.999998);
    point = geohash_decode(10414648227546449.0, false);
    assert_true(point.longitude > 180.0000026 &&
                point.longitude < 180.0000027);
    run("ZADD g 10414648227546449 m1");
    replay_set_server(replay, false, AOF_VERSION(7, 2, 6));
    run("GEORADIUSBYMEMBER g m1 1 km STORE t");
    expect_text("t", "m1 10414648227546448");
    replay_set_server(replay, false, AOF_VERSION(5, 0, 14));
    run("GEORADIUSBYMEMBER g m1 1 km STORE t");
    assert_true(entry_is_uncertain(entry_of("t")));
}

/* Servers do not find what lies at 180 degrees from the other side: it is 412
 * km from the middle, "in" 571 km. */
static void
test_date_line(void **state)
{
    (void)state;
    run("GEOADD w 178.6 -52 in 180 -48.5 end");
    run("GEOSEARCHSTORE t w FROMLONLAT -174.5 -49.3 BYRADIUS 650 km");
    expect_text("t", "in 3090402197689830");
}

/* As seen in Redis 7.2.6: by the steps of its quicksort. */
static void
test_equal_distances(void **state)
{
    (void)state;
    run("GEOADD g 1 1 m0 1 1 m1 1 1 m2 1 1 m3 1 1 m4 1 1 m5 1 1 m6 1 1 m7"
        " 1 1 m8 1 1 m9");
    run("GEOSEARCHSTORE t g FROMLONLAT 1 1 BYRADIUS 1 km COUNT 4");
    expect_text("t", "m1 3377822707026402 m2 3377822707026402"
                     " m3 3377822707026402 m9 3377822707026402");
    run("GEOSEARCHSTORE t g FROMLONLAT 1 1 BYRADIUS 1 km DESC COUNT 3");
    expect_text("t", "m1 3377822707026402 m2 3377822707026402"
                     " m9 3377822707026402");
}

/* Whose middle is the pole. */
static void
test_polar(void **state)
{
    (void)state;
    add_places();
    run("GEOSEARCHSTORE t none BYPOLYGON 4 0 85 90 85 180 85 -90 85");
    assert_int_equal(replay_facts(replay)->gap_count, 0);
    run("GEOSEARCHSTORE t Sicily BYPOLYGON 4 0 85 90 85 180 85 -90 85");
    assert_int_equal(replay_facts(replay)->gap_count, 1);
}

/* As seen in Valkey 9.1.2. */
static void
test_polygon(void **state)
{
    (void)state;
    add_places();
    run("GEOSEARCHSTORE t Sicily BYPOLYGON 4 12 37 16 37 16 38.5 12 38.5"
        " STOREDIST");
    expect_text("t", "Palermo 68130.528817748011 Catania 100176.33634222813");
    run("GEOSEARCHSTORE t Sicily COUNT 1 BYPOLYGON 3 12 37 18 39 12 39 DESC");
    expect_text("t", "edge2 3481342659049484");
    run_error("GEOSEARCHSTORE t Sicily BYPOLYGON 2 12 37 18 39");
    run_error("GEOSEARCHSTORE t Sicily BYPOLYGON 4 12 37 18 39 12 39");
    run_error("GEOSEARCHSTORE t Sicily BYPOLYGON 3 12 37 18 39 12 99");
    run_error("GEOSEARCHSTORE t Sicily FROMLONLAT 1 1"
              " BYPOLYGON 3 12 37 18 39 12 39");
    run_error("GEOSEARCHSTORE t Sicily BYPOLYGON 3 12 37 18 39 12 39"
              " BYRADIUS 1 km");
    expect_text("t", "edge2 3481342659049484");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_scores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_distance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_any, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scores_of_no_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_date_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_equal_distances, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_polygon, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_polar, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
