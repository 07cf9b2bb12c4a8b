//! Semihosting: system calls that a program makes to the debugger it believes to run under ("Semihosting for AArch32
//! and AArch64", version 3; "RISC-V Semihosting" 0.4, which takes numbers and blocks from it). Recognising the call in
//! the instruction stream is the hart's business; here a call is a number, an argument and the guest's virtual memory.
//!
//! A program can use its console, virtual time, its command line, and end. It can open `:tt`, the console, and
//! `:semihosting-features`, by which a 32-bit program learns that it may pass an exit code. The host's files do not exist for
//! it, except those below one folder, if the user names one ([`Folder`]). Calls not listed below fail with -1 and errno
//! `ENOSYS`.

use crate::clock::{Clock, INSNS_PER_SECOND};
use crate::console::Console;
use crate::power::Power;
use crate::roi::{self, Roi, Signal};
use crate::rtc::EPOCH_NS;
use files::Files;

mod files;

pub use files::{Folder, MAX_FILES, MAX_NAME_BYTES};

/// The memory of the hart that makes a call, by virtual address and with the rights of the calling program.
pub trait GuestMemory {
    /// Fills `into` from `at` on. False if not all of it can be read.
    fn read(&mut self, at: u64, into: &mut [u8]) -> bool;

    /// Stores `from` from `at` on. False if not all of it can be written.
    fn write(&mut self, at: u64, from: &[u8]) -> bool;
}

/// What one call moves at most, so that a call cannot take forever. Programs are told how much was moved.
pub const MAX_CALL_BYTES: u64 = 1 << 20;

const NAME: &str = "semihosting";

const SYS_OPEN: u64 = 0x01;
const SYS_CLOSE: u64 = 0x02;
const SYS_WRITEC: u64 = 0x03;
const SYS_WRITE0: u64 = 0x04;
const SYS_WRITE: u64 = 0x05;
const SYS_READ: u64 = 0x06;
const SYS_READC: u64 = 0x07;
const SYS_ISERROR: u64 = 0x08;
const SYS_ISTTY: u64 = 0x09;
const SYS_SEEK: u64 = 0x0a;
const SYS_FLEN: u64 = 0x0c;
const SYS_TMPNAM: u64 = 0x0d;
const SYS_REMOVE: u64 = 0x0e;
const SYS_RENAME: u64 = 0x0f;
const SYS_CLOCK: u64 = 0x10;
const SYS_TIME: u64 = 0x11;
const SYS_ERRNO: u64 = 0x13;
const SYS_GET_CMDLINE: u64 = 0x15;
const SYS_HEAPINFO: u64 = 0x16;
const SYS_EXIT: u64 = 0x18;
const SYS_EXIT_EXTENDED: u64 = 0x20;
const SYS_ELAPSED: u64 = 0x30;
const SYS_TICKFREQ: u64 = 0x31;

/// Of those left to debuggers (0x100 to 0x1ff), two of our own: a region of interest begins or ends. The block has the address of
/// its name and the name's length in bytes.
pub const SYS_ROI_BEGIN: u64 = 0x100;
/// See [`SYS_ROI_BEGIN`].
pub const SYS_ROI_END: u64 = 0x101;

/// The reason for which a program that has finished calls SYS_EXIT.
const ADP_STOPPED_APPLICATION_EXIT: u64 = 0x2_0026;

/// What `:semihosting-features` contains: its magic, then SH_EXT_EXIT_EXTENDED and SH_EXT_STDOUT_STDERR.
const FEATURES: [u8; 5] = *b"SHFB\x03";

const ENOENT: u64 = 2;
const EIO: u64 = 5;
const EBADF: u64 = 9;
const EFAULT: u64 = 14;
const EINVAL: u64 = 22;
const ENOSYS: u64 = 38;
const E2BIG: u64 = 7;
const ESPIPE: u64 = 29;

const STDIN: u64 = 1;
const STDOUT: u64 = 2;
const STDERR: u64 = 3;
const FEATURES_FILE: u64 = 4;
/// The handle of the first file of the host.
const FIRST_FILE: u64 = 5;

const CHUNK_BYTES: usize = 1024;

/// The debugger's end.
#[derive(Debug)]
pub struct Semihosting {
    clock: Clock,
    console: Console,
    power: Power,
    roi: Roi,
    command_line: String,
    errno: u64,
    /// The next byte of `:semihosting-features`; none while it is not open.
    features_at: Option<usize>,
    files: Files,
}

/// A call that fails, with its errno.
struct Failed(u64);

