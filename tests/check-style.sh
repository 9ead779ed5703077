#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# What a machine can see of the style: licence line, 80 columns, no tabs, no
# blanks at line ends, files of at most 600 lines, no unfinished business.
. "$(dirname "$0")/lib.sh"

cd "$SOURCE" || exit 1
find src tests -name '*.[ch]' | sort >"$scratch/files"

# rule NAME: $scratch/found lists what breaks it.
rule() {
    [ ! -s "$scratch/found" ]
    point $? "$1"
    head -n 20 "$scratch/found" | remark
}

while read -r file; do
    case $(head -n 1 "$file") in
    "/* SPDX-License-Identifier: BSD-3-Clause"*) ;;
    *) echo "$file" ;;
    esac
done <"$scratch/files" >"$scratch/found"
rule "licence line first"

# Bytes behind the first of a UTF-8 sequence take no column.
xargs awk '
    { line = $0; gsub(/[\200-\277]/, "", line) }
    length(line) > 80 { print FILENAME ":" FNR }
    ' <"$scratch/files" >"$scratch/found"
rule "80 columns"

xargs grep -nE "$(printf '\t')|[[:blank:]]\$" <"$scratch/files" >"$scratch/found"
rule "no tabs, no blanks at line ends"

xargs wc -l <"$scratch/files" |
    awk '$2 != "total" && $1 > 600' >"$scratch/found"
rule "at most 600 lines a file"

xargs grep -nE '\b(TODO|FIXME|XXX)\b' <"$scratch/files" >"$scratch/found"
rule "nothing left to do"

xargs -n 1 basename <"$scratch/files" | sort | uniq -d >"$scratch/found"
rule "a name stands for one file"

while read -r file; do
    case $file in
    src/*.h)
        guard=$(echo "keyweigh/${file#src/}" | tr 'a-z/.-' 'A-Z___')
        grep -q "^#ifndef $guard\$" "$file" || echo "$file: $guard"
        ;;
    esac
done <"$scratch/files" >"$scratch/found"
rule "include guards follow names"
plan
