#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# How fast keyweigh reads, beside what people have: cat, wc -l and
# redis-check-rdb.  Makes its own dumps (about 2 GB) in a folder of its own
# and removes them.  Nothing passes or fails here.  SCALE=10 makes a tenth.
set -eu

: "${KEYWEIGH:=src/keyweigh}"
: "${GENERATE:=tests/bench/generate}"
: "${SCALE:=1}"
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

# row NAME MILLISECONDS: against the file's size and redis-check-rdb.
row() {
    awk -v name="$1" -v ms="$2" -v size="$size" -v other="$checked" 'BEGIN {
        printf "  %-28s %7d ms %8.0f MB/s", name, ms, size / ms / 1000
        if (other > 0) printf "   %6.2f x redis-check-rdb", other / ms
        print "" }'
}

# bench SHAPE COUNT
bench() {
    file=$folder/dump.rdb
    "$GENERATE" "$1" $(($2 / SCALE)) >"$file"
    size=$(wc -c <"$file")
    echo "$1, $(($2 / SCALE)), $((size / 1000000)) MB"
    cat "$file" >/dev/null
    checked=0
    if command -v redis-check-rdb >/dev/null; then
        checked=$(best redis-check-rdb "$file")
        row "redis-check-rdb" "$checked"
    fi
    row "cat" "$(best cat "$file")"
    row "wc -l" "$(best wc -l "$file")"
    row "keyweigh report" "$(best "$KEYWEIGH" report "$file")"
    row "keyweigh keys" "$(best "$KEYWEIGH" keys "$file")"
    row "keyweigh keys (names only)" \
        "$(best "$KEYWEIGH" keys --columns key "$file")"
    row "keyweigh check" "$(best "$KEYWEIGH" check "$file")"
}

bench small 5000000
bench mixed 2000000
bench collections 5000000
bench large 500
bench lzf 2000
bench giant 5000000
bench value 500
bench lzf-value 2000
