//! PSCI 1.0 (DEN 0022): how Arm software powers harts and the system on and off. Here a call is a function number and
//! arguments; the instruction that makes it (HVC or SMC), and stopping and starting harts, are the harts' business.
//!
//! Absent: suspending to power-down, migration, everything that is optional.

use crate::gic::hart_of;
use crate::power::Power;

const NAME: &str = "psci";

/// In the function number: a call with 64-bit arguments.
const SMC64: u64 = 1 << 30;

const VERSION: u64 = 0x8400_0000;
const CPU_SUSPEND: u64 = 0x8400_0001;
const CPU_OFF: u64 = 0x8400_0002;
const CPU_ON: u64 = 0x8400_0003;
const AFFINITY_INFO: u64 = 0x8400_0004;
const MIGRATE_INFO_TYPE: u64 = 0x8400_0006;
const SYSTEM_OFF: u64 = 0x8400_0008;
const SYSTEM_RESET: u64 = 0x8400_0009;
const FEATURES: u64 = 0x8400_000a;

/// The functions that take 64-bit arguments too.
const WITH_SMC64: [u64; 3] = [CPU_SUSPEND, CPU_ON, AFFINITY_INFO];

const VERSION_1_0: u64 = 1 << 16;

const SUCCESS: i32 = 0;
const NOT_SUPPORTED: i32 = -1;
const INVALID_PARAMETERS: i32 = -2;
const ALREADY_ON: i32 = -4;
const ON_PENDING: i32 = -5;

/// There is no trusted OS that would have to be migrated.
const NO_MIGRATION: u64 = 2;

/// The instruction that calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conduit {
    /// HVC.
    #[default]
    Hvc,
    /// SMC.
    Smc,
    /// None: the program is the firmware, and all harts begin at once.
    Nothing,
}

/// What the calling hart does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It gets this in `X0` and goes on.
    Return(u64),
    /// It gets success in `X0` and waits as WFI does.
    Wait,
    /// It stops until somebody starts it.
    Off,
}

/// Where a hart begins that was off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Its first instruction.
    pub entry: u64,
    /// What it finds in `X0`.
    pub context: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    On,
    Off,
    /// Somebody has started it, and it has not noticed yet.
    Pending(Start),
}

/// The power states of a board's harts.
#[derive(Debug)]
pub struct Psci {
    power: Power,
    harts: Vec<State>,
}

impl Psci {
    /// All harts but the first are off.
    pub fn new(harts: usize, power: Power) -> Self {
        let states = (0..harts).map(|hart| if hart == 0 { State::On } else { State::Off });
        Self { power, harts: states.collect() }
    }

    /// Whether a hart runs.
    pub fn is_on(&self, hart: usize) -> bool {
        self.harts.get(hart) == Some(&State::On)
    }

    /// Whether a hart that is off has been started.
    pub fn is_started(&self, hart: usize) -> bool {
        matches!(self.harts.get(hart), Some(State::Pending(_)))
    }

    /// Where a hart begins that has been started; from then on it is on.
    pub fn take_start(&mut self, hart: usize) -> Option<Start> {
        match self.harts.get_mut(hart) {
            Some(state @ State::Pending(_)) => match std::mem::replace(state, State::On) {
                State::Pending(start) => Some(start),
                _ => None,
            },
            _ => None,
        }
    }

    /// Hart `hart` makes a call: `function` from `W0`, arguments from `X1` on.
    pub fn call(&mut self, hart: usize, function: u64, arguments: [u64; 3]) -> Effect {
        let function = function & 0xffff_ffff;
        let wide = function & SMC64 != 0;
        let [first, second, third] = arguments.map(|value| if wide { value } else { value & 0xffff_ffff });
        if wide && !WITH_SMC64.contains(&(function & !SMC64)) {
            return code(NOT_SUPPORTED);
        }
        match function & !SMC64 {
            VERSION => Effect::Return(VERSION_1_0),
            // Bits that are neither the state's number, its type nor its level must be 0. A request to power down
            // is one to wait: that is allowed, and QEMU does it too.
            CPU_SUSPEND if first & 0xfcfe_0000 != 0 => code(INVALID_PARAMETERS),
            CPU_SUSPEND => Effect::Wait,
            CPU_OFF => {
                if let Some(state) = self.harts.get_mut(hart) {
                    *state = State::Off;
                }
                Effect::Off
            }
            CPU_ON => self.start(first, Start { entry: second, context: third }),
            AFFINITY_INFO => self.info(first, second),
            MIGRATE_INFO_TYPE => Effect::Return(NO_MIGRATION),
            SYSTEM_OFF => {
                self.power.exit(0, NAME);
                Effect::Off
            }
            SYSTEM_RESET => {
                self.power.reset(NAME);
                Effect::Off
            }
            FEATURES => code(if is_there(first) { SUCCESS } else { NOT_SUPPORTED }),
            _ => code(NOT_SUPPORTED),
        }
    }

    fn start(&mut self, affinity: u64, start: Start) -> Effect {
        let Some(hart) = hart_of(affinity, self.harts.len()) else { return code(INVALID_PARAMETERS) };
        match self.harts[hart] {
            State::On => code(ALREADY_ON),
            State::Pending(_) => code(ON_PENDING),
            State::Off => {
                self.harts[hart] = State::Pending(start);
                code(SUCCESS)
            }
        }
    }

