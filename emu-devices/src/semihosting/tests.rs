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
    roi: Roi,
    word_bytes: u64,
}

impl Bench {
    fn new(word_bytes: u64) -> Self {
        let (clock, console, power) = (Clock::new(), Console::captured(), Power::new());
        let line = "prog one two".to_owned();
        let roi = Roi::default();
        let semihosting = Semihosting::new(clock.clone(), console.clone(), power.clone(), roi.clone(), line);
        Self { semihosting, memory: Flat([0; 256]), clock, console, power, roi, word_bytes }
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

/// A folder of its own for one test, and what is in it.
struct Host(tempfile::TempDir);

impl Host {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A program that may use the folder `box` in it.
    fn bench(&self, word_bytes: u64) -> Bench {
        let inside = self.0.path().join("box");
        std::fs::create_dir_all(&inside).unwrap();
        let mut bench = Bench::new(word_bytes);
        let folder = Folder::open(&inside).unwrap();
        bench.semihosting = bench.semihosting.with_folder(Some(folder));
        bench
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.path().join(name)).unwrap()
    }
}

#[test]
fn files_below_the_folder() {
    let host = Host::new();
    for word_bytes in [4, 8] {
        let mut bench = host.bench(word_bytes);
        std::fs::create_dir_all(host.0.path().join("box/sub")).unwrap();
        assert_eq!(bench.open(b"sub/out.txt", 4), 5);
        bench.memory.write(DATA, b"hello");
        assert_eq!(bench.block(SYS_WRITE, &[5, DATA, 5]), 0);
        assert_eq!((bench.block(SYS_FLEN, &[5]), bench.block(SYS_ISTTY, &[5])), (5, 0));
        assert_eq!(bench.block(SYS_READ, &[5, DATA, 5]), -1, "it is only written");
        assert_eq!(bench.open(b"sub/out.txt", 10), 6);
        bench.memory.write(DATA, b"HEY");
        assert_eq!(bench.block(SYS_SEEK, &[6, 0]), 0);
        assert_eq!(bench.block(SYS_WRITE, &[6, DATA, 3]), 0, "at the end all the same");
        assert_eq!(host.read("box/sub/out.txt"), b"helloHEY");
        assert_eq!(bench.block(SYS_CLOSE, &[5]), 0);
        assert_eq!(bench.block(SYS_CLOSE, &[5]), -1);
        assert_eq!(bench.open(b"sub/out.txt", 2), 5, "the handle is free again");
        assert_eq!(bench.block(SYS_SEEK, &[5, 5]), 0);
        assert_eq!(bench.block(SYS_READ, &[5, DATA, 100]), 97);
        assert_eq!(bench.memory.bytes(DATA, 3), b"HEY");
        assert_eq!(bench.block(SYS_READ, &[5, DATA, 100]), 100, "the end");
        assert_eq!(bench.block(SYS_SEEK, &[5, 0]), 0);
        assert_eq!(bench.block(SYS_WRITE, &[5, DATA, 1]), 0);
        assert_eq!(host.read("box/sub/out.txt"), b"HelloHEY");
        assert_eq!(bench.open(b"sub/out.txt", 0), 7);
        assert_eq!(bench.block(SYS_WRITE, &[7, DATA, 1]), -1, "it is only read");
        assert_eq!(bench.block(SYS_SEEK, &[7, u64::MAX]), if word_bytes == 8 { -1 } else { 0 });
        assert_eq!(bench.open(b"sub/out.txt", 6), 8);
        assert_eq!(host.read("box/sub/out.txt"), b"", "cut");
        assert_eq!(bench.open(b"absent", 0), -1);
        assert_eq!(bench.plain(SYS_ERRNO, 0), 2);
        assert_eq!(bench.open(b"sub", 0), -1);
        assert_eq!(bench.plain(SYS_ERRNO, 0), 21, "a folder");
        assert_eq!(bench.open(b"sub/out.txt", 12), -1);
    }
}

#[test]
fn files_are_renamed_and_removed() {
    let host = Host::new();
    let mut bench = host.bench(8);
    assert_eq!(bench.open(b"a", 4), 5);
    bench.memory.write(DATA, b"a./b");
    assert_eq!(bench.block(SYS_RENAME, &[DATA, 1, DATA + 1, 3]), 0);
    assert!(!host.0.path().join("box/a").exists() && host.0.path().join("box/b").exists());
    assert_eq!(bench.block(SYS_REMOVE, &[DATA, 1]), -1);
    assert_eq!(bench.plain(SYS_ERRNO, 0), 2);
    assert_eq!(bench.block(SYS_REMOVE, &[DATA + 3, 1]), 0);
    assert!(!host.0.path().join("box/b").exists());
    assert_eq!(bench.block(SYS_TMPNAM, &[DATA, 7, 18]), -1, "no room for the NUL");
    assert_eq!(bench.block(SYS_TMPNAM, &[DATA, 7, 19]), 0);
    assert_eq!(bench.memory.bytes(DATA, 19), b"semihosting-07.tmp\0");
    assert_eq!(bench.block(SYS_TMPNAM, &[DATA, 256, 20]), -1);
}

#[test]
fn nothing_leads_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    let host = Host::new();
    let mut bench = host.bench(8);
    let path = |name: &str| host.0.path().join(name);
    std::fs::write(path("secret"), "secret").unwrap();
    symlink("../secret", path("box/link")).unwrap();
    symlink(host.0.path(), path("box/up")).unwrap();
    symlink("inside", path("box/good")).unwrap();
    std::fs::write(path("box/inside"), "fine").unwrap();
    let absolute = path("secret").to_str().unwrap().to_owned();
    for name in ["../secret", "link", "up/secret", "good/../../secret", "/proc/self/root/etc/passwd", &absolute, "."] {
        for mode in [0, 4, 8] {
            assert_eq!(bench.open(name.as_bytes(), mode), -1, "{name}");
        }
        bench.memory.write(DATA, name.as_bytes());
        bench.memory.write(DATA - 1, b"x");
        let bytes = name.len() as u64;
        assert_eq!(bench.block(SYS_RENAME, &[DATA, bytes, DATA - 1, 1]), if name == "link" { 0 } else { -1 }, "{name}");
        if name != "link" {
            assert_eq!(bench.block(SYS_REMOVE, &[DATA, bytes]), -1, "{name}");
        }
    }
    assert_eq!(host.read("secret"), b"secret");
    assert!(bench.open(b"good", 0) >= 5, "a link that stays inside");
    assert_eq!(bench.open(b"in\0side", 0), -1);
    let mut closed = Bench::new(8);
    for op in [SYS_REMOVE, SYS_TMPNAM] {
        assert_eq!(closed.block(op, &[DATA, 1, 20]), -1, "without a folder there are no files");
    }
}

