/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A new folder for the files of a test program: the working directory from
 * enter_folder to leave_folder, which removes it.
 */
#ifndef KEYWEIGH_TESTS_OWN_FOLDER_H
#define KEYWEIGH_TESTS_OWN_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"

static char own_folder[] = "test-folder.XXXXXX";

static int
enter_folder(void **state)
{
    (void)state;
    return mkdtemp(own_folder) != NULL && chdir(own_folder) == 0 ? 0 : -1;
}

static int
leave_folder(void **state)
{
    (void)state;
    char command[64];
    (void)snprintf(command, sizeof(command), "rm -rf %s", own_folder);
    return chdir("..") == 0 && system(command) == 0 ? 0 : -1;
}

static void
put_file(const char *path, struct bytes content)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content.data, 1, content.size, file),
                     content.size);
    assert_int_equal(fclose(file), 0);
}

#endif
