/* loop.c - one loop and one branch whose schedule tests/ld/listing.test pins. */
int dot(const int *a, const int *b, int n)
{
    int s = 0;

    for (int i = 0; i < n; i++)
        s += a[i] * b[i];
    return s;
}

int pick(const int *a, int which)
{
    if (which == 17)
        return a[1] + 3;
    return a[2] - a[3];
}

int main(void)
{
    static const int v[] = {1, 2, 3, 4, 5, 6, 7, 8};

    return dot(v, v, 8) + pick(v, 17) - 209;
}
