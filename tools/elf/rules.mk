# tools/elf/: reading and writing ELF, for the assembler, the disassembler and the simulator.
ELF_READ := $(B)/host/tools/elf/elf_read.o
ELF_WRITE := $(B)/host/tools/elf/elf_write.o
