/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What can be wrong with the inputs of a run, and how it is told: errors set
 * the exit status, warnings do not.
 */
#ifndef KEYWEIGH_CLI_RUN_TROUBLE_H
#define KEYWEIGH_CLI_RUN_TROUBLE_H

#include "cli/run.h"

/* False when an input of that kind cannot be read: its error says why. */
bool run_trouble_check_kind(struct run_input *result);

/* Behind the RDB: what follows it, its checksum.  Reads what is left to tell
 * how much that is. */
void run_trouble_after(struct run_input *result, struct input *input);

/* True when the bytes behind an RDB are those of an AOF. */
bool run_trouble_aof_follows(const struct rdb_facts *facts,
                             struct reader *reader);

/* How many bytes of content are left; they may be read for that. */
uint64_t run_trouble_rest(struct input *input);

/* All that is in it was read.  A wrong checksum alone does not speak against
 * that. */
bool run_trouble_input_is_complete(const struct run_input *input);

/* "offset 0x1a: TEXT". */
void run_trouble_append_reason(struct buffer *out, const struct error *error);

/* "NAME: offset 0x1a: TEXT", where NAME is escaped. */
void run_trouble_append_error(struct buffer *out, const char *name,
                              const struct error *error);

/* The first operand that led nowhere, in such words: false when there is
 * none. */
bool run_trouble_append_operand(struct buffer *out,
                                const struct operands *operands);

/* False when rows may be missing: the first reason is then appended to why. */
bool run_trouble_is_complete(const struct run *run, struct buffer *why);

/* Tells all about one input; called in the order of inputs. */
void run_trouble_tell(const struct run *run, size_t index);

/* Tells the notes on operands. */
void run_trouble_tell_operands(const struct operands *operands);

/* What is to be said of all inputs together. */
void run_trouble_tell_together(const struct run *run);

/* How many inputs have the replication ID of one before them. */
uint64_t run_trouble_same_data(const struct run *run);

#endif
