//! The extensions that this program knows. What an ISA string makes of them is in `isa_string.rs`.

#![allow(missing_docs, reason = "bits are named as in the manual")]

use bitflags::bitflags;

bitflags! {
    /// A set of extensions.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Ext: u64 {
        const I = 1 << 0;
        const M = 1 << 1;
        const A = 1 << 2;
        const F = 1 << 3;
        const D = 1 << 4;
        const C = 1 << 5;
        /// Supervisor mode.
        const S = 1 << 6;
        /// User mode.
        const U = 1 << 7;
        const ZICSR = 1 << 8;
        const ZIFENCEI = 1 << 9;
        const ZICNTR = 1 << 10;
        const ZIHPM = 1 << 11;
        const ZBA = 1 << 12;
        const ZBB = 1 << 13;
        const ZBC = 1 << 14;
        const ZBS = 1 << 15;
        const ZBKB = 1 << 16;
        const ZBKC = 1 << 17;
        const ZBKX = 1 << 18;
        const ZICOND = 1 << 19;
        const ZFH = 1 << 20;
        const ZFHMIN = 1 << 21;
        const ZICBOM = 1 << 22;
        const ZICBOZ = 1 << 23;
        const ZICBOP = 1 << 24;
        const ZIHINTPAUSE = 1 << 25;
        const SVINVAL = 1 << 26;
        const SVNAPOT = 1 << 27;
        const SVPBMT = 1 << 28;
        const SVADU = 1 << 29;
        const SSTC = 1 << 30;
        const ZAAMO = 1 << 31;
        const ZALRSC = 1 << 32;
        const ZCA = 1 << 33;
        const ZCF = 1 << 34;
        const ZCD = 1 << 35;
    }
}

/// Which XLEN a row exists in.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[allow(non_camel_case_types, reason = "written in the tables as the manual writes them")]
pub enum Xlens {
    /// Both.
    any,
    /// Only with XLEN 32.
    rv32,
    /// Only with XLEN 64.
    rv64,
}

impl Xlens {
    /// Whether a hart with this XLEN (32 or 64) is meant.
    pub const fn has(self, xlen: u32) -> bool {
        match self {
            Xlens::any => true,
            Xlens::rv32 => xlen == 32,
            Xlens::rv64 => xlen == 64,
        }
    }
}

/// What a hart must have for an instruction to exist.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Needs {
    /// Any one of these extensions gives it...
    pub any: Ext,
    /// ...if all of these are there too.
    pub all: Ext,
    /// The XLENs that have it.
    pub xlens: Xlens,
}

impl Needs {
    /// At any XLEN.
    pub const fn any(any: Ext, all: Ext) -> Self {
        Needs { any, all, xlens: Xlens::any }
    }
    /// Only with XLEN 32.
    pub const fn rv32(any: Ext, all: Ext) -> Self {
        Needs { any, all, xlens: Xlens::rv32 }
    }
    /// Only with XLEN 64.
    pub const fn rv64(any: Ext, all: Ext) -> Self {
        Needs { any, all, xlens: Xlens::rv64 }
    }
}
