//! The laws of models, and block costs against models that are told of one instruction after the other and remember what a core
//! remembers. What operands decide is judged by programs that ran on RTL (`guest-tests`).

use super::*;

/// Numbers that look random; always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn insn(&mut self, pc: u64, class: Class) -> Insn {
        let register = |n: u64| Slot(n as u8);
        Insn {
            pc,
            bytes: if self.below(2) == 0 { 2 } else { 4 },
            class,
            rd: register(self.below(4)),
            writes: true,
            rs1: register(self.below(4)),
            rs2: register(self.below(4)),
            imm: self.below(100) as i64 - 50,
            amount: self.below(32) as u8,
            behind: self.below(4) as u16,
            ..Insn::NOTHING
        }
    }

    /// Instructions one behind the other, of which the last one may be a branch or a jump. None costs what its operands say.
    fn block(&mut self) -> Vec<Insn> {
        const INSIDE: [Class; 7] = [
            Class::Immediate,
            Class::Registers,
            Class::Shift,
            Class::Load,
            Class::Store,
            Class::MultiplyHigh(Signs { a: false, b: false }),
            Class::Branch,
        ];
        const LAST: [Class; 4] = [Class::Branch, Class::Jump, Class::JumpTo, Class::Load];
        let mut pc = 0x1000 + 2 * self.below(4);
        let mut insns: Vec<Insn> = Vec::new();
        let length = 1 + self.below(8);
        for n in 1..=length {
            let classes = if n == length { &LAST[..] } else { &INSIDE[..] };
            let class = classes[self.below(classes.len() as u64) as usize];
            let insn = self.insn(pc, class);
            pc += u64::from(insn.bytes);
            if let Some(last) = insns.last_mut() {
                last.behind = if insn.bytes == 4 { 3 } else { 1 };
            }
            insns.push(insn);
        }
        insns
    }
}

fn static_models() -> impl Iterator<Item = (&'static str, StaticModel)> {
    MODELS.iter().filter_map(|model| Some((model.name, model.as_static()?)))
}

/// A core as its pipeline is drawn: what it remembers from one instruction to the next.
#[derive(Default)]
struct Remembers {
    /// The register that the last instruction has loaded, where that comes late.
    loaded: Option<Slot>,
    /// The last instruction has sent the core elsewhere.
    jumped: bool,
    /// PicoRV32: the instruction was fetched during an access to memory.
    fetched: bool,
    /// PicoRV32: a word is being fetched in vain.
    in_vain: bool,
}

impl Remembers {
    fn step(&mut self, core: Core, insn: &Insn, taken: bool) -> u32 {
        match core {
            Core::Pico(pico) => self.step_pico(pico, insn, taken),
            Core::Ibex(ibex) => self.step_ibex(ibex, insn, taken),
            Core::Hazard3(hazard3) => self.step_hazard3(hazard3, insn, taken),
            core => unreachable!("{core:?} is not static"),
        }
    }

    fn step_pico(&mut self, pico: pico::Pico, insn: &Insn, taken: bool) -> u32 {
        let mut cycles = u32::from(std::mem::take(&mut self.in_vain));
        if insn.bytes == 4 && insn.pc % 4 == 2 && !std::mem::take(&mut self.fetched) {
            cycles += 1;
        }
        self.fetched = false;
        let next_is_split = insn.behind & 3 == 3 && (insn.pc + u64::from(insn.bytes)) % 4 == 2;
        let port = if pico.two_ports { 0 } else { 1 };
        let w = pico.wait_states;
        cycles += match insn.class {
            Class::Load | Class::Store => {
                self.fetched = true;
                5 + u32::from(next_is_split) + 2 * w + if insn.class == Class::Store { port } else { 0 }
            }
            Class::Branch => {
                self.in_vain = taken && next_is_split;
                port + if taken { 5 + 2 * w } else { 3 + w }
            }
            Class::JumpTo => 6 + w,
            Class::Registers => 3 + port + w,
            Class::Shift if !pico.barrel_shifter => 4 + u32::from(insn.amount / 4 + insn.amount % 4) + w,
            Class::MultiplyHigh(_) => {
                if pico.fast_multiplier {
                    6
                } else {
                    72 + port
                }
            }
            _ => 3 + w,
        };
        cycles
    }

    fn step_ibex(&mut self, ibex: ibex::Ibex, insn: &Insn, taken: bool) -> u32 {
        let mut stalls = u32::from(self.jumped && insn.bytes == 4 && insn.pc % 4 == 2);
        if self.loaded.take().is_some_and(|loaded| [insn.rs1, insn.rs2].contains(&loaded)) {
            stalls += 1;
        }
        match insn.class {
            Class::Load if ibex.writeback_stage => self.loaded = Some(insn.rd).filter(|rd| rd.0 != 0),
            Class::Load | Class::Store if !ibex.writeback_stage => stalls += 1,
            Class::MultiplyHigh(_) => {
                stalls += match ibex.multiplier {
                    ibex::Multiplier::SingleCycle => 1,
                    ibex::Multiplier::Fast => 3,
                    ibex::Multiplier::Slow => 32,
                }
            }
            Class::Jump | Class::JumpTo => stalls += 1,
            Class::Branch if taken => stalls += if ibex.branch_target_alu { 1 } else { 2 },
            _ => {}
        }
        self.jumped = taken;
        1 + stalls
    }

