//! Where disks are on a board, and how a board file names them.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::virtio::block::DiskSpec;

struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("emu-board-disks-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// An image of so many sectors of zeros.
    fn image(&self, name: &str, sectors: usize) -> String {
        let path = self.0.join(name);
        fs::write(&path, vec![0; 512 * sectors]).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn options(disks: &[String]) -> Options {
    let disks = disks.iter().map(|text| DiskSpec::parse(text).open().unwrap()).collect();
    Options { disks, ..Options::new(Console::captured()) }
}

/// Version, device and sectors of each of `virt`'s slots.
fn slots(board: &Board) -> Vec<(u64, u64, u64)> {
    let word = |slot: u64, offset| read(board, 0x1000_1000 + 0x1000 * slot + offset, Width::B4);
    (0..8).map(|slot| (word(slot, 4), word(slot, 8), word(slot, 0x100))).collect()
}

#[test]
fn disks_fill_virt_from_the_highest_slot_down() {
    let folder = Folder::new("order");
    let [a, b] = [folder.image("a", 5), folder.image("b", 7)];
    let board = riscv_virt::description().build(&options(&[format!("{a},modern"), b])).unwrap();
    let mut expected = vec![(1, 0, 0); 6];
    expected.extend([(1, 2, 7), (2, 2, 5)]);
    assert_eq!(slots(&board), expected);
}

#[test]
fn a_board_has_room_for_so_many_disks() {
    let folder = Folder::new("many");
    let disks: Vec<_> = (0..9).map(|i| folder.image(&i.to_string(), 1)).collect();
    riscv_virt::description().build(&options(&disks[..8])).unwrap();
    let error = riscv_virt::description().build(&options(&disks)).unwrap_err().to_string();
    let expected = format!(
        "board virt: disk {}: the board has 8 free virtio-mmio slots: give fewer disks or a board with more slots",
        disks[8]
    );
    assert_eq!(error, expected);
}

#[test]
fn a_board_file_names_its_disks_and_they_outlive_a_reset() {
    let folder = Folder::new("file");
    folder.image("own.img", 3);
    let other = folder.image("other.img", 4);
    let text = "name = \"soc\"\n[[ram]]\nname = \"ram\"\nbase = 0x8000_0000\nsize = \"64K\"\n\
                [[devices]]\ntype = \"virtio-mmio\"\nbase = 0x2000\n\
                [[devices]]\ntype = \"virtio-mmio\"\nbase = 0x3000\ndisk = \"own.img,overlay,modern\"\n\
                [[devices]]\ntype = \"virtio-mmio\"\nbase = 0x1000\n";
    let path = folder.0.join("soc.toml");
    fs::write(&path, text).unwrap();
    let description = Description::from_file(&path).unwrap();
    let mut options = options(&[other]);
    for _ in 0..2 {
        let board = description.build(&options).unwrap();
        let sectors = [0x1000, 0x2000, 0x3000].map(|base| read(&board, base + 0x100, Width::B4));
        assert_eq!(sectors, [0, 4, 3], "the free slot with the highest address");
        assert_eq!(read(&board, 0x3004, Width::B4), 2);
        fs::remove_file(folder.0.join("own.img")).or_else(|_| fs::metadata(&folder.0).map(drop)).unwrap();
    }
    options.shelf = Default::default();
    let error = description.build(&options).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: devices[1].disk: disk ", path.display())), "{error}");
    assert!(error.contains("own.img: no such file"), "{error}");

    let text = text.replace("virtio-mmio\"\nbase = 0x3000", "uart16550\"\nbase = 0x3000");
    let error = Description::from_toml(&text, "soc.toml", PathBuf::new()).unwrap().build(&options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "soc.toml: devices[1].disk: a uart16550 takes no disk: give it to a virtio-mmio slot"
    );
}

/// A request through the bus of a whole board, from the notification to the interrupt at the hart.
#[test]
fn a_request_is_an_event_of_the_board() {
    let folder = Folder::new("event");
    let path = folder.image("disk.img", 2);
    fs::write(&path, vec![0x5a; 1024]).unwrap();
    let mut board = riscv_virt::description().build(&options(&[path])).unwrap();
    write(&board, 0x200_4000, Width::B8, u64::MAX);
    write(&board, 0xc00_0000 + 4 * 8, Width::B4, 1);
    write(&board, 0xc00_2000, Width::B4, 1 << 8);
    let ram = 0x8010_0000;
    // Status, page, size and place of the queue of the highest slot; then a read of sector 1.
    for (offset, value) in [(0x70, 3), (0x28, 4096), (0x38, 4), (0x3c, 4096), (0x40, ram >> 12), (0x70, 7)] {
        write(&board, 0x1000_8000 + offset, Width::B4, value);
    }
    for (at, value) in [
        (0, ram + 0x2000),
        (8, 1 << 48 | 1 << 32 | 16),
        (16, ram + 0x3000),
        (24, 2 << 48 | 3 << 32 | 512),
        (32, ram + 0x4000),
        (40, 2 << 32 | 1),
        (0x40, 1 << 16),
        (0x2008, 1),
        (0x4000, 0xff),
    ] {
        write(&board, ram + at, Width::B8, value);
    }
    board.clock.set(777);
    write(&board, 0x1000_8050, Width::B4, 0);
    let due = 777 + crate::virtio::block::LATENCY_INSNS;
    assert_eq!(board.next_event(), Some(due));
    assert!(!board.waits_only_for_input());
    board.clock.set(due - 1);
    board.tick();
    assert_eq!((board.lines[0].get(), read(&board, ram + 0x4000, Width::B1)), (0, 0xff));
    board.clock.set(due);
    board.tick();
    assert_eq!((board.lines[0].get(), read(&board, ram + 0x4000, Width::B1)), (1 << 11, 0));
    assert_eq!(read(&board, ram + 0x31f8, Width::B8), 0x5a5a_5a5a_5a5a_5a5a);
    assert_eq!(read(&board, 0xc20_0004, Width::B4), 8, "the slot's source");
    assert_eq!(board.next_event(), None);
}
