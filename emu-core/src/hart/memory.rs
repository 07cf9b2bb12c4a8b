//! The slow ways to memory: TLB misses, unaligned and page-crossing accesses, devices, atomics, traces.
//!
//! A device is touched only by an instruction that runs alone (`Hart::alone`). Otherwise the access stops with
//! [`Stop::Alone`] before anything has happened, and the interpreter runs the instruction again by itself. So virtual time is
//! exact at the device, and interrupts that it raises, or the end of the run, are seen before the next instruction.

use super::{Arch, Hart, MemoryRecord, Translation};
use crate::engine::Amo;
use crate::trap::{Stop, Trap};
use emu_mem::{Access, GuestPhys, GuestVirt, PAGE_SIZE, STREAM_PAGES, SplitFault, Unit, Width, with_unit};

impl<A: Arch> Hart<A> {
    /// Loads what the TLB did not have; zero-extended.
    #[cold]
    #[inline(never)]
    pub fn load_slow(&self, at: u64, bytes: u64) -> Result<u64, Stop> {
        let va = GuestVirt(at);
        let value = self.load_bytes(va, bytes)?;
        self.record(MemoryRecord { at, bytes, stored: None });
        Ok(value)
    }

    fn load_bytes(&self, va: GuestVirt, bytes: u64) -> Result<u64, Stop> {
        let width = width(bytes);
        if va.0 & (bytes - 1) != 0 {
            self.stop_on(A::misaligned(self, va, Access::Read))?;
            if let Some(value) = with_unit!(width, T => self.tlb.read_unaligned::<T>(va).map(T::to_u64)) {
                return Ok(value);
            }
            if let Some((split, first, second)) = self.split(va, bytes, Access::Read)? {
                return match self.bus.read_split(first, split, second, width) {
                    Ok(result) => Ok(result.value),
                    Err(fault) => Err(self.split_fault(fault, va, split, Access::Read)),
                };
            }
        }
        let phys = self.physical(va, bytes, Access::Read)?;
        // Memory is in the TLB by now, unless it is in pieces or traced.
        if let Some(value) = with_unit!(width, T => self.tlb.read_unaligned::<T>(va).map(T::to_u64)) {
            return Ok(value);
        }
        self.bus_access(phys, bytes)?;
        match self.bus.read(phys, width) {
            Ok(result) => Ok(result.value),
            Err(_) => Err(self.trapped(A::access_fault(self, va, Access::Read))),
        }
    }

    /// Stores what the TLB did not have.
    #[cold]
    #[inline(never)]
    pub fn store_slow(&self, at: u64, bytes: u64, value: u64) -> Result<(), Stop> {
        self.store_bytes(GuestVirt(at), bytes, value)?;
        self.record_store(at, bytes, value);
        Ok(())
    }

