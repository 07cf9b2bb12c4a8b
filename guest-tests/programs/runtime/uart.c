// Output over the UART, polled: a 16550 on RISC-V's boards, a PL011 on Arm's.
#include "runtime.h"

#ifdef __aarch64__

static volatile uint32_t *const uart = (volatile uint32_t *)0x09000000;

enum { DR = 0, FR = 0x18 / 4, FR_TXFF = 0x20 };

void put_char(char c) {
    while (uart[FR] & FR_TXFF) {
    }
    uart[DR] = (uint8_t)c;
}

#else

static volatile uint8_t *const uart = (volatile uint8_t *)0x10000000;

enum { THR = 0, LSR = 5, LSR_THRE = 0x20 };

void put_char(char c) {
    while (!(uart[LSR] & LSR_THRE)) {
    }
    uart[THR] = (uint8_t)c;
}

#endif

void put_text(const char *text) {
    while (*text) {
        put_char(*text++);
    }
}

void put_unsigned(unsigned long value) {
    if (value >= 10) {
        put_unsigned(value / 10);
    }
    put_char((char)('0' + value % 10));
}

void put_hex(unsigned long value) {
    for (int shift = (int)sizeof value * 8 - 4; shift >= 0; shift -= 4) {
        put_char("0123456789abcdef"[value >> shift & 15]);
    }
}
