/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The forms of values other than streams, for export-value.c: which one a
 * value gets, and how its items are written.  Private to export/.
 */
#ifndef KEYWEIGH_EXPORT_EXPORT_FORM_H
#define KEYWEIGH_EXPORT_EXPORT_FORM_H

#include "export/export-value.h"

/* The form of the value that begins (value->key), streams included; of one
 * that its target cannot hold, which is then refused, one that writes
 * nothing. */
const struct value_form *export_form_of(struct export_value *value);

#endif
