# SPDX-License-Identifier: BSD-3-Clause
#
# Random commands on a few vector sets, for redis-cli: -v seed=N -v count=N.
# Floats of FP32 are random bytes below an exponent that keeps them moderate.
function roll(n) {
    return int(rand() * n)
}
function pick(words,   list) {
    return list[1 + roll(split(words, list, " "))]
}
function name() {
    return pick("e element: an-element-with-a-rather-long-name-") roll(150)
}
function blob(size,   i, text) {
    for (i = 0; i < size; i++)
        text = text sprintf("\\x%02x\\x%02x\\x%02x\\x%s", roll(256),
                            roll(256), roll(256), pick("3e 3f 40 be bf c1"))
    return "FP32 \"" text "\""
}
function numbers(size,   i, text) {
    for (i = 0; i < size; i++)
        text = text " " pick("0 -1 1 2.5 -0.3 1e3 7e-5") * (1 + roll(99)) / 7
    return "VALUES " size text
}
function vector(set) {
    return reduced[set] \
        (rand() < 0.5 ? blob(size[set]) : numbers(size[set]))
}
function attribute() {
    return "\"{\\\"n\\\":" roll(1000) "}\""
}
BEGIN {
    srand(seed)
    sets = split("1 2 3 5 8 17 64 70 130", sizes, " ")
    for (i = 1; i <= sets; i++) {
        size[i] = sizes[i]
        reduced[i] = rand() < 0.3 ? "REDUCE " 1 + roll(size[i]) " " : ""
        form[i] = pick("Q8 BIN NOQUANT Q8 NOQUANT") " " pick("EF M M") " " \
            pick("4 16 40")
    }
    while (count-- > 0) {
        i = 1 + roll(sets)
        dice = rand()
        if (dice < 0.7)
            print "VADD set:" i, vector(i), name(), form[i] \
                (rand() < 0.3 ? " SETATTR " attribute() : "")
        else if (dice < 0.9)
            print "VREM set:" i, name()
        else if (dice < 0.98)
            print "VSETATTR set:" i, name(),
                (rand() < 0.2 ? "\"\"" : attribute())
        else if (dice < 0.99)
            print "COPY set:" i, "copy:" i, "REPLACE"
        else
            print "RENAME copy:" i, "new:" i
    }
}
