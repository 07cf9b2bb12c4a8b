//! Loads and stores of vector registers (C4.1.96): one, pairs, structures. All loads come before every write; of a store that
//! is stopped in the midst what went before has happened, and happens again when the instruction is run again.
#![allow(missing_docs, reason = "the functions are named after their instructions, which the manual describes")]

use super::exception::{ALIGNMENT_READ, ALIGNMENT_WRITE};
use super::format::{Index, offset};
use super::format_simd::*;
use super::fp::{Stopped, VOf, XOf, element, enabled, read, write};
use super::load_store::base;
use super::slots::{Q_MASK, high, v};
use super::width::A64;
use crate::engine::*;
use crate::slot::Slot;

/// How a scalar of a size moves: 3 for a doubleword, of which a vector has two.
const fn kind(size: u8) -> Mem {
    match size {
        0 => Mem::U8,
        1 => Mem::U16,
        2 => Mem::U32,
        _ => Mem::U64,
    }
}

/// 16 bytes are one access, and must be aligned to as many where alignment is checked (B2.5.2).
#[inline(always)]
fn aligned<H: A64>(h: H, at: XOf<H>, syndrome: u64) -> Stopped<H, ()> {
    let mask = h.key(Q_MASK);
    if mask != 0 {
        h.require((at & h.x(mask)).eq(h.x(0)), syndrome, at)?;
    }
    Ok(())
}

/// What is loaded, with zeros above.
#[inline(always)]
fn load<H: A64>(h: H, at: XOf<H>, size: u8) -> Stopped<H, VOf<H>> {
    if size == 4 {
        aligned(h, at, ALIGNMENT_READ)?;
        return h.load_v(at);
    }
    Ok(h.v_of(h.load(at, kind(size))?, h.x(0)))
}

#[inline(always)]
fn store<H: A64>(h: H, at: XOf<H>, vt: Slot, size: u8) -> Stopped<H, ()> {
    if size == 4 {
        aligned(h, at, ALIGNMENT_WRITE)?;
        return h.store_v(at, read(h, vt, 1));
    }
    h.store(at, h.get(vt), kind(size))
}

macro_rules! singles {
    ($($load:ident $store:ident |$h:ident, $base:ident, $imm:ident| $at:expr, $back:expr;)*) => {
        $(
            #[inline(always)]
            pub fn $load<H: A64>($h: H, o: VLoadStore) -> Exec<H::E> {
                enabled($h)?;
                let ($base, $imm) = (base($h, o.rn)?, $h.imm(o.imm.into()));
                let loaded = load($h, $at, o.how)?;
                write($h, o.vt, 1, loaded);
                if let Some(moved) = $back {
                    $h.set(o.rn, moved);
                }
                Ok($h.next())
            }
            #[inline(always)]
            pub fn $store<H: A64>($h: H, o: VLoadStore) -> Exec<H::E> {
                enabled($h)?;
                let ($base, $imm) = (base($h, o.rn)?, $h.imm(o.imm.into()));
                store($h, $at, o.vt, o.how)?;
                if let Some(moved) = $back {
                    $h.set(o.rn, moved);
                }
                Ok($h.next())
            }
        )*
    };
}
singles! {
    ldr str |h, base, imm| base + imm, None;
    ldr_post str_post |h, base, imm| base, Some(base + imm);
    ldr_pre str_pre |h, base, imm| base + imm, Some(base + imm);
}

#[inline(always)]
pub fn ldr_reg<H: A64>(h: H, o: VLoadReg) -> Exec<H::E> {
    enabled(h)?;
    let loaded = load(h, base(h, o.rn)? + offset(h, Index(o.rm, o.option, o.amount)), o.how)?;
    write(h, o.vt, 1, loaded);
    Ok(h.next())
}

#[inline(always)]
pub fn str_reg<H: A64>(h: H, o: VLoadReg) -> Exec<H::E> {
    enabled(h)?;
    store(h, base(h, o.rn)? + offset(h, Index(o.rm, o.option, o.amount)), o.vt, o.how)?;
    Ok(h.next())
}

#[inline(always)]
pub fn ldr_literal<H: A64>(h: H, o: VLiteral) -> Exec<H::E> {
    enabled(h)?;
    let loaded = load(h, h.x(h.near(o.imm)), o.how)?;
    write(h, o.vt, 1, loaded);
    Ok(h.next())
}