/// One call: the guest's memory and the width of its words.
struct Call<'a> {
    guest: &'a mut dyn GuestMemory,
    arg: u64,
    word_bytes: u64,
}

impl Call<'_> {
    /// Word `index` of the parameter block at the argument.
    fn word(&mut self, index: u64) -> Result<u64, Failed> {
        self.word_at(self.arg, index)
    }

    fn word_at(&mut self, block: u64, index: u64) -> Result<u64, Failed> {
        let mut bytes = [0; 8];
        self.read(block.wrapping_add(index * self.word_bytes), self.word_bytes as usize, &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn read(&mut self, at: u64, bytes: usize, into: &mut [u8]) -> Result<(), Failed> {
        if self.guest.read(at, &mut into[..bytes]) { Ok(()) } else { Err(Failed(EFAULT)) }
    }

    fn set_word(&mut self, block: u64, index: u64, value: u64) -> Result<(), Failed> {
        let at = block.wrapping_add(index * self.word_bytes);
        self.write(at, &value.to_le_bytes()[..self.word_bytes as usize])
    }

    fn write(&mut self, at: u64, from: &[u8]) -> Result<(), Failed> {
        if self.guest.write(at, from) { Ok(()) } else { Err(Failed(EFAULT)) }
    }
}

impl Semihosting {
    /// A debugger that tells programs `command_line`: the program's name and its arguments, separated by spaces.
    pub fn new(clock: Clock, console: Console, power: Power, roi: Roi, command_line: String) -> Self {
        Self { clock, console, power, roi, command_line, errno: 0, features_at: None, files: Files::default() }
    }

    /// The same, with the files below `folder`, if there is one.
    #[must_use]
    pub fn with_folder(mut self, folder: Option<Folder>) -> Self {
        self.files = Files::new(folder);
        self
    }

    /// Makes call number `op` with argument `arg` for a hart whose registers and parameter blocks have words of
    /// `word_bytes` bytes: 4 or 8. Returns what belongs into the result register, of which a 32-bit hart takes the low
    /// half.
    ///
    /// A call takes no guest time. Reading from the console waits for input; afterwards, and after an exit, look at the
    /// board's power.
    pub fn call(&mut self, op: u64, arg: u64, word_bytes: u64, guest: &mut dyn GuestMemory) -> u64 {
        let mut call = Call { guest, arg, word_bytes: if word_bytes == 8 { 8 } else { 4 } };
        // The number is an int in either width.
        match self.perform(op & 0xffff_ffff, &mut call) {
            Ok(result) => result,
            Err(Failed(errno)) => {
                self.errno = errno;
                u64::MAX
            }
        }
    }

    fn perform(&mut self, op: u64, call: &mut Call<'_>) -> Result<u64, Failed> {
        match op {
            SYS_OPEN => self.open(call),
            SYS_CLOSE => self.close(call),
            SYS_WRITEC => {
                let mut byte = [0];
                call.read(call.arg, 1, &mut byte)?;
                self.console.write(&byte);
                Ok(0)
            }
            SYS_WRITE0 => self.write0(call),
            SYS_WRITE => self.write(call),
            SYS_READ => self.read(call),
            SYS_READC => {
                let mut byte = [0];
                // No errno: the specification knows no failure here, and libraries take -1 as the end of the input.
                Ok(if self.console.read_blocking(&mut byte) == 1 { u64::from(byte[0]) } else { u64::MAX })
            }
            SYS_ISERROR => {
                let sign = 1 << (8 * call.word_bytes - 1);
                Ok(u64::from(call.word(0)? & sign != 0))
            }
            SYS_ISTTY => Ok(u64::from(self.handle(call)? < FEATURES_FILE)),
            SYS_SEEK => self.seek(call),
            SYS_FLEN => match self.handle(call)? {
                FEATURES_FILE => Ok(FEATURES.len() as u64),
                handle @ FIRST_FILE.. => self.files.bytes(handle - FIRST_FILE),
                _ => Ok(0),
            },
            SYS_TMPNAM => self.temporary_name(call),
            SYS_REMOVE => {
                let name = name(call, 0)?;
                self.files.remove(&name).map(|()| 0)
            }
            SYS_RENAME => {
                let (old, new) = (name(call, 0)?, name(call, 2)?);
                self.files.rename(&old, &new).map(|()| 0)
            }
            // Hundredths of a second since the program began.
            SYS_CLOCK => Ok(self.clock.now() / (INSNS_PER_SECOND / 100)),
            SYS_TIME => Ok(EPOCH_NS.wrapping_add(self.clock.now()) / INSNS_PER_SECOND),
            SYS_ERRNO => Ok(self.errno),
            SYS_GET_CMDLINE => self.command_line(call),
            SYS_HEAPINFO => {
                // Four words of 0: the program's own linker script knows better.
                let block = call.word(0)?;
                (0..4).try_for_each(|index| call.set_word(block, index, 0))?;
                Ok(0)
            }
            SYS_EXIT | SYS_EXIT_EXTENDED => self.exit(op, call),
            SYS_ELAPSED => {
                call.write(call.arg, &self.clock.now().to_le_bytes())?;
                Ok(0)
            }
            SYS_TICKFREQ => Ok(INSNS_PER_SECOND),
            SYS_ROI_BEGIN | SYS_ROI_END => {
                let (at, bytes) = (call.word(0)?, call.word(1)?);
                let mut name = [0; roi::MAX_NAME_BYTES];
                let bytes = usize::try_from(bytes).map_or(name.len(), |bytes| bytes.min(name.len()));
                call.read(at, bytes, &mut name)?;
                let name = roi::name(&name[..bytes]);
                self.roi.give(if op == SYS_ROI_BEGIN { Signal::Begin(name) } else { Signal::End(name) });
                Ok(0)
            }
            _ => Err(Failed(ENOSYS)),
        }
    }

    /// Modes 0-3 read, 4-7 write, 8-11 append; `:tt` is then standard input, output or error.
    fn open(&mut self, call: &mut Call<'_>) -> Result<u64, Failed> {
        let (name_at, mode, bytes) = (call.word(0)?, call.word(1)?, call.word(2)?);
        let name = text(call, name_at, bytes)?;
        match (&name[..], mode) {
            (b":tt", 0..=3) => Ok(STDIN),
            (b":tt", 4..=7) => Ok(STDOUT),
            (b":tt", 8..=11) => Ok(STDERR),
            (b":tt", _) => Err(Failed(EINVAL)),
            (b":semihosting-features", 0..=1) => {
                self.features_at = Some(0);
                Ok(FEATURES_FILE)
            }
            (b":semihosting-features", _) => Err(Failed(ENOENT)),
            _ => self.files.open(&name, mode).map(|index| FIRST_FILE + index),
        }
    }

    /// The handle in the block's first word, if it is open. The console's are always: closing them changes nothing.
    fn handle(&self, call: &mut Call<'_>) -> Result<u64, Failed> {
        match call.word(0)? {
            handle @ STDIN..=STDERR => Ok(handle),
            FEATURES_FILE if self.features_at.is_some() => Ok(FEATURES_FILE),
            handle @ FIRST_FILE.. if self.files.is_open(handle - FIRST_FILE) => Ok(handle),
            _ => Err(Failed(EBADF)),
        }
    }

    fn close(&mut self, call: &mut Call<'_>) -> Result<u64, Failed> {
        match self.handle(call)? {
            FEATURES_FILE => self.features_at = None,
            handle @ FIRST_FILE.. => self.files.close(handle - FIRST_FILE)?,
            _ => {}
        }
        Ok(0)
    }

    /// The block has a buffer, a number below 256, and the buffer's size.
    fn temporary_name(&self, call: &mut Call<'_>) -> Result<u64, Failed> {
        let (buffer, number, size) = (call.word(0)?, call.word(1)?, call.word(2)?);
        let name = self.files.temporary(u8::try_from(number).map_err(|_| Failed(EINVAL))?)?;
        if name.len() as u64 >= size {
            return Err(Failed(E2BIG));
        }
        call.write(buffer, name.as_bytes())?;
        call.write(buffer.wrapping_add(name.len() as u64), &[0])?;
        Ok(0)
    }

    fn seek(&mut self, call: &mut Call<'_>) -> Result<u64, Failed> {
        match self.handle(call)? {
            FEATURES_FILE => {}
            handle @ FIRST_FILE.. => {
                self.files.seek(handle - FIRST_FILE, call.word(1)?)?;
                return Ok(0);
            }
            _ => return Err(Failed(ESPIPE)),
        }
        let to = usize::try_from(call.word(1)?).ok().filter(|&to| to <= FEATURES.len());
        self.features_at = Some(to.ok_or(Failed(EINVAL))?);
        Ok(0)
    }

    fn write0(&self, call: &mut Call<'_>) -> Result<u64, Failed> {
        for offset in 0..MAX_CALL_BYTES {
            let mut byte = [0];
            call.read(call.arg.wrapping_add(offset), 1, &mut byte)?;
            if byte == [0] {
                break;
            }
            self.console.write(&byte);
        }
        Ok(0)
    }

    /// Returns how many bytes were not written.
    fn write(&mut self, call: &mut Call<'_>) -> Result<u64, Failed> {
        let (handle, at, bytes) = (self.handle(call)?, call.word(1)?, call.word(2)?);
        if handle == STDIN || handle == FEATURES_FILE {
            return Err(Failed(EBADF));
        }
        let total = bytes.min(MAX_CALL_BYTES);
        let mut chunk = [0; CHUNK_BYTES];
        let mut done = 0;
        while done < total {
            let piece = (total - done).min(CHUNK_BYTES as u64) as usize;
            if call.read(at.wrapping_add(done), piece, &mut chunk).is_err() {
                break;
            }
            match handle.checked_sub(FIRST_FILE) {
                None => self.console.write(&chunk[..piece]),
                Some(index) => self.files.write(index, &chunk[..piece])?,
            }
            done += piece as u64;
        }
        Ok(bytes - done)
    }

    /// Returns how many bytes were not read: all of them at the end of the input.
    fn read(&mut self, call: &mut Call<'_>) -> Result<u64, Failed> {
        let (handle, at, bytes) = (self.handle(call)?, call.word(1)?, call.word(2)?);
        if let Some(index) = handle.checked_sub(FIRST_FILE) {
            return self.read_file(call, index, at, bytes);
        }
        let mut chunk = [0; CHUNK_BYTES];
        let room = bytes.min(CHUNK_BYTES as u64) as usize;
        let got = match (handle, self.features_at) {
            (STDIN, _) => self.console.read_blocking(&mut chunk[..room]),
            (FEATURES_FILE, Some(from)) => {
                let got = room.min(FEATURES.len() - from);
                chunk[..got].copy_from_slice(&FEATURES[from..from + got]);
                self.features_at = Some(from + got);
                got
            }
            _ => return Err(Failed(EBADF)),
        };
        call.write(at, &chunk[..got])?;
        Ok(bytes - got as u64)
    }

    /// Unlike the console, a file is read until there is no more.
    fn read_file(&mut self, call: &mut Call<'_>, index: u64, at: u64, bytes: u64) -> Result<u64, Failed> {
        let total = bytes.min(MAX_CALL_BYTES);
        let mut chunk = [0; CHUNK_BYTES];
        let mut done = 0;
        while done < total {
            let room = (total - done).min(CHUNK_BYTES as u64) as usize;
            let got = self.files.read(index, &mut chunk[..room])?;
            if got == 0 {
                break;
            }
            call.write(at.wrapping_add(done), &chunk[..got])?;
            done += got as u64;
        }
        Ok(bytes - done)
    }

    /// The block has a buffer and its size; the size is replaced by the line's length without its final NUL.
    fn command_line(&self, call: &mut Call<'_>) -> Result<u64, Failed> {
        let (buffer, size) = (call.word(0)?, call.word(1)?);
        let line = self.command_line.as_bytes();
        if line.len() as u64 >= size {
            return Err(Failed(E2BIG));
        }
        call.write(buffer, line)?;
        call.write(buffer.wrapping_add(line.len() as u64), &[0])?;
        call.set_word(call.arg, 1, line.len() as u64)?;
        Ok(0)
    }

    /// A 32-bit SYS_EXIT has the reason in the argument itself and no code; all others have a block with reason and
    /// code.
    fn exit(&self, op: u64, call: &mut Call<'_>) -> Result<u64, Failed> {
        let (reason, code) = if op == SYS_EXIT && call.word_bytes == 4 {
            (call.arg & 0xffff_ffff, 0)
        } else {
            (call.word(0)?, call.word(1)?)
        };
        self.power.exit(if reason == ADP_STOPPED_APPLICATION_EXIT { code } else { 1 }, NAME);
        Ok(0)
    }
}

/// The name that words `index` and `index + 1` of the block give: where it is and how long.
fn name(call: &mut Call<'_>, index: u64) -> Result<Vec<u8>, Failed> {
    let (at, bytes) = (call.word(index)?, call.word(index + 1)?);
    text(call, at, bytes)
}

fn text(call: &mut Call<'_>, at: u64, bytes: u64) -> Result<Vec<u8>, Failed> {
    let bytes = usize::try_from(bytes).ok().filter(|&bytes| bytes <= MAX_NAME_BYTES).ok_or(Failed(ENOENT))?;
    let mut name = vec![0; bytes];
    call.read(at, bytes, &mut name)?;
    Ok(name)
}

#[cfg(test)]
#[path = "semihosting/tests.rs"]
mod tests;
