# SPDX-License-Identifier: BSD-3-Clause
#
# Makes an append-only file of lines of words: "SET a 1" is a command of three
# arguments, a line that begins with "#" an annotation.  For LC_ALL=C: sizes
# are in bytes.
/^#/ {
    printf "%s\r\n", $0
    next
}
{
    printf "*%d\r\n", NF
    for (i = 1; i <= NF; i++)
        printf "$%d\r\n%s\r\n", length($i), $i
}
