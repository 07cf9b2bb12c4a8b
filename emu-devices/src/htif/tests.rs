//! HTIF as programs use it: through stores on a bus that has the watch.

use emu_mem::{Bus, BusBuilder};

use super::*;
use crate::power::Request;

const RAM: u64 = 0x8000_0000;
const TOHOST: u64 = RAM + 0x40;
const FROMHOST: u64 = RAM + 0x80;
const BLOCK: u64 = RAM + 0x100;
const TEXT: u64 = RAM + 0x200;

struct Bench {
    bus: Bus,
    htif: Shared<Htif>,
    clock: Clock,
    console: Console,
    power: Power,
}

impl Bench {
    fn new() -> Self {
        Self::on(Console::captured())
    }

    fn on(console: Console) -> Self {
        let mut builder = BusBuilder::new();
        builder.ram("ram", GuestPhys(RAM), 0x2000).unwrap();
        let bus = builder.build().unwrap();
        let (clock, power) = (Clock::new(), Power::new());
        let memory = bus.memory().clone();
        let (tohost, fromhost) = (GuestPhys(TOHOST), Some(GuestPhys(FROMHOST)));
        let htif = Shared::new(Htif::new(tohost, fromhost, memory, clock.clone(), console.clone(), power.clone()));
        bus.watch(tohost, WORD_BYTES, Box::new(htif.clone())).unwrap();
        Self { bus, htif, clock, console, power }
    }

    fn store(&self, at: u64, width: Width, value: u64) {
        self.bus.write(GuestPhys(at), width, value).unwrap();
    }

    fn load(&self, at: u64) -> u64 {
        self.bus.read(GuestPhys(at), Width::B8).unwrap().value
    }

    /// Makes a system call and returns its result.
    fn call(&self, words: [u64; 4]) -> i64 {
        for (i, word) in words.into_iter().enumerate() {
            self.store(BLOCK + 8 * i as u64, Width::B8, word);
        }
        self.store(FROMHOST, Width::B8, 0);
        self.store(TOHOST, Width::B8, BLOCK);
        assert_eq!((self.load(TOHOST), self.load(FROMHOST)), (0, 1), "answered");
        self.load(BLOCK) as i64
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
fn an_odd_number_ends_the_run() {
    let bench = Bench::new();
    bench.store(TOHOST, Width::B8, 1);
    assert_eq!(bench.exit(), Some(0));
    bench.store(TOHOST, Width::B8, 1337 << 1 | 1);
    assert_eq!(bench.exit(), Some(1337));
    assert_eq!(bench.load(TOHOST), 0);
    bench.store(TOHOST, Width::B8, u64::MAX);
    assert_eq!(bench.exit(), Some(u64::MAX >> 1), "a device that is not there");
}

#[test]
fn words_as_rv32_stores_them() {
    let bench = Bench::new();
    bench.store(TOHOST, Width::B4, 3 << 1 | 1);
    assert_eq!(bench.exit(), Some(3), "at the low word's store");
    bench.store(TOHOST + 4, Width::B4, 0x0101_0000);
    assert_eq!(bench.console.bytes(), 0, "the high word alone is no command");
    bench.store(TOHOST, Width::B4, u64::from(b'r'));
    assert_eq!(bench.console.captured_output(), b"r");
    bench.store(TOHOST, Width::B4, 0);
    bench.store(TOHOST - 4, Width::B4, 7);
    bench.store(TOHOST + 8, Width::B8, 7);
    assert_eq!(bench.exit(), None);
}

#[test]
fn prints_characters() {
    let bench = Bench::new();
    for byte in *b"ab" {
        bench.store(TOHOST, Width::B8, PUT_CHARACTER << 48 | u64::from(byte));
    }
    assert_eq!(bench.console.captured_output(), b"ab");
    assert_eq!((bench.exit(), bench.load(FROMHOST)), (None, 0));
}

#[test]
fn reads_a_character_when_there_is_one() {
    let bench = Bench::on(Console::captured().with_input(Box::new(|_| Input::NothingYet)));
    bench.store(TOHOST, Width::B8, GET_CHARACTER << 48);
    assert_eq!((bench.load(TOHOST), bench.load(FROMHOST)), (0, 0));
    let deadline = bench.htif.lock().deadline();
    assert_eq!(deadline.get(), Some(INPUT_POLL_INSNS));
    bench.console.push_input(b"kk");
    bench.htif.clone().tick();
    assert_eq!(bench.load(FROMHOST), 0, "not yet due");
    bench.clock.set(INPUT_POLL_INSNS);
    bench.htif.clone().tick();
    assert_eq!(bench.load(FROMHOST), 0x0100_0000_0000_0100 | u64::from(b'k'));
    assert_eq!(deadline.get(), None);
    bench.htif.clone().tick();
    assert!(bench.console.has_input(), "one request, one character");
    bench.store(FROMHOST, Width::B8, 0);
    bench.store(TOHOST, Width::B8, GET_CHARACTER << 48);
    assert_eq!(bench.load(FROMHOST) & 0xff, u64::from(b'k'), "at once");
}

#[test]
fn the_write_call() {
    let bench = Bench::new();
    bench.bus.memory().write_bytes(GuestPhys(TEXT), b"hello\n").unwrap();
    assert_eq!(bench.call([64, 1, TEXT, 6]), 6);
    assert_eq!(bench.call([64, 2, TEXT, 4]), 4);
    assert_eq!(bench.console.captured_output(), b"hello\nhell");
    assert_eq!(bench.call([64, 1, TEXT, 0]), 0);
    assert_eq!(bench.call([64, 3, TEXT, 6]), -9);
    assert_eq!(bench.call([64, 1, 0x1000, 6]), -14);
    assert_eq!(bench.call([64, 1, RAM + 0x1ffe, 4]), -14);
    assert_eq!(bench.console.bytes(), 10);
    assert_eq!(bench.call([64, 1, RAM, u64::MAX]), 0x2000, "as far as there is memory");
}

#[test]
fn the_read_call() {
    let bench = Bench::new();
    bench.console.push_input(b"typed");
    assert_eq!(bench.call([63, 0, 0x10, 3]), -14);
    assert_eq!(bench.call([63, 0, TEXT, 3]), 3);
    assert_eq!(bench.call([63, 0, TEXT + 3, 100]), 2);
    assert_eq!(bench.call([63, 0, TEXT, 100]), 0, "the end of the input");
    assert_eq!(bench.call([63, 1, TEXT, 100]), -9);
    let mut text = [0; 5];
    bench.bus.memory().read_bytes(GuestPhys(TEXT), &mut text).unwrap();
    assert_eq!(&text, b"typed");
}

#[test]
fn the_exit_calls_and_all_others() {
    let bench = Bench::new();
    bench.call([93, 42, 0, 0]);
    assert_eq!(bench.exit(), Some(42));
    bench.call([94, 0, 0, 0]);
    assert_eq!(bench.exit(), Some(0));
    assert_eq!(bench.call([1024, 0, 0, 0]), -38);
    assert_eq!(bench.exit(), None);
}

#[test]
fn a_block_that_is_not_there_is_answered_all_the_same() {
    let bench = Bench::new();
    for block in [0x10, RAM + 0x1ff8, PAYLOAD - 1] {
        bench.store(FROMHOST, Width::B8, 0);
        bench.store(TOHOST, Width::B8, block);
        assert_eq!((bench.load(TOHOST), bench.load(FROMHOST)), (0, 1));
    }
    assert_eq!((bench.exit(), bench.console.bytes()), (None, 0));
}
