/*
 * native.h - the small C library of native test programs. Output goes to the guest console of the
 * host port.
 */
#ifndef SELKIRK_NATIVE_H
#define SELKIRK_NATIVE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

void exit(int status) __attribute__((noreturn));
int putchar(int c);
int puts(const char *s);
/*
 * %d %i %u %x %X %o %c %s %p %% with h hh l ll j z t, and %f %e %g %F %E %G, which are exact, of
 * double; flags - 0 + # and blank, width and precision. Anything else ends the output.
 */
int printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int vprintf(const char *fmt, va_list ap);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
char *strcpy(char *restrict to, const char *restrict from);
char *strchr(const char *s, int c);
/* From the end of the program on; never given back. */
void *malloc(size_t size);
void free(void *p);

#endif
