//! The guest's console: one stream of characters out, one in, shared by every device that prints or reads (UART, HTIF,
//! semihosting, testbench). Not a terminal: raw mode and the escape key belong to the tool.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Output is handed to the host in pieces of at most this many bytes.
const BUFFER_BYTES: usize = 8 << 10;
/// Input is fetched from the host in pieces of at most this many bytes.
const FETCH_BYTES: usize = 4 << 10;
/// [`Console::captured`] keeps this much of the output and only counts and hashes what comes after.
const CAPTURE_BYTES: usize = 16 << 20;
/// How long a blocking read sleeps between two looks at the input. Guest time does not pass meanwhile.
const INPUT_POLL: Duration = Duration::from_millis(1);

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// What a look at the input found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// So many bytes, at least one, were put into the buffer.
    Bytes(usize),
    /// Nothing at the moment.
    NothingYet,
    /// Nothing, and there will never be anything again.
    Closed,
}

/// Where input comes from. It never blocks; it puts at most the buffer's length into the buffer. It must not use the
/// console it belongs to, which is locked meanwhile.
pub type Source = Box<dyn FnMut(&mut [u8]) -> Input + Send>;

/// The console. All clones are the same console.
///
/// It counts and hashes every byte of output, so that two runs can be compared without keeping their output. A failing
/// host stream never stops the guest: the first error is remembered, see [`output_error`](Console::output_error).
#[derive(Clone)]
pub struct Console(Arc<Mutex<Inner>>);

struct Inner {
    output: Output,
    pending: Vec<u8>,
    bytes: u64,
    hash: u64,
    error: Option<Arc<io::Error>>,
    queue: VecDeque<u8>,
    source: Option<Source>,
}

enum Output {
    Stream(Box<dyn Write + Send>),
    Captured(Vec<u8>),
}

impl Console {
    /// A console that prints to `output` and has no input. Output reaches the host at each end of a line, when a buffer
    /// of 8 KiB is full, and on [`flush`](Self::flush).
    pub fn new(output: Box<dyn Write + Send>) -> Self {
        Self::with(Output::Stream(output))
    }

    /// A console that keeps its output in memory (the first 16 MiB of it), for tests and batch runs.
    pub fn captured() -> Self {
        Self::with(Output::Captured(Vec::new()))
    }

    fn with(output: Output) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            output,
            pending: Vec::new(),
            bytes: 0,
            hash: FNV_OFFSET,
            error: None,
            queue: VecDeque::new(),
            source: None,
        })))
    }

    /// Takes input from `source`, after what was [pushed](Self::push_input).
    #[must_use]
    pub fn with_input(self, source: Source) -> Self {
        self.lock().source = Some(source);
        self
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints one byte.
    pub fn put(&self, byte: u8) {
        self.lock().write(&[byte]);
    }

    /// Prints `bytes`.
    pub fn write(&self, bytes: &[u8]) {
        self.lock().write(bytes);
    }

    /// Hands everything printed so far to the host.
    pub fn flush(&self) {
        self.lock().flush();
    }

    /// How many bytes were printed.
    pub fn bytes(&self) -> u64 {
        self.lock().bytes
    }

    /// FNV-1a, 64 bits, of everything printed.
    pub fn hash(&self) -> u64 {
        self.lock().hash
    }

    /// What a [captured](Self::captured) console has kept; empty for any other.
    pub fn captured_output(&self) -> Vec<u8> {
        let mut inner = self.lock();
        inner.flush();
        match &inner.output {
            Output::Captured(kept) => kept.clone(),
            Output::Stream(_) => Vec::new(),
        }
    }

    /// The first error the host reported for the output, such as a closed pipe or a full disk. From then on output is counted and
    /// hashed but goes nowhere.
    pub fn output_error(&self) -> Option<Arc<io::Error>> {
        self.lock().error.clone()
    }

    /// Adds `bytes` to the input, to be read before anything of the source.
    pub fn push_input(&self, bytes: &[u8]) {
        self.lock().queue.extend(bytes);
    }

    /// Reads what there is into `buffer` without waiting.
    pub fn read(&self, buffer: &mut [u8]) -> Input {
        self.lock().read(buffer)
    }

    /// Reads into `buffer`, waiting until there is at least one byte; 0 if the input is closed or `buffer` is empty.
    /// What was printed is flushed first, so that a prompt is seen.
    pub fn read_blocking(&self, buffer: &mut [u8]) -> usize {
        if buffer.is_empty() {
            return 0;
        }
        self.flush();
        loop {
            match self.read(buffer) {
                Input::Bytes(n) => return n,
                Input::Closed => return 0,
                // The lock is free here: whoever pushes input can do so.
                Input::NothingYet => std::thread::sleep(INPUT_POLL),
            }
        }
    }

    /// Whether input may still come, so that waiting for it makes sense.
    pub fn has_input(&self) -> bool {
        let inner = self.lock();
        !inner.queue.is_empty() || inner.source.is_some()
    }
}

