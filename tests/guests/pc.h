/*
 * pc.h - what programs of ours need of the PC: ports, the serial port, power-off.
 */
#ifndef GUEST_PC_H
#define GUEST_PC_H

#include <stdint.h>

#define COM1 0x3f8
#define LINE_STATUS (COM1 + 5)
#define TRANSMIT_EMPTY 0x20
#define PM_FUNCTION 0x80000b40u /* PCI 0:1.3, register 40h: base of the ACPI ports */
#define PM_CONTROL 4
#define SLEEP_ENABLE 0x2000

static inline void out8(uint16_t port, uint8_t v)
{
    __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline void out16(uint16_t port, uint16_t v)
{
    __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}

static inline void out32(uint16_t port, uint32_t v)
{
    __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t v;

    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline uint32_t in32(uint16_t port)
{
    uint32_t v;

    __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline void serial_put(char c)
{
    while (!(in8(LINE_STATUS) & TRANSMIT_EMPTY))
        ;
    out8(COM1, (uint8_t)c);
}

/*
 * The ACPI ports are where the BIOS put them; the sleep bit of its control register ends the run.
 */
static inline void power_off(void)
{
    out32(0xcf8, PM_FUNCTION);
    out16((uint16_t)((in32(0xcfc) & 0xffc0) + PM_CONTROL), SLEEP_ENABLE);
}

#endif
