/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/texts.h"

void
texts_init(struct texts *texts, struct error *error)
{
    spool_init(&texts->parts[0], error);
    spool_init(&texts->parts[1], error);
}

void
texts_fini(struct texts *texts)
{
    spool_fini(&texts->parts[0]);
    spool_fini(&texts->parts[1]);
}

void
texts_part(struct texts *texts, int which, struct bytes part)
{
    spool_append(&texts->parts[which], part);
}

void
texts_clear(struct texts *texts)
{
    for (int i = 0; i < 2; i++)
        if (spool_size(&texts->parts[i]) > 0)
            spool_clear(&texts->parts[i]);
}

bool
texts_held(struct texts *texts, const struct text *text, int which,
           struct bytes *bytes)
{
    if (text->kind == TEXT_PARTS)
        return spool_held(&texts->parts[which], bytes);
    *bytes = text_bytes(text, texts->digits);
    return true;
}

void
texts_each(struct texts *texts, const struct text *text, int which,
           spool_function *take, void *context)
{
    struct bytes bytes;
    if (texts_held(texts, text, which, &bytes))
        take(context, bytes);
    else
        spool_each(&texts->parts[which], take, context);
}
