/*
 * heap.c - the heap between the firmware's image and its stack: taken from, never given back.
 *
 * Everything whose size is known only at run time is taken once, while the firmware starts, so
 * there is nothing to free and nothing to fragment.
 */
#include "cms.h"
#include "isa_intrinsics.h"

#define HEAP_ALIGN CMS_LINE

void heap_init(uint64_t first, uint64_t end)
{
    cms.heap.next = (first + HEAP_ALIGN - 1) & ~(uint64_t)(HEAP_ALIGN - 1);
    cms.heap.end = end;
}

void *cms_reserve(size_t size)
{
    size_t whole = (size + HEAP_ALIGN - 1) & ~(size_t)(HEAP_ALIGN - 1);

    if (whole < size || cms.heap.next > cms.heap.end || whole > cms.heap.end - cms.heap.next)
        cms_panic("hidden memory is full: %lu bytes wanted, %ld left", size,
                  (int64_t)(cms.heap.end - cms.heap.next));
    void *p = (void *)cms.heap.next;
    cms.heap.next += whole;
    return p;
}

void *cms_alloc(size_t size)
{
    return memset(cms_reserve(size), 0, size);
}

void cms_clear_lines(void *from, const void *end)
{
    for (uintptr_t line = (uintptr_t)from; line < (uintptr_t)end; line += CMS_LINE)
        vx_dcz(line);
}
