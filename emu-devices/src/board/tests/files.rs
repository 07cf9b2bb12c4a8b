//! Board files: the example that is shipped, and everything that can be wrong with one.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// The shortest board that works.
const SMALL: &str = "name = \"small\"\n[[ram]]\nname = \"ram\"\nbase = 0\nsize = \"64K\"\n";

fn parse(text: &str) -> Result<Description, Error> {
    Description::from_toml(text, "soc.toml", PathBuf::new())
}

/// The message of a board file that does not parse or does not build; anything else is a failure.
fn message(text: &str) -> String {
    let built = parse(text).and_then(|description| description.build(&Options::new(Console::captured())));
    built.expect_err("should have been refused").to_string()
}

/// A folder of its own for one test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("emu-devices-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, contents).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_example_builds_as_it_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("boards/example.toml");
    let description = Description::from_file(&path).unwrap();
    let board = build(&description);
    let places: Vec<_> = map(&board).into_iter().map(|(name, first, last)| (name, first, last - first + 1)).collect();
    let expected = [
        ("clint", 0x0200_0000, 0x1_0000),
        ("aclint-sswi", 0x02f0_0000, 0x4000),
        ("scratchpad", 0x0800_0000, 0x4000),
        ("plic", 0x0c00_0000, 0x60_0000),
        ("uart16550", 0x1000_0000, 0x100),
        ("rtc", 0x1000_1000, 0x1000),
        ("finisher", 0x1000_2000, 0x1000),
        ("testbench", 0x1000_3000, 0x1000),
        ("virtio-mmio", 0x1000_4000, 0x1000),
        ("boot", 0x2000_0000, 0x1_0000),
        ("sram", 0x8000_0000, 0x10_0000),
    ];
    assert_eq!(places, expected.map(|(name, first, bytes)| (name.to_owned(), first, bytes)));
    assert_eq!((board.name.as_str(), board.lines.len()), ("example", 2));
    assert_eq!(board.isa.as_deref(), Some("rv32imac_zicsr_zifencei"));
    assert_eq!(board.reset_pc, Some(GuestPhys(0x2000_0000)));
    board.clock.set(5_000);
    assert_eq!(board.mtime.now(), 5);
    assert_eq!(board.device_tree.as_ref().unwrap().address, GuestPhys(0x800f_f000));
    write(&board, 0x02f0_0004, Width::B4, 1);
    assert_eq!(board.lines[1].get(), 1 << 7 | 1 << 1);
    write(&board, 0x1000_3008, Width::B4, 3);
    assert_eq!(board.records.lock().marks.len(), 1);
}

#[test]
fn the_arm_example_builds_as_it_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("boards/example-arm.toml");
    let board = build(&Description::from_file(&path).unwrap());
    let places: Vec<_> = map(&board).into_iter().map(|(name, first, last)| (name, first, last - first + 1)).collect();
    let expected = [
        ("flash", 0, 64 << 20),
        ("gic-v3", 0x0800_0000, 0x8a_0000),
        ("pl011", 0x0900_0000, 0x1000),
        ("pl031", 0x0901_0000, 0x1000),
        ("virtio-mmio", 0x0a00_0000, 0x200),
        ("ram", 0x4000_0000, 16 << 20),
    ];
    assert_eq!(places, expected.map(|(name, first, bytes)| (name.to_owned(), first, bytes)));
    assert_eq!((board.arch, board.lines.len(), board.isa.as_deref()), (Arch::Aarch64, 2, Some("cortex-a53")));
    assert_eq!(board.arm.unwrap().timers.lock().frequency_hz(), 62_500_000);
}

#[test]
fn what_is_absent_has_a_default() {
    let board = build(&parse(SMALL).unwrap());
    assert_eq!((board.lines.len(), board.mtime.timebase().hz()), (1, 10_000_000));
    assert_eq!((board.reset_pc, board.isa.clone(), board.device_tree.clone()), (None, None, None));
}

#[test]
fn a_board_file_can_say_what_a_built_in_board_is() {
    let text = "name = \"testbench\"\n[[ram]]\nname = \"ram\"\nbase = 0\nsize = 1048576\n\
                [[ram]]\nname = \"high\"\nbase = \"0x8000_0000\"\nsize = 1048576\n\
                [[devices]]\ntype = \"testbench\"\nbase = \"0x1000_0000\"\n";
    let parsed = parse(text).unwrap();
    assert_eq!(Description { origin: "board testbench".into(), ..parsed }, testbench::description());
}

