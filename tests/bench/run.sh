#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# How fast keyweigh reads, beside what people have: cat, wc -l,
# redis-check-rdb; for logs redis-check-aof, and a server that loads them.
# What a replay holds is shown beside what the server holds.
# Makes its own files (about 2 GB, one after the other) in a folder of its own
# and removes them.  Nothing passes or fails here.  SCALE=10 makes a tenth;
# ONLY=dumps or ONLY=logs leaves out the other half.
set -eu

: "${KEYWEIGH:=src/keyweigh}"
: "${GENERATE:=tests/bench/generate}"
: "${GENERATE_LOG:=tests/bench/generate-log}"
: "${PEAK:=tests/tools/peak}"
: "${SCALE:=1}"
: "${ONLY:=all}"
folder=$(mktemp -d "${TMPDIR:-/tmp}/keyweigh-bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

now() {
    date +%s%N
}

# best COMMAND...: the least of three runs, in milliseconds.
best() {
    least=
    for run in 1 2 3; do
        begin=$(now)
        "$@" >/dev/null 2>&1 || true
        took=$((($(now) - begin) / 1000000 + 1))
        if [ -z "$least" ] || [ $took -lt "$least" ]; then
            least=$took
        fi
    done
    echo "$least"
}

# row NAME MILLISECONDS: against the file's size and the other program.
row() {
    awk -v name="$1" -v ms="$2" -v size="$size" -v other="$checked" \
        -v checker="$checker" 'BEGIN {
        printf "  %-28s %7d ms %8.0f MB/s", name, ms, size / ms / 1000
        if (other > 0) printf "   %6.2f x %s", other / ms, checker
        print "" }'
}

# check_with PROGRAM: what all other rows of a file are measured against.
check_with() {
    checker=$1
    checked=0
    if command -v "$1" >/dev/null; then
        checked=$(best "$1" "$file")
        row "$1" "$checked"
    fi
}

# bench SHAPE COUNT
bench() {
    file=$folder/dump.rdb
    "$GENERATE" "$1" $(($2 / SCALE)) >"$file"
    size=$(wc -c <"$file")
    echo "$1, $(($2 / SCALE)), $((size / 1000000)) MB"
    cat "$file" >/dev/null
    check_with redis-check-rdb
    row "cat" "$(best cat "$file")"
    row "wc -l" "$(best wc -l "$file")"
    row "keyweigh report" "$(best "$KEYWEIGH" report "$file")"
    row "keyweigh keys" "$(best "$KEYWEIGH" keys "$file")"
    row "keyweigh keys (names only)" \
        "$(best "$KEYWEIGH" keys --columns key "$file")"
    row "keyweigh check" "$(best "$KEYWEIGH" check "$file")"
}

# How long a server says that it took to load the file, in milliseconds;
# nothing without one.  A name of its own for the file, which it moves.  What it
# holds then goes to the file "held", in KiB.
load_once() {
    rm -rf "$folder/server"
    mkdir "$folder/server"
    ln "$file" "$folder/server/appendonly.aof"
    redis-server --port 0 --unixsocket "$folder/socket" --save '' \
        --dir "$folder/server" --appendonly yes --appendfsync no \
        --auto-aof-rewrite-percentage 0 >"$folder/log" 2>&1 &
    pid=$!
    until grep -q 'ready to accept connections' "$folder/log"; do
        kill -0 $pid 2>/dev/null || return 0
        sleep 0.1
    done
    redis-cli -s "$folder/socket" info memory 2>/dev/null | tr -d '\r' |
        awk -F: '$1 == "used_memory" { printf "%d\n", $2 / 1024 }' \
            >"$folder/held"
    kill $pid
    wait $pid || true
    sed -n 's/.*DB loaded from [a-z ]*file.*: \([0-9.]*\) seconds.*/\1/p' \
        "$folder/log" | awk '$1 * 1000 > most { most = $1 * 1000 }
        END { if (NR > 0) printf "%d\n", most }'
}

load() {
    command -v redis-server >/dev/null || return 0
    for run in 1 2 3; do
        load_once
    done | sort -n | head -n 1
}

# A file with 100 bytes of zeros in its middle.
damage() {
    cp "$file" "$folder/damaged.aof"
    dd if=/dev/zero of="$folder/damaged.aof" bs=1 count=100 conv=notrunc \
        seek=$((size / 2)) 2>/dev/null
}

# bench_log SHAPE COUNT
bench_log() {
    file=$folder/log.aof
    "$GENERATE_LOG" "$1" $(($2 / SCALE)) >"$file"
    size=$(wc -c <"$file")
    echo "log of $1 commands, $(($2 / SCALE)), $((size / 1000000)) MB"
    cat "$file" >/dev/null
    check_with redis-check-aof
    row "cat" "$(best cat "$file")"
    row "wc -l" "$(best wc -l "$file")"
    row "keyweigh check" "$(best "$KEYWEIGH" check "$file")"
    row "keyweigh aof" "$(best "$KEYWEIGH" aof "$file")"
    damage
    row "keyweigh repair, damaged" "$(best "$KEYWEIGH" repair \
        -o "$folder/repaired.aof" "$folder/damaged.aof")"
    rm -f "$folder/damaged.aof" "$folder/repaired.aof"
    replay
    rm -rf "$folder/server" "$file"
}

# A report of the file beside a server that loads it: time and memory.
replay() {
    checker="redis-server loading"
    checked=$(load)
    : "${checked:=0}"
    [ "$checked" -eq 0 ] || row "$checker" "$checked"
    row "keyweigh report" "$(best "$KEYWEIGH" report "$file")"
    [ -s "$folder/held" ] && [ -x "$PEAK" ] || return 0
    echo "$("$PEAK" "$KEYWEIGH" report "$file") $(cat "$folder/held")" |
        awk '{ printf "  %-28s %7d MB    %8d MB used_memory   %6.2f x\n",
            "keyweigh report, memory", $1 / 1024, $2 / 1024, $1 / $2 }'
}

# bench_replay SHAPE COUNT
bench_replay() {
    file=$folder/log.aof
    "$GENERATE_LOG" "$1" $(($2 / SCALE)) >"$file"
    size=$(wc -c <"$file")
    echo "log of $1 commands, $(($2 / SCALE)), $((size / 1000000)) MB"
    cat "$file" >/dev/null
    replay
    rm -rf "$folder/server" "$file"
}

if [ "$ONLY" != logs ]; then
    bench small 5000000
    bench mixed 2000000
    bench collections 5000000
    bench large 500
    bench lzf 2000
    bench giant 5000000
    bench value 500
    bench lzf-value 2000
    rm -f "$folder/dump.rdb"
fi
if [ "$ONLY" != dumps ]; then
    bench_log small 6500000
    bench_log mixed 9000000
    bench_log large 500
    bench_log set-102400 3000
    bench_replay set-10240 30000
    bench_replay set-1024 300000
    bench_replay overwrite 5000000
    bench_replay append 300000
    bench_replay grow 4000000
    bench_replay elements 30000
    bench_replay push 8000
    bench_replay queue 2000000
    bench_replay requeue 1000000
    bench_replay counter 5000000
    bench_replay transaction 1000000
    bench_replay member 3000000
    bench_replay score 2000000
    bench_replay stream 500000
    bench_replay unique 2000000
    bench_replay merge 20000
fi
