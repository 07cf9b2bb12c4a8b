//! A random program for two engines: its statements, the world around them, and how it is run.

use std::collections::BTreeMap;
use std::ops::Range;

use emu_core::hart::Arch;
use emu_core::machine::Machine;
use emu_core::timing::Model;
use emu_jit::{Options, Tier};

use super::code::{Layout, Op, Statement, Target, Words};
use super::image;

const MAIN: &str = "main";

/// What is around a program: an instruction set, handlers, page tables, the machine as it starts.
pub trait World: Words + 'static {
    /// What programs are for.
    type Arch: Arch;
    /// Where RAM begins.
    const BASE: u64;
    /// The slots that hold a guest's state.
    const SLOTS: &'static [Range<u8>];
    /// Changes that make it simpler, those first that explain most.
    const SIMPLER: &'static [fn(&mut Self)];

    /// The program of a seed.
    fn program(seed: u64) -> Program<Self>;
    /// Everything but the program's code and data.
    fn image(&self) -> Vec<u8>;
    /// The address of a place in the image, as the mode that the program starts in sees it.
    fn start(&self, at: u32) -> u64;
    /// A machine that will run the image from `pc` on.
    fn machine(&self, image: &[u8], pc: u64) -> Machine<Self::Arch>;
    /// At the beginning of a function: keeps its return address in the register of one function's.
    fn keep_return(function: u32) -> Vec<Op>;
    /// Returns to there.
    fn give_return(function: u32) -> Vec<Op>;
    /// Sets the registers that point into the data, as the current mode sees them.
    fn bases(skew: [u32; 2]) -> Vec<Op>;
    /// Code as text, one instruction a line.
    fn text(&self, pc: u64, code: &[u8]) -> String;
}

/// What the data base points to, from the image's start on: the middle of the data.
pub fn data_base([skew, _]: [u32; 2]) -> u32 {
    image::DATA + 0x1000 + skew
}

/// What the stack pointer points to: a page's beginning.
pub fn stack([_, skew]: [u32; 2]) -> u32 {
    image::DATA_END - 0x2000 - skew
}

/// How the translator is to be run.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Running {
    /// When code is translated.
    pub tier: Tier,
    /// How often it must have run before.
    pub threshold: u32,
    /// There is room for very little code.
    pub cramped: bool,
    /// Instructions in a slice, at most. Slices are of random length.
    pub slice: u64,
    /// Instructions in all.
    pub budget: u64,
    /// How cycles are counted.
    pub model: &'static Model,
    /// Whether calls are kept.
    pub calls: bool,
}

impl Running {
    /// The translator's options.
    pub fn options(&self) -> Options {
        // As little room as there can be is filled by a handful of regions.
        let code_memory_bytes = if self.cramped { 0 } else { 16 << 20 };
        Options {
            tier: self.tier,
            threshold: self.threshold,
            counts_rows: true,
            code_memory_bytes,
            ..Options::default()
        }
    }
}

/// A function, or the program's main part.
#[derive(Clone, Debug)]
pub struct Part {
    /// Where it runs, from the image's start on. It stays there when others become smaller.
    pub at: u32,
    /// What it does.
    pub body: Vec<Statement>,
}

/// A program.
#[derive(Clone, Debug)]
pub struct Program<W> {
    /// What it was made from; the slices are random numbers of this seed too.
    pub seed: u64,
    /// What is around it.
    pub world: W,
    /// How it is run.
    pub running: Running,
    /// Goes around for ever.
    pub main: Part,
    /// Each calls earlier ones only.
    pub functions: Vec<Part>,
    /// The function of the pages that address spaces exchange, in both its forms; its number is that behind the last other one.
    pub twins: [Part; 2],
    /// A function a MiB behind the first one; its number is that behind the twins'.
    pub far: Part,
    /// Where in a page the data base and `sp` are.
    pub skew: [u32; 2],
    /// The data.
    pub data: Vec<u8>,
}

/// A stretch of code, and where it lies.
struct Placed<W> {
    name: String,
    /// Where it runs.
    at: u32,
    /// Where it lies: elsewhere, if only the second address space has it there.
    stored: u32,
    layout: Layout<W>,
}

/// Its machine code.
struct Code {
    name: String,
    at: u32,
    stored: u32,
    bytes: Vec<u8>,
}

impl<W: World> Program<W> {
    /// The program of a seed.
    pub fn new(seed: u64) -> Self {
        W::program(seed)
    }

