//! Items about CSRs, privilege modes, interrupts and protection.

use super::items::Generator;
use super::{Op, Target, layout, values};
use crate::asm::{self, csrrc, csrrs, csrrw};
use emu_core::riscv::csr;

/// Where the CLINT is: `msip`; `mtimecmp` is 0x4000 further.
const CLINT: u32 = 0x200_0000;

impl Generator<'_> {
    pub(super) fn read_csr(&mut self) -> Vec<Op> {
        let known = self.rng.chance(70);
        let number = if known { *self.rng.pick(&self.csrs) as u64 } else { self.rng.below(0x1000) };
        if self.scope.is_unread(number as u16) {
            return Vec::new();
        }
        let rd = if self.scope.is_unseen(number as u16) { 0 } else { self.register() };
        vec![Op::Word(csrrs(rd, number as u32, 0))]
    }

    pub(super) fn write_csr(&mut self) -> Vec<Op> {
        let interrupts = self.interrupts && self.rng.chance(40);
        let list = if interrupts { self.scope.interrupts } else { self.scope.written };
        let &(name, bits) = self.rng.pick(list);
        let number = csr::number(name).unwrap_or_else(|| panic!("{name} is a CSR")) as u32;
        let rd = if self.scope.is_unseen(number as u16) { 0 } else { self.register() };
        let r = self.register().max(1);
        let bits = if matches!(name, "mie" | "sie") { bits & self.enabled } else { bits };
        let access = match self.rng.below(3) {
            0 => csrrw(rd, number, r),
            1 => csrrs(rd, number, r),
            _ => csrrc(rd, number, r),
        };
        if bits != !0 {
            let mut value = values::integer(self.rng) & bits;
            if name.ends_with("status") {
                let some = self.scope.whole_fields.iter().filter(|&field| value & field != 0);
                value = some.fold(value, |value, field| value | field);
            }
            let mut ops = self.li(7, value);
            ops.push(Op::Word(access & !(31 << 15) | 7 << 15));
            return ops;
        }
        if self.rng.chance(30) {
            // The immediate forms differ in one bit.
            return vec![Op::Word(access & !(31 << 15) | 1 << 14 | (self.rng.below(32) as u32) << 15)];
        }
        let mut ops = self.constant();
        ops.push(Op::Word(access));
        ops
    }

    /// Vectored or direct interrupts, which exceptions must not care about.
    pub(super) fn vectored(&mut self) -> Vec<Op> {
        let csr = *self.rng.pick(&[0x305u32, 0x105]);
        let funct3 = *self.rng.pick(&[6u32, 7]);
        vec![Op::Word(csr << 20 | 1 << 15 | funct3 << 12 | 0x73)]
    }

    /// To another privilege mode, with another address space.
    pub(super) fn mode(&mut self) -> Vec<Op> {
        if self.rng.chance(20) {
            return vec![Op::Word(asm::ECALL)];
        }
        let spaces = layout::address_spaces(self.isa.xlen);
        let space = if self.rng.chance(30) { 0 } else { *self.rng.pick(&spaces) };
        let mut ops = Vec::new();
        if self.rng.chance(30) {
            // Which exceptions go to S mode: any but fetches from nowhere and calls, for which the handlers need M mode.
            let chosen = self.rng.bits() & 0xffff & !(1 << 1 | 1 << 8 | 1 << 9) & self.scope.delegated;
            ops = self.li(7, chosen);
            ops.push(Op::Word(csrrw(0, 0x302, 7)));
        }
        if self.rng.chance(30) {
            let counters = [0x306, 0x106];
            ops.extend(counters.map(|csr| Op::Word(csr << 20 | 7 << 15 | 6 << 12 | 0x73)));
        }
        ops.extend(self.li(7, space));
        ops.push(Op::Word(csrrw(0, 0x180, 7)));
        ops.push(Op::Word(asm::SFENCE_VMA));
        // If that leads nowhere, on behind this item.
        let behind = Target::Item(self.now + 1);
        ops.push(Op::Address(3, asm::addi(3, 3, 0), behind));
        ops.push(Op::Address(7, asm::addi(7, 7, 0), behind));
        let by_supervisor = self.rng.chance(25);
        let user = by_supervisor || self.rng.chance(50);
        if user && space != 0 {
            // The other view.
            ops.push(Op::Word(asm::lui(6, layout::ALIAS >> 12)));
            ops.push(Op::Word(asm::r(0x33, 6, 0, 7, 7, 6)));
        }
        if by_supervisor {
            // SPP = 0 in most cases.
            ops.push(Op::Word(asm::addi(6, 0, 0x100)));
            ops.push(Op::Word(csrrc(0, 0x100, 6)));
            ops.push(Op::Word(csrrw(0, 0x141, 7)));
            ops.push(Op::Word(asm::SRET));
        } else {
            ops.extend(self.li(6, 0x1800));
            ops.push(Op::Word(csrrc(0, 0x300, 6)));
            if !user {
                ops.extend(self.li(6, 0x800));
                ops.push(Op::Word(csrrs(0, 0x300, 6)));
            }
            ops.push(Op::Word(csrrw(0, 0x341, 7)));
            ops.push(Op::Word(asm::MRET));
        }
        ops
    }

    /// Protects a piece of the data by one of the first PMP entries.
    pub(super) fn protect(&mut self) -> Vec<Op> {
        let entry = self.rng.below(4) as u32;
        let at = layout::BASE + layout::DATA as u64 + self.rng.below(0x4000);
        let address = match self.rng.below(3) {
            // A power of two around it.
            0 => at >> 2 | ((1 << self.rng.below(10)) - 1),
            _ => at >> 2,
        };
        let mut ops = self.li(7, if self.isa.xlen == 32 { address as i32 as u64 } else { address });
        ops.push(Op::Word(csrrw(0, 0x3b0 + entry, 7)));
        // A TOR entry below must not let the code in: entry 0 would start from 0, and any from a cleared address.
        let modes: &[u64] = if entry == 0 { &[2, 3, 0] } else { &[1, 2, 3, 0] };
        let locked = if self.rng.chance(10) { 0x80 } else { 0 };
        let config = *self.rng.pick(modes) << 3 | self.rng.below(8) | locked;
        let config = if self.scope.reserved_pmp || config & 3 != 2 { config } else { config & !2 };
        // A TOR entry reaches up from the entry before it: only if that lies in the data too.
        let config = if config >> 3 & 3 == 1 { config | 7 } else { config };
        let shift = 8 * entry as u64;
        ops.extend(self.li(6, 0xff << shift));
        ops.push(Op::Word(csrrc(0, 0x3a0, 6)));
        ops.extend(self.li(6, (config << shift) as u32 as i32 as u64));
        ops.push(Op::Word(csrrs(0, 0x3a0, 6)));
        ops
    }

    /// Raises or lowers the machine's software or timer interrupt.
    pub(super) fn clint(&mut self) -> Vec<Op> {
        let raised = self.rng.chance(50);
        if self.rng.chance(50) {
            return vec![
                Op::Word(asm::lui(7, CLINT >> 12)),
                Op::Word(asm::addi(6, 0, raised.into())),
                Op::Word(asm::s(0x23, 2, 7, 6, 0)),
            ];
        }
        let value = asm::addi(6, 0, if raised { 0 } else { -1 });
        let base = asm::lui(7, (CLINT + 0x4000) >> 12);
        [base, value, asm::s(0x23, 2, 7, 6, 0), asm::s(0x23, 2, 7, 6, 4)].map(Op::Word).to_vec()
    }
}
