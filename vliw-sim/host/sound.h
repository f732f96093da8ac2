/*
 * sound.h - where a membrane is over simulated time, as a WAV file: 16 bits, mono, 22050 samples a
 * second.
 */
#ifndef SELKIRK_HOST_SOUND_H
#define SELKIRK_HOST_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hidden-mem/hostport.h"

#define SOUND_RATE 22050
#define SOUND_SECONDS_MAX (24 * 60 * 60)

struct sound {
    FILE *file;      /* NULL: nobody listens */
    uint64_t since;  /* ns: the last change */
    uint64_t period; /* ns of the square wave since then; 0: still */
    bool out;        /* if still: pushed out */
    bool failed;     /* the file can't be written any more */
};

/* The file is created; false with a line in `error` if it can't be. */
bool sound_open(struct sound *s, const char *path, char *error, size_t error_size);

/* From `time`, in ns of simulated time, on. Times only grow. */
enum host_status sound_change(struct sound *s, uint64_t time, uint64_t period, bool out);

/* The file ends with the last change. */
void sound_close(struct sound *s);

#endif
