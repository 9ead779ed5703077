#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Each option of a command's --help is described (.It Fl Fl NAME) in the
# command's man page or in keyweigh.1, and each described option exists.
. "$(dirname "$0")/lib.sh"

cd "$SOURCE/man" || exit 1

# Option names in --help, one a line.
helped() {
    "$KEYWEIGH" "$@" --help |
        sed -n 's/^ \{2,6\}\(-., \)\{0,1\}--\([a-z0-9-]*\).*/\2/p' | sort -u
}

# Option names described in pages.
described() {
    sed -n '/^\.It .*Fl Fl /{ s/ Fl Fl /\n/g; p; }' "$@" |
        sed -n 's/^\([a-z][a-z0-9-]*\).*/\1/p' | sort -u
}

# missing NAME: $scratch/missing lists what is missing.
missing() {
    [ ! -s "$scratch/missing" ]
    point $? "$1"
    remark <"$scratch/missing"
}

commands=$("$KEYWEIGH" --help |
    sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ -n "$commands" ]
point $? "commands are listed"

helped >"$scratch/any"
for command in $commands; do
    [ -f "keyweigh-$command.1" ]
    point $? "$command has a man page"
    helped "$command" >"$scratch/help"
    cat "$scratch/help" >>"$scratch/any"
    described keyweigh.1 "keyweigh-$command.1" >"$scratch/man"
    comm -23 "$scratch/help" "$scratch/man" >"$scratch/missing"
    missing "$command: all of --help is in the man pages"
    described "keyweigh-$command.1" |
        comm -23 - "$scratch/help" >"$scratch/missing"
    missing "$command: all of its man page is in --help"
done
sort -u "$scratch/any" >"$scratch/all"
described keyweigh.1 | comm -23 - "$scratch/all" >"$scratch/missing"
missing "all of keyweigh.1 is in some --help"
plan
