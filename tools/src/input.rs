//! The guest's console input from standard input.
//!
//! A regular file is read when the guest looks for input, so what it sees depends on nothing but the file. A terminal or a pipe
//! delivers when somebody types or writes, so a thread waits for it; the emulator itself never does.

use std::io::{self, IsTerminal, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::Instant;

use emu_devices::console::{Input, Source};
use rustix::fs::{FileType, fstat};

use crate::output;
use crate::terminal::{self, HELP, Key, Keys};

/// Bytes that may wait for a guest that does not read; then the writer has to wait.
const WAITING_BYTES: usize = 64 << 10;

/// Whether the user wants to leave: ctrl-a x, or a signal.
static LEAVE: AtomicBool = AtomicBool::new(false);

/// Whether the user wants to leave.
pub(crate) fn leaving() -> bool {
    LEAVE.load(Ordering::Relaxed)
}

/// Opens standard input for a guest, until `deadline` if there is one. A terminal is put into raw mode; [`terminal::restore`]
/// gives it back.
pub(crate) fn open(deadline: Option<Instant>) -> Source {
    let stdin = io::stdin();
    if fstat(&stdin).is_ok_and(|s| FileType::from_raw_mode(s.st_mode) == FileType::RegularFile) {
        return Box::new(|buffer| match io::stdin().lock().read(buffer) {
            Ok(0) | Err(_) => Input::Closed,
            Ok(n) => Input::Bytes(n),
        });
    }
    // The keyboard is listened to at once, because of the escape key; a pipe only when the guest looks for input, so that a
    // guest without input leaves it alone.
    let mut bytes = terminal::raw().then(start_reader);
    Box::new(move |buffer| {
        // A guest may be waiting inside a semihosting call: closed input wakes it, and then the run can end.
        let over = leaving() || deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if over { Input::Closed } else { receive(bytes.get_or_insert_with(start_reader), buffer) }
    })
}

/// Makes ctrl-c (where it is a signal) and termination ask for leave: the run ends with its summary. The second time there is no
/// asking.
pub(crate) fn catch_signals() {
    let caught = ctrlc::set_handler(|| {
        if LEAVE.swap(true, Ordering::Relaxed) {
            terminal::restore();
            std::process::exit(crate::status::LIMIT.into());
        }
    });
    if let Err(error) = caught {
        tracing::warn!("signals are not caught: {error}");
    }
}

fn receive(bytes: &Receiver<u8>, buffer: &mut [u8]) -> Input {
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
}

/// Starts the thread that waits for standard input. It ends with the input or with the process.
fn start_reader() -> Receiver<u8> {
    let (sender, receiver) = sync_channel(WAITING_BYTES);
    let is_terminal = io::stdin().is_terminal();
    let started = thread::Builder::new().name("input".to_owned()).spawn(move || read_all(&sender, is_terminal));
    if let Err(error) = started {
        // Its sender is gone with it, so the guest sees closed input.
        tracing::warn!("no thread for standard input: {error}");
    }
    receiver
}

fn read_all(sender: &SyncSender<u8>, is_terminal: bool) {
    let mut keys = Keys::default();
    let mut buffer = [0; 4096];
    loop {
        let count = match io::stdin().lock().read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        for &byte in &buffer[..count] {
            let meant = if is_terminal { keys.take(byte) } else { [Some(Key::Byte(byte)), None] };
            for key in meant.into_iter().flatten() {
                match key {
                    // On a terminal the escape key must work although the guest reads nothing, so what is too much is dropped.
                    Key::Byte(byte) if is_terminal => drop(sender.try_send(byte)),
                    Key::Byte(byte) => {
                        if sender.send(byte).is_err() {
                            return;
                        }
                    }
                    Key::Leave => LEAVE.store(true, Ordering::Relaxed),
                    Key::Help => output::tell(format_args!("\r\n{HELP}\r\n")),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_arrive_in_order_and_then_the_end() {
        let (sender, receiver) = sync_channel(8);
        let mut buffer = [0; 2];
        assert_eq!(receive(&receiver, &mut buffer), Input::NothingYet);
        for byte in 1..=3 {
            sender.send(byte).expect("the receiver is there");
        }
        assert_eq!(receive(&receiver, &mut buffer), Input::Bytes(2));
        assert_eq!(buffer, [1, 2]);
        drop(sender);
        assert_eq!(receive(&receiver, &mut buffer), Input::Bytes(1));
        assert_eq!(buffer[0], 3);
        assert_eq!(receive(&receiver, &mut buffer), Input::Closed);
    }
}
