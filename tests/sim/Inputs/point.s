// The last power point of the selkirk preset.
    .org 0x40000000
start:
    li r12, 3
    mtsr POWER_POINT, r12
    br end_good
    .include "end.s"
