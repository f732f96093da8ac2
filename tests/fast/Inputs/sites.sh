#!/bin/sh
# sites.sh END - assembly of a program that jumps to one place from so many others that several of
# them share an entry of the fast engine's table of indirect targets; whether a result is late at
# the place differs from one to the other. END is the file that ends it.
awk 'BEGIN {
    places = 3000
    print "    .org 0x40000000\nstart:"
    print "    li r21, 1000\n    li r22, 7\n    li r14, 4\n    la r13, there\n    br from0"
    print "there:\n    { add r23, r20, r23 ; jr r12 }"
    for (n = 0; n < places; n++) {
        state = (state * 1103515245 + 12345) % 2147483648
        printf "    .align 64\nfrom%d:\n", n
        printf "    la r12, %s\n", (n + 1 < places ? "from" n + 1 : "after")
        printf "    { %s r20, r21, r22 ; jr r13 }\n", (state >= 1073741824 ? "mul" : "add")
    }
    print "after:\n    addi r14, r14, -1\n    brnei r14, 0, from0\n    br end_good"
}'
cat "$1"
