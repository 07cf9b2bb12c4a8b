//! How control leaves a region: to another one through a link, to wherever an indirect jump leads, or back to the loop in
//! `run`.
//!
//! A region is a function `(slots, left, entry) -> (left, pc)` in Cranelift's `tail` convention: `left` is what is left of the
//! [budget](crate::timing::Budget), `entry` says where it begins. Whatever returns has set the slot [`WHY`]. Links and indirect jumps are tail
//! calls, so the stack does not grow.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, AbiParam, InstBuilder, Signature};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;

use emu_core::timing::Pending;

use crate::emit::{Emit, slot_access};
use crate::slots::{JUMPS, WHY, offset};

/// Why compiled code returned.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u64)]
pub(crate) enum Why {
    /// Fewer instructions are left than the way to the next look at that may take.
    Budget = 0,
    /// The interpreter has to run the next instruction.
    Interpret = 1,
    /// The region's key may not hold any more.
    Key = 2,
    /// No code is known for the target of an indirect jump.
    Unknown = 3,
    /// No code is known behind a link; its number stands above the lowest byte.
    Unlinked = 4,
    /// Where calls are kept: what was done to the stack of calls has to be told; see [`crate::calls`].
    Turned = 5,
}

impl Why {
    /// How many there are.
    pub(crate) const COUNT: usize = Why::Turned as usize + 1;
}

/// Bits of the slot [`WHY`] from this one on say how many instructions have been counted but did not run. So ways out need not add them.
const NOT_RUN_BIT: u32 = 48;
/// Says in the lowest byte of [`WHY`] that a look at the budget and guards leave alike: the bits from [`NOT_RUN_BIT`] on say how many
/// instructions have to be left for it not to be the look.
const LOOK: u64 = 0xff;

/// What the slot [`WHY`] is to say: why, and that `ahead` instructions have been counted but not run.
pub(crate) fn why_before(why: Why, ahead: usize) -> u64 {
    debug_assert!(ahead < 1 << (u64::BITS - NOT_RUN_BIT), "regions are smaller");
    why as u64 | (ahead as u64) << NOT_RUN_BIT
}

/// The same where it is [`Why::Budget`] if fewer than `way` instructions are left, else [`Why::Interpret`].
pub(crate) fn why_after_look(way: usize) -> u64 {
    debug_assert!(way < 1 << (u64::BITS - NOT_RUN_BIT), "regions are smaller");
    LOOK | (way as u64) << NOT_RUN_BIT
}

/// What the slot [`WHY`] says without that, and how many instructions may still run, of what a region has left there and returned.
pub(crate) fn settle(word: u64, left: u64) -> (u64, u64) {
    let (number, word) = (word >> NOT_RUN_BIT, word & ((1 << NOT_RUN_BIT) - 1));
    if word == LOOK {
        let why = if left < number { Why::Budget } else { Why::Interpret };
        return (why as u64, left);
    }
    (word, left + number)
}

impl Why {
    /// What the slot says, once that is settled.
    pub(crate) fn of(word: u64) -> (Why, u32) {
        let why = match word & 0xff {
            0 => Why::Budget,
            1 => Why::Interpret,
            2 => Why::Key,
            3 => Why::Unknown,
            5 => Why::Turned,
            _ => Why::Unlinked,
        };
        (why, (word >> 8) as u32)
    }
}

/// Where a link leads: read by compiled code, written by the loop.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Link {
    /// Address of the code: of a region or of [`define_unlinked`].
    pub(crate) code: std::cell::Cell<usize>,
    /// Where the region begins; for an unlinked one, this link's number.
    pub(crate) entry: std::cell::Cell<u64>,
}

/// Where a link lies.
#[derive(Copy, Clone, Debug)]
pub(crate) struct LinkAddress(usize);

impl Link {
    /// For code that may run as long as the link lives.
    pub(crate) fn address(&self) -> LinkAddress {
        LinkAddress(std::ptr::from_ref(self).expose_provenance())
    }
}

/// An entry of the table for indirect jumps; 32 bytes, so that its place is a shift.
#[derive(Debug)]
#[repr(C, align(32))]
pub(crate) struct Jump {
    pub(crate) pc: std::cell::Cell<u64>,
    pub(crate) code: std::cell::Cell<usize>,
    pub(crate) entry: std::cell::Cell<u64>,
    /// The region's number, for the loop.
    pub(crate) region: std::cell::Cell<u32>,
}

/// Entries of the table for indirect jumps; a power of two.
pub(crate) const JUMP_ENTRIES: usize = 1024;
const JUMP_SHIFT: i64 = 5;
const _: () = assert!(size_of::<Jump>() == 1 << JUMP_SHIFT);

/// The place in the table for a target. Instructions lie at even addresses.
pub(crate) fn jump_index(pc: u64) -> usize {
    (pc >> 1) as usize % JUMP_ENTRIES
}

