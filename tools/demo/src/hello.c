// Says hello, and what it runs on.
#include "runtime.h"

#ifdef __aarch64__

int main(void) {
    static const struct {
        const char *name;
        int shift;
    } instructions[] = {{"AES", 4}, {"SHA1", 8}, {"SHA2", 12}, {"CRC32", 16}, {"Atomic", 20}, {"RDM", 28}, {"DP", 44}};
    unsigned long level, has;
    __asm__ volatile("mrs %0, currentel" : "=r"(level));
    __asm__ volatile("mrs %0, id_aa64isar0_el1" : "=r"(has));
    put_text("Hello from a bare-metal AArch64 program.\nThis is EL");
    put_unsigned(level >> 2);
    put_text(", and ID_AA64ISAR0_EL1 lists the instructions");
    for (unsigned i = 0; i < sizeof instructions / sizeof *instructions; i++) {
        if (has >> instructions[i].shift & 15) {
            put_char(' ');
            put_text(instructions[i].name);
        }
    }
    put_text(".\n");
    return 0;
}

#else

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

#endif