    /// Puts the parts one behind the other, each behind a gap of so many bytes: functions first, then the main part. Those
    /// that are exchanged have the same gap.
    pub fn place(&mut self, gaps: &[u32]) {
        let sites = self.sites();
        let mut end = image::CODE;
        for (n, (function, gap)) in self.functions.iter_mut().zip(gaps).enumerate() {
            function.at = end + gap;
            end = function.at + function_layout::<W>(n, n, function, &sites).bytes();
        }
        let gap = |n: usize| gaps.get(n).copied().unwrap_or(0);
        self.main.at = end + gap(self.functions.len());
        end = self.main.at + main_layout::<W>(&self.main, self.skew, &sites).bytes();
        assert!(end <= image::TWINS, "the code is too long");
        self.twins.iter_mut().for_each(|twin| twin.at = image::TWINS + gap(self.functions.len() + 1));
        // Their addresses are the same but for one bit.
        self.far.at = image::DISTANCE + self.functions.first().unwrap_or(&self.main).at;
    }

    fn sites(&self) -> Vec<usize> {
        let mut sites = Vec::new();
        let parts = self.functions.iter().chain(&self.twins).chain([&self.far, &self.main]);
        parts.for_each(|part| find_sites(&part.body, &mut sites));
        sites
    }

    fn placed(&self) -> (Vec<Placed<W>>, BTreeMap<Target, u32>) {
        let sites = self.sites();
        let mut placed: Vec<Placed<W>> = Vec::new();
        let mut put = |name: String, at: u32, elsewhere: u32, layout: Layout<W>| {
            placed.push(Placed { name, at, stored: at + elsewhere, layout });
        };
        for (n, function) in self.functions.iter().enumerate() {
            put(format!("function {n}"), function.at, 0, function_layout(n, n, function, &sites));
        }
        put(MAIN.into(), self.main.at, 0, main_layout(&self.main, self.skew, &sites));
        let count = self.functions.len();
        for (n, twin) in self.twins.iter().enumerate() {
            put(format!("twin {n}"), twin.at, n as u32 * 0x1000, function_layout(count, count, twin, &sites));
        }
        put("far function".into(), self.far.at, 0, function_layout(count + 1, count, &self.far, &sites));
        let mut places = BTreeMap::new();
        for part in placed.iter().rev() {
            part.layout.place(part.at, &mut places);
        }
        (placed, places)
    }

    fn code(&self) -> Vec<Code> {
        let (placed, mut places) = self.placed();
        let encode = |Placed { name, at, stored, layout }| {
            layout.place(at, &mut places);
            Code { name, at, stored, bytes: layout.encode(at, &places) }
        };
        placed.into_iter().map(encode).collect()
    }

    /// A machine that will run it.
    pub fn machine(&self) -> Machine<W::Arch> {
        let code = self.code();
        let main = code.iter().find(|part| part.name == MAIN).expect("it has one").at;
        let mut image = self.world.image();
        image[image::DATA as usize..][..self.data.len()].copy_from_slice(&self.data);
        for Code { stored, bytes, .. } in code {
            image[stored as usize..][..bytes.len()].copy_from_slice(&bytes);
        }
        self.world.machine(&image, self.world.start(main))
    }

    /// How many instructions it has.
    pub fn insns(&self) -> usize {
        self.code().iter().map(|part| self.text(part).lines().count()).sum()
    }

    fn text(&self, part: &Code) -> String {
        self.world.text(W::BASE + u64::from(part.at), &part.bytes)
    }

    /// The code as text, without functions that do nothing.
    pub fn listing(&self) -> String {
        let bodies =
            self.functions.iter().chain([&self.main]).chain(&self.twins).chain([&self.far]).map(|part| &part.body);
        let code = self.code();
        let parts = code.iter().zip(bodies).filter(|(part, body)| part.name == MAIN || !body.is_empty());
        parts.map(|(part, _)| part).map(|part| format!("  {}:\n{}", part.name, self.text(part))).collect()
    }
}

/// The function of this number, which keeps its return address in the register of `register`'s.
fn function_layout<W: World>(number: usize, register: usize, part: &Part, sites: &[usize]) -> Layout<W> {
    let mut layout = Layout::default();
    layout.ops(&[Op::Mark(Target::Function(number))]);
    layout.ops(&W::keep_return(register as u32));
    layout.statements(&part.body, sites);
    layout.ops(&W::give_return(register as u32));
    layout
}

fn main_layout<W: World>(part: &Part, skew: [u32; 2], sites: &[usize]) -> Layout<W> {
    let mut layout = Layout::default();
    let again = Target::Made(u32::MAX);
    layout.ops(&[Op::Mark(again)]);
    layout.ops(&W::bases(skew));
    layout.statements(&part.body, sites);
    layout.ops(&[W::jump(again)]);
    layout
}

fn find_sites(statements: &[Statement], sites: &mut Vec<usize>) {
    for statement in statements {
        match statement {
            Statement::Ops(ops) => sites.extend(ops.iter().filter_map(|op| match op {
                Op::Mark(Target::Site(n)) => Some(*n),
                _ => None,
            })),
            Statement::If(_, then, otherwise) => {
                find_sites(then, sites);
                find_sites(otherwise, sites);
            }
            Statement::Loop(_, _, body) => find_sites(body, sites),
            Statement::Cases(_, cases) => cases.iter().for_each(|case| find_sites(case, sites)),
        }
    }
}
