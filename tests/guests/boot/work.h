/*
 * work.h - what the boot disk computes. The same code runs on the guest and, to know what is to
 * come out, on the host.
 */
#ifndef GUEST_WORK_H
#define GUEST_WORK_H

#include <stddef.h>
#include <stdint.h>

void put_char(char c); /* the console: guest.c or expected.c */

void work(const uint8_t *image,
          size_t length); /* `image`: the disk's sectors from 1 on, before anything has changed */

#endif
