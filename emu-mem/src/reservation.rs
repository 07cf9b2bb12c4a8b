//! LR/SC reservations over guest physical addresses, for all harts of a machine. It compares addresses and never
//! values, so it is exact where a comparison of values is not (the word was changed and changed back).
//!
//! # How a store by another hart breaks a reservation without costing stores anything
//!
//! Harts take turns on one thread, by a fixed quantum of instructions. Between an LR and an SC of one hart in one turn
//! nobody else has stored but devices. So when a hart begins a turn, [`turn`](Reservations::turn) drops what the
//! others hold, whether they lose it to a store or not. That is legal, as an SC may fail for no reason (RISC-V
//! unprivileged manual, "Load-Reserved/Store-Conditional Instructions"), and it is the same in every engine and on
//! every day, because turns are counted in instructions. The loop that fails starts over at the beginning of a turn,
//! and a turn that is longer than a constrained LR/SC loop (16 instructions) sees it through: the eventual success
//! that the manual demands. A machine with one hart has no turns and never loses a reservation.
//!
//! Writes by devices and other outsiders go through [`Memory`](crate::memory::Memory), which breaks what they touch.
//! A hart's own stores and traps do not break its reservation; an SC, whether it
//! succeeds or not, does.
//!
//! If harts are to run at the same time on several threads, the stores of others have to be seen: a page that somebody
//! has a reservation on would have to leave the others' write TLBs, as a watched page does. That is not here.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::addr::GuestPhys;

/// The size and alignment in bytes of a reservation set (Za64rs): a foreign write to any byte of it breaks the
/// reservation.
pub const GRANULE_BYTES: u64 = 64;

/// How many harts can hold reservations. A machine must not have more.
pub const MAX_HARTS: usize = 64;

/// What each hart has reserved.
pub struct Reservations {
    /// Bit n: hart n may hold a reservation.
    users: AtomicU64,
    /// The address each hart has reserved, or [`NOTHING`](Self::NOTHING).
    at: [AtomicU64; MAX_HARTS],
}

/// Where what a hart has reserved stands, for generated code: 8 bytes, the guest physical address or
/// [`Reservations::NOTHING`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReservationPlace(pub usize);

impl Reservations {
    /// Stands for no reservation: no memory ends there.
    pub const NOTHING: u64 = u64::MAX;

    /// Nobody holds anything.
    pub(crate) const fn new() -> Self {
        Self { users: AtomicU64::new(0), at: [const { AtomicU64::new(Self::NOTHING) }; MAX_HARTS] }
    }

    /// Where generated code for `hart` does what [`reserve`](Self::reserve) and [`take`](Self::take) do: LR stores the
    /// address there; SC stores [`NOTHING`](Self::NOTHING), and is to be done if its own address stood there. It is there as
    /// long as `self` is.
    pub fn place(&self, hart: usize) -> ReservationPlace {
        self.uses(hart);
        ReservationPlace(self.at[hart].as_ptr().expose_provenance())
    }

    fn uses(&self, hart: usize) {
        if self.users.load(Ordering::Relaxed) >> hart & 1 == 0 {
            self.users.fetch_or(1 << hart, Ordering::Release);
        }
    }

    /// Harts that may hold reservations.
    fn users(&self) -> impl Iterator<Item = usize> {
        let mut users = self.users.load(Ordering::Acquire);
        std::iter::from_fn(move || {
            let hart = users.trailing_zeros() as usize;
            users &= users.wrapping_sub(1);
            (hart < MAX_HARTS).then_some(hart)
        })
    }

    /// LR: `hart` gives up what it held and reserves the granule of `at`.
    #[inline]
    pub fn reserve(&self, hart: usize, at: GuestPhys) {
        debug_assert!(at.0 != Self::NOTHING, "{at:?} is the last byte of all");
        self.uses(hart);
        self.at[hart].store(at.0, Ordering::Relaxed);
    }

    /// SC: gives up what `hart` holds and returns whether that was a reservation made at exactly `at`. If so, the store
    /// is to be done.
    ///
    /// An SC to another address than the LR's fails even within the granule, as it does in Spike and QEMU.
    #[inline]
    pub fn take(&self, hart: usize, at: GuestPhys) -> bool {
        self.at[hart].swap(Self::NOTHING, Ordering::Relaxed) == at.0
    }

