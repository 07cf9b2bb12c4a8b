//! QEMU as an outside witness: the board `virt` gives what QEMU's gave to a script of accesses (`witness/virt.txt`).

use emu_mem::{BusFault, Width};

use super::*;

#[test]
fn qemu_gives_the_same() {
    let mut board = build(&riscv_virt::description());
    let hex = |word: &str| u64::from_str_radix(word, 16).unwrap();
    let mut answers = 0;
    for (number, line) in include_str!("../../../witness/virt.txt").lines().enumerate() {
        let words: Vec<_> = line.split_whitespace().collect();
        let (gives, expected) = match words[..] {
            [] | ["#", ..] => continue,
            ["d"] => {
                board.clock.set(board.clock.now() + 20_000_000);
                board.tick();
                continue;
            }
            ["m", expected] => (Ok(board.lines[0].get()), expected),
            [access, address, value] => {
                let width = Width::from_bytes(hex(&access[1..])).unwrap();
                if access.starts_with('w') {
                    let written = board.bus.write(GuestPhys(hex(address)), width, hex(value));
                    written.unwrap_or_else(|_| panic!("line {} of virt.txt faults: {line}", number + 1));
                    continue;
                }
                (board.bus.read(GuestPhys(hex(address)), width).map(|result| result.value), value)
            }
            _ => panic!("line {}: {line}", number + 1),
        };
        let expected = if expected == "fault" { Err(BusFault) } else { Ok(hex(expected)) };
        assert_eq!(gives, expected, "line {} of virt.txt: {line}", number + 1);
        answers += 1;
    }
    assert!(answers > 100, "only {answers} answers in virt.txt");
}
