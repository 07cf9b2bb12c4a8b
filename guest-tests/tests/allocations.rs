//! A guest that uses its disk makes the emulator allocate nothing, once it has begun. What the processor does by itself is seen to by
//! `benches/tests/allocations.rs`.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use allocation_counter::measure;
use emu_core::image::Image;
use emu_core::riscv;
use emu_core::riscv::isa_string::Isa;
use emu_core::riscv::state::Config;
use emu_devices::board::{Options, riscv_virt};
use emu_devices::console::Console;
use emu_devices::virtio::block::{Access, DiskSpec};
use emu_devices::virtio::mmio::Interface;

const SECTORS: u64 = 900;
/// Until the guest prints numbers of three digits: code that is seen for the first time is decoded, and kept.
const WARM_UP_INSNS: u64 = 3_000_000;
const MEASURED_INSNS: u64 = 1_000_000;
/// More than the guest takes for a sector.
const STEPS: u32 = 60_000;

#[test]
fn requests_allocate_nothing() {
    for (interface, access) in [
        (Interface::Legacy, Access::Writable),
        (Interface::Modern, Access::Writable),
        (Interface::Modern, Access::Overlay),
    ] {
        let path = std::env::temp_dir().join(format!("emu-allocations-{}.img", std::process::id()));
        File::create(&path).unwrap().set_len(512 * SECTORS).unwrap();
        let spec = DiskSpec { path: path.clone(), access, interface };
        let disk = spec.open().unwrap();
        fs::remove_file(path).unwrap();
        let options = Options { disks: vec![disk.clone()], ..Options::new(Console::new(Box::new(io::sink()))) };
        let mut machine =
            riscv::machine(riscv_virt::description().build(&options).unwrap(), &Isa::all(64), Config::default(), "");
        let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs/elf/rv64/disk-log.elf");
        machine.load(&Image::elf(fs::read(log).unwrap()).unwrap()).unwrap();

        assert_eq!(machine.run(WARM_UP_INSNS), None);
        // Where a run ends, the next begins with a block of its own. After these, any place has one.
        for _ in 0..STEPS {
            assert_eq!(machine.run(1), None);
        }
        let printed = machine.board.console.bytes();
        let counted = measure(|| assert_eq!(machine.run(MEASURED_INSNS), None));
        assert!(machine.board.console.bytes() > printed + 100, "the guest has stopped using its disk");
        assert_eq!(counted.count_total, 0, "{counted:?}");
    }
}