    fn step_hazard3(&mut self, hazard3: hazard3::Hazard3, insn: &Insn, taken: bool) -> u32 {
        let mut cycles = 1 + u32::from(self.jumped && insn.bytes == 4 && insn.pc % 4 == 2);
        let needed = if insn.class == Class::Store { [insn.rs1; 2] } else { [insn.rs1, insn.rs2] };
        if self.loaded.take().is_some_and(|loaded| needed.contains(&loaded)) {
            cycles += 1;
        }
        match insn.class {
            Class::Load => self.loaded = Some(insn.rd).filter(|rd| rd.0 != 0),
            Class::MultiplyHigh(_) if !hazard3.fast_multiplier => cycles += 1 + 32 / hazard3.unroll,
            _ => {}
        }
        self.jumped = taken;
        cycles + u32::from(taken)
    }
}

#[test]
fn blocks_cost_what_their_instructions_cost_one_by_one() {
    let mut numbers = Numbers(1);
    for model in MODELS.iter().filter(|model| model.as_static().is_some()) {
        let rules = model.as_static().unwrap();
        let mut oracle = Remembers { jumped: true, ..Remembers::default() };
        let (mut pending, mut cycles, mut expected) = (Pending::REDIRECTED, 0, 0);
        for _ in 0..20_000 {
            let insns = numbers.block();
            let may_be_taken = matches!(insns[insns.len() - 1].class, Class::Branch | Class::Jump | Class::JumpTo);
            let must_be = matches!(insns[insns.len() - 1].class, Class::Jump | Class::JumpTo);
            let taken = must_be || (may_be_taken && numbers.below(2) == 0);
            let cost = block(&rules, insns.iter(), pending);
            let (spent, left) = if taken { cost.taken } else { cost.falls() };
            (cycles, pending) = (cycles + spent, left);
            for (n, insn) in insns.iter().enumerate() {
                expected += oracle.step(model.core, insn, taken && n + 1 == insns.len());
            }
            // What is fetched in vain is waited for by the branch here, and by the instruction behind it there.
            let owed = u32::from(oracle.in_vain);
            assert_eq!(cycles, expected + owed, "{}: {insns:?}", model.name);
        }
    }
}

/// A block cut in two costs the same, whether what is pending at the cut is looked at there or carried on.
#[test]
fn blocks_can_be_cut_anywhere() {
    let mut numbers = Numbers(2);
    for (name, model) in static_models() {
        for _ in 0..2000 {
            let insns = numbers.block();
            let entry = Pending::from_number(numbers.below(Pending::COUNT.into()));
            let whole = block(&model, insns.iter(), entry);
            let at = numbers.below(insns.len() as u64) as usize;
            let (cycles, pending) = whole.after[at];
            let rest = block(&model, insns[at..].iter(), pending);
            assert_eq!(whole.taken.0, cycles + rest.taken.0, "{name}");
            assert_eq!(whole.falls(), (cycles + rest.falls().0, rest.falls().1), "{name}");
            let settled = block(&model, insns[at..].iter(), Pending::SETTLED);
            let wait = model.stall(pending, &insns[at]);
            assert_eq!(rest.taken.0, wait + settled.taken.0, "{name}");
        }
    }
}

#[test]
fn models_keep_their_promises() {
    let mut numbers = Numbers(3);
    for (name, model) in static_models() {
        for insn in (0..2000).flat_map(|_| numbers.block()) {
            assert_eq!(model.stall(Pending::SETTLED, &insn), 0, "{name}");
            for pending in (0..u64::from(Pending::COUNT)).map(Pending::from_number) {
                assert!(model.stall(pending, &insn) <= 1, "{name}");
            }
            for taken in [false, true] {
                assert_ne!(model.leaves(&insn, taken), Pending::SETTLED, "{name}");
            }
        }
        let signs = Signs { a: true, b: true };
        for class in [Class::Multiply, Class::MultiplyHigh(signs), Class::Divide { signed: true, remainder: true }] {
            let Cost { falls, taken, .. } = model.cost(&numbers.insn(0x1002, class));
            // A division by Ibex is what varies most.
            assert!(falls.max(taken) + 1 + 35 < MOST_CYCLES, "{name}");
        }
    }
}

#[test]
fn every_name_is_there_once_and_claims_something() {
    let mut names: Vec<&str> = Model::names().collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    for model in MODELS {
        assert_eq!(Model::named(model.name), Some(model));
        let ways = [model.is_ideal(), model.as_static().is_some(), model.as_stepped().is_some()];
        assert_eq!(ways.into_iter().filter(|&way| way).count(), 1, "{}", model.name);
        let claims = ["exact against ", "estimate ", "one cycle an instruction"];
        assert!(claims.iter().any(|claim| model.claim.starts_with(claim)), "{}", model.claim);
    }
    assert_eq!(Model::named("pico"), None);
}
