/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The visitor behind `convert --to jsonl`: the logical content of each value
 * as one line of JSON, in file order.
 *
 *     {"db": 0, "key": S, "type": "hash", "expire_ms": N, "value": [[S, S]]}
 *
 * Names and strings stand in the notation of --bytes; "key_base64" follows
 * "key" when the two differ from each other.  Numbers beyond 2^53 - 1 are
 * null.  A value whose walk was aborted ends where it was cut, its brackets
 * closed, and its line has "incomplete": true as last member.  A name longer
 * than struct key holds is cut there and "key_length" says how long it is.
 *
 * Nothing is held whole: texts are written as they come, and the output is
 * flushed whenever it is full.
 */
#ifndef KEYWEIGH_EXPORT_EXPORT_JSON_H
#define KEYWEIGH_EXPORT_EXPORT_JSON_H

#include "base/escape.h"
#include "data/visitor.h"
#include "report/output.h"

struct export_json;

/* output is borrowed and must outlive the exporter. */
struct export_json *export_json_new(struct output *output,
                                    enum escape_bytes bytes);
void export_json_free(struct export_json *json);

/* The visitor to walk values with. */
struct visitor *export_json_visitor(struct export_json *json);

#endif
