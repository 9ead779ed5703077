/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dribble FILE COMMAND...: runs the command with FILE on standard input, as a
 * pipe that gives one byte to each read.  Ends as the command does.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn static void
die(const char *what)
{
    perror(what);
    exit(99);
}

int
main(int argc, char **argv)
{
    int ends[2], status;
    char byte;

    if (argc < 3)
        return 99;
    int file = open(argv[1], O_RDONLY);
    /* O_DIRECT: each write is a packet, and a read gets one packet. */
    if (file < 0 || pipe2(ends, O_DIRECT) < 0)
        die(argv[1]);
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(argv[2], argv + 2);
        die(argv[2]);
    }
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    while (read(file, &byte, 1) == 1 && write(ends[1], &byte, 1) == 1)
        ;
    close(ends[1]);
    if (waitpid(child, &status, 0) < 0)
        die("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}
