/* forms.c - every encoding of insns.def as data. */
#include "diff.h"

const struct form forms[] = {
#define ENC(map, first, last, ext0, ext1, name, a, b, c) \
    {map, 0x##first, 0x##last, ext0, !(ext0 == 0 && ext1 == 7), OP_##name},
#include "x86/insns.def"
};

const unsigned form_count = sizeof(forms) / sizeof(forms[0]);
