//! What a machine has run, counted by kind. Everything here is a property of the guest: the same in every engine and on every host,
//! but for [`Counts::tlb`] and [`Counts::details`]. How it is shown is the business of `report/stat` and `report/stat_json`.

mod data;
mod simulated;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use emu_core::executor::Detail;
use emu_core::hart::Arch;
use emu_core::isa::Touches;
use emu_core::machine::{Machine, Region, Stats};
use emu_core::profile::{Tally, Turn};
use emu_mem::{DeviceCounts, PAGE_SIZE, TlbCounts};

pub(crate) use data::Data;
pub(crate) use simulated::Simulated;

/// Counts of one machine or, after resets, of several in turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    /// What machines count themselves.
    pub(crate) stats: Stats,
    /// Modelled cycles.
    pub(crate) cycles: u64,
    /// Retired instructions by kind.
    pub(crate) classes: BTreeMap<&'static str, u64>,
    /// The same by extension, in lower case.
    pub(crate) extensions: BTreeMap<String, u64>,
    /// Loads by their size in bytes; 0: of no fixed size.
    pub(crate) load_bytes: BTreeMap<u64, u64>,
    /// Stores by their size in bytes; 0: of no fixed size.
    pub(crate) store_bytes: BTreeMap<u64, u64>,
    /// Instructions that call, by the hints of the manual.
    pub(crate) calls: u64,
    /// Instructions that return from calls.
    pub(crate) returns: u64,
    /// Jumps to where a register says that are no returns.
    pub(crate) indirect_jumps: u64,
    /// Different instructions that ran, by address and encoding.
    pub(crate) distinct_insns: u64,
    /// Pages that had them.
    pub(crate) code_pages: u64,
    /// Accesses of devices.
    pub(crate) devices: Vec<DeviceCounts>,
    /// What was done to memory, where that was looked at.
    pub(crate) data: Option<Data>,
    /// Misses and wrong predictions, where they were simulated.
    pub(crate) simulated: Option<Simulated>,
    /// Regions of interest.
    pub(crate) regions: Vec<Region>,
    /// How often the guest has reset its machine.
    pub(crate) resets: u64,
    /// What the emulator's TLB did.
    pub(crate) tlb: TlbCounts,
    /// What the engine tells of its work.
    pub(crate) details: Vec<Detail>,
}

impl Counts {
    /// What the machine has run up to now. The counts by kind are there if its executors keep places.
    pub(crate) fn of<A: Arch>(machine: &Machine<A>) -> Self {
        let mut counts = Counts {
            stats: machine.stats(),
            cycles: machine.cycles(),
            devices: machine.board.bus.device_counts(),
            data: Data::of(machine),
            simulated: Simulated::of(machine),
            regions: machine.regions(),
            tlb: machine.tlb_counts(),
            details: machine.details(),
            ..Counts::default()
        };
        if let (Some(tallies), Some(hart)) = (machine.tallies(), machine.harts().first()) {
            counts.add_tallies(&tallies, &hart.arch);
        }
        counts
    }

    fn add_tallies<A: Arch>(&mut self, tallies: &[Tally], arch: &A) {
        let mut sizes: BTreeMap<u16, u64> = BTreeMap::new();
        let mut pages = BTreeSet::new();
        for tally in tallies.iter().filter(|tally| tally.retired > 0) {
            let (row, n) = (tally.row, tally.retired);
            if let Some(facts) = A::facts(row.into()) {
                *self.classes.entry(facts.class).or_default() += n;
                *self.extensions.entry(facts.extension.to_ascii_lowercase()).or_default() += n;
            }
            // Of those few whose code was forgotten nothing is known but the row.
            if tally.pc == Tally::NOWHERE {
                continue;
            }
            self.distinct_insns += 1;
            pages.insert(tally.pc / PAGE_SIZE);
            let operands = arch.decode(tally.word).operands;
            let turn = A::turn(row, &operands);
            if A::jumps_to_register(row) && turn != Turn::Return {
                self.indirect_jumps += n;
            }
            match turn {
                Turn::Call | Turn::Swap => self.calls += n,
                Turn::Return => self.returns += n,
                Turn::Other | Turn::TrapReturn => {}
            }
            let (touches, _) = A::row(row.into());
            if touches == Touches::Nothing {
                continue;
            }
            let size = || emu_jit::access_bytes::<A>(arch.variant(), row, &operands).unwrap_or(0);
            let bytes = *sizes.entry(row).or_insert_with(size);
            if matches!(touches, Touches::Loads | Touches::Both) {
                *self.load_bytes.entry(bytes).or_default() += n;
            }
            if matches!(touches, Touches::Stores | Touches::Both) {
                *self.store_bytes.entry(bytes).or_default() += n;
            }
        }
        self.code_pages += pages.len() as u64;
    }
}

/// Another machine of the same kind has gone on.
impl AddAssign<&Counts> for Counts {
    fn add_assign(&mut self, other: &Counts) {
        self.stats += &other.stats;
        self.cycles += other.cycles;
        add(&mut self.classes, &other.classes);
        add(&mut self.extensions, &other.extensions);
        add(&mut self.load_bytes, &other.load_bytes);
        add(&mut self.store_bytes, &other.store_bytes);
        self.calls += other.calls;
        self.returns += other.returns;
        self.indirect_jumps += other.indirect_jumps;
        self.distinct_insns += other.distinct_insns;
        self.code_pages += other.code_pages;
        for device in &other.devices {
            match self.devices.iter_mut().find(|known| known.range == device.range) {
                Some(known) => (known.reads, known.writes) = (known.reads + device.reads, known.writes + device.writes),
                None => self.devices.push(device.clone()),
            }
        }
        match (&mut self.data, &other.data) {
            (Some(sum), Some(data)) => *sum += data,
            (sum, data) => *sum = sum.take().or_else(|| data.clone()),
        }
        match (&mut self.simulated, other.simulated) {
            (Some(sum), Some(more)) => sum.costs += more.costs,
            (sum, more) => *sum = sum.or(more),
        }
        for region in &other.regions {
            match self.regions.iter_mut().find(|known| known.name == region.name) {
                Some(known) => {
                    known.times += region.times;
                    known.instructions += region.instructions;
                    known.cycles += region.cycles;
                    known.is_open = region.is_open;
                }
                None => self.regions.push(region.clone()),
            }
        }
        self.resets += other.resets;
        self.tlb += other.tlb;
        for (name, n) in &other.details {
            match self.details.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += n,
                None => self.details.push((name.clone(), *n)),
            }
        }
    }
}

fn add<K: Clone + Ord>(sums: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (key, n) in more {
        *sums.entry(key.clone()).or_default() += n;
    }
}
