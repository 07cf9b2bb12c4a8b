//! Translating a fixed region: forming it, compiling it, installing it and dropping the one that was there. The guest's code is
//! changed each time, as by a guest that makes code, for otherwise nothing would have to be translated.

use guest_tests::asm::FENCE_I;

use super::interpret::{Loop, set_registers};
use crate::Prepared;
use crate::guest::{Guest, Program, RAM, Tier};

/// Times that the region is translated in a run: an even number, so that each begins with the same code.
const TIMES: usize = 16;

/// Translates the loop's body, and runs it once.
pub(super) fn region(looped: Loop) -> Prepared {
    /// `addi x0, x0, 0` and `1`: they do nothing, and are not the same.
    const NOTHING: [u32; 2] = [0x0000_0013, 0x0010_0013];
    /// Where that is, behind FENCE.I.
    const CHANGING: u64 = RAM + 4;
    let Loop { mut guest, program: body } = looped;
    let mut program = Program::default();
    program.put(FENCE_I).put(NOTHING[0]);
    // The jump back is left out: the region ends where the run does.
    let (_, straight) = body.words().split_last().expect("loops have instructions");
    straight.iter().for_each(|&word| {
        program.put(word);
    });
    program.jump(CHANGING as i32 - RAM as i32);
    guest.load(RAM, &program);
    guest.translate(Tier::Eager);
    let insns = program.words().len() - 1;
    Prepared::new(TIMES * insns, move || {
        let before = translated(&guest);
        for time in 1..=TIMES {
            guest.write(CHANGING, NOTHING[time % 2]);
            set_registers(&guest);
            guest.run(insns as u64);
        }
        translated(&guest) - before
    })
}

/// Guest instructions that have been translated.
fn translated(guest: &Guest) -> u64 {
    guest.detail("in translated code: instructions of regions")
}
