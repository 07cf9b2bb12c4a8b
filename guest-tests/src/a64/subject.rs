//! The emulator as the subject: runs records in either engine.

use super::record::{BRK, CODE, DATA, Outcome, Record, State};
use crate::engines::Engine;
use crate::subject::ram_board;
use emu_core::aarch64::exception::pstate;
use emu_core::aarch64::flags::set_nzcv;
use emu_core::aarch64::fp;
use emu_core::aarch64::slots::{FPCR, SP, high, src, v};
use emu_core::aarch64::state::{AArch64, Config};
use emu_core::hart::Hart;
use emu_core::machine::Machine;
use emu_devices::board::{Description, Options};
use emu_devices::console::Console;
use emu_mem::GuestPhys;

/// RAM as the witness has it, as far as code and data reach.
const RAM: u64 = 0x4020_0000;
const RAM_BYTES: u64 = 0x10_0000;
/// What stands around the code, so that control finds an exception there.
const FILLED: std::ops::Range<u64> = CODE - 0x8000..CODE + 0x8000;
/// Where exceptions go, and where there: handlers go round in place.
const VECTORS: u64 = RAM;
const HANDLERS: [u64; 2] = [VECTORS, VECTORS + 0x200];
/// B to itself.
const ROUND: u32 = 0x1400_0000;
/// Instructions that a record has time for.
const BUDGET: u64 = 64;

/// A machine that runs record after record.
pub struct Subject {
    machine: Machine<AArch64>,
}

impl Subject {
    /// With that engine.
    ///
    /// # Errors
    /// The host does not give what it needs.
    pub fn new(engine: Engine) -> Result<Self, String> {
        let board = Description { devices: Vec::new(), ..ram_board(RAM, RAM_BYTES) };
        let board = board.build(&Options::new(Console::captured())).map_err(|error| error.to_string())?;
        let mut machine = emu_core::aarch64::machine(board, Config::default(), "");
        engine.install(&mut machine);
        let hart = &machine.harts()[0];
        let fill = vec![BRK.to_le_bytes(); (FILLED.end - FILLED.start) as usize / 4].concat();
        hart.memory.write_bytes(GuestPhys(FILLED.start), &fill).map_err(|error| format!("{error:?}"))?;
        for handler in HANDLERS {
            hart.memory.write(GuestPhys(handler), ROUND).map_err(|error| format!("{error:?}"))?;
        }
        hart.arch.registers.cpacr_el1.set(3 << 20);
        Ok(Subject { machine })
    }

    /// The only hart.
    pub fn hart(&self) -> &Hart<AArch64> {
        &self.machine.harts()[0]
    }

    /// What becomes of a record.
    ///
    /// # Errors
    /// The code does not end.
    pub fn run(&mut self, record: &Record) -> Result<Outcome, String> {
        let hart = &self.machine.harts()[0];
        let put = |at: u64, bytes: &[u8]| {
            hart.memory.write_bytes(GuestPhys(at), bytes).expect("it has memory there");
        };
        let mut code: Vec<u8> = record.code.iter().flat_map(|word| word.to_le_bytes()).collect();
        code.extend(BRK.to_le_bytes().repeat(super::record::CODE_WORDS - record.code.len()));
        put(CODE, &code);
        put(DATA, &record.before.data);
        hart.code_changed();
        set(hart, &record.before);
        let traps = hart.traps.get();
        for _ in 0..BUDGET {
            // A wait may end at any time; here it does.
            self.machine.harts()[0].waiting.set(false);
            self.machine.run(BUDGET);
            if self.machine.harts()[0].traps.get() != traps {
                break;
            }
        }
        let hart = &self.machine.harts()[0];
        if hart.traps.get() == traps {
            return Err(format!("no exception; at {:#x}", hart.pc.get()));
        }
        let mut state = get(hart);
        let level = hart.arch.registers.of_level(1);
        state.nzcv = level.spsr.get() & 0xf000_0000;
        Ok(Outcome { pc: level.elr.get(), esr: level.esr.get(), far: level.far.get(), state }.normal())
    }
}

/// Puts a hart into a state, at EL1 before the code.
fn set(hart: &Hart<AArch64>, state: &State) {
    AArch64::reset(hart, CODE);
    hart.arch.registers.of_level(1).vbar.set(VECTORS);
    (0..31).for_each(|n| hart.slots.set(src(n), state.x[n as usize]));
    hart.slots.set(SP, state.sp);
    set_nzcv(hart, state.nzcv >> 28);
    hart.slots.set(FPCR, state.fpcr);
    fp::set_fpsr(hart, state.fpsr);
    for n in 0..32 {
        let value = state.v[n as usize];
        hart.slots.set(v(n), value as u64);
        hart.slots.set(high(v(n)), (value >> 64) as u64);
    }
    hart.memory.reservations().release(hart.id);
}

/// The state of a hart.
pub(super) fn get(hart: &Hart<AArch64>) -> State {
    let mut data = [0; super::record::DATA_BYTES];
    hart.memory.read_bytes(GuestPhys(DATA), &mut data).expect("it has memory there");
    State {
        x: std::array::from_fn(|n| hart.slots.get(src(n as u32))),
        sp: hart.slots.get(SP),
        nzcv: pstate(hart) & 0xf000_0000,
        fpcr: hart.slots.get(FPCR),
        fpsr: fp::fpsr(hart),
        v: std::array::from_fn(|n| {
            let low = v(n as u32);
            u128::from(hart.slots.get(low)) | u128::from(hart.slots.get(high(low))) << 64
        }),
        data,
    }
}
