// Says hello, and what it runs on.
#include "runtime.h"

int main(void) {
    unsigned long misa;
    __asm__ volatile("csrr %0, misa" : "=r"(misa));
    put_text("Hello from a bare-metal RISC-V program.\nThis is RV");
    put_unsigned(__riscv_xlen);
    put_text(", and misa lists the extensions ");
    for (int letter = 0; letter < 26; letter++) {
        if (misa >> letter & 1) {
            put_char((char)('A' + letter));
        }
    }
    put_text(".\n");
    return 0;
}
