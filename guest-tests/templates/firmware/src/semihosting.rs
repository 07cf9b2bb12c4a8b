//! Calls to the host: Arm's semihosting, which RISC-V has taken over (`SYS_OPEN` and its likes).

use core::arch::asm;
use core::fmt::{self, Write as _};
use core::sync::atomic::{AtomicUsize, Ordering};

const OPEN: usize = 0x01;
const WRITE: usize = 0x05;
const GET_COMMAND_LINE: usize = 0x15;
const EXIT_EXTENDED: usize = 0x20;
/// `ADP_Stopped_ApplicationExit`
const APPLICATION_EXIT: usize = 0x20026;
/// The mode "w", with which the name `:tt` is standard output.
const TO_WRITE: usize = 4;

/// Standard output, once it is open; no handle is 0.
static STDOUT: AtomicUsize = AtomicUsize::new(0);

/// One call: `block` holds what operation `number` takes, and may get what it gives.
fn call<const N: usize>(number: usize, block: &mut [usize; N]) -> usize {
    let result;
    #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
    // SAFETY: the host touches the block, and the memory that it tells of. The three instructions may not be compressed and
    // lie in one page, as they are aligned to 16 bytes.
    unsafe {
        asm!(
            ".option push", ".option norvc", ".balign 16",
            "slli zero, zero, 0x1f", "ebreak", "srai zero, zero, 7",
            ".option pop",
            inlateout("a0") number => result, in("a1") block.as_mut_ptr(), options(nostack)
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        asm!("hlt #0xf000", inlateout("x0") number => result, in("x1") block.as_mut_ptr(), options(nostack));
    }
    result
}

/// Ends the program with this exit code.
pub fn exit(code: i32) -> ! {
    call(EXIT_EXTENDED, &mut [APPLICATION_EXIT, code as usize]);
    unreachable!("the host lets nobody come back")
}

/// The program's name and its arguments, with blanks between them, in `buffer`. Nothing if there is not enough room.
pub fn command_line(buffer: &mut [u8]) -> &str {
    let mut block = [buffer.as_mut_ptr() as usize, buffer.len()];
    let failed = call(GET_COMMAND_LINE, &mut block) != 0;
    let text = if failed { &[] } else { &buffer[..block[1]] };
    core::str::from_utf8(text).unwrap_or("")
}

/// What `print!` does.
#[doc(hidden)]
pub fn print(text: fmt::Arguments<'_>) {
    // There is nobody to tell that nothing can be told.
    let _ = Stdout.write_fmt(text);
}

struct Stdout;

impl fmt::Write for Stdout {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if STDOUT.load(Ordering::Relaxed) == 0 {
            let name = c":tt";
            let handle = call(OPEN, &mut [name.as_ptr() as usize, TO_WRITE, name.count_bytes()]);
            STDOUT.store(handle, Ordering::Relaxed);
        }
        match call(WRITE, &mut [STDOUT.load(Ordering::Relaxed), text.as_ptr() as usize, text.len()]) {
            0 => Ok(()),
            _ => Err(fmt::Error),
        }
    }
}
