//! The models by name, and what each may claim.

use super::cortex_a53::CortexA53;
use super::hazard3::Hazard3;
use super::ibex::{Ibex, Multiplier};
use super::inorder5::InOrder5;
use super::pico::Pico;
use super::predicting::Predicting;
use super::rocket::Rocket;
use super::{Cost, Insn, Pending, Static, Stepped};
use crate::engine::Engine;
use std::fmt::{self, Display, Formatter};

/// Whose rules a model follows.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Core {
    /// One cycle an instruction.
    Ideal,
    /// PicoRV32.
    Pico(Pico),
    /// Ibex.
    Ibex(Ibex),
    /// Hazard3 without branch prediction.
    Hazard3(Hazard3),
    /// Hazard3 with it.
    Predicting(Hazard3),
    /// Rocket.
    Rocket,
    /// Five stages in order, with caches.
    InOrder5,
    /// Two instructions a cycle in order, with a branch predictor and caches.
    CortexA53,
}

/// What instructions the core of a model has.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum InstructionSet {
    /// RISC-V with 32 bits.
    Rv32,
    /// RISC-V with 64 bits.
    Rv64,
    /// AArch64.
    Aarch64,
}

impl InstructionSet {
    /// RISC-V with registers of so many bits.
    pub fn riscv(xlen: u32) -> Self {
        if xlen == 32 { InstructionSet::Rv32 } else { InstructionSet::Rv64 }
    }
}

impl Display for InstructionSet {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InstructionSet::Rv32 => "RV32",
            InstructionSet::Rv64 => "RV64",
            InstructionSet::Aarch64 => "AArch64",
        })
    }
}

/// A model that can be chosen by name.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Model {
    /// Its name.
    pub name: &'static str,
    /// Another name for it.
    pub alias: Option<&'static str>,
    /// Its rules.
    pub core: Core,
    /// Of whose cores it is a model; `None`: of any.
    pub of: Option<InstructionSet>,
    /// What its cycles may be called: "exact against ..." or "estimate ...".
    pub claim: &'static str,
}

const FAST: Pico = Pico { barrel_shifter: true, fast_multiplier: true, two_ports: true, wait_states: 0 };
const SMALL: Ibex = Ibex { multiplier: Multiplier::Fast, branch_target_alu: false, writeback_stage: false };
const NOBP: Hazard3 = Hazard3 { fast_multiplier: true, unroll: 2 };

const fn model(name: &'static str, core: Core, claim: &'static str) -> Model {
    Model { name, alias: None, core, of: Some(InstructionSet::Rv32), claim }
}

/// All of them.
#[rustfmt::skip]
pub static MODELS: &[Model] = &[
    Model { of: None, ..model("ideal", Core::Ideal, "one cycle an instruction, by definition") },
    Model { alias: Some("picorv32"), ..model("pico-fast", Core::Pico(FAST),
        "exact against PicoRV32 (RTL), RV32IM and RV32IMC, BARREL_SHIFTER, FAST_MUL, DIV, two read ports, zero-wait look-ahead memory") },
    model("pico-fast-noc", Core::Pico(FAST),
        "exact against PicoRV32 (RTL), RV32IM, as pico-fast with COMPRESSED_ISA=0") ,
    model("pico-small-noc", Core::Pico(Pico { barrel_shifter: false, fast_multiplier: false, two_ports: false, ..FAST }),
        "exact against PicoRV32 (RTL), RV32IM, no barrel shifter, slow MUL, DIV, one read port, COMPRESSED_ISA=0, zero-wait look-ahead memory"),
    model("pico-fast-w1", Core::Pico(Pico { wait_states: 1, ..FAST }),
        "exact against PicoRV32 (RTL), RV32IM, as pico-fast on a bus with one wait state; with compressed code an estimate"),
    model("ibex-small", Core::Ibex(SMALL),
        "exact against Ibex (RTL), RV32IM and RV32IMC, RV32MFast, two stages, zero-wait memory"),
    model("ibex-bt", Core::Ibex(Ibex { branch_target_alu: true, ..SMALL }),
        "exact against Ibex (RTL), RV32IM and RV32IMC, RV32MFast, BranchTargetALU, two stages, zero-wait memory"),
    model("ibex-slow", Core::Ibex(Ibex { multiplier: Multiplier::Slow, ..SMALL }),
        "exact against Ibex (RTL), RV32IM and RV32IMC, RV32MSlow, two stages, zero-wait memory"),
    model("ibex-maxperf", Core::Ibex(Ibex { multiplier: Multiplier::SingleCycle, branch_target_alu: true, writeback_stage: true }),
        "exact against Ibex (RTL), RV32IM and RV32IMC, RV32MSingleCycle, BranchTargetALU, WritebackStage, zero-wait memory"),
    Model { alias: Some("hazard3"), ..model("h3-nobp", Core::Hazard3(NOBP),
        "exact against Hazard3 (RTL), RV32IM and RV32IMC, two ports, MUL_FAST, MUL_FASTER, MULH_FAST, MULDIV_UNROLL 2, no branch predictor, zero-wait memory") },
    model("h3-small", Core::Hazard3(Hazard3 { fast_multiplier: false, unroll: 1 }),
        "exact against Hazard3 (RTL), RV32IM and RV32IMC, two ports, sequential MUL and DIV, MULDIV_UNROLL 1, no branch predictor, zero-wait memory"),
    model("h3-fast", Core::Predicting(NOBP),
        "exact against Hazard3 (RTL), RV32IM, as h3-nobp with BRANCH_PREDICTOR; with compressed code an estimate"),
    Model { of: Some(InstructionSet::Rv64), ..model("rocket", Core::Rocket,
        "exact against Rocket (RTL), LitexConfig of pythondata-cpu-rocket 0.0.post7146, RV64IMAC, warm caches, memory latency 1; with cache misses an estimate") },
    Model { of: None, ..model("inorder5", Core::InOrder5,
        "estimate of five stages in order, static prediction, caches of 4 KiB") },
    Model { of: Some(InstructionSet::Aarch64), ..model("cortex-a53-like", Core::CortexA53,
        "estimate of a core like the Cortex-A53: two instructions a cycle in order, gshare, caches of 32 and 512 KiB; compared with none") },
];

