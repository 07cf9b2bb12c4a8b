//! CRC32 instructions (C6.2.70, C6.2.71).
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::format::Rrr;
use super::width::A64;
use crate::engine::*;

macro_rules! crcs {
    ($($name:ident $polynomial:ident $bytes:literal;)*) => {
        $(#[inline(always)]
        pub fn $name<H: A64>(h: H, o: Rrr) -> Exec<H::E> {
            let r = h.crc32(Crc::$polynomial, h.get(o.rn).lo(), h.get(o.rm), $bytes);
            h.set(o.rd, r.zext());
            Ok(h.next())
        })*
    };
}
crcs! {
    crc32b Ieee 1; crc32h Ieee 2; crc32w Ieee 4; crc32x Ieee 8;
    crc32cb Castagnoli 1; crc32ch Castagnoli 2; crc32cw Castagnoli 4; crc32cx Castagnoli 8;
}
