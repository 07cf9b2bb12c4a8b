//! The guest's console input from standard input.
//!
//! A regular file is read when the guest looks for input, so what it sees depends on nothing but the file. A terminal or a pipe
//! delivers when somebody types or writes, so a thread waits for it; the emulator itself never does.

use std::io::{self, IsTerminal, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;

use emu_devices::console::{Input, Source};
use rustix::fs::{FileType, fstat};

use crate::terminal::{self, HELP, Key, Keys};

/// Bytes that may wait for a guest that does not read; then the writer has to wait.
const WAITING_BYTES: usize = 64 << 10;

/// Whether the user wants to leave: ctrl-a x, or a signal.
static LEAVE: AtomicBool = AtomicBool::new(false);

/// Whether the user wants to leave.
pub(crate) fn leaving() -> bool {
    LEAVE.load(Ordering::Relaxed)
}

/// Where the console finds what is typed, piped or redirected to standard input.
pub(crate) fn source() -> Source {
    let stdin = io::stdin();
    if fstat(&stdin).is_ok_and(|s| FileType::from_raw_mode(s.st_mode) == FileType::RegularFile) {
        return Box::new(|buffer| match io::stdin().lock().read(buffer) {
            Ok(0) | Err(_) => Input::Closed,
            Ok(n) => Input::Bytes(n),
        });
    }
    let mut bytes: Option<Receiver<u8>> = None;
    Box::new(move |buffer| {
        // Started at the first look, so that a guest without input leaves a pipe alone.
        let bytes = bytes.get_or_insert_with(start_reader);
        let mut count = 0;
        while count < buffer.len() {
            match bytes.try_recv() {
                Ok(byte) => {
                    buffer[count] = byte;
                    count += 1;
                }
                Err(TryRecvError::Empty) if count == 0 => return Input::NothingYet,
                Err(TryRecvError::Disconnected) if count == 0 => return Input::Closed,
                Err(_) => break,
            }
        }
        Input::Bytes(count)
    })
}
