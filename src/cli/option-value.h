/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The value of an option, from its text to where the option's row says.
 */
#ifndef KEYWEIGH_CLI_OPTION_VALUE_H
#define KEYWEIGH_CLI_OPTION_VALUE_H

#include "cli/arguments.h"

/* False when it is no value of that option (message_error said why, by the
 * name that is spelled: "--count", "-n").  Texts are borrowed. */
bool option_value_set(struct arguments *arguments,
                      const struct option *option, const char *spelled,
                      const char *value);

/* The item is borrowed. */
void option_value_add(struct option_list *list, const char *item);

#endif