macro_rules! pairs {
    ($($load:ident $store:ident |$h:ident, $base:ident, $imm:ident| $at:expr, $back:expr;)*) => {
        $(
            #[inline(always)]
            pub fn $load<H: A64>($h: H, o: VPair) -> Exec<H::E> {
                enabled($h)?;
                let ($base, $imm) = (base($h, o.rn)?, $h.imm(o.imm.into()));
                let at = $at;
                let first = load($h, at, o.how)?;
                let second = load($h, at + $h.x(1 << o.how), o.how)?;
                write($h, o.vt, 1, first);
                write($h, o.vt2, 1, second);
                if let Some(moved) = $back {
                    $h.set(o.rn, moved);
                }
                Ok($h.next())
            }
            #[inline(always)]
            pub fn $store<H: A64>($h: H, o: VPair) -> Exec<H::E> {
                enabled($h)?;
                let ($base, $imm) = (base($h, o.rn)?, $h.imm(o.imm.into()));
                let at = $at;
                store($h, at, o.vt, o.how)?;
                store($h, at + $h.x(1 << o.how), o.vt2, o.how)?;
                if let Some(moved) = $back {
                    $h.set(o.rn, moved);
                }
                Ok($h.next())
            }
        )*
    };
}
pairs! {
    ldp stp |h, base, imm| base + imm, None;
    ldp_post stp_post |h, base, imm| base, Some(base + imm);
    ldp_pre stp_pre |h, base, imm| base + imm, Some(base + imm);
}

/// The register `i` after this one; V0 follows V31.
#[inline(always)]
fn after(vt: Slot, i: u32) -> Slot {
    v(u32::from(vt.0 - v(0).0) / 2 + i)
}

/// Where the base goes afterwards: by what was moved, or by a register.
#[inline(always)]
fn moved_base<H: A64>(h: H, at: XOf<H>, rm: Slot, bytes: u32) -> XOf<H> {
    at + if rm == crate::slot::ZERO { h.x(bytes.into()) } else { h.get(rm) }
}

/// Which register, and which element of it, element `n` in memory is.
#[inline(always)]
fn place(o: Structures, n: u32) -> (u32, u32) {
    let (registers, elements) = (u32::from(o.what & 7), u32::from(o.what >> 3));
    let each = (8 << o.q) >> o.size;
    if elements == 1 { (n / each, n % each) } else { (n % registers, n / registers) }
}

/// Whether elements in order are moved as the bytes in order. Where alignment is checked it is that of each element (B2.5.2).
#[inline(always)]
fn as_bytes<H: A64>(h: H, o: Structures) -> bool {
    o.what >> 3 == 1 && h.key(Q_MASK) == 0
}

// What many rows share and operands decide about is not compiled into each row.

fn load_structures<H: A64>(h: H, o: Structures, at: XOf<H>) -> Stopped<H, ()> {
    let lane = Lane::of(o.size);
    let registers = u32::from(o.what & 7);
    let bytes = registers * (8 << o.q);
    let zeros = h.v_of(h.x(0), h.x(0));
    let mut loaded = [zeros; 4];
    if as_bytes(h, o) {
        for i in 0..registers {
            loaded[i as usize & 3] = load(h, at + h.x(u64::from(i) << (3 + o.q)), 3 + o.q)?;
        }
    } else {
        let mut halves = [[h.x(0); 2]; 4];
        for n in 0..bytes >> o.size {
            let (register, i) = place(o, n);
            let element = h.load(at + h.x(u64::from(n) << o.size), kind(o.size))?;
            let bit = i * lane.bits();
            let half = &mut halves[register as usize & 3][(bit >> 6) as usize & 1];
            *half = *half | element.shl(bit & 63);
        }
        loaded = halves.map(|[low, upper]| h.v_of(low, upper));
    }
    for i in 0..registers {
        write(h, after(o.vt, i), 1, loaded[i as usize & 3]);
    }
    Ok(())
}

fn store_structures<H: A64>(h: H, o: Structures, at: XOf<H>) -> Stopped<H, ()> {
    let lane = Lane::of(o.size);
    let bytes = u32::from(o.what & 7) * (8 << o.q);
    if as_bytes(h, o) {
        for i in 0..u32::from(o.what & 7) {
            store(h, at + h.x(u64::from(i) << (3 + o.q)), after(o.vt, i), 3 + o.q)?;
        }
        return Ok(());
    }
    for n in 0..bytes >> o.size {
        let (register, i) = place(o, n);
        let v = element(h, after(o.vt, register), lane, i);
        h.store(at + h.x(u64::from(n) << o.size), v, kind(o.size))?;
    }
    Ok(())
}

#[inline(always)]
pub fn ld<H: A64>(h: H, o: Structures) -> Exec<H::E> {
    enabled(h)?;
    load_structures(h, o, base(h, o.rn)?)?;
    Ok(h.next())
}

