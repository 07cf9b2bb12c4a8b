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
            Some(device) => (device.base, device.window_bytes()),
            None => (ram, 64),
        };
        // Registers crowd at the beginning of a window and at the beginning of its pages.
        let offset = match noise.below(4) {
            0 => noise.below(window),
            1 => noise.below(window) & !0xfff | noise.below(16),
            _ => noise.below(window.min(64)),
        };
        board.requester.set(noise.below(description.harts) as usize);
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
        if let Some(arm) = board.arm.clone() {
            hash ^= system_noise(&arm, &mut noise, description.harts, board.clock.now());
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

/// What Arm's harts do beside the bus.
fn system_noise(arm: &Arm, noise: &mut Noise, harts: u64, now: u64) -> u64 {
    use crate::gic::v3::cpu::Register::*;
    let (hart, value) = (noise.below(harts) as usize, noise.value());
    let timer = [Timer::Physical, Timer::Virtual, Timer::Hyp, Timer::Secure][noise.below(4) as usize];
    let mut timers = arm.timers.lock();
    match noise.below(8) {
        0 => timers.set_control(hart, timer, value, now),
        1 => timers.set_compare(hart, timer, value, now),
        2 => timers.set_remaining(hart, timer, value, now),
        3 => timers.set_offset(hart, value, now),
        _ => {}
    }
    let shown = timers.control(hart, timer, now) ^ timers.remaining(hart, timer, now);
    drop(timers);
    let arguments = [noise.below(4), value, noise.below(4)];
    arm.psci.lock().call(hart, 0x8400_0000 | noise.below(16) | noise.below(2) << 30, arguments);
    let Some(Gic::V3(gic)) = &arm.gic else { return shown };
    let registers =
        [Pmr, Iar(0), Iar(1), Eoir(0), Eoir(1), Bpr(0), Bpr(1), Apr(1), Igrpen(0), Igrpen(1), Dir, Ctlr, Sgir(1)];
    let register = registers[noise.below(registers.len() as u64) as usize];
    let mut gic = gic.lock();
    gic.write_register(hart, register, value);
    shown ^ gic.read_register(hart, register)
}

#[test]
fn noise_does_no_harm_and_repeats() {
    let example = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("boards").join(name);
        Description::from_file(&path).unwrap()
    };
    let boards = [
        riscv_virt::description(),
        spike::description(),
        example("example.toml"),
        Description { harts: 3, ..arm_virt::description(GicVersion::V2) },
        Description { harts: 3, ..arm_virt::description(GicVersion::V3) },
        example("example-arm.toml"),
    ];
    for description in &boards {
        let first = shaken(description, 1);
        assert!(first.3 > 0, "{}: the noise printed something", description.name);
        assert_eq!(first, shaken(description, 1), "{}", description.name);
        assert_ne!(first, shaken(description, 2), "{}", description.name);
    }
}

#[test]
fn a_damaged_board_file_is_refused_or_built() {
    let examples = [include_str!("../../../boards/example.toml"), include_str!("../../../boards/example-arm.toml")];
    let mut noise = Noise(3);
    let (mut built, mut refused) = (0, 0);
    for round in 0..300 {
        let mut bytes = examples[round % 2].as_bytes().to_vec();
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