    fn store_bytes(&self, va: GuestVirt, bytes: u64, value: u64) -> Result<(), Stop> {
        let width = width(bytes);
        if va.0 & (bytes - 1) != 0 {
            self.stop_on(A::misaligned(self, va, Access::Write))?;
            if with_unit!(width, T => self.tlb.write_unaligned(va, T::from_u64(value))).is_some() {
                return Ok(());
            }
            if let Some((split, first, second)) = self.split(va, bytes, Access::Write)? {
                self.bus_access(first, split)?;
                self.bus_access(second, bytes - split)?;
                return match self.bus.write_split(first, split, second, width, value) {
                    Ok(_) => Ok(()),
                    Err(fault) => Err(self.split_fault(fault, va, split, Access::Write)),
                };
            }
        }
        let phys = self.physical(va, bytes, Access::Write)?;
        if with_unit!(width, T => self.tlb.write_unaligned(va, T::from_u64(value))).is_some() {
            return Ok(());
        }
        self.bus_access(phys, bytes)?;
        match self.bus.write(phys, width, value) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.trapped(A::access_fault(self, va, Access::Write))),
        }
    }

    /// Atomic read-modify-write of aligned bytes; the old value, zero-extended.
    #[inline]
    pub fn amo(&self, at: u64, op: Amo, value: u64, bytes: u64) -> Result<u64, Stop> {
        let va = GuestVirt(at);
        match with_unit!(width(bytes), T => self.tlb.amo(va, op, T::from_u64(value)).map(T::to_u64)) {
            Some(old) => Ok(old),
            None => self.amo_slow(va, op, value, bytes),
        }
    }

    #[cold]
    #[inline(never)]
    fn amo_slow(&self, va: GuestVirt, op: Amo, value: u64, bytes: u64) -> Result<u64, Stop> {
        let phys = self.physical_of_atomic(va, bytes)?;
        let Ok(result) = self.bus.amo(phys, width(bytes), op, value) else {
            return Err(self.trapped(A::access_fault(self, va, A::ATOMIC)));
        };
        let old = result.value;
        self.record(MemoryRecord { at: va.0, bytes, stored: None });
        let new = with_unit!(width(bytes), T => op.apply(T::from_u64(old), T::from_u64(value)).to_u64());
        self.record_store(va.0, bytes, new);
        Ok(old)
    }

    /// Writes aligned bytes if `expected` is there; gives what was there, zero-extended.
    #[inline]
    pub fn compare_and_swap(&self, at: u64, expected: u64, new: u64, bytes: u64) -> Result<u64, Stop> {
        let va = GuestVirt(at);
        let hit = with_unit!(width(bytes), T => {
            self.tlb.compare_exchange(va, T::from_u64(expected), T::from_u64(new)).map(T::to_u64)
        });
        match hit {
            Some(old) => Ok(old),
            None => self.compare_and_swap_slow(va, expected, new, bytes),
        }
    }

    #[cold]
    #[inline(never)]
    fn compare_and_swap_slow(&self, va: GuestVirt, expected: u64, new: u64, bytes: u64) -> Result<u64, Stop> {
        let phys = self.physical_of_atomic(va, bytes)?;
        let Ok(result) = self.bus.compare_exchange(phys, width(bytes), expected, new) else {
            return Err(self.trapped(A::access_fault(self, va, A::ATOMIC)));
        };
        self.record(MemoryRecord { at: va.0, bytes, stored: None });
        if result.value == width(bytes).truncate(expected) {
            self.record_store(va.0, bytes, new);
        }
        Ok(result.value)
    }

    /// Where what is read and written in one step lies. What may not even be read may be a load's fault ([`Arch::ATOMIC`]).
    fn physical_of_atomic(&self, va: GuestVirt, bytes: u64) -> Result<GuestPhys, Stop> {
        if A::ATOMIC == Access::Read {
            self.physical(va, bytes, Access::Read)?;
        }
        let phys = self.physical(va, bytes, Access::Write)?;
        self.bus_access(phys, bytes)?;
        Ok(phys)
    }

    /// Loads 4 or 8 aligned bytes and reserves them; zero-extended.
    #[cold]
    #[inline(never)]
    pub fn load_reserved(&self, at: u64, bytes: u64) -> Result<u64, Stop> {
        let va = GuestVirt(at);
        let phys = self.physical(va, bytes, Access::Read)?;
        if self.memory.find(phys, bytes).is_none() {
            return Err(self.trapped(A::access_fault(self, va, Access::Read)));
        }
        let value = self.load_slow(at, bytes)?;
        self.memory.reservations().reserve(self.id, phys);
        Ok(value)
    }

    /// Stores 4 or 8 aligned bytes if the reservation holds: 1 if it did, else 0.
    #[cold]
    #[inline(never)]
    pub fn store_conditional(&self, at: u64, bytes: u64, value: u64) -> Result<u64, Stop> {
        let va = GuestVirt(at);
        let phys = self.physical(va, bytes, Access::Write)?;
        if !self.memory.find(phys, bytes).is_some_and(|found| found.writable) {
            return Err(self.trapped(A::access_fault(self, va, Access::Write)));
        }
        self.bus_access(phys, bytes)?;
        if !self.memory.reservations().take(self.id, phys) {
            return Ok(0);
        }
        self.store_slow(at, bytes, value)?;
        Ok(1)
    }

    /// Translates: by what the TLB has at hand, else by a walk. The page is then entered in the TLB if that is possible and
    /// nobody traces or watches, and those that are likely to be wanted next are made ready.
    fn physical(&self, va: GuestVirt, bytes: u64, access: Access) -> Result<GuestPhys, Stop> {
        let hit = || self.tlb.translate(access, va);
        if let Some(phys) = hit().or_else(|| if self.tlb.recall(access, va) { hit() } else { None }) {
            return Ok(phys);
        }
        self.tlb.walked(access);
        let Translation { phys, leaf_bytes, entry } = self.stop_on(A::translate(self, va, access, bytes))?;
        let is_watched = self.stop_on(A::watch(self, va, bytes, access))?;
        if leaf_bytes >= PAGE_SIZE && !is_watched && self.log.borrow().is_none() {
            self.tlb.fill(access, va, phys, leaf_bytes);
            if let (Some(stride), Some(entry)) = (self.tlb.missed(access, va), entry) {
                let near = |n| A::translate_near(self, va, access, entry, n * stride);
                self.tlb.stream(access, (1..=STREAM_PAGES as i64).map_while(near));
            }
        }
        Ok(phys)
    }

    /// The two parts of an access that crosses a page: bytes in the first, and where each begins.
    fn split(&self, va: GuestVirt, bytes: u64, access: Access) -> Result<Option<(u64, GuestPhys, GuestPhys)>, Stop> {
        let split = PAGE_SIZE - (va.0 & (PAGE_SIZE - 1));
        if split >= bytes {
            return Ok(None);
        }
        let first = self.physical(va, split, access)?;
        let second = self.physical(A::advance(self, va, split), bytes - split, access)?;
        Ok(Some((split, first, second)))
    }

    fn split_fault(&self, fault: SplitFault, va: GuestVirt, split: u64, access: Access) -> Stop {
        let at = match fault {
            SplitFault::First => va,
            SplitFault::Second => A::advance(self, va, split),
        };
        self.trapped(A::access_fault(self, at, access))
    }

    /// Sets virtual time if the access goes to a device or a watched page; such an instruction must run alone.
    fn bus_access(&self, phys: GuestPhys, bytes: u64) -> Result<(), Stop> {
        if self.memory.find(phys, bytes).is_some() && !self.memory.has_watch(phys) {
            return Ok(());
        }
        if !self.alone.get() {
            return Err(Stop::Alone);
        }
        self.clock.set(self.retired_before(0).wrapping_add(self.time_offset.get()));
        Ok(())
    }

    fn stop_on<T>(&self, result: Result<T, Trap>) -> Result<T, Stop> {
        result.map_err(|trap| self.trapped(trap))
    }

    fn record_store(&self, at: u64, bytes: u64, value: u64) {
        self.record(MemoryRecord { at, bytes, stored: Some(width(bytes).truncate(value)) });
    }

    /// Notes a data access for a trace, if there is one.
    pub fn record(&self, access: MemoryRecord) {
        if let Some(log) = self.log.borrow_mut().as_mut() {
            log.push(access);
        }
    }
}

fn width(bytes: u64) -> Width {
    Width::from_bytes(bytes).expect("instructions access 1, 2, 4 or 8 bytes")
}
