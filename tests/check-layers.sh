#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# A file in src/ includes only its own folder or an earlier one, and always
# with the folder's name.
. "$(dirname "$0")/lib.sh"

order="base input data packed rdb keyspace aof model report analysis scan"
order="$order export cli"

cd "$SOURCE/src" || exit 1
for folder in */; do
    folder=${folder%/}
    grep -H '^ *# *include "' "$folder"/*.[ch] 2>/dev/null |
        awk -v order="$order" -v mine="$folder" '
            BEGIN {
                n = split(order, names, " ")
                for (i = 1; i <= n; i++) rank[names[i]] = i
                if (!(mine in rank)) { print mine ": no layer"; bad = 1 }
            }
            {
                file = $0; sub(/:.*/, "", file)
                name = $0; sub(/^[^"]*"/, "", name); sub(/".*/, "", name)
                if (name == "config.h") next
                layer = name
                if (!sub(/\/.*/, "", layer) || !(layer in rank) ||
                    rank[layer] > rank[mine]) {
                    print file " includes " name
                    bad = 1
                }
            }
            END { exit bad }' >"$scratch/found"
    point $? "$folder"
    remark <"$scratch/found"
done
plan
