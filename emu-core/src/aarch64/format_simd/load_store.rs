//! Loads and stores of vector registers: of one, of pairs, of structures.

use super::{List, Scalar, q};
use crate::aarch64::format::{Index, has_offset, option, signed};
use crate::aarch64::slots::{general, sp_or_x, src, v};
use crate::format;
use crate::slot::Slot;
use std::fmt::{self, Display};

/// How wide a register is that a load or store moves.
fn moved(w: u32) -> u8 {
    if w >> 23 & 1 != 0 { 4 } else { (w >> 30) as u8 }
}
fn base(rn: Slot) -> &'static str {
    general(rn, true)
}
struct Behind(i32);
impl Display for Behind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(out, ", #{}", self.0) }
    }
}
format! {
    /// A load or store with an immediate, for whatever mode. `how`: 0 at the offset, 1 the base moves afterwards, 2 before.
    VLoadStore(w) { vt: Slot = v(w), rn: Slot = sp_or_x(w >> 5), imm: i32 = 0, how: u8 = moved(w) }
    |o, pc, out| write!(out, "{}, [{}{}]", Scalar(o.vt, o.how), base(o.rn), Behind(o.imm))
}
macro_rules! addressed {
    ($($(#[$doc:meta])* $Load:ident $Store:ident |$w:ident| $imm:expr, |$o:ident, $out:ident| $show:expr;)*) => {
        $(
            format! {
                $(#[$doc])*
                $Load($w) as VLoadStore { vt = v($w), rn = sp_or_x($w >> 5), imm = $imm, how = moved($w) }
                |$o, pc, $out| $show; writes vt; touches Loads
            }
            format! {
                $(#[$doc])*
                $Store($w) as VLoadStore { vt = v($w), rn = sp_or_x($w >> 5), imm = $imm, how = moved($w) }
                |$o, pc, $out| $show; touches Stores
            }
        )*
    };
}
addressed! {
    /// Twelve bits of offset, in units of what is moved.
    VLoadScaled VStoreScaled |w| ((w >> 10 & 0xfff) << moved(w)) as i32,
        |o, out| write!(out, "{}, [{}{}]", Scalar(o.vt, o.how), base(o.rn), Behind(o.imm));
    /// Nine bits of signed offset, in bytes.
    VLoadUnscaled VStoreUnscaled |w| signed(w, 12, 9),
        |o, out| write!(out, "{}, [{}{}]", Scalar(o.vt, o.how), base(o.rn), Behind(o.imm));
    /// The base moves afterwards.
    VLoadPost VStorePost |w| signed(w, 12, 9), |o, out| write!(out, "{}, [{}], #{}", Scalar(o.vt, o.how), base(o.rn), o.imm);
    /// The base moves before.
    VLoadPre VStorePre |w| signed(w, 12, 9), |o, out| write!(out, "{}, [{}, #{}]!", Scalar(o.vt, o.how), base(o.rn), o.imm);
}
format! {
    /// A load with an offset in a register.
    VLoadReg(w) if has_offset(w);
    { vt: Slot = v(w), rn: Slot = sp_or_x(w >> 5), rm: Slot = src(w >> 16), option: u8 = option(w), amount: u8 = if w >> 12 & 1 != 0 { moved(w) } else { 0 }, how: u8 = moved(w) }
    |o, pc, out| write!(out, "{}, [{}, {}]", Scalar(o.vt, o.how), base(o.rn), Index(o.rm, o.option, o.amount)); writes vt; touches Loads
}
format! {
    /// A store with an offset in a register.
    VStoreReg(w) as VLoadReg if has_offset(w);
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), option = option(w), amount = if w >> 12 & 1 != 0 { moved(w) } else { 0 }, how = moved(w) }
    |o, pc, out| write!(out, "{}, [{}, {}]", Scalar(o.vt, o.how), base(o.rn), Index(o.rm, o.option, o.amount)); touches Stores
}
format! {
    /// A load from a place near the instruction.
    VLiteral(w) { vt: Slot = v(w), imm: i32 = signed(w, 5, 19) << 2, how: u8 = 2 + (w >> 30) as u8 }
    |o, pc, out| write!(out, "{}, {:x}", Scalar(o.vt, o.how), pc.plus(o.imm)); writes vt; touches Loads
}

fn pair_moved(w: u32) -> u8 {
    2 + (w >> 30) as u8
}
format! {
    /// The operands of a load or store of a pair, for whatever mode.
    VPair(w) { vt: Slot = v(w), vt2: Slot = v(w >> 10), rn: Slot = sp_or_x(w >> 5), imm: i16 = (signed(w, 15, 7) << pair_moved(w)) as i16, how: u8 = pair_moved(w) }
    |o, pc, out| write!(out, "{}, {}, [{}{}]", Scalar(o.vt, o.how), Scalar(o.vt2, o.how), base(o.rn), Behind(o.imm.into()))
}
macro_rules! paired {
    ($($(#[$doc:meta])* $Load:ident $Store:ident |$o:ident, $out:ident| $show:expr;)*) => {
        $(
            format! {
                $(#[$doc])*
                $Load(w) as VPair { vt = v(w), vt2 = v(w >> 10), rn = sp_or_x(w >> 5), imm = (signed(w, 15, 7) << pair_moved(w)) as i16, how = pair_moved(w) }
                |$o, pc, $out| $show; writes vt; touches Loads
            }
            format! {
                $(#[$doc])*
                $Store(w) as VPair { vt = v(w), vt2 = v(w >> 10), rn = sp_or_x(w >> 5), imm = (signed(w, 15, 7) << pair_moved(w)) as i16, how = pair_moved(w) }
                |$o, pc, $out| $show; touches Stores
            }
        )*
    };
}
paired! {
    /// A pair at an offset.
    VLoadPair VStorePair |o, out|
        write!(out, "{}, {}, [{}{}]", Scalar(o.vt, o.how), Scalar(o.vt2, o.how), base(o.rn), Behind(o.imm.into()));
    /// A pair; the base moves afterwards.
    VLoadPairPost VStorePairPost |o, out|
        write!(out, "{}, {}, [{}], #{}", Scalar(o.vt, o.how), Scalar(o.vt2, o.how), base(o.rn), o.imm);
    /// A pair; the base moves before.
    VLoadPairPre VStorePairPre |o, out|
        write!(out, "{}, {}, [{}, #{}]!", Scalar(o.vt, o.how), Scalar(o.vt2, o.how), base(o.rn), o.imm);
}

/// Registers of a structure load or store by its opcode, and elements of a structure.
fn structure(w: u32) -> Option<(u8, u8)> {
    match w >> 12 & 15 {
        0b0000 => Some((4, 4)),
        0b0010 => Some((4, 1)),
        0b0100 => Some((3, 3)),
        0b0110 => Some((3, 1)),
        0b0111 => Some((1, 1)),
        0b1000 => Some((2, 2)),
        0b1010 => Some((2, 1)),
        _ => None,
    }
}
fn structure_ok(w: u32) -> bool {
    structure(w).is_some_and(|(_, elements)| elements == 1 || w >> 10 & 3 != 3 || q(w) == 1)
}
/// Registers in the low three bits, elements in the next.
fn structure_packed(w: u32) -> u8 {
    structure(w).map_or(0, |(registers, elements)| registers | elements << 3)
}
format! {
    /// Structures in whole registers. `rm` is zero, and the base does not move, or what the base moves by; 31 there means by what
    /// was moved.
    Structures(w) if structure_ok(w); { vt: Slot = v(w), rn: Slot = sp_or_x(w >> 5), rm: Slot = src(w >> 16), size: u8 = (w >> 10 & 3) as u8, q: u8 = q(w), what: u8 = structure_packed(w) }
    |o, pc, out| write!(out, "{}, [{}]", List(o.vt, o.what & 7, o.size, o.q, None), base(o.rn)); writes vt; touches Loads
}
fn show_structures_post(o: Structures, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(out, "{}, [{}], ", List(o.vt, o.what & 7, o.size, o.q, None), base(o.rn))?;
    let bytes = u32::from(o.what & 7) * (8 << o.q);
    if o.rm == src(31) { write!(out, "#{bytes}") } else { write!(out, "{}", general(o.rm, true)) }
}
format! {
    /// The same, stored.
    StoreStructures(w) as Structures if structure_ok(w);
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = (w >> 10 & 3) as u8, q = q(w), what = structure_packed(w) }
    |o, pc, out| write!(out, "{}, [{}]", List(o.vt, o.what & 7, o.size, o.q, None), base(o.rn)); touches Stores
}
format! {
    /// The same, loaded; the base moves afterwards.
    StructuresPost(w) as Structures if structure_ok(w);
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = (w >> 10 & 3) as u8, q = q(w), what = structure_packed(w) }
    |o, pc, out| show_structures_post(o, out); writes vt; touches Loads
}
format! {
    /// The same, stored; the base moves afterwards.
    StoreStructuresPost(w) as Structures if structure_ok(w);
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = (w >> 10 & 3) as u8, q = q(w), what = structure_packed(w) }
    |o, pc, out| show_structures_post(o, out); touches Stores
}

/// Size and index of a single structure, C4.1.96: the opcode's upper bits say how Q, S and size are to be read.
fn single(w: u32) -> Option<(u8, u8)> {
    let (s, size, q) = (w >> 12 & 1, w >> 10 & 3, w >> 30 & 1);
    match w >> 14 & 3 {
        0 => Some((0, (q << 3 | s << 2 | size) as u8)),
        1 if size & 1 == 0 => Some((1, (q << 2 | s << 1 | size >> 1) as u8)),
        2 if size == 0 => Some((2, (q << 1 | s) as u8)),
        2 if size == 1 && s == 0 => Some((3, q as u8)),
        3 if s == 0 && w >> 22 & 1 == 1 => Some((size as u8, 0)),
        _ => None,
    }
}
/// Elements of a structure.
fn single_elements(w: u32) -> u8 {
    1 + (w >> 12 & 2 | w >> 21 & 1) as u8
}
macro_rules! singles {
    ($($(#[$doc:meta])* $Load:ident $Store:ident |$o:ident, $out:ident, $list:ident, $bytes:ident| $show:expr;)*) => {
        $(
            format! {
                $(#[$doc])*
                $Load(w) as Single if single(w).is_some();
                { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = single(w).unwrap_or_default().0, q = q(w), what = single_elements(w) | single(w).unwrap_or_default().1 << 3 }
                |$o, pc, $out| {
                    let $bytes = u32::from($o.what & 7) << $o.size;
                    let $list = List($o.vt, $o.what & 7, $o.size, 1, Some($o.what >> 3));
                    $show
                }; writes vt; touches Loads
            }
            format! {
                $(#[$doc])*
                $Store(w) as Single if single(w).is_some();
                { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = single(w).unwrap_or_default().0, q = q(w), what = single_elements(w) | single(w).unwrap_or_default().1 << 3 }
                |$o, pc, $out| {
                    let $bytes = u32::from($o.what & 7) << $o.size;
                    let $list = List($o.vt, $o.what & 7, $o.size, 1, Some($o.what >> 3));
                    $show
                }; touches Stores
            }
        )*
    };
}
format! {
    /// One structure, to or from one element of each register: elements in the low three bits of `what`, the index above.
    Single(w) if single(w).is_some(); { vt: Slot = v(w), rn: Slot = sp_or_x(w >> 5), rm: Slot = src(w >> 16), size: u8 = single(w).unwrap_or_default().0, q: u8 = q(w), what: u8 = single_elements(w) | single(w).unwrap_or_default().1 << 3 }
    |o, pc, out| write!(out, "{}, [{}]", List(o.vt, o.what & 7, o.size, 1, Some(o.what >> 3)), base(o.rn))
}
fn show_post(rm: Slot, bytes: u32, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    if rm == src(31) { write!(out, "#{bytes}") } else { write!(out, "{}", general(rm, true)) }
}
singles! {
    /// At the base.
    LoadSingle StoreSingle |o, out, list, _bytes| write!(out, "{list}, [{}]", base(o.rn));
    /// The base moves afterwards.
    LoadSinglePost StoreSinglePost |o, out, list, bytes| {
        write!(out, "{list}, [{}], ", base(o.rn))?;
        show_post(o.rm, bytes, out)
    };
}
format! {
    /// One structure, to all elements.
    Replicate(w) as Single if single(w).is_some();
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = (w >> 10 & 3) as u8, q = q(w), what = single_elements(w) }
    |o, pc, out| write!(out, "{}, [{}]", List(o.vt, o.what & 7, o.size, o.q, None), base(o.rn)); writes vt; touches Loads
}
format! {
    /// The same; the base moves afterwards.
    ReplicatePost(w) as Single if single(w).is_some();
    { vt = v(w), rn = sp_or_x(w >> 5), rm = src(w >> 16), size = (w >> 10 & 3) as u8, q = q(w), what = single_elements(w) }
    |o, pc, out| {
        write!(out, "{}, [{}], ", List(o.vt, o.what & 7, o.size, o.q, None), base(o.rn))?;
        show_post(o.rm, u32::from(o.what & 7) << o.size, out)
    }; writes vt; touches Loads
}
