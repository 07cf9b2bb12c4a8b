//! Each call in both widths, after the semihosting specification.

use super::*;
use crate::power::Request;

/// 256 bytes of memory at 0x1000.
struct Flat([u8; 256]);

const BASE: u64 = 0x1000;
/// Where tests put what is not a parameter block.
const DATA: u64 = BASE + 0x80;

impl Flat {
    fn range(at: u64, bytes: usize) -> Option<std::ops::Range<usize>> {
        let from = usize::try_from(at.checked_sub(BASE)?).ok()?;
        (from.checked_add(bytes)? <= 256).then_some(from..from + bytes)
    }

    fn bytes(&self, at: u64, bytes: usize) -> &[u8] {
        &self.0[Self::range(at, bytes).unwrap()]
    }
}

impl GuestMemory for Flat {
    fn read(&mut self, at: u64, into: &mut [u8]) -> bool {
        Self::range(at, into.len()).map(|range| into.copy_from_slice(&self.0[range])).is_some()
    }

    fn write(&mut self, at: u64, from: &[u8]) -> bool {
        Self::range(at, from.len()).map(|range| self.0[range].copy_from_slice(from)).is_some()
    }
}

struct Bench {
    semihosting: Semihosting,
    memory: Flat,
    clock: Clock,
    console: Console,
    power: Power,
    word_bytes: u64,
}

impl Bench {
    fn new(word_bytes: u64) -> Self {
        let (clock, console, power) = (Clock::new(), Console::captured(), Power::new());
        let line = "prog one two".to_owned();
        let semihosting = Semihosting::new(clock.clone(), console.clone(), power.clone(), line);
        Self { semihosting, memory: Flat([0; 256]), clock, console, power, word_bytes }
    }

    fn both() -> [Self; 2] {
        [Self::new(4), Self::new(8)]
    }

    /// Makes a call whose argument is a value; the result as a signed number of the guest's width.
    fn plain(&mut self, op: u64, arg: u64) -> i64 {
        let result = self.semihosting.call(op, arg, self.word_bytes, &mut self.memory);
        if self.word_bytes == 4 { i64::from(result as u32 as i32) } else { result as i64 }
    }

    /// Makes a call with a parameter block at [`BASE`].
    fn block(&mut self, op: u64, words: &[u64]) -> i64 {
        for (i, word) in words.iter().enumerate() {
            let bytes = &word.to_le_bytes()[..self.word_bytes as usize];
            assert!(self.memory.write(BASE + i as u64 * self.word_bytes, bytes));
        }
        self.plain(op, BASE)
    }

    fn open(&mut self, name: &[u8], mode: u64) -> i64 {
        assert!(self.memory.write(DATA, name));
        self.block(SYS_OPEN, &[DATA, mode, name.len() as u64])
    }

