#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# make-shop.sh SERVER CLI OUT.rdb [SERVER-OPTION...]
#
# Fills a fresh server with the data of a small web shop and saves its dump:
# how the samples here were made.  Commands that the server does not know
# (streams before 5.0, vector sets before 8.0 ...) are left out by its own
# error message.  Nothing here is random but what the server draws.
set -eu

[ $# -ge 3 ] || { sed -n '4p' "$0" >&2; exit 2; }
server=$1 cli=$2 out=$3
shift 3

folder=$(mktemp -d)
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$folder"' EXIT
"$server" --port 0 --unixsocket "$folder/socket" --dir "$folder" --save '' \
    --daemonize no "$@" >"$folder/log" 2>&1 &
pid=$!
until "$cli" -s "$folder/socket" ping >/dev/null 2>&1; do sleep 0.1; done

commands() {
    awk '
    function hex(n) { return sprintf("%08x", (n * 1654435769) % 2147483647) }
    BEGIN {
        split("Anna Ben Chloe Dario Emma Farid Greta Hugo Ines Jonas", name)
        split("Oslo Porto Graz Lyon Turku Ghent Malaga Gdansk", city)
        split("red blue green wool linen sale new organic", tag)

        # Who is logged in: a JSON text each, for half an hour.
        for (i = 1; i <= 150; i++)
            printf "SETEX session:%s%s %d \x27{\"user\":%d,\"csrf\":\"%s\"," \
                "\"theme\":\"dark\",\"seen\":[%d,%d,%d]}\x27\n", hex(i),
                hex(i + 777), 1800 - i * 7, i, hex(i * 31), i, i + 3, i + 8

        # Customers, and what they have in their carts for a week.
        for (i = 1; i <= 60; i++) {
            n = name[i % 10 + 1]
            printf "HMSET user:%d name %s email %s%d@example.org city %s " \
                "orders %d\n", i, n, tolower(n), i, city[i % 8 + 1], i % 13
        }
        for (i = 1; i <= 25; i++) {
            for (j = 0; j <= i % 5; j++)
                printf "HSET cart:%d sku:%d %d\n", i, 1000 + i * 7 + j, j + 1
            printf "EXPIRE cart:%d 604800\n", i
        }
        # What was left behind, for ever.
        for (i = 1; i <= 2400; i++)
            printf "HSET cart:abandoned %s \x27{\"sku\":%d,\"n\":%d}\x27\n", hex(i),
                1000 + i % 300, i % 4 + 1

        # The catalogue.
        for (i = 1000; i < 1050; i++) {
            printf "HMSET product:%d title \"Shirt number %d\" price %d.90 " \
                "stock %d\n", i, i, i % 60 + 9, i % 17
            printf "SET product:%d:views %d\n", i, (i * 7919) % 20000
            printf "SADD product:%d:tags %s %s\n", i, tag[i % 8 + 1],
                tag[(i + 3) % 8 + 1]
            printf "SADD category:%s %d\n", tag[i % 8 + 1], i
        }
        printf "SET product:1000:description \""
        for (i = 0; i < 40; i++)
            printf "A soft shirt of organic cotton, made to last. "
        print "\""
        for (i = 0; i < 700; i++)
            printf "SADD newsletter reader%d@example.org\n", i
        for (i = 0; i < 300; i++)
            printf "SADD visitors:today %d\n", 100000 + i * 37

        # Who bought most: all, and this week.
        for (i = 1; i <= 400; i++)
            printf "ZADD leaderboard:all %d.%02d user:%d\n", (i * 97) % 5000,
                i % 100, i
        for (i = 1; i <= 20; i++)
            printf "ZADD leaderboard:week %d user:%d\n", (i * 31) % 200, i
        for (i = 1; i <= 30; i++)
            printf "GEOADD stores %.4f %.4f store:%d\n", i / 3, 40 + i / 4, i

        # Queues.
        for (i = 1; i <= 40; i++)
            printf "RPUSH queue:mail \x27{\"to\":%d,\"template\":\"welcome\"}\x27\n",
                i
        for (i = 1; i <= 600; i++)
            printf "RPUSH feed:recent \"user:%d bought product:%d\"\n",
                i % 60 + 1, 1000 + i % 50

        # Orders, of which some are being packed.
        for (i = 1; i <= 250; i++)
            printf "XADD orders %.0f-0 user %d total %d.50 status paid\n",
                1795000000000 + i * 60000, i % 60 + 1, i % 90 + 10
        print "XGROUP CREATE orders packing 0"
        print "XREADGROUP GROUP packing alice COUNT 30 STREAMS orders >"
        print "XREADGROUP GROUP packing bob COUNT 20 STREAMS orders >"
        for (i = 1; i <= 12; i++)
            printf "XACK orders packing %.0f-0\n", 1795000000000 + i * 60000
        print "XDEL orders 1795000300000-0 1795000360000-0"

        # Texts that compress, bits, and approximate counts.
        for (i = 1; i <= 6; i++) {
            printf "SETEX page:/shirts?p=%d 600 \"<ul>", i
            for (j = 0; j < 60; j++)
                printf "<li class=item>Shirt number %d</li>", 1000 + i * 8 + j
            print "</ul>\""
        }
        for (i = 0; i < 400; i += 3)
            printf "SETBIT active:2026-11-20 %d 1\n", i
        for (i = 0; i < 500; i++)
            printf "PFADD unique:2026-11-20 %s\n", hex(i)

        # Newer kinds of data, where there are any.
        print "FUNCTION LOAD \"#!lua name=shop\\nredis.register_function(" \
            "\x27total\x27, function(keys) return #keys end)\""
        for (i = 1; i <= 10; i++)
            printf "HEXPIRE cart:%d 3600 FIELDS 1 sku:%d\n", i, 1000 + i * 7
        for (i = 1000; i < 1050; i++)
            printf "VADD product:similar VALUES 4 %.2f %.2f %.2f %.2f " \
                "product:%d\n", i % 7, i % 11, i % 13, i % 5, i

        # Another database: requests per address and minute.
        print "SELECT 1"
        for (i = 1; i <= 40; i++)
            printf "SETEX rate:203.0.113.%d 60 %d\n", i, (i * 37) % 100
    }'
}

commands | "$cli" -s "$folder/socket" >"$folder/answers" 2>&1
"$cli" -s "$folder/socket" save >/dev/null
cp "$folder/dump.rdb" "$out"
"$cli" -s "$folder/socket" info keyspace