#[inline(always)]
pub fn st<H: A64>(h: H, o: Structures) -> Exec<H::E> {
    enabled(h)?;
    store_structures(h, o, base(h, o.rn)?)?;
    Ok(h.next())
}

#[inline(always)]
pub fn ld_post<H: A64>(h: H, o: Structures) -> Exec<H::E> {
    enabled(h)?;
    let at = base(h, o.rn)?;
    let moved = moved_base(h, at, o.rm, u32::from(o.what & 7) * (8 << o.q));
    load_structures(h, o, at)?;
    h.set(o.rn, moved);
    Ok(h.next())
}

#[inline(always)]
pub fn st_post<H: A64>(h: H, o: Structures) -> Exec<H::E> {
    enabled(h)?;
    let at = base(h, o.rn)?;
    let moved = moved_base(h, at, o.rm, u32::from(o.what & 7) * (8 << o.q));
    store_structures(h, o, at)?;
    h.set(o.rn, moved);
    Ok(h.next())
}

/// What is loaded for each register of one structure. Of one register, which is what compilers have, by the row itself.
#[inline(always)]
fn load_elements<H: A64>(h: H, o: Single, at: XOf<H>) -> Stopped<H, [XOf<H>; 4]> {
    if o.what & 7 == 1 {
        return Ok([h.load(at, kind(o.size))?, h.x(0), h.x(0), h.x(0)]);
    }
    load_several(h, o, at)
}

fn load_several<H: A64>(h: H, o: Single, at: XOf<H>) -> Stopped<H, [XOf<H>; 4]> {
    let mut loaded = [h.x(0); 4];
    for n in 0..u32::from(o.what & 7) {
        loaded[n as usize & 3] = h.load(at + h.x(u64::from(n) << o.size), kind(o.size))?;
    }
    Ok(loaded)
}

fn put_elements<H: A64>(h: H, o: Single, loaded: [XOf<H>; 4]) {
    let lane = Lane::of(o.size);
    let bit = u32::from(o.what >> 3) * lane.bits();
    for n in 0..u32::from(o.what & 7) {
        let register = after(o.vt, n);
        let half = if bit < 64 { register } else { high(register) };
        let old = h.get(half) & h.x(!(lane.mask() << (bit & 63)));
        h.set(half, old | loaded[n as usize & 3].shl(bit & 63));
    }
}

fn store_elements<H: A64>(h: H, o: Single, at: XOf<H>) -> Stopped<H, ()> {
    for n in 0..u32::from(o.what & 7) {
        let v = element(h, after(o.vt, n), Lane::of(o.size), u32::from(o.what >> 3));
        h.store(at + h.x(u64::from(n) << o.size), v, kind(o.size))?;
    }
    Ok(())
}

#[inline(always)]
fn put_everywhere<H: A64>(h: H, o: Single, loaded: [XOf<H>; 4]) {
    for n in 0..u32::from(o.what & 7) {
        let v = h.v_splat(Lane::of(o.size), loaded[n as usize & 3]);
        write(h, after(o.vt, n), o.q, v);
    }
}

macro_rules! one_structure {
    ($($load:ident $load_post:ident $put:ident;)*) => {
        $(
            #[inline(always)]
            pub fn $load<H: A64>(h: H, o: Single) -> Exec<H::E> {
                enabled(h)?;
                let loaded = load_elements(h, o, base(h, o.rn)?)?;
                $put(h, o, loaded);
                Ok(h.next())
            }
            #[inline(always)]
            pub fn $load_post<H: A64>(h: H, o: Single) -> Exec<H::E> {
                enabled(h)?;
                let at = base(h, o.rn)?;
                let moved = moved_base(h, at, o.rm, u32::from(o.what & 7) << o.size);
                let loaded = load_elements(h, o, at)?;
                $put(h, o, loaded);
                h.set(o.rn, moved);
                Ok(h.next())
            }
        )*
    };
}
one_structure! {
    ld_single ld_single_post put_elements;
    ld_replicate ld_replicate_post put_everywhere;
}

#[inline(always)]
pub fn st_single<H: A64>(h: H, o: Single) -> Exec<H::E> {
    enabled(h)?;
    store_elements(h, o, base(h, o.rn)?)?;
    Ok(h.next())
}

#[inline(always)]
pub fn st_single_post<H: A64>(h: H, o: Single) -> Exec<H::E> {
    enabled(h)?;
    let at = base(h, o.rn)?;
    let moved = moved_base(h, at, o.rm, u32::from(o.what & 7) << o.size);
    store_elements(h, o, at)?;
    h.set(o.rn, moved);
    Ok(h.next())
}
