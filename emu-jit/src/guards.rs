//! What has to hold for translated code to go on, and where it goes back to if it does not.
//!
//! Guards come in *groups*. Nothing that happens while a group is open needs to be undone: loads and arithmetic can happen
//! again. So whatever leaves goes back to where the group began, and all its guards share one way out, which is most of the
//! code of a region otherwise. A group is closed before a store takes effect and at the end of a block. A block that looks at the
//! budget begins with one, which the look shares: they leave with the same state, and the way out asks which it was.
//!
//! A guard of memory is tested before the access. Those of floating point can wait until the group is closed, because a wrong
//! number does no harm before it is stored: they are tested together.
//!
//! That is done by a quick test, which lets numbers of middle size pass at the cost of three host instructions each, and
//! behind it, in a cold block, the exact one.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{self, InstBuilder};
use emu_core::slot::Slot;

use crate::emit::{Emit, Remaining};
use crate::exits::Why;
use crate::float::{Host, has_fma};
use crate::slots::SlotSet;
use crate::timing::ClockAt;
use crate::value::{Form, Truth, TruthForm};
use crate::ways_out::{Kept, WayOut, join_halves};

/// Numbers that wait to be tested at most: each is in a register until then.
const MAX_NUMBERS: usize = 6;

/// A number and its format.
type Number = (ir::Value, Host);

/// Guards that have one way out.
pub(crate) struct Group {
    /// Slots that have changed since it began, of those that memory lacked then, and what they held.
    changed: Vec<(Slot, Held)>,
    /// Slots that memory lacked where it began.
    dirty: SlotSet,
    /// What is left of the budget where the group begins.
    left: Remaining,
    pc: u64,
    ahead: usize,
    /// It began where the budget is looked at; that has its way out.
    look: Option<Look>,
    /// The way out, if there is one yet.
    exit: Option<ir::Block>,
    /// What has to be true.
    truth: Option<ir::Value>,
    /// What has to be finite, if no later number shows that it is.
    finite: Vec<Number>,
    ordinary: Vec<Ordinary>,
}

/// A look at the budget.
#[derive(Copy, Clone)]
pub(crate) struct Look {
    /// How many instructions have to be left.
    pub(crate) way: usize,
}

/// What a slot held.
#[derive(Copy, Clone)]
pub(crate) enum Held {
    Known(Form),
    /// Its variable's value, of whatever type.
    Variable(ir::Value),
    /// This lane of its variable's value, a vector.
    Half(ir::Value, u8),
}

/// A number that has to be an ordinary one: normal, not next to the smallest normal one, finite.
struct Ordinary {
    number: Number,
    /// It may be zero if one of these is.
    or_zero_as: [Option<Number>; 2],
}

impl<'f> Emit<'f> {
    /// Leaves unless `ok`.
    pub(crate) fn leave_unless(&self, ok: Truth<'_, 'f>) {
        self.with_group(|_| {});
        let exit = self.exit_of_group();
        self.go_on_if(ok, exit);
    }

    /// Has the interpreter run the current instruction. The block ends.
    pub(crate) fn leave_here(&self) {
        self.close_group();
        let pc = self.b.borrow_mut().ins().iconst(I64, self.pc.get() as i64);
        self.leave(Why::Interpret, pc, self.ahead.get());
    }

    pub(crate) fn cold_block(&self) -> ir::Block {
        let mut b = self.b.borrow_mut();
        let block = b.create_block();
        b.set_cold_block(block);
        block
    }

    fn exit_of_group(&self) -> ir::Block {
        let mut group = self.group.borrow_mut();
        let group = group.as_mut().expect("a group is open");
        *group.exit.get_or_insert_with(|| self.cold_block())
    }

    /// Does something to the open group; opens one before the current instruction if there is none.
    fn with_group(&self, change: impl FnOnce(&mut Group)) {
        change(self.group.borrow_mut().get_or_insert_with(|| self.new_group(self.pc.get())));
    }

    fn new_group(&self, pc: u64) -> Group {
        Group {
            left: self.remaining(&mut self.b.borrow_mut()),
            changed: Vec::new(),
            dirty: self.dirty.get(),
            pc,
            ahead: self.ahead.get(),
            look: None,
            exit: None,
            truth: None,
            finite: Vec::new(),
            ordinary: Vec::new(),
        }
    }

