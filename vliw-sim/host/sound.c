/*
 * sound.c - see sound.h. Silence is a hole in the file.
 */
#include "sound.h"

#include <errno.h>
#include <string.h>

#define HEADER 44
#define SAMPLE 2
#define LEVEL 12000
#define SECOND UINT64_C(1000000000)

static uint64_t sample_of(uint64_t time)
{
    return time / SECOND * SOUND_RATE + time % SECOND * SOUND_RATE / SECOND;
}

static void put(uint8_t *to, unsigned size, uint32_t value)
{
    for (unsigned i = 0; i < size; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

/* RIFF with a format and `bytes` of data. */
static bool put_header(struct sound *s, uint32_t bytes)
{
    uint8_t h[HEADER] = "RIFF....WAVEfmt ";

    put(h + 4, 4, bytes + HEADER - 8);
    put(h + 16, 4, 16);
    put(h + 20, 2, 1); /* PCM */
    put(h + 22, 2, 1); /* channels */
    put(h + 24, 4, SOUND_RATE);
    put(h + 28, 4, SOUND_RATE * SAMPLE);
    put(h + 32, 2, SAMPLE);
    put(h + 34, 2, SAMPLE * 8);
    memcpy(h + 36, "data", 4);
    put(h + 40, 4, bytes);
    return fseek(s->file, 0, SEEK_SET) == 0 && fwrite(h, 1, HEADER, s->file) == HEADER;
}

bool sound_open(struct sound *s, const char *path, char *error, size_t error_size)
{
    *s = (struct sound){.file = fopen(path, "w+be")};
    if (s->file && put_header(s, 0))
        return true;
    snprintf(error, error_size, "%s: %s, expected a file for the sound", path, strerror(errno));
    return false;
}

/* Samples from the last change up to the next. */
static bool put_samples(struct sound *s, uint64_t until)
{
    uint64_t first = sample_of(s->since), end = sample_of(until);

    if (!s->period && !s->out)
        return true;
    if (fseek(s->file, HEADER + (long)first * SAMPLE, SEEK_SET) != 0)
        return false;
    for (uint64_t n = first; n < end; n++) {
        uint64_t at = (n - first) * SECOND / SOUND_RATE;
        bool out = s->period ? at % s->period * 2 < s->period : s->out;
        uint8_t sample[SAMPLE];

        put(sample, SAMPLE, out ? LEVEL : 0);
        if (fwrite(sample, 1, SAMPLE, s->file) != SAMPLE)
            return false;
    }
    return true;
}

enum host_status sound_change(struct sound *s, uint64_t time, uint64_t period, bool out)
{
    if (!s->file)
        return HOST_EHANDLE;
    if (time < s->since || time > SOUND_SECONDS_MAX * SECOND)
        return HOST_ERANGE;
    s->failed |= !put_samples(s, time);
    s->since = time;
    s->period = period;
    s->out = out;
    return s->failed ? HOST_EIO : HOST_OK;
}

void sound_close(struct sound *s)
{
    uint64_t samples = sample_of(s->since);

    if (!s->file)
        return;
    if (samples > 0 && fseek(s->file, HEADER + (long)(samples - 1) * SAMPLE, SEEK_SET) == 0 &&
        fgetc(s->file) == EOF) { /* it ends with silence */
        uint8_t silence[SAMPLE] = {0};

        fseek(s->file, HEADER + (long)(samples - 1) * SAMPLE, SEEK_SET);
        fwrite(silence, 1, SAMPLE, s->file);
    }
    put_header(s, (uint32_t)(samples * SAMPLE));
    fclose(s->file);
    s->file = NULL;
}
