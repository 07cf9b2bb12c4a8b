//! One program on one machine: builds the machine, runs it within limits, and answers questions about what happened.
//!
//! Knows nothing of terminals and reports. A guest that resets its machine gets a new one, and the counts go on.

use std::cell::RefCell;
use std::fmt::{self, Display, Formatter};
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use emu_core::hart::Hart;
use emu_core::image::Image;
use emu_core::machine::{Ended, Machine, Stuck, Tracer};
use emu_devices::board::{Description, Options};
use emu_devices::console::Console;
use emu_devices::semihosting::Folder;
use emu_devices::virtio::block::{Disk, Shelf};
use emu_mem::GuestPhys;

use crate::cli::machine::{Choice, Journals, Limits, MachineArgs, Notes};
use crate::counts::Counts;
use crate::guest::Guest;
use crate::input;
use crate::profile::Profile;
use crate::report::number::grouped;
use crate::report::stat::Stat;
use crate::report::stuck;

/// Between two looks at the clock, the keyboard and standard output: some milliseconds of the interpreter.
const SLICE_INSNS: u64 = 2_000_000;
/// The same for a traced run, which is much slower.
const TRACED_SLICE_INSNS: u64 = 20_000;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The guest asked for it.
    Exit {
        /// Its code.
        code: u64,
        /// The device through which it asked.
        by: &'static str,
    },
    /// A limit was reached: which one, as a sentence.
    Limit(String),
    /// The user left.
    Left,
    /// The guest cannot go on: why, in several lines.
    Stuck(String),
    /// The guest's output, or the trace, can no longer be written.
    OutputFailed,
    /// The engines do not agree: how and where, in many lines.
    Wrong(String),
}

impl Display for End {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            End::Exit { code, by } => write!(f, "exit code {code} ({by})"),
            End::Limit(why) => f.write_str(why),
            End::Left => f.write_str("left"),
            End::Stuck(_) => f.write_str("stuck"),
            End::OutputFailed => f.write_str("output failed"),
            End::Wrong(_) => f.write_str("the engines differ"),
        }
    }
}

/// Where a trace goes, and the first error on the way.
struct Trace {
    out: Box<dyn Write>,
    error: Option<io::Error>,
}

/// Has a new machine run by an engine.
pub(crate) type Install<A> = Rc<dyn Fn(&mut Machine<A>) -> Result<Journals<A>>>;

/// What can be asked of a session that is over, whatever its guest is.
pub(crate) trait Questions {
    /// The program.
    fn image(&self) -> &Image;
    /// How often the program has reset its machine.
    fn resets(&self) -> usize;
    /// The processor in a few words.
    fn processor(&self) -> String;
    /// The processor as it is chosen by `--isa` or `--cpu`.
    fn processor_name(&self) -> String;
    /// The summary of the run.
    fn stat(&self, title: String, host: Duration, end: String) -> Stat;
    /// The profile, if the machine was told to keep it.
    fn profile(&self) -> Option<Profile>;
}

impl<A: Guest> Questions for Session<A> {
    fn image(&self) -> &Image {
        Session::image(self)
    }
    fn resets(&self) -> usize {
        Session::resets(self)
    }
    fn processor(&self) -> String {
        Session::processor(self)
    }
    fn processor_name(&self) -> String {
        Session::processor_name(self)
    }
    fn stat(&self, title: String, host: Duration, end: String) -> Stat {
        Session::stat(self, title, host, end)
    }
    fn profile(&self) -> Option<Profile> {
        Profile::new(Session::image(self), Session::machine(self))
    }
}

/// A program on a machine.
pub(crate) struct Session<A: Guest> {
    image: Rc<Image>,
    board: Description,
    options: Options,
    processor: A::Processor,
    command_line: String,
    engine: Install<A>,
    machine: Machine<A>,
    /// What was translated, if that is noted.
    journals: Journals<A>,
    /// Counts of the machines before the last reset.
    earlier: Vec<Counts>,
    trace: Option<Rc<RefCell<Trace>>>,
}

