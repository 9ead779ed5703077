# SPDX-License-Identifier: BSD-3-Clause
#
# For the scripts among the tests: TAP points, a scratch folder, and what the
# Makefile tells them (with defaults for running one by hand from a build
# folder).

: "${SOURCE:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${BUILD:=$(pwd)}"
: "${KEYWEIGH:=$BUILD/src/keyweigh}"
: "${DATA:=$BUILD/tests/data}"
: "${SAMPLES:=$SOURCE/samples}"
: "${NM:=nm}"
LC_ALL=C
export SOURCE BUILD KEYWEIGH DATA SAMPLES NM LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/keyweigh-test.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# has NAME: whether this build has ZLIB, ZSTD, LZ4, PCRE2.
has() {
    grep -q "^#define HAVE_$1 1" "$BUILD/config.h"
}

points=0

# point STATUS NAME: ok when STATUS is 0.
point() {
    points=$((points + 1))
    if [ "$1" -eq 0 ]; then
        printf 'ok %d - %s\n' "$points" "$2"
    else
        printf 'not ok %d - %s\n' "$points" "$2"
    fi
}

# skip NAME WHY
skip() {
    points=$((points + 1))
    printf 'ok %d - %s # SKIP %s\n' "$points" "$1" "$2"
}

# Lines of standard input, as remarks.
remark() {
    sed 's/^/# /'
}

# The plan, at the end.
plan() {
    printf '1..%d\n' "$points"
}

# skip_all WHY: no points at all.
skip_all() {
    printf '1..0 # SKIP %s\n' "$1"
    exit 0
}

# each_truth FUNCTION: calls it for each row of truth/index.tsv with
# NAME COMPARED ROW; $scratch/keys holds the keys of that dump as truth.c reads
# them, $scratch/errors messages, $status the exit status.
each_truth() {
    call=$1
    columns=db,key,type,encoding,elements,expire_ms,memory,basis
    grep -v '^#' "$SOURCE/tests/truth/index.tsv" | sed 1d >"$scratch/index"
    while IFS=$(printf '\t') read -r name compared server allocator settings \
        row; do
        set --
        [ "$server" = - ] || set -- "$@" --server "$server"
        [ "$allocator" = - ] || set -- "$@" --allocator "$allocator"
        if [ "$settings" != - ]; then
            for setting in $settings; do
                set -- "$@" --set "$setting"
            done
        fi
        "$KEYWEIGH" keys --bytes hex --columns $columns "$@" \
            "$SOURCE/tests/truth/$name.rdb" >"$scratch/keys" \
            2>"$scratch/errors"
        status=$?
        "$call" "$name" "$compared" "$row"
    done <"$scratch/index"
}
