#!/bin/sh
# wide.sh END - a program with more immediates that don't fit into 32 bits with a sign than host
# code has places for, each xored to a register that no host register holds. What comes of it is the
# run's value. END is the file that ends it.
echo '    .org 0x40000000'
echo 'start:'
echo '    li r14, 40'
echo '    li r2, 1'
echo 'loop:'
i=0
while [ $i -lt 700 ]; do
    echo '    addi r3, r3, 5'
    echo '    cmovnz r4, r2, r3'
    printf '    xori r4, r4, 0x%x\n' $((0x80000000 + i * 16))
    echo '    add r5, r5, r4'
    i=$((i + 1))
done
echo '    addi r14, r14, -1'
echo '    brnei r14, 0, loop'
echo '    andi r11, r5, 0x7f'
echo '    br end_bad'
echo "    .include \"$1\""
