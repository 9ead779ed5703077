/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/thresholds.h"

bool
threshold_of(const struct profile *profile, enum type type,
             struct threshold *threshold)
{
    const struct settings *settings = &profile->settings;
    bool ziplist = profile->server->packed == PACKED_ZIPLIST;
    if (type == TYPE_HASH) {
        *threshold = (struct threshold){
            ziplist ? "hash-max-ziplist-entries" : "hash-max-listpack-entries",
            ziplist ? "hash-max-ziplist-value" : "hash-max-listpack-value",
            settings->hash_max_listpack_entries,
            settings->hash_max_listpack_value, ENCODING_HASHTABLE };
        return true;
    }
    if (type == TYPE_ZSET) {
        *threshold = (struct threshold){
            ziplist ? "zset-max-ziplist-entries" : "zset-max-listpack-entries",
            ziplist ? "zset-max-ziplist-value" : "zset-max-listpack-value",
            settings->zset_max_listpack_entries,
            settings->zset_max_listpack_value, ENCODING_SKIPLIST };
        return true;
    }
    if (type == TYPE_SET && profile->server->set_listpack) {
        *threshold = (struct threshold){
            "set-max-listpack-entries", "set-max-listpack-value",
            settings->set_max_listpack_entries,
            settings->set_max_listpack_value, ENCODING_HASHTABLE };
        return true;
    }
    if (type == TYPE_LIST && profile->server->list == LIST_LINKED) {
        *threshold = (struct threshold){
            "list-max-ziplist-entries", "list-max-ziplist-value",
            settings->list_max_ziplist_entries,
            settings->list_max_ziplist_value, ENCODING_LINKEDLIST };
        return true;
    }
    return false;
}
