// What a bare-metal guest program of this repository finds beneath it: how it ends and how it prints.
// The programs run on three machines from one image: emu's board `virt`, QEMU's `virt` and Spike.
#ifndef RUNTIME_H
#define RUNTIME_H

#include <stddef.h>
#include <stdint.h>

/// Ends the program with `code` (0: success). Implemented in crt0.S; `main` returning does the same.
_Noreturn void finish(int code);

/// Instructions retired since `_start`, `_start`'s own first instruction included; on AArch64 since the first call.
unsigned long retired(void);

/// The UART, polled: a 16550 at 0x1000_0000, on AArch64 a PL011 at 0x0900_0000. Implemented in uart.c.
void put_char(char c);
void put_text(const char *text);
void put_unsigned(unsigned long value);
void put_hex(unsigned long value);

#endif
