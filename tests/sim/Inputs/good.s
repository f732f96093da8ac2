    .org 0x40000000
start:
    br end_good
    .include "end.s"
