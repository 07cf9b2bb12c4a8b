//! What a processor may have beyond the base, by Arm's names (A2.2), and the processors that one can choose.

#![allow(missing_docs, reason = "bits are named as in the manual, without FEAT_")]

use bitflags::bitflags;
use emu_devices::psci::Conduit;

bitflags! {
    /// A set of features.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Feature: u64 {
        /// Everything that Armv8.0 demands.
        const BASE = 1 << 0;
        /// Scalar floating point.
        const FP = 1 << 1;
        /// Advanced SIMD.
        const ASIMD = 1 << 2;
        const CRC32 = 1 << 3;
        const AES = 1 << 4;
        const PMULL = 1 << 5;
        const SHA1 = 1 << 6;
        const SHA256 = 1 << 7;
        const LSE = 1 << 8;
        const RDM = 1 << 9;
        const DOTPROD = 1 << 10;
        const FP16 = 1 << 11;
        const FCMA = 1 << 12;
        const JSCVT = 1 << 13;
        const LRCPC = 1 << 14;
        const FLAGM = 1 << 15;
        const DIT = 1 << 16;
        const PAN = 1 << 17;
        const UAO = 1 << 18;
        const DPB = 1 << 19;
        const SB = 1 << 20;
        /// Rights in table descriptors can be switched off.
        const HPDS = 1 << 21;
        /// The access flag and the dirty state are updated by hardware.
        const HAFDBS = 1 << 22;
        /// Granules of 16 KiB.
        const TGRAN16 = 1 << 23;
        /// AT S1E1RP and AT S1E1WP.
        const PAN2 = 1 << 24;
    }
}

/// What a hart must have for a row to exist.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Needs {
    /// Any one of these gives it...
    pub any: Feature,
    /// ...if all of these are there too.
    pub all: Feature,
}

impl Needs {
    /// An instruction of A64.
    pub const fn a64(any: Feature, all: Feature) -> Self {
        Needs { any, all }
    }

    /// Whether a hart with these features has it.
    pub const fn are_met(self, features: Feature) -> bool {
        features.intersects(self.any) && features.contains(self.all)
    }
}

/// The highest exception level that a processor has, where it begins. One that has EL3 has EL2 too.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum Highest {
    /// A guest of a hypervisor or a firmware that is not to be seen: its calls are answered.
    #[default]
    El1 = 1,
    /// A hypervisor, or what boots as one. Firmware answers SMC.
    El2 = 2,
    /// Firmware: nothing is answered.
    El3 = 3,
}

impl Highest {
    /// How software below calls the firmware.
    pub const fn conduit(self) -> Conduit {
        match self {
            Highest::El1 => Conduit::Hvc,
            Highest::El2 => Conduit::Smc,
            Highest::El3 => Conduit::Nothing,
        }
    }
}

/// The processors by their names on the command line.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub enum Cpu {
    /// `cortex-a53`
    CortexA53,
    /// `cortex-a72`
    CortexA72,
    /// `max`: everything that this program has.
    #[default]
    Max,
}

impl Cpu {
    /// All of them.
    pub const ALL: [Cpu; 3] = [Cpu::CortexA53, Cpu::CortexA72, Cpu::Max];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Cpu::CortexA53 => "cortex-a53",
            Cpu::CortexA72 => "cortex-a72",
            Cpu::Max => "max",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Cpu> {
        Cpu::ALL.into_iter().find(|cpu| cpu.name() == name)
    }

    /// What it has, as far as this program has it.
    pub const fn features(self) -> Feature {
        let v8_0 = Feature::BASE.union(Feature::CRC32).union(Feature::FP).union(Feature::ASIMD);
        let v8_0 = v8_0.union(Feature::AES).union(Feature::PMULL).union(Feature::SHA1).union(Feature::SHA256);
        let max = v8_0.union(Feature::RDM).union(Feature::DOTPROD).union(Feature::FP16).union(Feature::FCMA);
        match self {
            Cpu::CortexA53 | Cpu::CortexA72 => v8_0,
            Cpu::Max => {
                let memory = Feature::HPDS.union(Feature::HAFDBS).union(Feature::TGRAN16);
                let rights = Feature::PAN.union(Feature::PAN2).union(Feature::UAO);
                let order = Feature::LSE.union(Feature::LRCPC).union(Feature::DPB).union(Feature::SB);
                let flags = Feature::FLAGM.union(Feature::DIT);
                max.union(Feature::JSCVT).union(memory).union(rights).union(order).union(flags)
            }
        }
    }

    /// Bits of a physical address, as ID_AA64MMFR0_EL1.PARange numbers them.
    pub const fn phys_range(self) -> u64 {
        match self {
            // 40 bits.
            Cpu::CortexA53 => 2,
            // 44 bits.
            Cpu::CortexA72 => 4,
            // 48 bits.
            Cpu::Max => 5,
        }
    }

    /// MIDR_EL1, D13.2.100.
    pub const fn midr(self) -> u64 {
        match self {
            Cpu::CortexA53 => 0x410f_d034,
            Cpu::CortexA72 => 0x410f_d083,
            // No implementer has number 0: software uses it for what is not hardware.
            Cpu::Max => 0x000f_0510,
        }
    }
}
