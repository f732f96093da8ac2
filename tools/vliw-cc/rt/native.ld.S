/*
 * native.ld - linker script of programs that run alone on the chip (vliw-sim --native).
 *
 * Everything lies in the hidden window, code last: vliw-ld puts the VLIW text where the RV64 text
 * begins, and moves __text_end, being an address of code, along.
 */
#include "hidden-mem/map.h"

ENTRY(_start)

SECTIONS
{
    . = HIDDEN_BASE;
    .rodata : { *(.rodata .rodata.* .srodata .srodata.*) }
    . = ALIGN(16);
    .data : { *(.data .data.* .sdata .sdata.*) }
    . = ALIGN(16);
    .bss : {
        __bss_start = .;
        *(.sbss .sbss.* .bss .bss.* COMMON)
        . = ALIGN(16);
        __bss_end = .;
    }
    . = ALIGN(16);
    .text : {
        *(.text.start)
        *(.text .text.*)
        __text_end = .;
    }
    /DISCARD/ : { *(.eh_frame .eh_frame_hdr .comment .riscv.attributes .note.*) }
}
