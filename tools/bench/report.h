/*
 * report.h - for guests that measure themselves: a line `KIND HUNDREDTHS NAME` to the debug port.
 */
.set start, 0x4100
.set name, 0x4104
.set pieces, 0x4108

/*
 * `report` for a program whose lines begin with this word. It takes the cycle counter in EAX; the
 * line says how many hundredths of a cycle have gone since `start` for each of `pieces`, under
 * `name`.
 */
.macro report_as kind
report:
    subl start, %eax
    xorl %edx, %edx
    imull $100, %eax, %eax
    divl pieces
    pushl %eax
    movl $text_kind, %esi
    call puts
    popl %eax
    call put_decimal
    movb $' ', %al
    movw $PORT_TEXT, %dx
    outb %al, %dx
    movl name, %esi
    call puts
    movb $'\n', %al
    outb %al, %dx
    ret

text_kind:
    .asciz "\kind "
.endm
