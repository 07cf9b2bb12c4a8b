// For self-checking programs: checks that end the program with their number, CSRs, and probes: single accesses, or whole functions,
// tried under another privilege mode, whose trap is caught and described instead of ending the program.
#ifndef PROBE_H
#define PROBE_H

#include "runtime.h"

typedef unsigned long word;

#define XLEN __riscv_xlen

#define CSR_READ(name) ({ word v_; __asm__ volatile("csrr %0, " #name : "=r"(v_)::"memory"); v_; })
#define CSR_WRITE(name, value) __asm__ volatile("csrw " #name ", %0" ::"r"((word)(value)) : "memory")
#define CSR_SET(name, bits) __asm__ volatile("csrs " #name ", %0" ::"r"((word)(bits)) : "memory")
#define CSR_CLEAR(name, bits) __asm__ volatile("csrc " #name ", %0" ::"r"((word)(bits)) : "memory")

/// Ends the program with exit code `number` (1 to 119) if `condition` does not hold, and says so on the UART.
#define CHECK(number, condition) ((condition) ? (void)0 : failed((number), #condition))

_Noreturn static inline void failed(int number, const char *condition) {
    put_text("check ");
    put_unsigned((word)number);
    put_text(" failed: ");
    put_text(condition);
    put_text("\n");
    finish(number);
}

// mstatus (privileged manual, 3.1.6)
enum {
    MSTATUS_SIE = 1 << 1,
    MSTATUS_MIE = 1 << 3,
    MSTATUS_SPIE = 1 << 5,
    MSTATUS_MPIE = 1 << 7,
    MSTATUS_SPP = 1 << 8,
    MSTATUS_MPP = 3 << 11,
    MSTATUS_FS = 3 << 13,
    MSTATUS_MPRV = 1 << 17,
    MSTATUS_SUM = 1 << 18,
    MSTATUS_MXR = 1 << 19,
    MSTATUS_TVM = 1 << 20,
    MSTATUS_TW = 1 << 21,
    MSTATUS_TSR = 1 << 22,
};

/// A privilege mode, where it stands in mstatus.MPP.
enum mode { USER = 0, SUPERVISOR = 1 << 11, MACHINE = 3 << 11 };

// mcause
enum {
    FETCH_MISALIGNED = 0,
    FETCH_ACCESS = 1,
    ILLEGAL = 2,
    BREAKPOINT = 3,
    LOAD_MISALIGNED = 4,
    LOAD_ACCESS = 5,
    STORE_MISALIGNED = 6,
    STORE_ACCESS = 7,
    ECALL_U = 8,
    ECALL_S = 9,
    ECALL_M = 11,
    FETCH_PAGE = 12,
    LOAD_PAGE = 13,
    STORE_PAGE = 15,
};
#define NO_TRAP ((word)-1)
#define INTERRUPT ((word)1 << (XLEN - 1))

/// The last trap that a probe caught; `cause` is NO_TRAP if it had none. probe.S knows the order.
extern volatile struct caught {
    word cause, value, pc, status;
    word resume, stack;
} caught;

/// Points mtvec at the catcher and lets S and U mode reach all memory (PMP entry 0). Before any probe.
void catch_traps(void);

// One access. `status` is set in mstatus for it: a mode together with MSTATUS_MPRV, MSTATUS_SUM, MSTATUS_MXR; 0 is a plain access.
// A load returns what it loaded, sign-extended, or 0x5a5a if it trapped.
word load8(word address, word status);
word load16(word address, word status);
word load32(word address, word status);
word store8(word address, word value, word status);
word store16(word address, word value, word status);
word store32(word address, word value, word status);
#if XLEN == 64
word load64(word address, word status);
word store64(word address, word value, word status);
#endif

/// Jumps to `address` in the mode that `status` names. The code there has to trap; an ECALL is the polite way.
void fetch(word address, word status);

/// Runs `function(argument)` in `mode` on this stack and returns what it returned; `caught.cause` is then the mode's ECALL. Anything
/// else in `caught.cause` is the trap that ended it early.
word run_in(enum mode mode, word (*function)(word), word argument);

/// LR.W, AMOADD.W of 1, in M-mode.
void lr_w(word address);
void amoadd_w(word address);

/// Executes one instruction word (or two halfwords) in M-mode, at `patch`: for encodings that the assembler refuses.
void execute(uint32_t instruction);
extern uint32_t patch[];

#endif