#[test]
fn only_so_many_plain_files() {
    let host = Host::new();
    let mut bench = host.bench(8);
    rustix::fs::mknodat(
        rustix::fs::CWD,
        host.0.path().join("box/pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    assert_eq!(bench.open(b"pipe", 0), -1);
    assert_eq!(bench.plain(SYS_ERRNO, 0), 13);
    for index in 0..MAX_FILES as i64 {
        assert_eq!(bench.open(b"file", 8), 5 + index);
    }
    assert_eq!(bench.open(b"file", 8), -1);
    assert_eq!(bench.plain(SYS_ERRNO, 0), 24);
    assert_eq!(bench.open(&[b'x'; 120], 0), -1);
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
    let mut semihosting = Semihosting::new(Clock::new(), console.clone(), Power::new(), Roi::default(), String::new());
    assert_eq!(semihosting.call(SYS_WRITE0, 0, 8, &mut Endless), 0);
    assert_eq!(console.bytes(), MAX_CALL_BYTES);
}

#[test]
fn regions_of_interest_have_names() {
    for mut bench in Bench::both() {
        bench.memory.write(DATA, b"inner loop");
        assert_eq!(bench.block(SYS_ROI_BEGIN, &[DATA, 5]), 0);
        assert_eq!(bench.block(SYS_ROI_END, &[DATA, 10]), 0);
        assert_eq!(bench.roi.take(), [Signal::Begin("inner".to_owned()), Signal::End("inner loop".to_owned())]);
        assert_eq!(bench.block(SYS_ROI_BEGIN, &[0, 5]), -1);
        assert_eq!(bench.plain(SYS_ERRNO, 0), EFAULT as i64);
        assert_eq!(bench.roi.take(), []);
    }
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
        for op in [0, 0x0b, 0x12, 0x17, 0x99] {
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
