//! The thread that compiles, and what is sent to it and back.
//!
//! It sees what [`Source`] holds and nothing of a hart. Whoever asked decides whether the code is still wanted when it comes.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use emu_core::hart::Arch;
use rustix::time::{ClockId, clock_gettime};

use crate::Error;
use crate::placement::Code;
use crate::translate::{Compiler, Source};

/// A region that was compiled, or not.
pub(crate) struct Compiled<A: Arch> {
    pub(crate) source: Source<A>,
    pub(crate) code: Result<Code, Error>,
    /// Processor time that it took.
    pub(crate) time: Duration,
}

impl<A: Arch> Compiled<A> {
    /// Compiles now.
    pub(crate) fn from(source: Source<A>, compiler: &mut Compiler) -> Self {
        let (start, insns) = (processor_time(), source.region.insns());
        let pc = format_args!("{:#x}", source.region.blocks[0].start.pc);
        let span = tracing::debug_span!("compile", pc, insns, bytes = tracing::field::Empty).entered();
        let code = compiler.region(&source);
        if let Ok(code) = &code {
            span.record("bytes", code.bytes.len());
            tracing::debug!("compiled");
        }
        drop(span);
        Compiled { code, time: processor_time().saturating_sub(start), source }
    }
}

/// Of this thread, so that what else the machine does changes nothing.
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap_or(0), now.tv_nsec.try_into().unwrap_or(0))
}

/// The thread, from outside. It ends when this is dropped.
pub(crate) struct Background<A: Arch> {
    sources: Sender<(u64, Source<A>)>,
    compiled: Receiver<(u64, Compiled<A>)>,
}

impl<A: Arch> Background<A> {
    /// Starts it.
    ///
    /// # Errors
    /// The host gives no thread; then the compiler comes back.
    pub(crate) fn start(compiler: Box<Compiler>) -> Result<Self, (std::io::Error, Box<Compiler>)> {
        let (sources, wanted) = channel::<(u64, Source<A>)>();
        let (done, compiled) = channel();
        // The compiler is sent after the thread is there, so that it is not lost if that fails.
        let (sent, received) = channel::<Box<Compiler>>();
        let started = std::thread::Builder::new().name("translator".to_owned()).spawn(move || {
            let Ok(mut compiler) = received.recv() else { return };
            for (ticket, source) in wanted {
                if done.send((ticket, Compiled::from(source, &mut compiler))).is_err() {
                    break;
                }
            }
        });
        match started {
            Ok(_) => match sent.send(compiler) {
                Ok(()) => Ok(Background { sources, compiled }),
                Err(returned) => Err((std::io::ErrorKind::BrokenPipe.into(), returned.0)),
            },
            Err(error) => Err((error, compiler)),
        }
    }

    /// Has a region compiled; `false` if the thread is gone.
    pub(crate) fn ask(&self, ticket: u64, source: Source<A>) -> bool {
        self.sources.send((ticket, source)).is_ok()
    }

    /// One of the regions that are ready.
    pub(crate) fn ready(&self) -> Option<(u64, Compiled<A>)> {
        self.compiled.try_recv().ok()
    }
}