impl Inner {
    fn write(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(BUFFER_BYTES) {
            self.bytes += piece.len() as u64;
            self.hash = piece.iter().fold(self.hash, |h, &b| (h ^ u64::from(b)).wrapping_mul(FNV_PRIME));
            self.pending.extend_from_slice(piece);
            if self.pending.len() >= BUFFER_BYTES || piece.contains(&b'\n') {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        match &mut self.output {
            Output::Captured(kept) => {
                let room = CAPTURE_BYTES - kept.len();
                kept.extend_from_slice(&self.pending[..self.pending.len().min(room)]);
            }
            Output::Stream(stream) if self.error.is_none() && !self.pending.is_empty() => {
                self.error = stream.write_all(&self.pending).and_then(|()| stream.flush()).err().map(Arc::new);
            }
            Output::Stream(_) => {}
        }
        self.pending.clear();
    }

    fn read(&mut self, buffer: &mut [u8]) -> Input {
        if self.queue.is_empty() {
            let Some(source) = &mut self.source else { return Input::Closed };
            let mut fetched = [0; FETCH_BYTES];
            match source(&mut fetched) {
                Input::Bytes(n) => self.queue.extend(&fetched[..n.min(FETCH_BYTES)]),
                Input::NothingYet => {}
                Input::Closed => {
                    self.source = None;
                    return Input::Closed;
                }
            }
        }
        let n = buffer.len().min(self.queue.len());
        for (to, from) in buffer.iter_mut().zip(self.queue.drain(..n)) {
            *to = from;
        }
        if n == 0 { Input::NothingYet } else { Input::Bytes(n) }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.flush();
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        f.debug_struct("Console").field("bytes", &inner.bytes).field("error", &inner.error).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Records each write call; fails from call number `fails_at` on.
    struct Sink {
        writes: Arc<Mutex<Vec<Vec<u8>>>>,
        fails_at: usize,
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut writes = self.writes.lock().unwrap();
            if writes.len() >= self.fails_at {
                return Err(io::Error::new(io::ErrorKind::BrokenPipe, "pipe closed"));
            }
            writes.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The write calls so far. Copied, so that a failing assertion does not hold the lock while the console is dropped.
    fn seen(writes: &Mutex<Vec<Vec<u8>>>) -> Vec<Vec<u8>> {
        writes.lock().unwrap().clone()
    }

    fn streaming(fails_at: usize) -> (Console, Arc<Mutex<Vec<Vec<u8>>>>) {
        let writes = Arc::default();
        (Console::new(Box::new(Sink { writes: Arc::clone(&writes), fails_at })), writes)
    }

    #[test]
    fn counts_and_hashes_output() {
        let console = Console::captured();
        assert_eq!(console.hash(), FNV_OFFSET, "nothing printed");
        console.clone().write(b"foo");
        console.put(b'b');
        console.write(b"ar");
        assert_eq!(console.bytes(), 6);
        // The published test vector of FNV-1a for "foobar".
        assert_eq!(console.hash(), 0x8594_4171_f739_67e8);
        assert_eq!(console.captured_output(), b"foobar");
    }

    #[test]
    fn flushes_at_a_line_end_and_on_request() {
        let (console, writes) = streaming(usize::MAX);
        for &byte in b"ab\nc" {
            console.put(byte);
        }
        assert_eq!(seen(&writes), [b"ab\n".to_vec()]);
        console.flush();
        console.flush();
        assert_eq!(seen(&writes), [b"ab\n".to_vec(), b"c".to_vec()]);
        console.put(b'd');
        drop(console);
        assert_eq!(seen(&writes).len(), 3, "the rest at the end");
    }

    #[test]
    fn long_lines_do_not_grow_the_buffer() {
        let (console, writes) = streaming(usize::MAX);
        console.write(&vec![b'x'; 3 * BUFFER_BYTES]);
        assert_eq!(seen(&writes).len(), 3);
    }

    #[test]
    fn a_closed_output_is_remembered_and_counted_on() {
        let (console, writes) = streaming(1);
        console.write(b"one\n");
        assert!(console.output_error().is_none());
        console.write(b"two\n");
        console.write(b"three\n");
        assert_eq!(console.output_error().expect("it failed").to_string(), "pipe closed");
        assert_eq!(seen(&writes).len(), 1);
        assert_eq!(console.bytes(), 14);
    }

    #[test]
    fn input_is_pushed_first_and_then_fetched() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let console =
            Console::captured().with_input(Box::new(move |buffer| match counted.fetch_add(1, Ordering::Relaxed) {
                0 => Input::NothingYet,
                1 => {
                    buffer[..3].copy_from_slice(b"xyz");
                    Input::Bytes(3)
                }
                _ => Input::Closed,
            }));
        console.push_input(b"ab");
        let mut buffer = [0; 2];
        assert_eq!(console.read(&mut buffer[..1]), Input::Bytes(1));
        assert_eq!(console.read(&mut buffer[1..]), Input::Bytes(1));
        assert_eq!(&buffer, b"ab");
        assert_eq!(calls.load(Ordering::Relaxed), 0, "the source is not asked while there is something");
        assert_eq!(console.read(&mut buffer), Input::NothingYet);
        assert_eq!(console.read_blocking(&mut buffer), 2);
        assert_eq!(&buffer, b"xy");
        assert!(console.has_input());
        assert_eq!(console.read(&mut buffer), Input::Bytes(1));
        assert_eq!(console.read_blocking(&mut buffer), 0);
        assert!(!console.has_input());
        assert_eq!(console.read(&mut buffer), Input::Closed);
        assert_eq!(calls.load(Ordering::Relaxed), 3, "a closed source is not asked again");
    }

    #[test]
    fn a_lying_source_is_cut_to_size() {
        let console = Console::captured().with_input(Box::new(|_| Input::Bytes(usize::MAX)));
        let mut buffer = [1; 8];
        assert_eq!(console.read(&mut buffer), Input::Bytes(8));
        assert_eq!(buffer, [0; 8]);
    }

    #[test]
    fn a_console_without_a_source_is_closed() {
        let console = Console::captured();
        assert_eq!(console.read(&mut [0; 4]), Input::Closed);
        console.push_input(b"!");
        assert_eq!(console.read(&mut [0; 4]), Input::Bytes(1));
    }
}
