/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/command.h"
#include "cli/message.h"
#include "cli/signals.h"

int
main(int argc, char **argv)
{
    const struct command *command = NULL;
    struct arguments arguments = { .help = false };
    enum exit_code code = EXIT_DONE;

    signals_install();
    if (options_parse(argc, argv, &command, &arguments) == OPTIONS_RUN)
        code = command->run(&arguments);
    options_fini(&arguments);

    enum exit_code trouble = message_status();
    return (int)(code > trouble ? code : trouble);
}