/// The static rules of a model, for [`Static`].
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Rules {
    Pico(Pico),
    Ibex(Ibex),
    Hazard3(Hazard3),
}

/// A static model that was chosen by name.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct StaticModel(Rules);

impl Model {
    /// The model of this name.
    pub fn named(name: &str) -> Option<&'static Model> {
        MODELS.iter().find(|model| model.name == name || model.alias == Some(name))
    }

    /// All names, those first that are short for another one's.
    pub fn names() -> impl Iterator<Item = &'static str> {
        MODELS.iter().flat_map(|model| [model.alias, Some(model.name)]).flatten()
    }

    /// Whether its cycles are a function of instructions alone, so that nothing need be modelled.
    pub fn is_ideal(&self) -> bool {
        self.core == Core::Ideal
    }

    /// Whether programs of this instruction set can be timed by it.
    pub fn fits(&self, set: InstructionSet) -> bool {
        self.of.is_none_or(|of| of == set)
    }

    /// All that fit.
    pub fn fitting(set: InstructionSet) -> impl Iterator<Item = &'static Model> {
        MODELS.iter().filter(move |model| model.fits(set))
    }

    /// As a static model, if it is one.
    pub fn as_static(&self) -> Option<StaticModel> {
        Some(StaticModel(match self.core {
            Core::Pico(pico) => Rules::Pico(pico),
            Core::Ibex(ibex) => Rules::Ibex(ibex),
            Core::Hazard3(hazard3) => Rules::Hazard3(hazard3),
            Core::Ideal | Core::Predicting(_) | Core::Rocket | Core::InOrder5 | Core::CortexA53 => return None,
        }))
    }

    /// The static rules that a stepped model goes by as well, if there are some.
    pub fn within(&self) -> Option<StaticModel> {
        match self.core {
            Core::Predicting(hazard3) => Some(StaticModel(Rules::Hazard3(hazard3))),
            _ => None,
        }
    }

    /// As a stepped model from its reset on, if it is one.
    pub fn as_stepped(&self) -> Option<Box<dyn Stepped>> {
        Some(match self.core {
            Core::Predicting(hazard3) => Box::new(Predicting::new(hazard3)),
            Core::Rocket => Box::<Rocket>::default(),
            Core::InOrder5 => Box::<InOrder5>::default(),
            Core::CortexA53 => Box::<CortexA53>::default(),
            Core::Ideal | Core::Pico(_) | Core::Ibex(_) | Core::Hazard3(_) => return None,
        })
    }
}

macro_rules! delegate {
    ($self:ident, $model:ident => $answer:expr) => {
        match &$self.0 {
            Rules::Pico($model) => $answer,
            Rules::Ibex($model) => $answer,
            Rules::Hazard3($model) => $answer,
        }
    };
}

impl Static for StaticModel {
    fn stall(&self, pending: Pending, insn: &Insn) -> u32 {
        delegate!(self, model => model.stall(pending, insn))
    }
    fn cost(&self, insn: &Insn) -> Cost {
        delegate!(self, model => model.cost(insn))
    }
    fn more<E: Engine>(&self, engine: &E, insn: &Insn) -> E::X {
        delegate!(self, model => model.more(engine, insn))
    }
    fn leaves(&self, insn: &Insn, taken: bool) -> Pending {
        delegate!(self, model => model.leaves(insn, taken))
    }
}
