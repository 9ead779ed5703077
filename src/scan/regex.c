/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/regex.h"

#include "config.h"

#ifdef HAVE_PCRE2

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/xalloc.h"

/* The library's own limit of steps, and much less memory than its default of
 * 20 GB, which is no limit for a program that promises to stay small. */
enum {
    STEPS_MAX = 10 * 1000 * 1000,
    HEAP_KIB_MAX = 16 * 1024,
    JIT_STACK_FIRST = 32 * 1024,
    JIT_STACK_MAX = 1024 * 1024,
};

struct regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
};

struct regex *
regex_new(const char *pattern, struct error *error)
{
    int code = 0;
    PCRE2_SIZE at = 0;
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_NEVER_UTF, &code, &at, NULL);
    if (compiled == NULL) {
        PCRE2_UCHAR words[256];
        pcre2_get_error_message(code, words, sizeof(words));
        error_set(error, ERROR_USAGE, "%s at byte %zu of '%s'",
                  (const char *)words, (size_t)at, pattern);
        return NULL;
    }
    struct regex *regex = xcalloc(1, sizeof(*regex));
    regex->code = compiled;
    regex->data = pcre2_match_data_create(1, NULL);
    regex->context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(regex->context, STEPS_MAX);
    pcre2_set_heap_limit(regex->context, HEAP_KIB_MAX);
    if (pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE) == 0) {
        regex->stack =
            pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MAX, NULL);
        pcre2_jit_stack_assign(regex->context, NULL, regex->stack);
    }
    return regex;
}

void
regex_free(struct regex *regex)
{
    if (regex == NULL)
        return;
    pcre2_jit_stack_free(regex->stack);
    pcre2_match_context_free(regex->context);
    pcre2_match_data_free(regex->data);
    pcre2_code_free(regex->code);
    free(regex);
}

enum status
regex_search(const struct regex *regex, struct bytes name, bool *found,
             struct error *error)
{
    PCRE2_SPTR subject = name.data ? name.data : (PCRE2_SPTR) "";
    int result = pcre2_match(regex->code, subject, name.size, 0, 0,
                             regex->data, regex->context);
    *found = result >= 0;
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH)
        return STATUS_OK;
    PCRE2_UCHAR words[256];
    pcre2_get_error_message(result, words, sizeof(words));
    error_set(error, ERROR_USAGE, "%s on a name of %zu bytes",
              (const char *)words, name.size);
    return STATUS_FAIL;
}

#else

struct regex *
regex_new(const char *pattern, struct error *error)
{
    (void)pattern;
    error_set(error, ERROR_USAGE, "this program was built without PCRE2");
    return NULL;
}

void
regex_free(struct regex *regex)
{
    (void)regex;
}

/* Never called: there is no regex to search with. */
enum status
regex_search(const struct regex *regex, struct bytes name, bool *found,
             struct error *error)
{
    (void)regex;
    (void)name;
    *found = false;
    error_set(error, ERROR_USAGE, "this program was built without PCRE2");
    return STATUS_FAIL;
}

#endif
