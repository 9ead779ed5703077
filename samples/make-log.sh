#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# make-log.sh SERVER CLI OUT [SERVER-OPTION...]
#
# Lets a fresh server log what a small web shop does in a minute, with #TS
# annotations, and copies its set of append-only files to the folder OUT: how
# the log here was made.  The base is what the shop held after its opening.
set -eu

[ $# -ge 3 ] || { sed -n '4p' "$0" >&2; exit 2; }
server=$1 cli=$2 out=$3
shift 3

folder=$(mktemp -d)
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$folder"' EXIT
"$server" --port 0 --unixsocket "$folder/socket" --dir "$folder" --save '' \
    --appendonly yes --aof-timestamp-enabled yes --appendfsync no \
    --daemonize no "$@" >"$folder/log" 2>&1 &
pid=$!
until "$cli" -s "$folder/socket" ping >/dev/null 2>&1; do sleep 0.1; done

opening() {
    awk 'BEGIN {
        for (i = 1000; i < 1040; i++)
            printf "HSET product:%d title \"Shirt number %d\" stock %d\n", i,
                i, 20 + i % 17
        for (i = 1; i <= 30; i++)
            printf "HSET user:%d name Customer%d orders %d\n", i, i, i % 13
    }'
}

# What happens in the second $1: people come, look, buy and go.
second() {
    awk -v now="$1" '
    function hex(n) { return sprintf("%08x", (n * 1654435769) % 2147483647) }
    BEGIN {
        for (i = 0; i < 4 + now % 5; i++) {
            n = now * 9 + i
            printf "SET session:%s \x27{\"user\":%d,\"csrf\":\"%s\"}\x27 EX 1800\n",
                hex(n % 60), n % 30 + 1, hex(n * 31)
            printf "INCR product:%d:views\n", 1000 + (n * 7) % 40
            printf "INCR visits:today\n"
            printf "HSET cart:%d sku:%d %d\n", n % 25, 1000 + n % 40, n % 3 + 1
            printf "EXPIRE cart:%d 604800\n", n % 25
            printf "LPUSH feed:recent \"user:%d looked at product:%d\"\n",
                n % 30 + 1, 1000 + n % 40
            print "LTRIM feed:recent 0 99"
        }
        if (now % 3 == 0) {
            print "MULTI"
            printf "XADD orders * user %d total %d.50\n", now % 30 + 1, now + 9
            printf "HINCRBY user:%d orders 1\n", now % 30 + 1
            printf "HINCRBY product:%d stock -1\n", 1000 + now % 40
            printf "DEL cart:%d\n", now % 25
            print "EXEC"
        }
        if (now % 10 == 9) {
            printf "SET page:/shirts \"<ul>"
            for (j = 0; j < 30; j++)
                printf "<li>Shirt number %d</li>", 1000 + j + now
            print "</ul>\" EX 600"
            print "SELECT 1"
            printf "SETEX rate:203.0.113.%d 60 %d\n", now, now
            print "SELECT 0"
        }
        if (now == 30)
            printf "DEL session:%s session:%s\n", hex(3), hex(4)
    }'
}

opening | "$cli" -s "$folder/socket" >/dev/null
"$cli" -s "$folder/socket" bgrewriteaof >/dev/null
now=0
while [ $now -lt 60 ]; do
    second $now | "$cli" -s "$folder/socket" >/dev/null
    now=$((now + 1))
    sleep 1
done
"$cli" -s "$folder/socket" shutdown nosave || true
mkdir "$out"
cp "$folder"/appendonlydir/* "$out"
