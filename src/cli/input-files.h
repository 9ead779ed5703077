/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which files the inputs are made of, those that a manifest names among them.
 */
#ifndef KEYWEIGH_CLI_INPUT_FILES_H
#define KEYWEIGH_CLI_INPUT_FILES_H

#include "input/operands.h"

/* Bytes of all files that are read of an operand, as they are stored; false
 * when nobody knows. */
bool input_files_size(const struct operand *operand, uint64_t *size);

/* The operand that an existing regular file is, or that names it as a part;
 * NULL when there is none. */
const struct operand *input_files_find(const struct operands *operands,
                                       const char *path);

#endif
