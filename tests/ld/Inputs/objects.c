/* objects.c - loads that tests/ld/objects.test wants to see above late stores, and others below. */
#define APART __attribute__((noipa))

struct pair {
    long a, b;
};

static struct pair here, there;
static const long table[8] = {3, 1, 4, 1, 5, 9, 2, 6};

APART static long two_objects(long i, long k)
{
    (&here)[i].a = i * k;
    return (&there)[i].b + 1;
}

APART static long constant(long *p, long i, long k)
{
    *p = i * k;
    return table[i] + 1;
}

APART static long frame(long i, long k)
{
    long local[4];

    __asm__ volatile("" : : "r"(local) : "memory");
    local[1] = i * k;
    __asm__ volatile("" : : : "memory");
    return here.a + 1;
}

APART static long same_object(long i, long k)
{
    (&here)[i].a = i * k;
    return (&here)[k].b + 1;
}

APART static long anywhere(long *p, long i, long k)
{
    *p = i * k;
    return there.b + 1;
}

int main(void)
{
    long sum = two_objects(0, 7) + constant(&there.a, 2, 7) + frame(3, 7) + same_object(0, 0);

    return (int)(sum + anywhere(&there.b, 7, 7)) - (1 + 5 + 1 + 1 + 50);
}
