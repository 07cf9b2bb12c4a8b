//! The fuzz targets on the stable toolchain, with bytes from a fixed seed: a first look that they and what they call
//! still hold. The search guided by coverage is `cargo +nightly fuzz run`; see `fuzz/`.

use emu_core::aarch64;
use emu_core::riscv::table::TABLE;
use guest_tests::rng::Rng;

#[expect(unreachable_pub, reason = "public for the fuzz targets")]
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

fn bytes(rng: &mut Rng, max: u64) -> Vec<u8> {
    let count = rng.below(max);
    (0..count).map(|_| rng.bits() as u8).collect()
}

/// Bytes that are mostly instructions: a row's fixed bits, random elsewhere.
fn instructions(rng: &mut Rng) -> Vec<u8> {
    let permissions = if rng.chance(80) { 0xdf } else { rng.bits() as u8 };
    let mut code = vec![rng.bits() as u8, permissions, rng.bits() as u8];
    for _ in 0..rng.below(200) {
        let row = rng.pick(TABLE);
        let word = rng.bits() as u32 & !row.mask | row.value;
        code.extend(&word.to_le_bytes()[..usize::from(row.bytes)]);
    }
    code
}

#[test]
fn random_bytes_as_a_program() {
    let mut rng = Rng::new(1);
    for _ in 0..150 {
        fuzz::program::program(&bytes(&mut rng, 400));
    }
}

#[test]
fn random_instructions_as_a_program() {
    let mut rng = Rng::new(2);
    for _ in 0..500 {
        fuzz::program::program(&instructions(&mut rng));
    }
}

#[test]
fn random_instructions_on_both_engines() {
    let mut rng = Rng::new(6);
    for _ in 0..200 {
        // Without what chooses page tables, which this target has not.
        let mut data = instructions(&mut rng);
        data.remove(1);
        fuzz::engines::engines(&data);
    }
}

/// Bytes that are A64 instructions, behind what chooses the machine.
fn a64_instructions(rng: &mut Rng) -> Vec<u8> {
    let rights = if rng.chance(50) { 0 } else { rng.bits() as u8 };
    let mut code = vec![rng.bits() as u8, rng.bits() as u8, rights];
    for _ in 0..rng.below(100) {
        let row = rng.pick(aarch64::table::TABLE);
        code.extend((rng.bits() as u32 & !row.mask | row.value).to_le_bytes());
    }
    code
}

#[test]
fn random_a64_instructions_on_both_engines() {
    let mut rng = Rng::new(7);
    for _ in 0..300 {
        fuzz::aarch64::aarch64(&a64_instructions(&mut rng));
    }
}

#[test]
fn random_bytes_as_an_elf_file() {
    let mut rng = Rng::new(3);
    for _ in 0..1000 {
        fuzz::elf::elf(&bytes(&mut rng, 24));
        let mut file = b"\0\x7fELF\x02\x01\x01".to_vec();
        file.extend(bytes(&mut rng, 300));
        fuzz::elf::elf(&file);
    }
}

#[test]
fn changed_text_as_a_board() {
    let riscv: &[u8] = include_bytes!("../../emu-devices/boards/example.toml");
    let arm: &[u8] = include_bytes!("../../emu-devices/boards/example-arm.toml");
    let mut rng = Rng::new(4);
    fuzz::board::board(riscv);
    fuzz::board::board(arm);
    for round in 0..500 {
        let mut text = [riscv, arm][round % 2].to_vec();
        for _ in 0..=rng.below(4) {
            let at = rng.below(text.len() as u64) as usize;
            text[at] = *rng.pick(b"0123456789-_xGMK\"[]=# \nabcdef.");
        }
        fuzz::board::board(&text);
    }
}

#[test]
fn changed_steps_of_a_disk_driver() {
    let mut rng = Rng::new(5);
    for _ in 0..5000 {
        let mut data = vec![rng.bits() as u8 & 15];
        for _ in 0..=rng.below(2) {
            let mut steps = fuzz::disk::READ.to_vec();
            for _ in 0..rng.below(4) {
                let at = rng.below(steps.len() as u64) as usize;
                // Small numbers are kinds of requests, flags and descriptors.
                steps[at] = if rng.chance(70) { rng.below(16) as u8 } else { rng.bits() as u8 };
            }
            data.extend(steps);
        }
        fuzz::disk::disk(&data);
    }
}