    fn exit(&self) -> Option<u64> {
        match self.power.take() {
            Some(Request::Exit { code, by: NAME }) => Some(code),
            None => None,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn opens_the_console_and_nothing_of_the_host() {
    for mut bench in Bench::both() {
        assert_eq!([0, 3, 4, 7, 8, 11].map(|mode| bench.open(b":tt", mode)), [1, 1, 2, 2, 3, 3]);
        assert_eq!(bench.open(b":tt", 12), -1);
        assert_eq!(bench.open(b"/etc/passwd", 0), -1);
        assert_eq!(bench.plain(SYS_ERRNO, 0), 2);
        assert_eq!(bench.block(SYS_OPEN, &[DATA, 0, 1 << 30]), -1);
        assert_eq!(bench.block(SYS_OPEN, &[0, 0, 3]), -1);
        assert_eq!(bench.plain(SYS_ERRNO, 0), 14);
        for handle in 1..=3 {
            assert_eq!(bench.block(SYS_ISTTY, &[handle]), 1);
            assert_eq!(bench.block(SYS_FLEN, &[handle]), 0);
            assert_eq!(bench.block(SYS_SEEK, &[handle, 0]), -1);
            assert_eq!(bench.block(SYS_CLOSE, &[handle]), 0);
        }
        for op in [SYS_ISTTY, SYS_FLEN, SYS_SEEK, SYS_CLOSE, SYS_WRITE, SYS_READ] {
            assert_eq!(bench.block(op, &[4, DATA, 1]), -1, "a handle that is not open");
            assert_eq!(bench.plain(SYS_ERRNO, 0), 9);
        }
    }
}

#[test]
fn prints() {
    for mut bench in Bench::both() {
        bench.memory.write(DATA, b"hello\0more");
        assert_eq!(bench.plain(SYS_WRITEC, DATA), 0);
        assert_eq!(bench.plain(SYS_WRITE0, DATA), 0);
        assert_eq!(bench.block(SYS_WRITE, &[2, DATA + 6, 4]), 0);
        assert_eq!(bench.block(SYS_WRITE, &[3, DATA, 1]), 0);
        assert_eq!(bench.console.captured_output(), b"hhellomoreh");
        assert_eq!(bench.block(SYS_WRITE, &[1, DATA, 1]), -1, "not to standard input");
        assert_eq!(bench.block(SYS_WRITE, &[2, 0x10, 5]), 5, "none of the five");
        assert_eq!(bench.plain(SYS_WRITEC, 0x10), -1);
        bench.memory.write(BASE + 255, b"z");
        assert_eq!(bench.plain(SYS_WRITE0, BASE + 255), -1, "no NUL before the end of memory");
        assert_eq!(bench.console.bytes(), 12);
    }
}

#[test]
fn a_call_is_bounded() {
    /// Memory that never ends.
    struct Endless;
    impl GuestMemory for Endless {
        fn read(&mut self, _at: u64, into: &mut [u8]) -> bool {
            into.fill(b'x');
            true
        }
        fn write(&mut self, _at: u64, _from: &[u8]) -> bool {
            true
        }
    }
    let console = Console::captured();
    let mut semihosting = Semihosting::new(Clock::new(), console.clone(), Power::new(), String::new());
    assert_eq!(semihosting.call(SYS_WRITE0, 0, 8, &mut Endless), 0);
    assert_eq!(console.bytes(), MAX_CALL_BYTES);
}

#[test]
fn reads() {
    for mut bench in Bench::both() {
        bench.console.push_input(b"xyz12");
        assert_eq!(bench.plain(SYS_READC, 0), i64::from(b'x'));
        assert_eq!(bench.block(SYS_READ, &[1, DATA, 2]), 0);
        assert_eq!(bench.memory.bytes(DATA, 3), b"yz\0");
        assert_eq!(bench.block(SYS_READ, &[1, DATA, 100]), 98, "two of a hundred");
        assert_eq!(bench.memory.bytes(DATA, 2), b"12");
        assert_eq!(bench.block(SYS_READ, &[1, DATA, 100]), 100, "the end");
        assert_eq!(bench.plain(SYS_READC, 0), -1);
        assert_eq!(bench.block(SYS_READ, &[2, DATA, 1]), -1);
    }
}

#[test]
fn features() {
    for mut bench in Bench::both() {
        assert_eq!(bench.open(b":semihosting-features", 4), -1, "cannot be written");
        assert_eq!(bench.open(b":semihosting-features", 0), 4);
        assert_eq!(bench.block(SYS_FLEN, &[4]), 5);
        assert_eq!(bench.block(SYS_ISTTY, &[4]), 0);
        assert_eq!(bench.block(SYS_READ, &[4, DATA, 4]), 0);
        assert_eq!(bench.memory.bytes(DATA, 4), b"SHFB");
        assert_eq!(bench.block(SYS_READ, &[4, DATA, 2]), 1);
        assert_eq!(bench.memory.bytes(DATA, 1), [3]);
        assert_eq!(bench.block(SYS_READ, &[4, DATA, 2]), 2);
        assert_eq!(bench.block(SYS_SEEK, &[4, 4]), 0);
        assert_eq!(bench.block(SYS_READ, &[4, DATA, 1]), 0);
        assert_eq!(bench.block(SYS_SEEK, &[4, 6]), -1);
        assert_eq!(bench.block(SYS_CLOSE, &[4]), 0);
        assert_eq!(bench.block(SYS_READ, &[4, DATA, 1]), -1);
    }
}

#[test]
fn time_is_virtual() {
    for mut bench in Bench::both() {
        bench.clock.set(2_345_678_901);
        assert_eq!(bench.plain(SYS_CLOCK, 0), 234);
        assert_eq!(bench.plain(SYS_TIME, 0), 1_704_067_202);
        assert_eq!(bench.plain(SYS_TICKFREQ, 0), 1_000_000_000);
        assert_eq!(bench.plain(SYS_ELAPSED, DATA), 0);
        assert_eq!(bench.memory.bytes(DATA, 8), 2_345_678_901u64.to_le_bytes());
        assert_eq!(bench.plain(SYS_ELAPSED, 0), -1);
    }
}

#[test]
fn the_command_line() {
    for mut bench in Bench::both() {
        bench.memory.0.fill(0xff);
        assert_eq!(bench.block(SYS_GET_CMDLINE, &[DATA, 12]), -1, "no room for the NUL");
        assert_eq!(bench.block(SYS_GET_CMDLINE, &[DATA, 13]), 0);
        assert_eq!(bench.memory.bytes(DATA, 13), b"prog one two\0");
        assert_eq!(bench.memory.bytes(BASE + bench.word_bytes, 1), [12]);
        assert_eq!(bench.block(SYS_GET_CMDLINE, &[0, 100]), -1);
    }
}

#[test]
fn heap_and_errors() {
    for mut bench in Bench::both() {
        bench.memory.0.fill(0xff);
        assert_eq!(bench.block(SYS_HEAPINFO, &[DATA]), 0);
        let bytes = 4 * bench.word_bytes as usize;
        assert!(bench.memory.bytes(DATA, bytes).iter().all(|&byte| byte == 0));
        assert_eq!(bench.memory.bytes(DATA + bytes as u64, 1), [0xff]);
        assert_eq!(bench.block(SYS_ISERROR, &[u64::MAX]), 1);
        assert_eq!(bench.block(SYS_ISERROR, &[1 << 31]), i64::from(bench.word_bytes == 4));
        assert_eq!(bench.block(SYS_ISERROR, &[5]), 0);
        for op in [0, 0x0d, 0x12, 0x17, 0x99] {
            assert_eq!(bench.plain(op, BASE), -1);
            assert_eq!(bench.plain(SYS_ERRNO, 0), 38);
        }
        assert_eq!(bench.exit(), None);
    }
}

#[test]
fn exits() {
    let [mut narrow, mut wide] = Bench::both();
    narrow.plain(SYS_EXIT, 0x2_0026);
    assert_eq!(narrow.exit(), Some(0));
    narrow.plain(SYS_EXIT, 0x2_0023);
    assert_eq!(narrow.exit(), Some(1), "a run-time error");
    wide.block(SYS_EXIT, &[0x2_0026, 42]);
    assert_eq!(wide.exit(), Some(42));
    wide.block(SYS_EXIT, &[0x2_0023, 42]);
    assert_eq!(wide.exit(), Some(1));
    assert_eq!(wide.plain(SYS_EXIT, 0x10), -1, "no block");
    assert_eq!(wide.exit(), None);
    for bench in [&mut narrow, &mut wide] {
        bench.block(SYS_EXIT_EXTENDED, &[0x2_0026, 7]);
        assert_eq!(bench.exit(), Some(7));
    }
}
