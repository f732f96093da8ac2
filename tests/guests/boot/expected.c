/*
 * expected.c - what the boot disk is to print, computed by the same work.c on the host: expected
 * IMAGE
 */
#include <stdio.h>
#include <stdlib.h>

#include "work.h"

void put_char(char c)
{
    putchar(c);
}

int main(int argc, char **argv)
{
    static uint8_t image[1 << 20];
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;

    if (!f) {
        fprintf(stderr, "usage: expected IMAGE\n");
        return 2;
    }
    size_t length = fread(image, 1, sizeof(image), f);
    fclose(f);
    if (length < 1024 || length % 512 != 0) {
        fprintf(stderr, "%s: %zu bytes, expected a boot disk\n", argv[1], length);
        return 2;
    }
    puts("selkirk boot disk: protected mode");
    work(image + 512, length - 512);
    puts("timer: waited");
    puts("power off");
    return 0;
}
