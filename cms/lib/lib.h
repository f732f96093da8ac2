/*
 * lib.h - what the files of lib/ offer each other. cms.h has what other rooms may call.
 */
#ifndef CMS_LIB_LIB_H
#define CMS_LIB_LIB_H

#include <stdarg.h>
#include <stddef.h>

/* Returns the length that the whole text has; `buf` is always terminated if size > 0. */
size_t format_va(char *buf, size_t size, const char *fmt, va_list *args);

#endif