    /// Leaves before the block at `pc`, which has begun, if not all of the longest way to the next look, `way` instructions, may run.
    /// A group begins there: its guards leave like this too.
    pub(crate) fn look(&self, pc: u64, way: usize) {
        let left = self.b.borrow_mut().use_var(self.left);
        let enough = self.compares_with(IntCC::UnsignedGreaterThanOrEqual, left, self.budget.price(way, 0));
        let exit = self.cold_block();
        let group = Group { look: Some(Look { way }), exit: Some(exit), ..self.new_group(pc) };
        *self.group.borrow_mut() = Some(group);
        self.go_on_if(enough, exit);
    }

    /// Before a slot changes: an open group may have to know what it held.
    pub(crate) fn keep_for_group(&self, slot: Slot) {
        let mut group = self.group.borrow_mut();
        let Some(group) = group.as_mut() else { return };
        let Group { changed, dirty, .. } = group;
        if changed.iter().any(|&(other, _)| other == slot) || !self.changing_with(slot).any(|slot| dirty.contains(slot))
        {
            return;
        }
        for (slot, held) in self.held(slot) {
            if dirty.contains(slot) && changed.iter().all(|&(other, _)| other != slot) {
                changed.push((slot, held));
            }
        }
    }

    /// `ok` has to be true.
    pub(crate) fn require_later(&self, ok: ir::Value) {
        self.with_group(|group| {
            group.truth = Some(match group.truth {
                Some(others) => self.b.borrow_mut().ins().band(others, ok),
                None => ok,
            });
        });
    }

    /// `number` has to be finite; it cannot be if one of `operands` is not.
    pub(crate) fn require_finite(&self, number: Number, operands: &[ir::Value]) {
        self.with_group(|group| {
            group.finite.retain(|(number, _)| !operands.contains(number));
            group.finite.push(number);
        });
        self.test_if_many();
    }

    /// `number` has to be an ordinary one, or zero if one of `or_zero_as` is. It cannot be if one of `operands` is not finite.
    pub(crate) fn require_ordinary(&self, number: Number, or_zero_as: [Option<Number>; 2], operands: &[ir::Value]) {
        self.with_group(|group| {
            group.finite.retain(|(number, _)| !operands.contains(number));
            group.ordinary.push(Ordinary { number, or_zero_as });
        });
        self.test_if_many();
    }

    /// Tests what waits. Has to be done before anything happens that must not happen twice, and at a block's end.
    pub(crate) fn close_group(&self) {
        let Some(mut group) = self.group.take() else { return };
        self.test(&mut group);
        let Some(block) = group.exit else { return };
        let held = |&(slot, held): &(Slot, Held)| match held {
            Held::Known(form) => (slot, self.as_kept(slot, form)),
            Held::Variable(value) => (slot, Kept::Value(value)),
            Held::Half(whole, number) => (slot, Kept::Half(whole, number)),
        };
        let mut stores: Vec<_> = group.changed.iter().map(held).collect();
        let same = group.dirty.without(stores.iter().map(|&(slot, _)| slot).collect());
        stores = join_halves(stores);
        stores.extend(self.stores_of(same));
        self.b.borrow_mut().seal_block(block);
        // Nothing of the block has been counted where the budget is looked at.
        let ahead = if group.look.is_some() { 0 } else { group.ahead };
        let insn = if group.look.is_some() { 0 } else { self.insn_before(ahead) };
        self.ways_out.borrow_mut().push(WayOut {
            block,
            pc: group.pc,
            stores,
            left: group.left,
            ahead,
            look: group.look,
            undone: if group.look.is_some() { 0 } else { self.undone(insn) },
            counter: self.counters.get().filter(|_| ahead != 0).map(|counters| (counters, insn)),
            clock: if group.look.is_some() { Some(ClockAt::SETTLED) } else { self.clock_before(insn) },
        });
    }

    /// Tests what waits in a group.
    fn test(&self, group: &mut Group) {
        let (truth, finite, ordinary) =
            (group.truth.take(), std::mem::take(&mut group.finite), std::mem::take(&mut group.ordinary));
        if truth.is_none() && finite.is_empty() && ordinary.is_empty() {
            return;
        }
        let exit = *group.exit.get_or_insert_with(|| self.cold_block());
        if let Some(ok) = truth {
            self.go_on_if(self.truth(ok), exit);
        }
        for host in Host::ALL {
            self.test_numbers(&finite, &ordinary, host, exit);
        }
    }