    /// What `hart` holds: the address of its LR.
    pub fn held(&self, hart: usize) -> Option<GuestPhys> {
        let at = self.at[hart].load(Ordering::Relaxed);
        (at != Self::NOTHING).then_some(GuestPhys(at))
    }

    /// Gives up what `hart` holds.
    pub fn release(&self, hart: usize) {
        self.at[hart].store(Self::NOTHING, Ordering::Relaxed);
    }

    /// `hart` is about to run: what the others hold is broken, as it may store anywhere.
    pub fn turn(&self, hart: usize) {
        self.users().filter(|&other| other != hart).for_each(|other| self.release(other));
    }

    /// Somebody who is no hart has written `bytes` bytes (at least one) from `at` on: what overlaps is broken.
    #[inline]
    pub(crate) fn written(&self, at: GuestPhys, bytes: u64) {
        for (hart, reserved) in self.users().filter_map(|hart| Some((hart, self.held(hart)?))) {
            let granule = reserved.0 / GRANULE_BYTES;
            if (at.0 / GRANULE_BYTES..=at.0.saturating_add(bytes - 1) / GRANULE_BYTES).contains(&granule) {
                self.release(hart);
            }
        }
    }
}

impl fmt::Debug for Reservations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries((0..MAX_HARTS).filter_map(|hart| Some((hart, self.held(hart)?)))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: GuestPhys = GuestPhys(0x8000_1008);

    #[test]
    fn a_reservation_serves_one_store_conditional() {
        let r = Reservations::new();
        assert!(!r.take(0, WORD), "nothing reserved");
        r.reserve(0, WORD);
        assert_eq!(r.held(0), Some(WORD));
        assert!(r.take(0, WORD));
        assert!(!r.take(0, WORD), "used up");
    }

    #[test]
    fn a_store_conditional_elsewhere_fails_and_uses_the_reservation_up() {
        let r = Reservations::new();
        r.reserve(0, WORD);
        assert!(!r.take(0, WORD.wrapping_add(4)));
        assert!(!r.take(0, WORD));
    }

    #[test]
    fn a_second_load_reserved_replaces_the_first() {
        let r = Reservations::new();
        r.reserve(5, WORD);
        r.reserve(5, WORD.wrapping_add(0x1000));
        assert!(!r.take(5, WORD));
        r.reserve(5, WORD);
        r.reserve(5, WORD.wrapping_add(0x1000));
        assert!(r.take(5, WORD.wrapping_add(0x1000)));
    }

    #[test]
    fn a_turn_breaks_what_the_others_hold() {
        let r = Reservations::new();
        r.reserve(0, WORD);
        r.reserve(63, WORD);
        r.turn(63);
        assert_eq!((r.held(0), r.held(63)), (None, Some(WORD)));
        r.turn(63);
        assert!(r.take(63, WORD), "a hart's own turns do it no harm");
    }

    #[test]
    fn an_outside_write_breaks_the_granules_it_touches() {
        let line = WORD.0 & !(GRANULE_BYTES - 1);
        for (at, bytes, breaks) in [
            (line, 1, true),
            (line + 63, 1, true),
            (line - 8, 8, false),
            (line - 8, 9, true),
            (line + 64, 8, false),
            (line - 0x1000, 0x4000, true),
            (0, u64::MAX, true),
            (u64::MAX, 1, false),
        ] {
            let r = Reservations::new();
            r.reserve(1, WORD);
            r.written(GuestPhys(at), bytes);
            assert_eq!(r.held(1).is_none(), breaks, "{bytes} bytes at {at:#x}");
        }
    }

    #[test]
    fn a_release_touches_no_other_hart() {
        let r = Reservations::new();
        r.reserve(1, WORD);
        r.reserve(2, WORD);
        r.release(1);
        assert_eq!((r.held(1), r.held(2)), (None, Some(WORD)));
        assert_eq!(format!("{r:?}"), "{2: GuestPhys(0x80001008)}");
    }
}
