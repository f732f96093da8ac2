/*
 * source.c - from files to lines without comments.
 *
 * Comments are `#` and two slashes to the end of the line, and C's block comments. A line `# 12
 * "name"`, as the C preprocessor leaves it behind, says where the next line comes from.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/as/as.h"

#define MAX_SOURCE (16u << 20)

static char *read_file(struct as *as, const char *path, size_t *size, const char **why)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;

    *why = f ? NULL : strerror(errno);
    if (!f)
        return NULL;
    *size = 0;
    for (size_t room = 1u << 16; room <= MAX_SOURCE; room *= 2) {
        char *grown = as_alloc(as, room + 1);

        if (text)
            memcpy(grown, text, *size);
        text = grown;
        *size += fread(text + *size, 1, room - *size, f);
        if (*size < room)
            break;
    }
    if (ferror(f))
        *why = "can't be read";
    else if (!feof(f))
        *why = "source is too big";
    else if (memchr(text, 0, *size))
        *why = "not a text file";
    fclose(f);
    return *why ? NULL : text;
}

/* Blank the comments of a line out; quoted text is left alone. */
static void strip(char *line, bool *in_comment)
{
    char quote = 0;

    for (char *p = line; *p; p++) {
        if (*in_comment) {
            *in_comment = !(p[0] == '*' && p[1] == '/');
            if (!*in_comment)
                *p++ = ' ';
            *p = ' ';
        } else if (quote) {
            if (*p == '\\' && p[1])
                p++;
            else if (*p == quote)
                quote = 0;
        } else if (*p == '"') {
            quote = *p;
        } else if (*p == '\'' && p[1] && p[2] == '\'') {
            p += 2;
        } else if (p[0] == '/' && p[1] == '*') {
            *in_comment = true;
            *p++ = ' ';
            *p = ' ';
        } else if (*p == '#' || (p[0] == '/' && p[1] == '/')) {
            *p = 0;
            break;
        }
    }
}

/* `# 12 "name" ...` */
static bool line_mark(struct as *as, char *line)
{
    char *end;
    unsigned long number;
    char *name, *quote;

    if (line[0] != '#' || line[1] != ' ' || line[2] < '0' || line[2] > '9')
        return false;
    number = strtoul(line + 2, &end, 10);
    name = strchr(end, '"');
    quote = name ? strchr(name + 1, '"') : NULL;
    if (!quote || number > 1u << 30)
        return false;
    *quote = 0;
    as->place = (struct place){name + 1, (unsigned)number};
    return true;
}

bool source_read(struct as *as, const char *path, const char **why)
{
    struct place outer = as->place;
    bool in_comment = false;
    size_t size;
    char *text = read_file(as, path, &size, why);

    if (!text)
        return false;
    as->place = (struct place){path, 1};
    for (char *line = text; line < text + size;) {
        char *end = strchr(line, '\n');

        if (end)
            *end = 0;
        else
            end = text + size;
        if (end > line && end[-1] == '\r')
            end[-1] = 0;
        if (in_comment || !line_mark(as, line)) {
            strip(line, &in_comment);
            statement_line(as, line);
            as->place.line++;
        }
        line = end + 1;
    }
    if (in_comment)
        as_error(as, as->place, "comment without an end");
    as->place = outer;
    return true;
}
