//! The host-target interface (HTIF) of the RISC-V tools: two doublewords in RAM, `tohost` and `fromhost`, through which
//! a program ends, prints, reads and makes system calls. It is a watch on RAM and not a device with registers.
//!
//! A store to the low word of `tohost` that leaves the doubleword nonzero is a command: device in bits 63:56, command
//! in bits 55:48, payload below. (RV32 programs store the words one by one, the high word, if they use it, first.)
//!
//! | device | command | payload |
//! |---|---|---|
//! | 0 | 0 | odd: the run ends with the payload shifted right by one as exit code |
//! | 0 | 0 | even: address of eight doublewords, a system call's number and arguments; the result replaces the number |
//! | 1 | 0 | reads a character, which comes in `fromhost` as 0x100 + code once there is one |
//! | 1 | 1 | prints the low byte |
//!
//! As Spike does, `tohost` is cleared and an answer put into `fromhost`. Of the system calls there are `read` (63),
//! `write` (64), `exit` (93) and `exit_group` (94) with the standard streams; all others fail with `ENOSYS`, so no
//! program can reach the host's files.

use emu_mem::{GuestPhys, Memory, Watch, Width};

use crate::clock::{Clock, Deadline};
use crate::console::{Console, Input};
use crate::power::Power;
use crate::{Shared, Timed};

/// Size of `tohost` and of `fromhost`.
pub const WORD_BYTES: u64 = 8;

/// A pending read looks for console input at most this often, in instructions.
pub const INPUT_POLL_INSNS: u64 = 10_000;

const NAME: &str = "htif";

/// What a system call moves between guest memory and the console in one piece.
const CHUNK_BYTES: u64 = 4096;

const PAYLOAD: u64 = 0xffff_ffff_ffff;
const SYSCALL: u64 = 0x0000;
const GET_CHARACTER: u64 = 0x0100;
const PUT_CHARACTER: u64 = 0x0101;

const SYS_READ: u64 = 63;
const SYS_WRITE: u64 = 64;
const SYS_EXIT: u64 = 93;
const SYS_EXIT_GROUP: u64 = 94;

const EBADF: u64 = 9;
const EFAULT: u64 = 14;
const ENOSYS: u64 = 38;

/// The host's end.
#[derive(Debug)]
pub struct Htif {
    tohost: GuestPhys,
    fromhost: Option<GuestPhys>,
    memory: Memory,
    clock: Clock,
    console: Console,
    power: Power,
    deadline: Deadline,
    /// The guest waits for a character.
    reading: bool,
}

impl Htif {
    /// The host's end of `tohost` and, if the program has it, `fromhost`.
    pub fn new(
        tohost: GuestPhys,
        fromhost: Option<GuestPhys>,
        memory: Memory,
        clock: Clock,
        console: Console,
        power: Power,
    ) -> Self {
        Self { tohost, fromhost, memory, clock, console, power, deadline: Deadline::new(), reading: false }
    }

    /// When a waiting read next looks for input.
    pub fn deadline(&self) -> Deadline {
        self.deadline.clone()
    }

    fn command(&mut self) {
        let Ok(value @ 1..) = self.memory.read::<u64>(self.tohost) else { return };
        self.clear();
        let payload = value & PAYLOAD;
        match value >> 48 {
            SYSCALL if payload & 1 == 0 => {
                self.system_call(GuestPhys(payload));
                self.answer(SYSCALL, 1);
            }
            GET_CHARACTER => {
                self.reading = true;
                self.look_for_input();
            }
            PUT_CHARACTER => self.console.put(payload as u8),
            // An odd number ends the run whatever its upper bits say: a program that stores -1 has failed and should
            // not be left spinning.
            _ if value & 1 != 0 => self.power.exit(value >> 1, NAME),
            _ => {}
        }
    }

    fn clear(&self) {
        // The watch has just seen a store there, so there is RAM.
        let _ = self.memory.write(self.tohost, 0u64);
    }

    fn answer(&self, command: u64, payload: u64) {
        if let Some(fromhost) = self.fromhost {
            // A `fromhost` outside RAM is the program's mistake; it will wait for the answer in vain.
            let _ = self.memory.write(fromhost, command << 48 | payload & PAYLOAD);
        }
    }

    fn look_for_input(&mut self) {
        let mut byte = [0];
        let waits = match self.console.read(&mut byte) {
            Input::Bytes(_) => {
                self.reading = false;
                self.answer(GET_CHARACTER, 0x100 | u64::from(byte[0]));
                false
            }
            Input::NothingYet => true,
            Input::Closed => false,
        };
        self.deadline.set(waits.then(|| self.clock.now().saturating_add(INPUT_POLL_INSNS)));
    }

    fn system_call(&self, block: GuestPhys) {
        let mut words = [0; 4];
        for (i, word) in words.iter_mut().enumerate() {
            let Ok(value) = self.memory.read::<u64>(block.wrapping_add(8 * i as u64)) else { return };
            *word = value;
        }
        let [number, fd, buffer, bytes] = words;
        let result = match number {
            SYS_READ if fd == 0 => self.read(GuestPhys(buffer), bytes),
            SYS_WRITE if fd == 1 || fd == 2 => self.write(GuestPhys(buffer), bytes),
            SYS_READ | SYS_WRITE => Err(EBADF),
            SYS_EXIT | SYS_EXIT_GROUP => {
                self.power.exit(fd, NAME);
                Ok(0)
            }
            _ => Err(ENOSYS),
        };
        let result = result.unwrap_or_else(u64::wrapping_neg);
        // Readable but not writable: a block in ROM. The guest gets no result, as it asked.
        let _ = self.memory.write(block, result);
    }

    /// Prints guest memory up to where it ends; an error only if there is nothing at `at`.
    fn write(&self, at: GuestPhys, bytes: u64) -> Result<u64, u64> {
        let mut chunk = [0; CHUNK_BYTES as usize];
        let mut done = 0;
        while done < bytes {
            let piece = &mut chunk[..(bytes - done).min(CHUNK_BYTES) as usize];
            let from = at.checked_add(done).ok_or(EFAULT);
            match from.and_then(|from| self.memory.read_bytes(from, piece).map_err(|_| EFAULT)) {
                Ok(()) => self.console.write(piece),
                Err(error) => return if done == 0 { Err(error) } else { Ok(done) },
            }
            done += piece.len() as u64;
        }
        Ok(done)
    }

    /// Waits for input: a system call takes no guest time.
    fn read(&self, at: GuestPhys, bytes: u64) -> Result<u64, u64> {
        let mut chunk = [0; CHUNK_BYTES as usize];
        let room = &mut chunk[..bytes.min(CHUNK_BYTES) as usize];
        // Asked before anything is taken from the console, so that no input is lost.
        self.memory.read_bytes(at, room).map_err(|_| EFAULT)?;
        let got = self.console.read_blocking(room);
        self.memory.write_bytes(at, &room[..got]).map_err(|_| EFAULT)?;
        Ok(got as u64)
    }
}

impl Watch for Shared<Htif> {
    fn stored(&mut self, at: GuestPhys, width: Width, _memory: &Memory) {
        let mut htif = self.lock();
        let low_word = htif.tohost.0..htif.tohost.0 + 4;
        if at.0 < low_word.end && at.0 + width.bytes() > low_word.start {
            htif.command();
        }
    }
}

impl Timed for Htif {
    fn tick(&mut self) {
        if self.reading && self.deadline.get().is_some_and(|at| at <= self.clock.now()) {
            self.look_for_input();
        }
    }
}

#[cfg(test)]
#[path = "htif/tests.rs"]
mod tests;
