/* SPDX-License-Identifier: BSD-3-Clause */
#include "model/profile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rdb/acceptance.h"

struct release {
    enum server_product product;
    int major;
    int minor;
    int patch;
};

/* SERVER[/ALLOCATOR[/BITS]], cut at the slashes. */
struct spec {
    struct bytes server;
    struct bytes allocator; /* size 0: not said */
    struct bytes bits;
};

/* Takes what stands before the next slash off text. */
static struct bytes
take_part(struct bytes *text)
{
    const unsigned char *slash =
        text->size ? memchr(text->data, '/', text->size) : NULL;
    size_t size = slash ? (size_t)(slash - text->data) : text->size;
    struct bytes part = { text->data, size };
    size_t taken = slash ? size + 1 : size;
    text->data += taken;
    text->size -= taken;
    return part;
}

static struct spec
spec_of(const char *text)
{
    struct bytes rest = bytes_of_text(text);
    struct spec spec;
    spec.server = take_part(&rest);
    spec.allocator = take_part(&rest);
    spec.bits = rest;
    return spec;
}

static bool
parse_version(const char *text, struct release *release)
{
    return acceptance_read_version(text, &release->major, &release->minor,
                                   &release->patch);
}

/* Candidates of the release to come bear the number of the one before, or an
 * odd minor number (Redis has no other use for these): 7.3.240, 5.9.101. */
static bool
is_candidate(const struct release *release)
{
    bool odd = release->product == SERVER_REDIS && release->minor % 2 == 1;
    return release->patch >= (odd ? 100 : 224);
}

static bool
parse_product(struct bytes name, enum server_product *product)
{
    static const struct {
        const char *name;
        enum server_product product;
    } products[] = {
        { "redis", SERVER_REDIS },
        { "valkey", SERVER_VALKEY },
        { "keydb", SERVER_KEYDB },
    };
    for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
        if (bytes_equal(name, bytes_of_text(products[i].name))) {
            *product = products[i].product;
            return true;
        }
    return false;
}

/* "redis-7.2", "valkey-8.1.3", "redis-8". */
static bool
parse_server(struct bytes name, struct release *release)
{
    char version[32];
    const unsigned char *dash =
        name.size ? memchr(name.data, '-', name.size) : NULL;
    if (dash == NULL)
        return false;
    struct bytes product = { name.data, (size_t)(dash - name.data) };
    size_t length = name.size - product.size - 1;
    if (length >= sizeof(version))
        return false;
    memcpy(version, dash + 1, length);
    version[length] = '\0';
    return parse_product(product, &release->product) &&
           acceptance_read_release(version, &release->major,
                                   &release->minor, &release->patch);
}

static enum status
check_allocator(struct bytes name, struct error *error)
{
    if (allocators_known(name))
        return STATUS_OK;
    error_set(error, ERROR_USAGE, "no prices for allocator '%.*s' (one of %s)",
              (int)(name.size < 64 ? name.size : 64),
              (const char *)name.data, allocators_names());
    return STATUS_FAIL;
}

static bool
parse_bits(struct bytes text, int *bits)
{
    *bits = bytes_equal(text, BYTES_LITERAL("32"))   ? 32
            : bytes_equal(text, BYTES_LITERAL("64")) ? 64
                                                     : 0;
    return *bits != 0;
}

static enum status
check_server(const char *text, struct error *error)
{
    struct spec spec = spec_of(text);
    struct release release;
    int bits;
    if (!parse_server(spec.server, &release)) {
        error_set(error, ERROR_USAGE,
                  "no server '%.*s': name a product and its release, as in "
                  "redis-7.2 (there are %s)",
                  (int)(spec.server.size < 64 ? spec.server.size : 64),
                  (const char *)spec.server.data, servers_names());
        return STATUS_FAIL;
    }
    if (spec.allocator.size > 0 &&
        check_allocator(spec.allocator, error) != STATUS_OK)
        return STATUS_FAIL;
    if (spec.bits.size > 0 && !parse_bits(spec.bits, &bits)) {
        error_set(error, ERROR_USAGE, "'%.64s' ends neither in /32 nor in /64",
                  text);
        return STATUS_FAIL;
    }
    return STATUS_OK;
}

