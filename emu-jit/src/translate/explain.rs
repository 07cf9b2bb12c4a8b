//! A region's translation as text, for people: what was asked of Cranelift, what it made of that, and the host's
//! instructions. Translates once more; what runs is not touched.

use std::ops::Range;

use emu_core::hart::Arch;

use super::{Compiler, Source};
use crate::Error;

/// What a region was translated to.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Cranelift's IR as it was built. What belongs to a guest instruction has the lower 32 bits of its address in front.
    pub ir: String,
    /// The same after Cranelift's optimiser.
    pub optimised_ir: String,
    /// The host's instructions, in Cranelift's notation.
    pub host: String,
    /// How many bytes they take.
    pub bytes: usize,
    /// Which bytes of the code were made for the guest instruction at which address, by rising offset. What is in between
    /// serves no instruction in particular.
    pub places: Vec<(Range<usize>, u64)>,
}

impl Compiler {
    /// Translates a region to text.
    ///
    /// # Errors
    /// As for [`Compiler::region`].
    pub(crate) fn explain<A: Arch>(&mut self, source: &Source<A>) -> Result<Explanation, Error> {
        self.build(source, true);
        let ir = self.context.func.display().to_string();
        self.context.set_disasm(true);
        let bytes = self.finish()?.code_buffer().len();
        let code = self.context.compiled_code().expect("it was just compiled");
        let insns = || source.region.blocks.iter().flat_map(|block| &block.insns);
        let address = |low: u32| insns().find(|insn| insn.pc as u32 == low).map(|insn| insn.pc);
        let places = code.buffer.get_srclocs_sorted().iter();
        let place = |start: u32, end: u32, low| Some((start as usize..end as usize, address(low)?));
        Ok(Explanation {
            ir,
            optimised_ir: self.context.func.display().to_string(),
            host: code.vcode.clone().unwrap_or_default(),
            bytes,
            places: places.filter_map(|place_of| place(place_of.start, place_of.end, place_of.loc.bits())).collect(),
        })
    }
}
