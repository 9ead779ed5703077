/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/option-groups.h"

#include "cli/arguments.h"

#define AT(member) .offset = offsetof(struct arguments, member)

/* In the order of enum arguments_when. */
static const char *const when_words[] = { "auto", "always", "never", NULL };

/* In the order of enum escape_bytes. */
static const char *const bytes_words[] = { "escape", "hex", "base64", NULL };

const struct option_group option_groups_general = {
    "General",
    (const struct option[]){
        { "help", 'h', OPTION_FLAG, NULL, "print this help", AT(help) },
        { "version", 'V', OPTION_FLAG, NULL, "print the version",
          AT(version) },
        { "quiet", 'q', OPTION_FLAG, NULL, "no warnings and notes, only errors",
          AT(quiet) },
        { "color", 0, OPTION_CHOICE, "WHEN",
          "colours: auto, always or never", AT(color),
          .choices = when_words },
        { "progress", 0, OPTION_CHOICE, "WHEN",
          "progress on standard error: auto (on a terminal), always or never",
          AT(progress), .choices = when_words },
        { .name = NULL },
    },
};

const struct option_group option_groups_output = {
    "Output",
    (const struct option[]){
        { "output", 'o', OPTION_TEXT, "FILE",
          "write there, under a temporary name until it is complete",
          AT(output) },
        { .name = NULL },
    },
};

const struct option_group option_groups_format = {
    "Format",
    (const struct option[]){
        { "format", 0, OPTION_TEXT, "NAME", "how the output looks",
          AT(format) },
        { "json", 0, OPTION_FLAG, NULL, "the same as --format json",
          AT(json) },
        { "csv", 0, OPTION_FLAG, NULL, "the same as --format csv", AT(csv) },
        { .name = NULL },
    },
};

const struct option_group option_groups_bytes = {
    "Names",
    (const struct option[]){
        { "bytes", 0, OPTION_CHOICE, "NOTATION",
          "how names are written: escape (default), hex or base64", AT(bytes),
          .choices = bytes_words },
        { .name = NULL },
    },
};

const struct option_group option_groups_input = {
    "Limits",
    (const struct option[]){
        { "mem-limit", 0, OPTION_SIZE, "SIZE",
          "memory for each worker (default 64M), for the keys of a log "
          "(default three quarters of the machine's)", AT(mem_limit),
          .min = 16 * 1024 * 1024, .max = UINT64_C(1) << 44 },
        { "jobs", 'j', OPTION_COUNT, "N",
          "threads (default: as many as there are processors)", AT(jobs),
          .min = 1, .max = 1024 },
        { .name = NULL },
    },
};

const struct option_group option_groups_log = {
    "Logs (append-only files)",
    (const struct option[]){
        { "until", 0, OPTION_TEXT, "TIME|OFFSET|flush",
          "the state at that time, by #TS: lines, at an offset "
          "(NAME:OFFSET in a set), or before the first FLUSHALL or FLUSHDB",
          AT(until) },
        { .name = NULL },
    },
};

const struct option_group option_groups_model = {
    "Memory model",
    (const struct option[]){
        { "server", 0, OPTION_LIST, "SERVER[/ALLOCATOR[/BITS]]",
          "price for this server, such as redis-7.2 (default: the one that "
          "wrote the file); several give several prices", AT(servers) },
        { "allocator", 0, OPTION_TEXT, "NAME",
          "jemalloc (as bundled with the server), jemalloc-system, glibc, "
          "tcmalloc, apple, prefix or none", AT(allocator) },
        { "bits", 0, OPTION_BITS, "32|64",
          "word size (default: from the file)", AT(bits) },
        { "set", 0, OPTION_LIST, "NAME=VALUE",
          "a server setting that shapes memory, such as "
          "hash-max-listpack-entries=512", AT(sets) },
        { .name = NULL },
    },
};

const struct option_group option_groups_now = {
    "Time",
    (const struct option[]){
        { "now", 0, OPTION_TIME, "TIME",
          "what counts as expired: 2026-11-20T07:46:09Z, a date, or Unix "
          "time (default: when the file was written)", AT(now) },
        { .name = NULL },
    },
};

const struct option_group option_groups_filter = {
    "Which keys (an option several times: any of them; several options: all)",
    (const struct option[]){
        { "db", 0, OPTION_FILTER, "N[,N...]", "databases",
          AT(filters) },
        { "not-db", 0, OPTION_FILTER, "N[,N...]", "all databases but these",
          AT(filters) },
        { "type", 0, OPTION_FILTER, "TYPE[,TYPE...]",
          "types: string, list, set, zset, hash, stream, module ...",
          AT(filters) },
        { "not-type", 0, OPTION_FILTER, "TYPE[,TYPE...]",
          "all types but these",
          AT(filters) },
        { "match", 0, OPTION_FILTER, "GLOB",
          "names that match a pattern as in KEYS",
          AT(filters) },
        { "not-match", 0, OPTION_FILTER, "GLOB", "names that do not",
          AT(filters) },
        { "regex", 0, OPTION_FILTER, "RE",
          "names in which a regular expression (PCRE2) is found",
          AT(filters) },
        { "not-regex", 0, OPTION_FILTER, "RE", "names in which it is not",
          AT(filters) },
        { "memory", 0, OPTION_FILTER, "A..B",
          "memory in bytes, with K M G T; either end may be missing",
          AT(filters) },
        { "elements", 0, OPTION_FILTER, "A..B", "number of elements",
          AT(filters) },
        { "ttl", 0, OPTION_FILTER, "none|any|expired|A..B",
          "time left to live, with s m h d",
          AT(filters) },
        { "slot", 0, OPTION_FILTER, "A..B", "cluster hash slots",
          AT(filters) },
        { .name = NULL },
    },
};
