//! Lists of segments against an array of bytes, and what a transfer does beside moving bytes.

use proptest::prelude::*;

use super::*;
use crate::bus::BusBuilder;

const RAM: GuestPhys = GuestPhys(0x8000_0000);
const ROM: GuestPhys = GuestPhys(0x1000);

fn memory() -> Memory {
    let mut builder = BusBuilder::new();
    builder.ram("ram", RAM, 0x4000).unwrap().ram("next", RAM.wrapping_add(0x4000), 0x1000).unwrap();
    builder.rom("rom", ROM, 0x1000).unwrap();
    builder.build().unwrap().memory().clone()
}

fn segment(at: u64, bytes: u64) -> Segment {
    Segment { at: RAM.wrapping_add(at), bytes }
}

proptest! {
    #[test]
    fn a_part_is_what_slicing_gives(
        lengths in prop::collection::vec(0_u64..9, 0..8),
        cuts in prop::collection::vec((0_u64..40, 0_u64..40), 0..4),
    ) {
        let list: Vec<_> = lengths.iter().enumerate().map(|(i, &bytes)| segment(0x100 * i as u64, bytes)).collect();
        let every = |segments: &[Segment]| -> Vec<u64> {
            segments.iter().flat_map(|s| (0..s.bytes).map(move |i| s.at.0 + i)).collect()
        };
        let (mut part, mut expected) = (Segments::new(&list), every(&list));
        for (from, bytes) in cuts {
            part = part.part(from, bytes);
            expected = expected.into_iter().skip(from as usize).take(bytes as usize).collect();
        }
        let seen: Vec<_> = part.iter().collect();
        prop_assert!(seen.iter().all(|s| s.bytes != 0));
        prop_assert_eq!(part.bytes(), expected.len() as u64);
        prop_assert_eq!(every(&seen), expected);
    }
}

#[test]
fn absurd_lengths_are_counted_without_wrapping() {
    let list = [segment(0, u64::MAX), segment(8, u64::MAX), segment(16, 4)];
    let all = Segments::new(&list);
    assert_eq!(all.bytes(), u64::MAX);
    assert_eq!(all.part(8, 4).iter().collect::<Vec<_>>(), [segment(8, 4)]);
    assert_eq!(all.part(u64::MAX - 1, u64::MAX).bytes(), 1);
    assert_eq!(memory().gather(all, &mut [0; 0x5000]), Err(BusFault));
}

#[test]
fn gather_and_scatter_are_each_others_inverse() {
    let memory = memory();
    let list = [segment(3, 5), segment(0x3ff8, 8), segment(0x4000, 2)];
    memory.scatter(Segments::new(&list), b"hello, segments").unwrap();
    let mut back = [0; 15];
    memory.gather(Segments::new(&list), &mut back).unwrap();
    assert_eq!(&back, b"hello, segments");
    assert_eq!(memory.read::<u16>(RAM.wrapping_add(0x4000)).unwrap(), u16::from_le_bytes(*b"ts"));
    let mut short = [0; 4];
    memory.gather(Segments::new(&list), &mut short).unwrap();
    assert_eq!(&short, b"hell");
}

#[test]
fn nothing_is_written_if_one_segment_is_outside() {
    let memory = memory();
    for bad in [segment(0x3fff, 2), segment(0x5000, 1), Segment { at: ROM, bytes: 1 }, segment(0x5000, u64::MAX)] {
        let list = [segment(0, 4), bad];
        assert_eq!(memory.scatter(Segments::new(&list), &[0xff; 8]), Err(BusFault), "{bad:?}");
        assert_eq!(memory.read::<u32>(RAM), Ok(0), "{bad:?}");
    }
}

/// Miri knows no vectored system calls.
#[cfg(not(miri))]
mod files {
    use std::os::unix::fs::FileExt;

    use super::*;

    fn file(test: &str) -> File {
        let path = std::env::temp_dir().join(format!("emu-mem-{}-{test}", std::process::id()));
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        file.write_all_at(b"0123456789abcdefghijklmnopqrstuvwxyz", 0).unwrap();
        file
    }

    #[test]
    fn bytes_go_to_and_from_the_regions_they_belong_to() {
        let (memory, file) = (memory(), file("regions"));
        let list = [segment(0x4000, 4), segment(0x3ffe, 2), segment(0, 0), segment(0x80, 6)];
        assert_eq!(memory.read_file(&file, 10, Segments::new(&list)).unwrap(), 1);
        let mut read = [0; 12];
        memory.gather(Segments::new(&list), &mut read).unwrap();
        assert_eq!(&read, b"abcdefghijkl");
        assert_eq!(memory.write_file(&file, 0, Segments::new(&list).part(2, 6)).unwrap(), 1);
        let mut written = [0; 8];
        file.read_exact_at(&mut written, 0).unwrap();
        assert_eq!(&written, b"cdefgh67");
    }

    #[test]
    fn a_bad_segment_moves_nothing() {
        let (memory, file) = (memory(), file("bad"));
        for bad in [segment(0x3fff, 2), segment(0x5000, 1), Segment { at: ROM, bytes: 1 }, segment(8, u64::MAX)] {
            let list = [segment(0, 4), bad];
            let result = memory.read_file(&file, 0, Segments::new(&list));
            assert!(matches!(result, Err(TransferError::Segment)), "{result:?}");
            assert_eq!(memory.read::<u32>(RAM), Ok(0), "{bad:?}");
        }
        let rom = [Segment { at: ROM, bytes: 2 }];
        assert_eq!(memory.write_file(&file, 0, Segments::new(&rom)).unwrap(), 1, "a ROM can be read");
        let hole = [segment(0, 1), segment(0x5000, 1)];
        assert!(matches!(memory.write_file(&file, 4, Segments::new(&hole)), Err(TransferError::Segment)));
        let mut kept = [0; 6];
        file.read_exact_at(&mut kept, 0).unwrap();
        assert_eq!(&kept, b"\x00\x002345");
    }

    #[test]
    fn reading_a_file_breaks_reservations_even_if_it_fails() {
        let (memory, file) = (memory(), file("reserved"));
        for (at_bytes, works) in [(0, true), (30, false)] {
            memory.reservations().reserve(0, RAM);
            memory.reservations().reserve(1, RAM.wrapping_add(0x1000));
            let list = [segment(0x10, 8)];
            assert_eq!(memory.read_file(&file, at_bytes, Segments::new(&list)).is_ok(), works);
            assert_eq!(memory.reservations().held(0), None);
            assert!(memory.reservations().held(1).is_some(), "elsewhere");
            memory.reservations().reserve(0, RAM);
            memory.write_file(&file, at_bytes, Segments::new(&list)).unwrap();
            assert_eq!(memory.reservations().held(0), Some(RAM), "it has only been read");
            file.set_len(36).unwrap();
        }
    }
}
