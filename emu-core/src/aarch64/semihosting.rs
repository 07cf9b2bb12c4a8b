//! Recognising a semihosting call ("Semihosting for AArch32 and AArch64" version 3, 3): HLT 0xF000, with the operation in W0 and
//! its argument in X1.

use super::slots::src;
use super::state::AArch64;
use crate::hart::Hart;
use crate::semihosting::Caller;

/// The immediate of HLT that makes it a call.
pub(super) const CALL: u16 = 0xf000;

/// Makes the call, if somebody answers: whether it was made.
pub(super) fn call(hart: &Hart<AArch64>, left: usize) -> bool {
    let mut environment = hart.arch.environment.borrow_mut();
    let Some(call) = environment.as_mut() else { return false };
    hart.clock.set(hart.retired_before(left).wrapping_add(hart.time_offset.get()));
    let (x0, x1) = (src(0), src(1));
    let result = call(hart.slots.get(x0), hart.slots.get(x1), 8, &mut Caller { hart });
    hart.slots.set(x0, result);
    true
}