impl<A: Guest> Session<A> {
    /// Puts the program `name` on a machine. `command_line` is what it gets by semihosting, `disks` fill the board's free slots.
    ///
    /// # Errors
    ///
    /// The board or the instruction set makes no sense, or the program does not fit the board.
    pub(crate) fn new(
        name: &str,
        mut image: Image,
        args: &MachineArgs,
        command_line: String,
        console: Console,
        disks: Vec<Disk>,
        notes: Notes,
    ) -> Result<Self> {
        let board = describe::<A>(args)?;
        if let Some(ram) = board.ram.first() {
            image.place_above(GuestPhys(ram.base)).with_context(|| name.to_owned())?;
        }
        let (image, engine) = (Rc::new(image), install(args, notes, false));
        let processor = A::choose(name, &image, args, &board)?;
        let mut options = Options::new(console);
        options.disks = disks;
        options.memory_bytes = args.memory;
        options.harts = args.harts.map(u64::from);
        options.seed = args.seed;
        options.semihosting = args.semihosting_dir.as_deref().map(open_folder).transpose()?;
        A::tell(&processor, &mut options);
        tracing::info!("{name}: board {}, {processor}, entry {:#x}, seed {}", board.name, image.entry(), args.seed);
        for segment in image.segments() {
            tracing::debug!("{name}: segment {} to {}", segment.phys, segment.last());
        }
        let (machine, journals) =
            assemble(&board, &options, &processor, &command_line, &image, &engine).with_context(|| name.to_owned())?;
        Ok(Session {
            image,
            board,
            options,
            processor,
            command_line,
            engine,
            machine,
            journals,
            earlier: Vec::new(),
            trace: None,
        })
    }

    /// The same program on another machine of the same kind, that has not run yet.
    ///
    /// # Errors
    ///
    /// The host has no room for it, or the board's own disks cannot be opened once more.
    pub(crate) fn again(&self, engine: &Install<A>, console: Console, disks: Vec<Disk>) -> Result<Self> {
        let options = Options { console, disks, shelf: Shelf::default(), ..self.options.clone() };
        let (board, processor, command_line) = (self.board.clone(), self.processor.clone(), self.command_line.clone());
        let (image, engine) = (Rc::clone(&self.image), Rc::clone(engine));
        let (machine, journals) = assemble(&board, &options, &processor, &command_line, &image, &engine)?;
        let (earlier, trace) = (Vec::new(), None);
        Ok(Session { image, board, options, processor, command_line, engine, machine, journals, earlier, trace })
    }

    /// Has another engine go on from here.
    ///
    /// # Errors
    ///
    /// It cannot work on this host.
    pub(crate) fn go_on_with(&mut self, engine: &Install<A>) -> Result<()> {
        self.journals = engine(&mut self.machine)?;
        self.engine = Rc::clone(engine);
        Ok(())
    }

    /// Runs until the program ends or a limit is reached.
    pub(crate) fn run(&mut self, limits: Limits) -> End {
        let slice = if self.trace.is_some() { TRACED_SLICE_INSNS } else { SLICE_INSNS };
        self.run_sliced(limits, slice, |_, _, end| end)
    }

    /// The same, so that after every `slice` instructions `look` is told with which budget the last of them have run, and
    /// what came of it. What it answers decides whether the run ends.
    pub(crate) fn run_sliced(
        &mut self,
        limits: Limits,
        slice: u64,
        mut look: impl FnMut(&Session<A>, u64, Option<End>) -> Option<End>,
    ) -> End {
        let start = Instant::now();
        loop {
            let left = limits.max_insns.map_or(u64::MAX, |max| max.saturating_sub(self.insns()));
            if left == 0 {
                let max = limits.max_insns.unwrap_or_default();
                return End::Limit(format!("stopped after {} instructions (--max-insns)", grouped(max)));
            }
            if let Some(timeout) = limits.timeout.filter(|&timeout| start.elapsed() >= timeout) {
                return End::Limit(format!("stopped after {} s (--timeout)", timeout.as_secs_f64()));
            }
            if input::leaving() {
                return End::Left;
            }
            if self.console().output_error().is_some() || self.trace_failed() {
                return End::OutputFailed;
            }
            let budget = left.min(slice);
            let end = self.step(budget);
            if let Some(end) = look(self, budget, end) {
                return end;
            }
        }
    }

