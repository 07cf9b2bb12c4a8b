//! What a RISC-V hart has beyond slots.

use super::cause;
use super::decode::Decoder;
use crate::hart::{Arch, Decoded, Hart, Translation};
use crate::trap::Trap;
use emu_mem::{Access, GuestPhys, GuestVirt};

/// The architectural state of a RISC-V hart that is not in slots, and its decoder.
pub struct Riscv {
    /// The enabled rows.
    pub decoder: Decoder,
}

impl Arch for Riscv {
    fn translate(_: &Hart<Self>, at: GuestVirt, _: Access, _: u64) -> Result<Translation, Trap> {
        Ok(Translation { phys: GuestPhys(at.0), leaf_bytes: 4096 })
    }
    fn access_fault(_: &Hart<Self>, at: GuestVirt, access: Access) -> Trap {
        let cause = match access {
            Access::Fetch => cause::FETCH_ACCESS,
            Access::Read => cause::LOAD_ACCESS,
            Access::Write => cause::STORE_AMO_ACCESS,
        };
        Trap { cause, tval: at.0 }
    }
    fn advance(at: GuestVirt, bytes: u64) -> GuestVirt {
        GuestVirt(at.0.wrapping_add(bytes))
    }
    fn misaligned(_: &Hart<Self>, _: GuestVirt, _: Access) -> Result<(), Trap> {
        Ok(())
    }
    fn undefined(_: &Hart<Self>, word: u32) -> Trap {
        Trap { cause: cause::ILLEGAL, tval: word as u64 }
    }
    fn instruction_bytes(first: u16) -> u64 {
        if first & 3 == 3 { 4 } else { 2 }
    }
    fn decode(&self, word: u32) -> Decoded<Self> {
        self.decoder.decode(word)
    }
    fn take_trap(_: &Hart<Self>, _: Trap) {}
    fn pending_interrupt(_: &Hart<Self>) -> Option<u64> {
        None
    }
    fn take_interrupt(_: &Hart<Self>, _: u64) {}
    fn wakes(_: &Hart<Self>) -> bool {
        true
    }
}
