//! Exception codes of `mcause` and `scause`, privileged manual table 15 (machine) and 4.1.8 (supervisor).
#![allow(missing_docs, reason = "the names are the manual's")]

pub const FETCH_MISALIGNED: u64 = 0;
pub const FETCH_ACCESS: u64 = 1;
pub const ILLEGAL: u64 = 2;
pub const BREAKPOINT: u64 = 3;
pub const LOAD_MISALIGNED: u64 = 4;
pub const LOAD_ACCESS: u64 = 5;
pub const STORE_AMO_MISALIGNED: u64 = 6;
pub const STORE_AMO_ACCESS: u64 = 7;
/// Environment call from U-mode; from S-mode one more, from M-mode three more.
pub const ECALL_U: u64 = 8;
pub const FETCH_PAGE: u64 = 12;
pub const LOAD_PAGE: u64 = 13;
pub const STORE_AMO_PAGE: u64 = 15;
/// Never raised here, nor is the next one.
pub const SOFTWARE_CHECK: u64 = 18;
pub const HARDWARE_ERROR: u64 = 19;

/// The exception of an access that physical memory refuses.
pub fn access(access: emu_mem::Access) -> u64 {
    match access {
        emu_mem::Access::Fetch => FETCH_ACCESS,
        emu_mem::Access::Read => LOAD_ACCESS,
        emu_mem::Access::Write => STORE_AMO_ACCESS,
    }
}

/// The exception of an access that the page tables refuse.
pub fn page(access: emu_mem::Access) -> u64 {
    match access {
        emu_mem::Access::Fetch => FETCH_PAGE,
        emu_mem::Access::Read => LOAD_PAGE,
        emu_mem::Access::Write => STORE_AMO_PAGE,
    }
}

/// An exception's name: privileged manual, table of `mcause` values after a trap.
pub fn name(code: u64) -> &'static str {
    match code {
        0 => "instruction address misaligned",
        1 => "instruction access fault",
        2 => "illegal instruction",
        3 => "breakpoint",
        4 => "load address misaligned",
        5 => "load access fault",
        6 => "store/AMO address misaligned",
        7 => "store/AMO access fault",
        8 => "environment call from U-mode",
        9 => "environment call from S-mode",
        11 => "environment call from M-mode",
        12 => "instruction page fault",
        13 => "load page fault",
        15 => "store/AMO page fault",
        18 => "software check",
        19 => "hardware error",
        _ => "reserved exception",
    }
}

/// Interrupt numbers, which are also bit numbers of `mip` and `mie`.
pub mod interrupt {
    #![allow(missing_docs, reason = "the names are the manual's")]
    pub const SSI: u64 = 1;
    pub const MSI: u64 = 3;
    pub const STI: u64 = 5;
    pub const MTI: u64 = 7;
    pub const SEI: u64 = 9;
    pub const MEI: u64 = 11;

    /// An interrupt's name.
    pub fn name(code: u64) -> &'static str {
        match code {
            1 => "supervisor software interrupt",
            3 => "machine software interrupt",
            5 => "supervisor timer interrupt",
            7 => "machine timer interrupt",
            9 => "supervisor external interrupt",
            11 => "machine external interrupt",
            _ => "reserved interrupt",
        }
    }
}