enum status
profile_request_check(const struct profile_request *request,
                      struct error *error)
{
    struct settings settings = settings_default;
    if (request->server != NULL &&
        check_server(request->server, error) != STATUS_OK)
        return STATUS_FAIL;
    if (request->allocator != NULL &&
        check_allocator(bytes_of_text(request->allocator), error) !=
            STATUS_OK)
        return STATUS_FAIL;
    if (request->bits != 0 && request->bits != 32 && request->bits != 64) {
        error_set(error, ERROR_USAGE, "--bits takes 32 or 64, not %d",
                  request->bits);
        return STATUS_FAIL;
    }
    for (size_t i = 0; i < request->setting_count; i++)
        if (settings_set(&settings, request->settings[i], error) !=
            STATUS_OK)
            return STATUS_FAIL;
    return STATUS_OK;
}

static void add_note(struct profile *profile, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add_note(struct profile *profile, const char *format, ...)
{
    if (profile->note_count == PROFILE_NOTES_MAX)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(profile->notes[profile->note_count++], PROFILE_NOTE_SIZE,
              format, args);
    va_end(args);
}

/* The oldest release that writes a version; the contract's table. */
static const struct server *
by_rdb_version(const struct rdb_facts *facts)
{
    static const struct {
        int version;
        const char *server;
    } versions[] = {
        { 13, "redis-8.6" }, { 12, "redis-8.0" }, { 11, "redis-7.2" },
        { 10, "redis-7.0" }, { 9, "redis-6.2" },  { 8, "redis-4.0" },
        { 7, "redis-3.2" },  { 0, "redis-2.8" },
    };
    size_t i = 0;
    if (facts->dialect == RDB_VALKEY)
        return servers_find(BYTES_LITERAL("valkey-9.1"));
    while (facts->version < versions[i].version)
        i++;
    return servers_find(bytes_of_text(versions[i].server));
}

/* asked is the release in words, for a note when there is no such row, or
 * NULL. */
static const struct server *
nearest_row(struct profile *profile, const struct release *release,
            const char *asked)
{
    const struct server *server = NULL;
    if (is_candidate(release))
        server = servers_after(release->product, release->major,
                               release->minor);
    if (server == NULL)
        server = servers_nearest(release->product, release->major,
                                 release->minor);
    if (asked != NULL && (server->major != release->major ||
                          server->minor != release->minor))
        add_note(profile, "%.60s is not in the table: taken as %s", asked,
                 server->name);
    return server;
}

static const struct server *
by_facts(struct profile *profile, const struct rdb_facts *facts)
{
    struct release release;
    char name[64];
    if (parse_product(bytes_of_text(facts->server), &release.product) &&
        parse_version(facts->server_version, &release)) {
        snprintf(name, sizeof(name), "%s-%s", facts->server,
                 facts->server_version);
        bool is_guess = facts->server_by[0] != '\0';
        const struct server *server =
            nearest_row(profile, &release, is_guess ? NULL : name);
        if (is_guess)
            add_note(profile, "the log does not name its server: taken as %s "
                              "by %s", server->name, facts->server_by);
        return server;
    }
    const struct server *server = by_rdb_version(facts);
    add_note(profile, "the file does not name its server: taken as %s by its "
                      "version %d",
             server->name, facts->version);
    return server;
}

static void
resolve_server(struct profile *profile, const struct profile_request *request,
               const struct rdb_facts *facts)
{
    struct release release;
    if (request->server != NULL &&
        parse_server(spec_of(request->server).server, &release)) {
        char asked[64];
        struct bytes name = spec_of(request->server).server;
        snprintf(asked, sizeof(asked), "%.*s", (int)name.size,
                 (const char *)name.data);
        profile->server = nearest_row(profile, &release, asked);
    } else {
        profile->server = by_facts(profile, facts);
    }
}

static void
resolve_allocator(struct profile *profile,
                  const struct profile_request *request)
{
    struct bytes name = BYTES_LITERAL("jemalloc");
    if (request->allocator != NULL)
        name = bytes_of_text(request->allocator);
    if (request->server != NULL && spec_of(request->server).allocator.size > 0)
        name = spec_of(request->server).allocator;
    if (request->only_allocator != NULL)
        name = bytes_of_text(request->only_allocator);
    profile->allocator =
        allocators_find(name, profile->server, profile->bits);
    if (profile->allocator->usable == alloc_prefix &&
        bytes_equal(name, BYTES_LITERAL("glibc")))
        add_note(profile, "%s does not ask glibc for sizes: it counts what it "
                          "asked for and a word",
                 profile->server->name);
}

static void
resolve_bits(struct profile *profile, const struct profile_request *request,
             const struct rdb_facts *facts)
{
    int bits = 0;
    if (request->server != NULL)
        parse_bits(spec_of(request->server).bits, &bits);
    if (bits == 0)
        bits = request->bits;
    if (bits == 0)
        bits = facts->bits == 32 ? 32 : 64;
    profile->bits = bits;
    profile->prices = &profile->server->prices[bits == 32];
}

/* object.c tryObjectEncoding: integers are shared unless maxmemory is set with
 * a policy that needs a clock in every object, or the object holds the key. */
static void
resolve_sharing(struct profile *profile, const struct rdb_facts *facts)
{
    const struct settings *settings = &profile->settings;
    bool clocks = settings->maxmemory_policy == POLICY_LRU ||
                  settings->maxmemory_policy == POLICY_LFU;
    profile->shares_integers = profile->server->key <= KEY_IN_ENTRY;
    if (settings->maxmemory == 0 || !profile->shares_integers)
        return;
    if (settings->maxmemory_policy >= 0) {
        profile->shares_integers = !clocks;
    } else if (facts->has_idle || facts->has_freq) {
        profile->shares_integers = false;
        add_note(profile, "keys with %s in the file: small integers are not "
                          "shared",
                 facts->has_freq ? "FREQ" : "IDLE");
    }
}

static void
resolve_cluster(struct profile *profile, const struct rdb_facts *facts)
{
    int64_t said = profile->settings.cluster_enabled;
    profile->cluster = profile->server->cluster != CLUSTER_NONE &&
                       (said > 0 || (said < 0 && facts->has_slot_info));
    if (profile->cluster && said < 0)
        add_note(profile, "slot information in the file: cluster mode");
}

static void
set_name(struct profile *profile)
{
    bool plain = profile->allocator ==
                 allocators_bundled(profile->server, profile->bits);
    if (plain && profile->bits == 64)
        snprintf(profile->name, sizeof(profile->name), "%s",
                 profile->server->name);
    else if (profile->bits == 64)
        snprintf(profile->name, sizeof(profile->name), "%s/%s",
                 profile->server->name, profile->allocator->name);
    else
        snprintf(profile->name, sizeof(profile->name), "%s/%s/%d",
                 profile->server->name, profile->allocator->name,
                 profile->bits);
}

void
profile_resolve(struct profile *profile,
                const struct profile_request *request,
                const struct rdb_facts *facts)
{
    struct error ignored = { .kind = ERROR_NONE };
    memset(profile, 0, sizeof(*profile));
    profile->settings = settings_default;
    for (size_t i = 0; i < request->setting_count; i++)
        settings_set(&profile->settings, request->settings[i], &ignored);
    resolve_server(profile, request, facts);
    resolve_bits(profile, request, facts);
    resolve_allocator(profile, request);
    resolve_sharing(profile, facts);
    resolve_cluster(profile, facts);
    set_name(profile);
}
