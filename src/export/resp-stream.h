/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The commands that rebuild a stream, for export-resp.c: entries, totals,
 * groups, consumers and their pending entries.
 *
 * Some things no command of a rewrite makes: a pending entry whose entry was
 * deleted, one without consumer, an entry without fields, before Redis 6.2 a
 * consumer without pending entries; and idempotent producers only on a newer
 * patch level than a server's name tells of.  Such a stream has to be restored;
 * a rewrite itself loses them.
 */
#ifndef KEYWEIGH_EXPORT_RESP_STREAM_H
#define KEYWEIGH_EXPORT_RESP_STREAM_H

#include "data/key.h"
#include "export/resp.h"
#include "model/servers.h"

struct resp_stream;

/* is_rewrite: exactly what a rewrite writes, whatever that loses. */
struct resp_stream *resp_stream_new(const struct server *server,
                                    bool is_rewrite, struct error *error);
void resp_stream_free(struct resp_stream *stream);

/* A stream begins; commands are added to out.  Both are borrowed for as long
 * as its items come. */
void resp_stream_begin(struct resp_stream *stream, const struct key *key,
                       struct spool *out);

/* False: there are no commands for this stream, and no more items are to be
 * given. */
bool resp_stream_item(struct resp_stream *stream, struct texts *texts,
                      const struct item *item);

#endif
