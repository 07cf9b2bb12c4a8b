//! The items of a random program.

use super::near::Near;
use super::{Op, Scope, Target, Unsplit, layout};
use crate::asm::{self, csrrs, csrrw, jalr, load_x};
use crate::pattern::{field, set_field};
use crate::rng::Rng;
use emu_core::isa::{Kind, Touches};
use emu_core::riscv::csr;
use emu_core::riscv::decode::Decoder;
use emu_core::riscv::extension::Ext;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::table::{Row, TABLE};
use emu_core::slot::Slot;

/// Registers that no random instruction writes: `sp`, `gp`, `s0`, `s1`.
const KEPT: [u8; 4] = [2, 3, 8, 9];

/// Of these, the ones that point into the data.
const POINTERS: [u32; 3] = [2, 8, 9];

/// Instructions that only whole items use, because control would not come back: they have vectors and guest programs.
const NOT_ALONE: [&str; 4] = ["mret", "sret", "wfi", "ecall"];

/// Addresses where there is nothing; where RAM ends is another.
const WILD: [u64; 7] =
    [0x4000_0800, layout::BASE - 4, !0, !3, 0x40_0000_0000, 0x8000_0000_0000_0000, 0x00ff_ffff_8000_3000];

pub(super) struct Generator<'r> {
    pub(super) rng: &'r mut Rng,
    pub(super) scope: &'r Scope,
    pub(super) isa: Isa,
    decoder: Decoder,
    plain: Vec<(usize, &'static Row)>,
    memory: Vec<(usize, &'static Row)>,
    control: Vec<(usize, &'static Row)>,
    pub(super) csrs: Vec<u16>,
    pub(super) interrupts: bool,
    /// Those that may be enabled, by their bits in `mie`.
    pub(super) enabled: u64,
    protection: bool,
    /// Whether programs stay in M mode without translation or protection, where every page of the data may be stored to.
    open: bool,
    /// The lower twelve bits of `sp`, `s0` and `s1`, which the whole program keeps.
    low: [u32; 3],
    /// Number of the item in the making.
    pub(super) now: usize,
}

impl<'r> Generator<'r> {
    pub(super) fn new(isa: &Isa, scope: &'r Scope, rng: &'r mut Rng) -> Self {
        let (mut plain, mut memory, mut control) = (Vec::new(), Vec::new(), Vec::new());
        let open = rng.chance(25);
        let (interrupts, protection) = (rng.chance(25), !open && rng.chance(40));
        let enabled = *rng.pick(scope.enabled_together);
        let low = std::array::from_fn(|_| match rng.below(3) {
            0 => 0x1000 - 8 + rng.below(8) as u32,
            1 => rng.below(0x1000) as u32,
            _ => rng.below(0x1000) as u32 & !7,
        });
        for (at, row) in TABLE.iter().enumerate() {
            let skipped =
                NOT_ALONE.contains(&row.name) || scope.absent.contains(&row.name) || row.name.starts_with("csr");
            if skipped || !row.exists(isa.extensions, isa.xlen) {
                continue;
            }
            match row.kind {
                // What a reservation survives is left to the implementation: see `Generator::reservation`.
                _ if row.format == "Sc" => {}
                _ if row.name == "cbo.zero" && protection => {}
                Kind::Branch | Kind::Jump => control.push((at, row)),
                _ if row.touches != Touches::Nothing || row.name.starts_with("cbo.") => memory.push((at, row)),
                _ => plain.push((at, row)),
            }
        }
        let readable = |number: &u16| !scope.is_unread(*number);
        Generator {
            interrupts,
            enabled,
            protection,
            open,
            low,
            isa: *isa,
            decoder: Decoder::new(isa.extensions, isa.xlen),
            plain,
            memory,
            control,
            csrs: csr::all().filter(readable).collect(),
            rng,
            scope,
            now: 0,
        }
    }

    pub(super) fn body(mut self, insns: usize) -> Vec<(usize, Vec<Op>)> {
        let mut items = Vec::new();
        let mut made = 0;
        for (r, low) in POINTERS.into_iter().zip(self.low) {
            let offset = 0x1000 + low;
            items.push((self.now, vec![Op::Address(r, asm::addi(r, r, 0), Target::Offset(layout::DATA + offset))]));
            self.now += 1;
        }
        while made < insns {
            let item = self.item();
            made += item.len();
            items.push((self.now, item));
            self.now += 1;
        }
        items
    }

    fn item(&mut self) -> Vec<Op> {
        match self.rng.below(100) {
            0..48 => self.plain(),
            48..64 => self.memory(),
            64..70 => self.control(),
            70..80 => self.constant(),
            80..85 => self.data_pointer(),
            85..88 => self.read_csr(),
            88..91 => self.write_csr(),
            91..95 if !self.open => self.mode(),
            95 => self.wild(),
            96 => self.nowhere(),
            97 => self.reserved(),
            98 => self.reservation(),
            99 if self.protection => self.protect(),
            99 if self.interrupts && self.rng.chance(50) => self.clint(),
            99 => self.vectored(),
            _ => self.data_pointer(),
        }
    }

    /// A register that may be written.
    pub(super) fn register(&mut self) -> u32 {
        loop {
            let r = self.rng.below(32) as u32;
            if !KEPT.contains(&(r as u8)) {
                return r;
            }
        }
    }

    /// A later item, seldom far away.
    fn ahead(&mut self) -> Target {
        Target::Item(self.now + 1 + self.rng.below(3) as usize)
    }

    /// An instruction of `row`, with operands that it accepts and the registers `base` for addresses, if given.
    fn word(&mut self, (at, row): (usize, &'static Row), base: Option<u32>) -> Option<u32> {
        for _ in 0..50 {
            let mut free = match self.rng.below(8) {
                0 => 0,
                1 => !0,
                _ => self.rng.bits() as u32,
            };
            for letter in [b'd', b's', b't'] {
                set_field(row.pattern, letter, self.rng.bits() as u32, &mut free);
            }
            if self.rng.chance(15) {
                set_field(row.pattern, b't', field(row.pattern, b's', free), &mut free);
            }
            if let Some(base) = base {
                set_field(row.pattern, b's', base, &mut free);
            }
            let word = row.value | free & !row.mask & if row.bytes == 2 { 0xffff } else { !0 };
            let Some((found, operands)) = self.decoder.find(word) else { continue };
            let kept = matches!((row.dest)(&operands), Some(Slot(r)) if KEPT.contains(&r));
            if found == at && !kept {
                return Some(word);
            }
        }
        None
    }

    fn one(&mut self, row: (usize, &'static Row), base: Option<u32>) -> Vec<Op> {
        self.word(row, base).map(|word| vec![encoded(row.1, word)]).unwrap_or_default()
    }

    fn plain(&mut self) -> Vec<Op> {
        let row = self.plain[self.rng.below(self.plain.len() as u64) as usize];
        let mut ops = self.one(row, None);
        if self.scope.hides_flags && row.1.name.starts_with('f') && !row.1.name.starts_with("fence") {
            // FRFLAGS or FSFLAGS, into a register that handlers spoil anyway.
            ops.push(Op::Word(if self.rng.chance(50) { csrrs(30, 1, 0) } else { csrrw(30, 1, 0) }));
        }
        ops
    }

    /// A load, store or AMO near one of the pointers.
    fn memory(&mut self) -> Vec<Op> {
        let row = self.memory[self.rng.below(self.memory.len() as u64) as usize];
        if self.scope.tame.contains(&row.1.format) && !self.open {
            return Vec::new();
        }
        if matches!(row.1.format, "A" | "Lr") {
            let misaligned = self.scope.misaligned_atomics.contains(&row.1.format) && self.rng.chance(10);
            let mask = if misaligned { !0 } else { !7 };
            let offset = layout::DATA + (self.rng.below((layout::SPARE - layout::DATA).into()) as u32 & mask);
            let mut ops = vec![Op::Address(7, asm::addi(7, 7, 0), Target::Offset(offset))];
            ops.extend(self.one(row, Some(7)));
            return ops;
        }
        // Compressed ones have three bits for `s0` and `s1`, or none for `sp`.
        let base = if row.1.bytes == 2 { self.rng.below(2) as u32 } else { *self.rng.pick(&POINTERS) };
        match self.word(row, Some(base)) {
            Some(word) if self.is_split(row.1, word) => Vec::new(),
            Some(word) => vec![encoded(row.1, word)],
            None => Vec::new(),
        }
    }

    /// Whether this access near a pointer goes across pages, and is one of those that must not.
    fn is_split(&self, row: &Row, word: u32) -> bool {
        let unsplit = match self.scope.unsplit {
            Unsplit::Refused => !self.open && row.touches == Touches::Stores,
            Unsplit::Protected => self.protection,
        };
        let Some(access) = Near::of(row, word).filter(|_| unsplit) else { return false };
        let low = POINTERS.iter().position(|&r| r == access.base).map_or(0, |at| self.low[at]);
        access.crosses_page(low.into())
    }

    fn data_pointer(&mut self) -> Vec<Op> {
        let which = self.rng.below(3) as usize;
        let page = 0x1000 * self.rng.below((layout::SPARE - layout::DATA) as u64 / 0x1000) as u32;
        let (r, offset) = (POINTERS[which], page + self.low[which]);
        vec![Op::Address(r, asm::addi(r, r, 0), Target::Offset(layout::DATA + offset))]
    }

    /// A fresh value for a register.
    pub(super) fn constant(&mut self) -> Vec<Op> {
        let unit = self.rng.below(layout::POOL_UNITS as u64 / 2) as u32;
        let from = |at: u32| Target::Offset(layout::POOL + 8 * at);
        if self.isa.has(Ext::D) && self.rng.chance(50) {
            let f = self.rng.below(32) as u32;
            return vec![Op::Address(7, asm::i(0x07, 3, f, 7, 0), from(layout::POOL_UNITS / 2 + unit))];
        }
        // AUIPC needs a register of its own.
        let r = self.register().max(1);
        vec![Op::Address(r, load_x(self.isa.xlen, r, r, 0), from(unit))]
    }

    fn control(&mut self) -> Vec<Op> {
        let row = self.control[self.rng.below(self.control.len() as u64) as usize].1;
        let (to, rd, rs1, rs2) = (self.ahead(), self.register(), self.rng.below(32) as u32, self.rng.below(32) as u32);
        let r = self.register().max(1);
        let address = Op::Address(r, asm::addi(r, r, 0), to);
        match row.format {
            "B" => vec![Op::Branch(row.value | rs1 << 15 | rs2 << 20, to)],
            "J" => vec![Op::Jal(row.value | rd << 7, to)],
            "Jr" => {
                // JALR clears the lowest bit.
                let odd = self.rng.below(2) as i32;
                vec![Op::Address(r, asm::addi(r, r, 0), to), Op::Word(jalr(rd, r, odd))]
            }
            "Cj" | "Cjal" => vec![Op::ShortJump(row.value as u16, to)],
            "Cb" => vec![Op::ShortBranch((row.value | (rs1 & 7) << 7) as u16, to)],
            "Cjr" | "Cjalr" => vec![address, Op::Half((row.value | r << 7) as u16)],
            other => panic!("a jump of the unknown format {other}: give it a case here"),
        }
    }

    /// Loads a constant into `rd`.
    pub(super) fn li(&mut self, rd: u32, value: u64) -> Vec<Op> {
        let mut ops = Vec::new();
        if self.isa.xlen == 32 || value as i64 == value as i32 as i64 {
            let upper = (value as u32).wrapping_add(0x800) >> 12;
            ops.push(Op::Word(asm::lui(rd, upper)));
            // ADDIW on RV64, so that 0x7ffff800 and up come out right.
            let add = asm::addi(rd, rd, value as i32);
            ops.push(Op::Word(if self.isa.xlen == 64 { add | 8 } else { add }));
        } else {
            ops = self.li(rd, ((value.wrapping_add(0x800) as i64) >> 12) as u64);
            ops.push(Op::Word(asm::i(0x13, 1, rd, rd, 12)));
            ops.push(Op::Word(asm::addi(rd, rd, value as i32)));
        }
        ops
    }

    /// A data access at an address that is likely to be refused.
    fn wild(&mut self) -> Vec<Op> {
        let large = 0x4000_0800 + (self.rng.below(4) << 21);
        let at = match self.rng.below(16) {
            0..7 => *self.rng.pick(&WILD),
            7 => layout::BASE + self.scope.ram_bytes - 4,
            _ => large + self.rng.below(0x8000),
        };
        let at = if self.isa.xlen == 32 { at as i32 as u64 } else { at };
        let row = self.memory[self.rng.below(self.memory.len() as u64) as usize];
        if self.scope.tame.contains(&row.1.format) {
            return Vec::new();
        }
        let offsets = matches!(row.1.touches, Touches::Loads | Touches::Stores) && row.1.format != "Lr";
        let at = if offsets { at } else { at & !7 };
        let mut ops = self.li(7, at);
        match if row.1.bytes == 4 { self.word(row, Some(7)) } else { None } {
            Some(word) if self.is_too_wild(row.1, word, at) => Vec::new(),
            Some(word) => {
                ops.push(encoded(row.1, word));
                ops
            }
            None => Vec::new(),
        }
    }

    /// Whether an access with this base would hit the handlers, or fault in a way that the witness sees otherwise.
    fn is_too_wild(&self, row: &Row, word: u32, base: u64) -> bool {
        let Some(access) = Near::of(row, word) else { return false };
        if !self.scope.misaligned_faults && access.is_misaligned(base) {
            return true;
        }
        let (first, last) = access.ends(base);
        let stores = row.touches == Touches::Stores;
        let image = layout::BASE..layout::BASE + u64::from(layout::POOL);
        let hits_image = image.contains(&first) || image.contains(&last);
        stores && hits_image || access.crosses_page(base) && (self.scope.unsplit == Unsplit::Refused || self.protection)
    }

    /// A jump to where no code is, or none that may be executed.
    fn nowhere(&mut self) -> Vec<Op> {
        let mut ops = vec![Op::Address(3, asm::addi(3, 3, 0), Target::Item(self.now + 1))];
        let at = *self.rng.pick(&[0x4000_0000, layout::BASE + self.scope.ram_bytes, 0x40_0000_0000, !1]);
        let at = if self.isa.xlen == 32 { at as i32 as u64 } else { at };
        ops.extend(self.li(7, at));
        ops.push(Op::Word(jalr(self.register(), 7, 0)));
        ops
    }

    /// A word that is no instruction here.
    fn reserved(&mut self) -> Vec<Op> {
        for _ in 0..100 {
            // Near an instruction, or anything.
            let row = self.rng.pick(TABLE);
            let flipped = 1 << self.rng.below(32) | 1 << self.rng.below(32);
            let near = (row.value | self.rng.bits() as u32 & !row.mask) ^ flipped;
            let word = if self.rng.chance(70) { near } else { self.rng.bits() as u32 };
            if self.decoder.find(word).is_none() {
                return vec![if word & 3 == 3 { Op::Word(word) } else { Op::Half(word as u16) }];
            }
        }
        Vec::new()
    }

    /// LR and SC on the same or nearly the same address, with something between them.
    fn reservation(&mut self) -> Vec<Op> {
        let odd = self.scope.odd_reservations;
        if !self.isa.has(Ext::ZALRSC) || !self.open && !odd {
            return Vec::new();
        }
        let offset = layout::DATA + 0x800 + 8 * self.rng.below(512) as u32;
        let mut ops = vec![Op::Address(7, asm::addi(7, 7, 0), Target::Offset(offset))];
        let width = |rng: &mut Rng, xlen: u32| if xlen == 64 && rng.chance(50) { 3 } else { 2 };
        let (rd, first) = (self.register(), width(self.rng, self.isa.xlen));
        let second = if odd { width(self.rng, self.isa.xlen) } else { first };
        let order = self.rng.below(4) as u32;
        ops.push(Op::Word(asm::r(0x2f, first, 0x08 | order, if rd == 7 { 0 } else { rd }, 7, 0)));
        // A trap between them makes SC fail on Spike and not here.
        match self.rng.below(6) {
            0 => ops.push(Op::Word(asm::addi(7, 7, if first == 2 && second == 2 { 4 } else { 8 }))),
            1 if odd => ops.push(Op::Word(asm::s(0x23, 2, 7, rd, 0))),
            2 => ops.push(Op::Word(asm::i(0x03, 2, 0, 7, 0))),
            _ => {}
        }
        let source = self.rng.below(32) as u32;
        ops.push(Op::Word(asm::r(0x2f, second, 0x0c | order, self.register(), 7, source)));
        ops
    }
}

fn encoded(row: &Row, word: u32) -> Op {
    if row.bytes == 2 { Op::Half(word as u16) } else { Op::Word(word) }
}
