//! The target `board`: bytes as a board file, from which a board is built.

use std::path::PathBuf;

use emu_devices::board::{Description, Options};
use emu_devices::console::Console;

/// What a region is cut to. Committing memory is not what is tested.
const SMALL_BYTES: u64 = 1 << 20;
/// Above this, sizes are absurd and stay as they are: that they are refused is tested.
const LARGE_BYTES: u64 = 1 << 40;

/// Reads the bytes as a board file and builds the board, with little memory and no file of the host.
pub fn board(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(mut description) = Description::from_toml(text, "fuzz.toml", PathBuf::new()) else { return };
    let shrink = |size: &mut u64| {
        if (SMALL_BYTES..=LARGE_BYTES).contains(size) {
            *size = SMALL_BYTES;
        }
    };
    for ram in &mut description.ram {
        shrink(&mut ram.size);
    }
    for rom in &mut description.rom {
        rom.file = None;
        shrink(&mut rom.size);
    }
    for device in &mut description.devices {
        device.disk = None;
    }
    match description.build(&Options::new(Console::captured())) {
        Ok(mut board) => {
            board.clock.set(1_000_000);
            board.tick();
        }
        Err(error) => assert!(!error.to_string().is_empty(), "an error without a text"),
    }
}
