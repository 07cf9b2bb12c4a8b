//! Boards under random accesses, and random board files: nothing a guest or a file does may panic, and the same noise
//! gives the same state.

use std::path::{Path, PathBuf};

use emu_mem::Width;

use super::*;

/// SplitMix64: small, and good enough for noise.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Mostly a number of few bits, sometimes one with its high bits set.
    fn value(&mut self) -> u64 {
        let (bits, value) = (self.below(64), self.next());
        if self.below(4) == 0 { !(value >> bits) } else { value >> bits }
    }
}

/// What a board is like after the noise: a hash of all that was read, the pins, the console.
fn shaken(description: &Description, seed: u64) -> (u64, Vec<u64>, u64, u64) {
    let mut noise = Noise(seed);
    let mut board = build(description);
    let ram = description.ram[0].base;
    board.attach_htif(GuestPhys(ram + 8), Some(GuestPhys(ram + 16))).unwrap();
    let mut hash = 0u64;
    for _ in 0..20_000 {
        let place = noise.below(description.devices.len() as u64 + 1) as usize;
        let (base, window) = match description.devices.get(place) {
            Some(device) => (device.base, device.kind.window_bytes()),
            None => (ram, 64),
        };
        // Registers crowd at the beginning of a window and at the beginning of its pages.
        let offset = match noise.below(4) {
            0 => noise.below(window),
            1 => noise.below(window) & !0xfff | noise.below(16),
            _ => noise.below(window.min(64)),
        };
        let width = Width::ALL[noise.below(4) as usize];
        let at = GuestPhys((base + offset) & !(width.bytes() - 1));
        if noise.below(2) == 0 {
            let read = board.bus.read(at, width).map_or(u64::MAX, |result| result.value);
            hash = (hash ^ read).wrapping_mul(0x0000_0100_0000_01b3);
        } else {
            let _ = board.bus.write(at, width, noise.value());
        }
        if noise.below(64) == 0 {
            board.console.push_input(&noise.next().to_le_bytes());
        }
        if noise.below(8) == 0 {
            let step = if noise.below(256) == 0 { noise.value() } else { noise.below(50_000) };
            board.clock.set(board.clock.now().saturating_add(step));
            board.tick();
            board.power.take();
        }
    }
    (hash, board.lines.iter().map(HartLines::get).collect(), board.console.hash(), board.console.bytes())
}

#[test]
fn noise_does_no_harm_and_repeats() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("boards/example.toml");
    let boards = [riscv_virt::description(), spike::description(), Description::from_file(&example).unwrap()];
    for description in &boards {
        let first = shaken(description, 1);
        assert!(first.3 > 0, "{}: the noise printed something", description.name);
        assert_eq!(first, shaken(description, 1), "{}", description.name);
        assert_ne!(first, shaken(description, 2), "{}", description.name);
    }
}

#[test]
fn a_damaged_board_file_is_refused_or_built() {
    let example = include_str!("../../../boards/example.toml");
    let mut noise = Noise(3);
    let (mut built, mut refused) = (0, 0);
    for _ in 0..300 {
        let mut bytes = example.as_bytes().to_vec();
        for _ in 0..1 + noise.below(3) {
            let at = noise.below(bytes.len() as u64) as usize;
            match noise.below(3) {
                0 => bytes[at] = b' ' + noise.below(95) as u8,
                1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let text = String::from_utf8(bytes).unwrap();
        let parsed = Description::from_toml(&text, "damaged.toml", PathBuf::new());
        match parsed.and_then(|description| description.build(&Options::new(Console::captured()))) {
            Ok(_) => built += 1,
            Err(error) => {
                assert!(error.to_string().starts_with("damaged.toml: "), "{error}");
                refused += 1;
            }
        }
    }
    assert!(built > 10 && refused > 10, "{built} built, {refused} refused");
}
