#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Only cli/ prints or exits: no object below it refers to a function that
# does.  xalloc ends the program when memory is out (_exit, write), and
# report/output writes where it is told to.
. "$(dirname "$0")/lib.sh"

forbidden='printf|vprintf|fprintf|vfprintf|dprintf|vdprintf|puts|fputs|putchar'
forbidden="$forbidden|fputc|putc|fwrite|perror|exit|_exit|abort|err|errx|warn"
forbidden="$forbidden|warnx|stdout|stderr|_IO_putc|psignal|syslog"
forbidden="$forbidden|__(v?f?printf|fprintf|vfprintf|dprintf|vdprintf)_chk"

cd "$BUILD/src" || exit 1
for folder in "$SOURCE"/src/*/; do
    folder=$(basename "$folder")
    [ "$folder" = cli ] && continue
    ls "$folder"/*.o >/dev/null 2>&1 || continue
    for object in "$folder"/*.o; do
        allowed='^$'
        [ "$object" = base/xalloc.o ] && allowed='^_exit$'
        "$NM" -u "$object" | awk '{ print $NF }' | sed 's/@.*//' |
            grep -xE "$forbidden" | grep -vE "$allowed" |
            sed "s,^,$object: ,"
    done >"$scratch/found"
    [ ! -s "$scratch/found" ]
    point $? "$folder"
    remark <"$scratch/found"
done
plan