    /// Whole clusters are always on.
    fn info(&self, affinity: u64, level: u64) -> Effect {
        match (level, hart_of(affinity, self.harts.len())) {
            (0, None) | (4.., _) => code(INVALID_PARAMETERS),
            (0, Some(hart)) => Effect::Return(match self.harts[hart] {
                State::On => 0,
                State::Off => 1,
                State::Pending(_) => 2,
            }),
            _ => Effect::Return(0),
        }
    }
}

/// Whether there is a function of this number.
fn is_there(function: u64) -> bool {
    let plain = function & !SMC64;
    let known = [VERSION, CPU_OFF, MIGRATE_INFO_TYPE, SYSTEM_OFF, SYSTEM_RESET, FEATURES].contains(&function);
    known || WITH_SMC64.contains(&plain)
}

fn code(code: i32) -> Effect {
    Effect::Return(i64::from(code) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::power::Request;

    fn psci(harts: usize) -> (Psci, Power) {
        let power = Power::new();
        (Psci::new(harts, power.clone()), power)
    }

    fn plain(psci: &mut Psci, function: u64, arguments: [u64; 3]) -> i64 {
        match psci.call(0, function, arguments) {
            Effect::Return(value) => value as i64,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn version_and_features() {
        let (mut psci, _) = psci(1);
        assert_eq!(plain(&mut psci, VERSION, [0; 3]), 0x1_0000);
        assert_eq!(plain(&mut psci, MIGRATE_INFO_TYPE, [0; 3]), 2);
        for function in [VERSION, CPU_SUSPEND, CPU_SUSPEND | SMC64, CPU_ON | SMC64, SYSTEM_OFF, FEATURES] {
            assert_eq!(plain(&mut psci, FEATURES, [function, 0, 0]), 0, "{function:#x}");
        }
        for function in [0x8400_0005, 0x8400_0007, SYSTEM_OFF | SMC64, 0x8000_0000, 0] {
            assert_eq!(plain(&mut psci, FEATURES, [function, 0, 0]), -1, "{function:#x}");
            assert_eq!(plain(&mut psci, function, [0; 3]), -1, "{function:#x}");
        }
    }

    #[test]
    fn harts_go_on_and_off() {
        let (mut psci, _) = psci(18);
        let info = |psci: &mut Psci, affinity| plain(psci, AFFINITY_INFO | SMC64, [affinity, 0, 0]);
        assert_eq!([0, 1, 0x101, 0x102, 16].map(|affinity| info(&mut psci, affinity)), [0, 1, 1, -2, -2]);
        assert!(psci.is_on(0) && !psci.is_on(17) && !psci.is_on(18));
        let start = Start { entry: 0x1_4000_0000, context: 7 };
        assert_eq!(plain(&mut psci, CPU_ON | SMC64, [0x101, start.entry, start.context]), 0);
        assert!(psci.is_started(17) && !psci.is_on(17));
        assert_eq!(info(&mut psci, 0x101), 2);
        assert_eq!(plain(&mut psci, CPU_ON | SMC64, [0x101, 1, 2]), -5);
        assert_eq!((psci.take_start(17), psci.take_start(17)), (Some(start), None));
        assert_eq!(info(&mut psci, 0x101), 0);
        assert_eq!(plain(&mut psci, CPU_ON | SMC64, [0x101, 1, 2]), -4);
        assert_eq!(plain(&mut psci, CPU_ON, [0x1_0000, 1, 2]), -2);
        assert_eq!(psci.call(17, CPU_OFF, [0; 3]), Effect::Off);
        assert_eq!(info(&mut psci, 0x101), 1);
        assert_eq!(plain(&mut psci, CPU_ON, [0xf_0000_0101, 0x1_0000_0004, 0]), 0, "arguments of 32 bits");
        assert_eq!(psci.take_start(17), Some(Start { entry: 4, context: 0 }));
        assert_eq!(plain(&mut psci, AFFINITY_INFO, [9, 1, 0]), 0);
        assert_eq!(plain(&mut psci, AFFINITY_INFO, [0, 4, 0]), -2);
    }

    #[test]
    fn suspending_is_waiting() {
        let (mut psci, _) = psci(1);
        assert_eq!(psci.call(0, CPU_SUSPEND | SMC64, [0, 0, 0]), Effect::Wait);
        assert_eq!(psci.call(0, CPU_SUSPEND, [1 << 16, 4, 0]), Effect::Wait);
        assert_eq!(plain(&mut psci, CPU_SUSPEND, [1 << 17, 0, 0]), -2);
    }

    #[test]
    fn the_system_goes_off_and_is_reset() {
        let (mut psci, power) = psci(1);
        assert_eq!(psci.call(0, SYSTEM_OFF, [0; 3]), Effect::Off);
        assert_eq!(power.take(), Some(Request::Exit { code: 0, by: "psci" }));
        assert_eq!(psci.call(0, SYSTEM_RESET, [0; 3]), Effect::Off);
        assert_eq!(power.take(), Some(Request::Reset { by: "psci" }));
    }
}