#[test]
fn a_rom_is_filled_from_its_file() {
    let folder = Folder::new("rom");
    folder.file("boot.bin", &[1, 2, 3, 4, 5]);
    let rom = "[[rom]]\nname = \"boot\"\nbase = 0x1_0000\nsize = \"4K\"\nfile = \"boot.bin\"\n";
    let path = folder.file("soc.toml", format!("{SMALL}{rom}").as_bytes());
    let board = build(&Description::from_file(&path).unwrap());
    assert_eq!(read(&board, 0x1_0000, Width::B8), 0x05_0403_0201);
    assert!(board.bus.write(GuestPhys(0x1_0000), Width::B1, 0).is_err());

    folder.file("boot.bin", &[1; 4097]);
    let built = Description::from_file(&path).unwrap().build(&Options::new(Console::captured()));
    let error = built.unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: rom[0].file: ", path.display())), "{error}");
    assert!(error.contains("boot.bin has more than the ROM's 0x1000 bytes: raise rom[0].size"), "{error}");
    folder.file("boot.bin", &[1; 4096]);
    build(&Description::from_file(&path).unwrap());

    fs::remove_file(folder.0.join("boot.bin")).unwrap();
    let built = Description::from_file(&path).unwrap().build(&Options::new(Console::captured()));
    let error = built.unwrap_err().to_string();
    assert!(error.contains("rom[0].file: cannot read") && error.contains("relative to the board file"), "{error}");
}