    /// Runs `budget` instructions, or fewer if the program ends, resets its machine, or waits for input.
    pub(crate) fn step(&mut self, budget: u64) -> Option<End> {
        match self.machine.run(budget)? {
            Ended::Exit { code, by } => Some(End::Exit { code, by }),
            Ended::Stuck(why) => Some(End::Stuck(self.explain(&why))),
            Ended::Reset { by } => {
                tracing::info!("reset ({by})");
                let failed = self.reset().err();
                failed.map(|error| End::Stuck(format!("the machine cannot be reset: {error:#}")))
            }
        }
    }

    /// Builds the machine anew, as after power-on. Whatever the guest wrote is gone.
    fn reset(&mut self) -> Result<()> {
        let Session { board, options, processor, command_line, image, engine, .. } = self;
        let (machine, journals) = assemble(board, options, processor, command_line, image, engine)?;
        self.earlier.push(Counts { resets: 1, ..Counts::of(&self.machine) });
        self.machine = machine;
        self.journals.extend(journals);
        if let Some(trace) = &self.trace {
            self.machine.trace(Some(tracer(Rc::clone(trace))));
        }
        Ok(())
    }

    /// Writes a line to `out` for every instruction from now on.
    pub(crate) fn trace(&mut self, out: Box<dyn Write>) {
        let trace = Rc::new(RefCell::new(Trace { out, error: None }));
        self.machine.trace(Some(tracer(Rc::clone(&trace))));
        self.trace = Some(trace);
    }

    fn trace_failed(&self) -> bool {
        self.trace.as_ref().is_some_and(|trace| trace.borrow().error.is_some())
    }

    /// Brings the trace to its file.
    ///
    /// # Errors
    ///
    /// The first line that could not be written.
    pub(crate) fn finish_trace(&mut self) -> io::Result<()> {
        let Some(trace) = self.trace.take() else { return Ok(()) };
        self.machine.trace(None);
        let mut trace = trace.borrow_mut();
        match trace.error.take() {
            Some(error) => Err(error),
            None => trace.out.flush(),
        }
    }

    /// Retired instructions, of all harts together.
    pub(crate) fn insns(&self) -> u64 {
        self.earlier.iter().map(|counts| counts.stats.instructions).sum::<u64>() + self.machine.retired()
    }

    /// The machine as it is now.
    pub(crate) fn machine(&self) -> &Machine<A> {
        &self.machine
    }

    /// Has `tracer` told of every instruction from now on.
    pub(crate) fn observe(&mut self, tracer: Tracer<A>) {
        self.machine.trace(Some(tracer));
    }

    /// How often the program has reset its machine.
    pub(crate) fn resets(&self) -> usize {
        self.earlier.len()
    }

    /// What was translated, where that is noted.
    pub(crate) fn journals(&self) -> &Journals<A> {
        &self.journals
    }

    /// The program.
    pub(crate) fn image(&self) -> &Image {
        &self.image
    }

    /// The disks that the board itself names, as board files write them.
    pub(crate) fn board_disks(&self) -> impl Iterator<Item = &str> {
        self.board.devices.iter().filter_map(|device| device.disk.as_deref())
    }

    /// The processor in a few words.
    pub(crate) fn processor(&self) -> String {
        A::describe(&self.processor)
    }

    /// The processor as it is chosen by `--isa` or `--cpu`.
    pub(crate) fn processor_name(&self) -> String {
        self.processor.to_string()
    }

    /// Disks on which the host has failed: name, how often, and what it said last.
    pub(crate) fn disk_errors(&self) -> impl Iterator<Item = (String, u64, String)> {
        let disks = self.options.disks.iter().cloned().chain(self.options.shelf.disks());
        disks.filter_map(|disk| Some((disk.name().to_owned(), disk.stats().host_errors, disk.last_error()?)))
    }

    fn console(&self) -> &Console {
        &self.machine.board.console
    }

