/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Jobs are taken by rising index, so the least one that is not joined yet is
 * always in somebody's hands and never waits: there is no deadlock.
 */
#include "scan/workers.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/xalloc.h"

struct queue {
    const struct workers_jobs *jobs;
    pthread_mutex_t lock;
    pthread_cond_t joined_more;
    size_t next;   /* to be taken */
    size_t joined; /* all below are */
};

static void
join_in_turn(struct queue *queue, size_t index, void *result)
{
    pthread_mutex_lock(&queue->lock);
    while (queue->joined != index)
        pthread_cond_wait(&queue->joined_more, &queue->lock);
    pthread_mutex_unlock(&queue->lock);
    /* Nobody else has this turn, so the lock is not needed to join. */
    queue->jobs->join(queue->jobs->context, index, result);
    pthread_mutex_lock(&queue->lock);
    queue->joined++;
    pthread_cond_broadcast(&queue->joined_more);
    pthread_mutex_unlock(&queue->lock);
}

static void *
run(void *argument)
{
    struct queue *queue = argument;
    for (;;) {
        pthread_mutex_lock(&queue->lock);
        size_t index = queue->next;
        if (index < queue->jobs->count)
            queue->next++;
        pthread_mutex_unlock(&queue->lock);
        if (index >= queue->jobs->count)
            return NULL;
        void *result = queue->jobs->work(queue->jobs->context, index);
        join_in_turn(queue, index, result);
    }
}

void
workers_run(const struct workers_jobs *jobs, size_t threads)
{
    struct queue queue = { .jobs = jobs };
    pthread_mutex_init(&queue.lock, NULL);
    pthread_cond_init(&queue.joined_more, NULL);
    if (threads > jobs->count)
        threads = jobs->count;
    pthread_t *others = xcalloc(threads, sizeof(*others));
    size_t started = 0;
    while (started + 1 < threads &&
           pthread_create(&others[started], NULL, run, &queue) == 0)
        started++;
    (void)run(&queue);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
    free(others);
    pthread_cond_destroy(&queue.joined_more);
    pthread_mutex_destroy(&queue.lock);
}