#[test]
fn files_that_are_no_board_files() {
    let folder = Folder::new("bad");
    for (path, says) in [
        (folder.0.join("absent.toml"), "cannot read the board file"),
        (folder.0.clone(), "cannot read the board file"),
        (folder.file("binary.toml", &[0xff, 0xfe, 0]), "cannot read the board file"),
        (folder.file("long.toml", &vec![b'#'; MAX_FILE_BYTES as usize + 1]), "larger than 1048576 bytes"),
    ] {
        let error = Description::from_file(&path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: ", path.display())), "{error}");
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_board_without_a_name_has_that_of_its_file() {
    let folder = Folder::new("unnamed");
    let (_, unnamed) = SMALL.split_once('\n').unwrap();
    let path = folder.file("soc-a.toml", unnamed.as_bytes());
    assert_eq!(Description::from_file(&path).unwrap().name, "soc-a");
    let text = format!("{SMALL}name = ");
    assert_eq!(message(&text).lines().count(), 1, "{}", message(&text));
}

/// What is appended to [`SMALL`], and what the message must say.
#[test]
fn every_error_names_file_key_and_remedy() {
    let uart = "[[devices]]\ntype = \"uart16550\"\nbase = 0x1000_0000\n";
    let plic = "[[devices]]\ntype = \"plic\"\nbase = 0x0c00_0000\n";
    let ram = |base: &str, size: &str| format!("[[ram]]\nname = \"more\"\nbase = {base}\nsize = {size}\n");
    for (text, says) in [
        ("[[ram".to_owned(), vec!["soc.toml: line 6, column 6, `[[ram`: unclosed array table"]),
        ("[[devices]]\ntype = \"uart\"\nbase = 0\n".into(), vec!["line 7", "unknown variant `uart`", "`uart16550`"]),
        (format!("{uart}interrupt = 1\n"), vec!["line 9", "unknown field `interrupt`", "`irq`"]),
        ("[[devices]]\ntype = \"clint\"\n".into(), vec!["missing field `base`"]),
        ("[board]\n".into(), vec!["unknown field `board`", "`ram`"]),
        (format!("{uart}irq = -1\n"), vec!["line 9, column 7, `irq = -1`: invalid value: integer `-1`"]),
        (ram("-1", "4096"), vec!["line 8", "invalid value: integer `-1`", "expected a size or an address"]),
        (ram("0x1_0000", "\"64X\""), vec!["line 9", "\"64X\" is no size or address", "\"256M\""]),
        (ram("0x1_0000", "1.5"), vec!["line 9", "invalid type: floating point"]),
        (ram("0x1_0000", "0"), vec!["ram[1].size: \"more\" has no bytes", "at least 4K"]),
        (ram("0x1_0000", "5000"), vec!["ram[1]: base 0x10000 and size 0x1388", "multiples of 0x1000"]),
        (ram("0x1_0001", "4096"), vec!["ram[1]: base 0x10001"]),
        (ram("0x1_0000", "\"64G\""), vec!["ram[1].size: 64G is too much", "may have 64G, all ROM 1G"]),
        (
            ram("\"0xffff_ffff_ffff_f000\"", "\"8K\""),
            vec!["ram[1].base: 0x2000 bytes at 0xfffffffffffff000", "move it"],
        ),
        (
            ram("0xf000", "4096"),
            vec!["ram[1] (\"more\", 0xf000 to 0xffff) overlaps ram[0] (\"ram\", 0x0 to 0xffff)", "move or shrink"],
        ),
        (
            format!("{uart}{}", ram("0x1000_0000", "4096")),
            vec!["ram[1] (\"more\"", "devices[0] (\"uart16550\", 0x10000000 to 0x100000ff)", "overlaps"],
        ),
        (uart.replace("0000", "0004"), vec!["devices[0].base: 0x10000004 must be a multiple of 8", "round it"]),
        (format!("{uart}irq = 3\n"), vec!["devices[0].irq", "no interrupt controller", "type \"plic\""]),
        (format!("{plic}{uart}irq = 97\n"), vec!["devices[1].irq", "no source 97", "1 to 96"]),
        (format!("{plic}{uart}irq = 0\n"), vec!["no source 0"]),
        (format!("{plic}irq = 1\n"), vec!["devices[0].irq: a plic has no interrupt line", "remove the key"]),
        (
            format!("{plic}{uart}irq = 3\n[[devices]]\ntype = \"rtc\"\nbase = 0x2000_0000\nirq = 3\n"),
            vec!["devices[2].irq: source 3 is taken by devices[1]", "use another"],
        ),
        (format!("{plic}{}", plic.replace("0c", "1c")), vec!["devices[1]: a second plic", "remove it"]),
        (
            format!("{uart}size = 512\n"),
            vec!["devices[0].size: 0x200 is not possible", "only a virtio-mmio slot", "0x1000"],
        ),
        (
            "[[devices]]\ntype = \"virtio-mmio\"\nbase = 0x1000_0000\nsize = 256\n".into(),
            vec!["devices[0].size: 0x100 is not possible", "0x200 to 0x1000"],
        ),
        (
            "[[devices]]\ntype = \"gic-v3\"\nbase = 0x0800_0000\n".into(),
            vec!["devices[0]: a gic-v3 does not fit harts of riscv", "correct `arch`"],
        ),
        (
            "[[rom]]\nname = \"r\"\nbase = 0x10_0000\nsize = \"2G\"\n".into(),
            vec!["rom[0].size: 2G is too much", "all ROM 1G"],
        ),
        (uart.repeat(MAX_DEVICES + 1), vec!["devices: there are 129 entries, at most 128"]),
    ] {
        let message = message(&format!("{SMALL}{text}"));
        assert!(message.starts_with("soc.toml: "), "{message}");
        for part in says {
            assert!(message.contains(part), "{part:?} is not in {message:?}");
        }
    }
    for (text, says) in [
        ("harts = 65", "harts: 65 is not possible: give a number from 1 to 64"),
        ("timebase = 0", "timebase: 0 Hz is not possible"),
        ("timebase = \"2G\"", "timebase: 2147483648 Hz is not possible: give 1 to 1000000000 Hz"),
        ("reset_pc = 0x81", "reset_pc: 0x81 is not where an instruction can be: make it even"),
        ("arch = \"aarch64\"\nreset_pc = 0x82", "reset_pc: 0x82 is not where an instruction can be"),
        ("arch = \"arm\"", "unknown variant `arm`, expected `riscv` or `aarch64`"),
        ("reset_pc = 0x1_0000", "reset_pc: 0x10000 is in no RAM or ROM: correct it"),
        ("isa = \"rv\\u0000\"\ndevice_tree = true", "device_tree: cannot be written"),
    ] {
        let message = message(&format!("{text}\n{SMALL}"));
        assert!(message.contains(says), "{says:?} is not in {message:?}");
    }
    let arm = format!("arch = \"aarch64\"\nharts = 9\n{SMALL}");
    let gic = |kind, base| format!("[[devices]]\ntype = \"{kind}\"\nbase = {base}\n");
    for (text, says) in [
        (uart.to_owned() + "irq = 1\n", "no interrupt controller: add a device of type \"gic-v2\" or \"gic-v3\""),
        (
            gic("gic-v3", "0x0800_0000") + uart + "irq = 256\n",
            "devices[1].irq: the interrupt controller has no source 256: use 0 to 255",
        ),
        (
            gic("gic-v2", "0x0800_0000"),
            "devices[0]: a gic-v2 serves at most 8 harts, not 9: take fewer harts or a gic-v3",
        ),
        (gic("gic-v3", "0x0800_0000") + &gic("gic-v2", "0x1800_0000"), "devices[1]: a second gic-v2"),
        (plic.to_owned(), "devices[0]: a plic does not fit harts of aarch64"),
    ] {
        let message = message(&format!("{arm}{text}"));
        assert!(message.contains(says), "{says:?} is not in {message:?}");
    }
    for text in ["name = \"x\"", ""] {
        assert!(message(text).contains("there is no RAM: add a [[ram]]"));
    }
}

#[test]
fn hostile_files_cost_little() {
    let deep = format!("{SMALL}a = {}", "[".repeat(500_000));
    assert!(message(&deep).starts_with("soc.toml: line 6, column "), "{}", message(&deep));
    let many: String = (0..20_000).map(|_| "[[ram]]\nname=\"x\"\nbase=0\nsize=4096\n").collect();
    assert!(message(&format!("name = \"x\"\n{many}")).contains("ram: there are 20000 entries, at most 64"));
}