    /// The guest's memory from `begin_signature` to `end_signature`.
    ///
    /// # Errors
    ///
    /// The program has no such symbols, or they do not enclose memory.
    pub(crate) fn signature(&self) -> Result<Vec<u8>> {
        let notable = self.image.notable();
        let (Some(begin), Some(end)) = (notable.begin_signature, notable.end_signature) else {
            bail!(
                "no symbols begin_signature and end_signature, which enclose a signature; link the program with them"
            );
        };
        let memory = self.machine.board.bus.memory();
        let size = end.0.checked_sub(begin.0).filter(|&size| size > 0 && memory.find(begin, size).is_some());
        let Some(size) = size else {
            bail!("no memory from begin_signature ({begin}) to end_signature ({end}); correct the linker script");
        };
        let mut bytes = vec![0; size as usize];
        ensure!(memory.read_bytes(begin, &mut bytes).is_ok(), "the signature at {begin} cannot be read");
        Ok(bytes)
    }

    /// What has run so far.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = self.earlier.iter().fold(Counts::default(), |mut sum, counts| {
            sum += counts;
            sum
        });
        counts += &Counts::of(&self.machine);
        counts
    }

    /// The summary of the run so far.
    pub(crate) fn stat(&self, title: String, host: Duration, end: String) -> Stat {
        let counts = self.counts();
        let named = counts.stats.by_cause.iter().map(|(&cause, &n)| (cause, (A::cause_name(cause), n)));
        Stat {
            title,
            modes: A::MODE_NAMES.iter().map(|&(mode, name)| (name, counts.stats.by_mode[mode as usize])).collect(),
            causes: named.collect(),
            counts,
            model: self.machine.harts().first().and_then(Hart::timed_by),
            host,
            state_hash: self.machine.state_hash(),
            console_hash: self.console().hash(),
            console_bytes: self.console().bytes(),
            end,
        }
    }

    fn explain(&self, why: &Stuck) -> String {
        stuck::text::<A>(why, self.image.symbols())
    }
}

/// The folder for semihosting.
fn open_folder(path: &Path) -> Result<Folder> {
    Folder::open(path).map_err(|error| {
        anyhow!("--semihosting-dir {}: {error}; give a folder that is there and can be read", path.display())
    })
}

/// The board of this name, or the one that a file describes.
fn describe<A: Guest>(args: &MachineArgs) -> Result<Description> {
    let name = args.board.as_str();
    if let Some(board) = A::board(name, args) {
        return Ok(board);
    }
    ensure!(
        Path::new(name).exists(),
        "--board {name}: no such file, and not one of the built-in boards {} for this program",
        A::BOARDS
    );
    let board = Description::from_file(Path::new(name)).map_err(plain)?;
    ensure!(
        board.arch == A::FAMILY,
        "--board {name}: its harts are for {}, the program is for {}; correct its key arch, or choose another board",
        board.arch.name(),
        A::FAMILY.name()
    );
    Ok(board)
}

fn assemble<A: Guest>(
    board: &Description,
    options: &Options,
    processor: &A::Processor,
    command_line: &str,
    image: &Image,
    engine: &Install<A>,
) -> Result<(Machine<A>, Journals<A>)> {
    let board = board.build(options).map_err(plain)?;
    let mut machine = A::machine(board, processor, command_line);
    machine.load(image)?;
    let journals = engine(&mut machine)?;
    Ok((machine, journals))
}

/// Installs the engine that the arguments name; `singly`: so that it translates each instruction by itself.
pub(crate) fn install<A: Guest>(args: &MachineArgs, notes: Notes, singly: bool) -> Install<A> {
    let (engine, choice) = (args.engine, Choice { code_memory_bytes: args.code_memory, singly, notes });
    let model = args.timing;
    Rc::new(move |machine| {
        // An engine that goes on where another one has stopped goes on counting.
        if machine.retired() == 0 {
            machine.time_by(model);
        }
        engine.install(machine, &choice)
    })
}

/// A board's error with its causes told once: its text holds them already.
fn plain(error: emu_devices::board::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}

fn tracer<A: Guest>(trace: Rc<RefCell<Trace>>) -> Tracer<A> {
    Box::new(move |commit| {
        let mut trace = trace.borrow_mut();
        if trace.error.is_none() {
            trace.error = writeln!(trace.out, "{commit}").err();
        }
    })
}
