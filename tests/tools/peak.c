/* SPDX-License-Identifier: BSD-3-Clause
 *
 * peak COMMAND...: runs it with what it writes thrown away, and prints its
 * peak resident memory in KiB.  Ends with its status.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
    struct rusage usage;
    int status;

    if (argc < 2)
        return 99;
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);

        dup2(nowhere, STDOUT_FILENO);
        execv(argv[1], argv + 1);
        perror(argv[1]);
        _exit(99);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        perror("peak");
        return 99;
    }
    printf("%ld\n", usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}