    /// Tests what waits if that is much: until then it is in registers.
    fn test_if_many(&self) {
        let many = |group: &mut Group| group.finite.len() + group.ordinary.len() >= MAX_NUMBERS;
        let taken = self.group.borrow_mut().take_if(many);
        if let Some(mut group) = taken {
            self.test(&mut group);
            *self.group.borrow_mut() = Some(group);
        }
    }

    /// Goes on if `ok`. The other way is the branch's first one: Cranelift puts that last in its order, behind the loop, so that its register
    /// allocator does not take ways out for part of it. Not so where most slots are on the stack all the same, unless loops need registers
    /// for pages.
    fn go_on_if(&self, ok: Truth<'_, 'f>, otherwise: ir::Block) {
        let last = self.ways_out_last.get();
        let first = match ok.form {
            _ if !last => ok,
            // Cranelift makes one instruction of a comparison and a branch.
            TruthForm::Ssa(value) => self.compares_with(IntCC::Equal, value, 0),
            _ => !ok,
        };
        let first = first.ssa();
        let mut b = self.b.borrow_mut();
        let goes_on = b.create_block();
        if last {
            b.ins().brif(first, otherwise, &[], goes_on, &[]);
        } else {
            b.ins().brif(first, goes_on, &[], otherwise, &[]);
        }
        b.seal_block(goes_on);
        b.switch_to_block(goes_on);
    }

    /// Goes to `exit` unless the group's numbers in one format are what they have to be.
    ///
    /// Zero times a number that is not finite is none; else it is zero. Adding a quarter of all exponents to one in the middle
    /// half, and only to such a one, sets its highest bit. So that bit of two words says all; if it says no, a cold block
    /// looks closely.
    fn test_numbers(&self, finite: &[Number], ordinary: &[Ordinary], host: Host, exit: ir::Block) {
        let ordinary: Vec<_> = ordinary.iter().filter(|one| one.number.1.bits == host.bits).collect();
        let finite = finite.iter().filter(|(_, other)| other.bits == host.bits);
        let nothing = finite.fold(None, |others, &(number, _)| Some(self.plus_times_zero(others, number, host)));
        let nothing_bits = nothing.map(|nothing| self.number_bits((nothing, host)));
        let middle = ordinary.iter().map(|one| self.moved(one.number));
        let middle = middle.reduce(|others, one| self.b.borrow_mut().ins().band(others, one));
        match (middle, nothing_bits) {
            (None, None) => {}
            (None, Some(nothing)) => {
                let wrong = self.highest(nothing, host);
                let mut b = self.b.borrow_mut();
                let goes_on = b.create_block();
                b.ins().brif(wrong, exit, &[], goes_on, &[]);
                b.seal_block(goes_on);
                b.switch_to_block(goes_on);
            }
            (Some(middle), nothing_bits) => {
                let right = match nothing_bits {
                    Some(nothing) => self.b.borrow_mut().ins().band_not(middle, nothing),
                    None => middle,
                };
                let right = self.highest(right, host);
                let right = match host.is_vector() {
                    true => self.compares_with(IntCC::Equal, right, host.lanes()),
                    false => self.compares_with(IntCC::NotEqual, right, 0),
                };
                let looks = self.cold_block();
                self.go_on_if(right, looks);
                self.look_closely(&ordinary, nothing.map(|nothing| (nothing, host)), looks, exit);
            }
        }
    }

    /// `number` times zero, and what others gave.
    fn plus_times_zero(&self, others: Option<ir::Value>, number: ir::Value, host: Host) -> ir::Value {
        let mut b = self.b.borrow_mut();
        let zero = host.zero(&mut b);
        match others {
            None => b.ins().fmul(number, zero),
            Some(others) if has_fma() => b.ins().fma(number, zero, others),
            Some(others) => {
                let nothing = b.ins().fmul(number, zero);
                b.ins().fadd(nothing, others)
            }
        }
    }

    fn number_bits(&self, (number, host): Number) -> ir::Value {
        if host.is_vector() { self.cast(number, host.bits) } else { self.bits_of(number) }
    }

    /// The bits of `number` with its exponent moved by a quarter of all.
    fn moved(&self, number: Number) -> ir::Value {
        let (bits, host) = (self.number_bits(number), number.1);
        let mut b = self.b.borrow_mut();
        let quarter = host.bits(&mut b, ((host.exponents + 1) / 4) << host.exponent_at);
        b.ins().iadd(bits, quarter)
    }

