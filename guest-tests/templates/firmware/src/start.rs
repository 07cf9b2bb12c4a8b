//! From reset to the program's first function, and what happens when an exception was not asked for.

use core::arch::global_asm;

use crate::{println, semihosting};

unsafe extern "Rust" {
    /// What [`entry!`](crate::entry) names.
    safe fn firmware_main() -> i32;
}

#[unsafe(no_mangle)]
extern "C" fn firmware_start() -> ! {
    semihosting::exit(firmware_main())
}

/// Ends a program that has trapped.
#[unsafe(no_mangle)]
extern "C" fn firmware_trapped(cause: usize, at: usize, value: usize) -> ! {
    println!("trapped at {at:#x}: cause {cause:#x}, value {value:#x}");
    semihosting::exit(crate::panic::PANICKED)
}

// Stacks and zeros first: nothing of Rust may run before.
#[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
global_asm!(
    ".section .text.start, \"ax\"",
    ".global _start",
    "_start:",
    "   csrr t0, mhartid",
    "1: bnez t0, 1b", // one hart runs the program
    "   la t0, trapped",
    "   csrw mtvec, t0",
    "   li t0, 0x6000", // mstatus.FS: floating point may be used, where there is any
    "   csrs mstatus, t0",
    "   la sp, stack_top",
    "   la t0, zeros",
    "   la t1, zeros_end",
    "2: bgeu t0, t1, 3f",
    "   sw zero, (t0)",
    "   addi t0, t0, 4",
    "   j 2b",
    "3: call firmware_start",
    ".balign 4",
    "trapped:",
    "   csrr a0, mcause",
    "   csrr a1, mepc",
    "   csrr a2, mtval",
    "   call firmware_trapped",
);

#[cfg(target_arch = "aarch64")]
global_asm!(
    ".section .text.start, \"ax\"",
    ".global _start",
    "_start:",
    "   adr x1, vectors",
    "   msr vbar_el1, x1",
    "   mov x1, #3 << 20", // CPACR_EL1.FPEN: floating point may be used
    "   msr cpacr_el1, x1",
    "   isb",
    "   adrp x1, stack_top",
    "   add x1, x1, :lo12:stack_top",
    "   mov sp, x1",
    "   adrp x1, zeros",
    "   add x1, x1, :lo12:zeros",
    "   adrp x2, zeros_end",
    "   add x2, x2, :lo12:zeros_end",
    "2: cmp x1, x2",
    "   b.hs 3f",
    "   str xzr, [x1], #8",
    "   b 2b",
    "3: bl firmware_start",
    ".balign 2048",
    "vectors:",
    ".rept 16",
    ".balign 128",
    "   mrs x0, esr_el1",
    "   mrs x1, elr_el1",
    "   mrs x2, far_el1",
    "   bl firmware_trapped",
    ".endr",
);