/// The signature of regions.
pub(crate) fn region_signature() -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.extend([AbiParam::new(I64); 3]);
    signature.returns.extend([AbiParam::new(I64); 2]);
    signature
}

impl<'f> Emit<'f> {
    /// Goes on behind a link, where this is pending. The block ends.
    pub(crate) fn go(&self, LinkAddress(link): LinkAddress, pending: Pending) {
        self.store_dirty();
        let mut b = self.b.borrow_mut();
        self.store_pending(&mut b, pending);
        let link = b.ins().iconst(I64, link as i64);
        let code = b.ins().load(I64, slot_access(), link, std::mem::offset_of!(Link, code) as i32);
        let entry = b.ins().load(I64, slot_access(), link, std::mem::offset_of!(Link, entry) as i32);
        let left = self.left_now(&mut b);
        self.tail_call(&mut b, left, code, entry);
    }

    /// Goes on wherever `target` is. The block ends.
    pub(crate) fn go_to(&self, target: ir::Value) {
        self.store_dirty();
        let mut b = self.b.borrow_mut();
        self.store_pending(&mut b, Pending::REDIRECTED);
        let left = self.left_now(&mut b);
        self.look_up_jump(&mut b, left, target);
    }

    /// The same where that is not expected: the region looks targets up for all such places in one.
    pub(crate) fn go_to_rarely(&self, target: ir::Value) {
        self.store_dirty();
        let mut b = self.b.borrow_mut();
        self.store_pending(&mut b, Pending::REDIRECTED);
        let block = self.rare_jumps.get().unwrap_or_else(|| {
            let block = b.create_block();
            b.set_cold_block(block);
            (0..2).for_each(|_| _ = b.append_block_param(block, I64));
            self.rare_jumps.set(Some(block));
            block
        });
        let left = self.left_now(&mut b);
        b.ins().jump(block, &[left.into(), target.into()]);
    }

    /// Builds where those go on.
    pub(crate) fn build_rare_jumps(&self) {
        let Some(block) = self.rare_jumps.get() else { return };
        let mut b = self.b.borrow_mut();
        b.switch_to_block(block);
        let &[left, target] = b.block_params(block) else { unreachable!("it was made with two") };
        self.look_up_jump(&mut b, left, target);
    }

    /// Goes on wherever `target` is, where `left` instructions may still run. The block ends.
    fn look_up_jump(&self, b: &mut FunctionBuilder<'f>, left: ir::Value, target: ir::Value) {
        let jumps = b.ins().load(I64, slot_access().with_readonly(), self.slots, offset(JUMPS));
        let index = b.ins().ishl_imm_u(target, JUMP_SHIFT - 1);
        let index = b.ins().band_imm_u(index, ((JUMP_ENTRIES - 1) << JUMP_SHIFT) as i64);
        let jump = b.ins().iadd(jumps, index);
        let pc = b.ins().load(I64, slot_access(), jump, std::mem::offset_of!(Jump, pc) as i32);
        let known = b.ins().icmp(IntCC::Equal, pc, target);
        let (goes, returns) = (b.create_block(), b.create_block());
        b.set_cold_block(returns);
        b.ins().brif(known, goes, &[], returns, &[]);
        b.seal_block(goes);
        b.seal_block(returns);
        b.switch_to_block(returns);
        let why = b.ins().iconst(I64, Why::Unknown as i64);
        b.ins().store(slot_access(), why, self.slots, offset(WHY));
        b.ins().return_(&[left, target]);
        b.switch_to_block(goes);
        let code = b.ins().load(I64, slot_access(), jump, std::mem::offset_of!(Jump, code) as i32);
        let entry = b.ins().load(I64, slot_access(), jump, std::mem::offset_of!(Jump, entry) as i32);
        self.tail_call(b, left, code, entry);
    }

    fn tail_call(&self, b: &mut FunctionBuilder<'f>, left: ir::Value, code: ir::Value, entry: ir::Value) {
        let signature = self.signature.get().unwrap_or_else(|| b.import_signature(region_signature()));
        self.signature.set(Some(signature));
        b.ins().return_call_indirect(signature, code, &[self.slots, left, entry]);
    }
}

/// What stands behind a link as long as no region does: tells its number and returns.
pub(crate) fn define_unlinked(mut b: FunctionBuilder<'_>) -> FunctionBuilder<'_> {
    let block = b.create_block();
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    b.seal_block(block);
    let &[slots, left, number] = b.block_params(block) else { unreachable!("the signature has three parameters") };
    let why = b.ins().ishl_imm_u(number, 8);
    let why = b.ins().bor_imm_u(why, Why::Unlinked as i64);
    b.ins().store(slot_access(), why, slots, offset(WHY));
    let pc = b.ins().iconst(I64, 0);
    b.ins().return_(&[left, pc]);
    b
}
