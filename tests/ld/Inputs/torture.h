/* torture.h - the hosted C library that GCC's torture programs see: native.h and torture.c. */
#ifndef TORTURE_H
#define TORTURE_H

#include "tools/vliw-cc/rt/native.h"

void abort(void) __attribute__((noreturn));
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
int abs(int x);
long labs(long x);

int strncmp(const char *a, const char *b, size_t size);
char *strncpy(char *to, const char *s, size_t size);
char *strcat(char *to, const char *s);
char *strrchr(const char *s, int c);
void *memchr(const void *p, int c, size_t size);

/* What goes to stderr is lost. */
typedef struct torture_file FILE;
#define stdout ((FILE *)1)
#define stderr ((FILE *)2)
int sprintf(char *buf, const char *fmt, ...);
int fprintf(FILE *to, const char *fmt, ...);
int vfprintf(FILE *to, const char *fmt, va_list ap);
int fputs(const char *s, FILE *to);
int fputc(int c, FILE *to);
size_t fwrite(const void *p, size_t size, size_t count, FILE *to);

#endif