    /// Not zero if the exponent's highest bit is set; of a vector, a bit for each lane where it is.
    fn highest(&self, bits: ir::Value, host: Host) -> ir::Value {
        let mut b = self.b.borrow_mut();
        if host.is_vector() {
            let one = b.ins().iconst(I32, 1);
            let signs = b.ins().ishl(bits, one);
            b.ins().vhigh_bits(I32, signs)
        } else {
            b.ins().band_imm_u(bits, host.constant(1 << (host.bits.bits() - 2)))
        }
    }

    /// Whether it is so in all lanes; of one number, as it is.
    pub(crate) fn in_all_lanes(&self, so: ir::Value, host: Host) -> ir::Value {
        if !host.is_vector() {
            return so;
        }
        let mut b = self.b.borrow_mut();
        let lanes = b.ins().vhigh_bits(I32, so);
        b.ins().icmp_imm_u(IntCC::Equal, lanes, host.lanes())
    }

    /// In the block `looks`, tests exactly, and whether `nothing` is a number; comes back to the current block or goes to `exit`.
    fn look_closely(&self, all: &[&Ordinary], nothing: Option<Number>, looks: ir::Block, exit: ir::Block) {
        let goes_on = {
            let mut b = self.b.borrow_mut();
            let goes_on = b.create_block();
            b.ins().jump(goes_on, &[]);
            b.seal_block(looks);
            b.switch_to_block(looks);
            goes_on
        };
        let mut ok = nothing.map(|(nothing, host)| {
            let ok = self.b.borrow_mut().ins().fcmp(FloatCC::Ordered, nothing, nothing);
            self.in_all_lanes(ok, host)
        });
        for ordinary in all {
            let one = match ordinary.number.1.is_vector() {
                true => self.are_ordinary_or_zero(ordinary),
                false => self.is_ordinary_or_zero(ordinary),
            };
            ok = Some(match ok {
                Some(others) => self.b.borrow_mut().ins().band(others, one),
                None => one,
            });
        }
        let mut b = self.b.borrow_mut();
        b.ins().brif(ok.expect("there is something to look at"), goes_on, &[], exit, &[]);
        b.seal_block(goes_on);
        b.switch_to_block(goes_on);
    }

    fn is_ordinary_or_zero(&self, &Ordinary { number, or_zero_as }: &Ordinary) -> ir::Value {
        let (bits, host) = (self.bits_of(number.0), number.1);
        let (magnitude, mut ok) = {
            let mut b = self.b.borrow_mut();
            // Without the sign.
            let magnitude = b.ins().ishl_imm_u(bits, 1);
            let shift = host.exponent_at + 1;
            let from_second = b.ins().iadd_imm_s(magnitude, host.constant(2_u64.wrapping_shl(shift).wrapping_neg()));
            let limit = b.ins().iconst(host.bits, host.constant((host.exponents - 2) << shift));
            (magnitude, b.ins().icmp(IntCC::UnsignedLessThan, from_second, limit))
        };
        for operand in or_zero_as.into_iter().flatten() {
            let mut b = self.b.borrow_mut();
            let zero = operand.1.zero(&mut b);
            let operand_is_zero = b.ins().fcmp(FloatCC::Equal, operand.0, zero);
            let is_zero = b.ins().icmp_imm_u(IntCC::Equal, magnitude, 0);
            let both = b.ins().band(is_zero, operand_is_zero);
            ok = b.ins().bor(ok, both);
        }
        ok
    }

    /// The same of a vector of numbers.
    fn are_ordinary_or_zero(&self, &Ordinary { number: (numbers, host), or_zero_as }: &Ordinary) -> ir::Value {
        let ok = {
            let mut b = self.b.borrow_mut();
            let [zero, least, infinity] =
                [0, 2, host.exponents].map(|exponent| host.number(&mut b, exponent << host.exponent_at));
            let magnitudes = b.ins().fabs(numbers);
            let normal = b.ins().fcmp(FloatCC::GreaterThanOrEqual, magnitudes, least);
            let finite = b.ins().fcmp(FloatCC::LessThan, magnitudes, infinity);
            let mut ok = b.ins().band(normal, finite);
            let is_zero = b.ins().fcmp(FloatCC::Equal, numbers, zero);
            for (operand, _) in or_zero_as.into_iter().flatten() {
                let operand_is_zero = b.ins().fcmp(FloatCC::Equal, operand, zero);
                let both = b.ins().band(is_zero, operand_is_zero);
                ok = b.ins().bor(ok, both);
            }
            ok
        };
        self.in_all_lanes(ok, host)
    }
}
