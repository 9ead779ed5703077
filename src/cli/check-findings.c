/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/check-findings.h"

#include <stdlib.h>

#include "base/xalloc.h"

static bool
is_same_answer(struct acceptance a, struct acceptance b)
{
    return a.loses == b.loses && a.refuses == b.refuses &&
           a.crashes == b.crashes;
}

static size_t
group_of(struct check_findings *found, enum finding_code code,
         struct acceptance acceptance)
{
    size_t i = 0;
    while (i < found->group_count &&
           (found->groups[i].code != code ||
            !is_same_answer(found->groups[i].acceptance, acceptance)))
        i++;
    if (i == found->group_count && i < CHECK_GROUPS_MAX) {
        found->groups[i] =
            (struct check_group) { .code = code, .acceptance = acceptance };
        found->group_count++;
    }
    return i < CHECK_GROUPS_MAX ? i : CHECK_GROUPS_MAX - 1;
}

/* What stands behind the finding's own words. */
static void
append_words(const struct check_findings *found, struct buffer *words,
             const struct finding *finding)
{
    const char *remark = aof_acceptance_remark(finding, &found->place);
    buffer_append_text(words, finding->text);
    if (remark != NULL)
        buffer_append_format(words, "; %s", remark);
}

static void
keep(struct check_findings *found, size_t group, const struct finding *finding)
{
    const struct key *key = finding->key;
    struct buffer words = { 0 };
    struct check_finding kept = { .group = group,
                                  .part = found->part,
                                  .command = found->command,
                                  .offset = finding->offset,
                                  .has_key = key != NULL };
    append_words(found, &words, finding);
    kept.text_size = words.size;
    if (key != NULL) {
        kept.name_held = key->name.size < CHECK_NAME_HELD ? key->name.size
                                                          : CHECK_NAME_HELD;
        kept.db = key->db;
        kept.name_size = key->name_size;
        kept.type_byte = key->type_byte;
        buffer_append(&words, key->name.data, kept.name_held);
    }
    kept.words = words.data;
    if ((found->kept_count & (found->kept_count - 1)) == 0)
        found->kept = xreallocarray(
            found->kept, found->kept_count ? found->kept_count * 2 : 1,
            sizeof(*found->kept));
    found->kept[found->kept_count++] = kept;
}

static void
take_finding(struct findings *self, const struct finding *finding)
{
    struct check_findings *found = (struct check_findings *)self;
    struct acceptance acceptance =
        aof_acceptance_of_finding(finding, &found->place);
    struct acceptance *of_part = acceptance_depends_on_setup(finding->code)
                                     ? &found->of_part_by_setup
                                     : &found->of_part;
    found->total = acceptance_join(found->total, acceptance);
    *of_part = acceptance_join(*of_part, acceptance);
    size_t group = group_of(found, finding->code, acceptance);
    found->latest = group;
    found->groups[group].count++;
    found->key_counts[group]++;
    if (found->groups[group].kept < CHECK_SHOWN) {
        found->groups[group].kept++;
        keep(found, group, finding);
    }
}

void
check_findings_init(struct check_findings *found)
{
    found->findings.add = take_finding;
    found->part = CHECK_NO_PART;
}

void
check_findings_fini(struct check_findings *found)
{
    for (size_t i = 0; i < found->kept_count; i++)
        free(found->kept[i].words);
    free(found->kept);
}

void
check_findings_add(struct check_findings *found, enum finding_code code,
                   uint64_t offset, const struct key *key, const char *text)
{
    struct finding finding = { code, offset, key, text };
    take_finding(&found->findings, &finding);
}

void
check_findings_next_key(struct check_findings *found)
{
    found->key_first = found->kept_count;
    memset(found->key_counts, 0,
           found->group_count * sizeof(found->key_counts[0]));
}

/* A packed hash of an odd number of entries is readable but for the last. */
void
check_findings_mark_undecodable(struct check_findings *found)
{
    for (size_t i = 0; i < found->group_count; i++)
        if (found->groups[i].code != FINDING_ODD_COUNT)
            found->groups[i].undecodable += found->key_counts[i];
    for (size_t i = found->key_first; i < found->kept_count; i++)
        found->kept[i].undecodable =
            found->groups[found->kept[i].group].code != FINDING_ODD_COUNT;
}

void
check_findings_end_reading(struct check_findings *found)
{
    found->groups[found->latest].ended_reading = true;
}
