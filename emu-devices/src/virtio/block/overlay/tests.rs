//! An overlay against an array of bytes, its bound, and the base that stays as it is.

use std::fs;
use std::os::unix::fs::FileExt;

use proptest::prelude::*;

use super::*;
use crate::virtio::block::Access;
use crate::virtio::block::image::tests::{Folder, open};
use crate::virtio::testing::{DATA, Rig, pattern};

fn overlay(sectors: usize) -> (File, Overlay) {
    let base = tempfile::tempfile().unwrap();
    base.write_all_at(&(0..512 * sectors).map(pattern).collect::<Vec<u8>>(), 0).unwrap();
    let overlay = Overlay::new(base.try_clone().unwrap(), 512 * sectors as u64).unwrap();
    (base, overlay)
}

#[derive(Clone, Debug)]
enum Operation {
    Read,
    Write(u8),
    Zero,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn it_reads_what_was_written_and_the_base_never_changes(
        operations in prop::collection::vec(
            (
                prop_oneof![Just(Operation::Read), any::<u8>().prop_map(Operation::Write), Just(Operation::Zero)],
                0..24_u64,
                0..12_u64,
            ),
            1..40,
        ),
    ) {
        let (base, mut overlay) = overlay(32);
        let original: Vec<u8> = (0..32 * 512).map(pattern).collect();
        let mut model = original.clone();
        let rig = Rig::new(Default::default(), Box::new(crate::virtio::testing::Plain::new(1)));
        for (operation, sector, sectors) in operations {
            let sectors = sectors.min(32 - sector);
            let (at, bytes) = (512 * sector, 512 * sectors);
            // Two segments that are not sectors.
            let cut = bytes / 3 + 1;
            let list = [
                emu_mem::Segment { at: emu_mem::GuestPhys(DATA + 0x8000), bytes: cut.min(bytes) },
                emu_mem::Segment { at: emu_mem::GuestPhys(DATA), bytes: bytes.saturating_sub(cut) },
            ];
            let segments = Segments::new(&list);
            let part = &mut model[at as usize..][..bytes as usize];
            match operation {
                Operation::Read => {
                    let calls = overlay.read(at, &rig.memory, segments).unwrap();
                    let mut seen = vec![0; part.len()];
                    rig.memory.gather(segments, &mut seen).unwrap();
                    prop_assert!(seen == part);
                    prop_assert!(calls <= sectors);
                }
                Operation::Write(value) => {
                    let new: Vec<u8> = (0..bytes).map(|i| value.wrapping_add(i as u8)).collect();
                    rig.memory.scatter(segments, &new).unwrap();
                    prop_assert_eq!(overlay.write(at, &rig.memory, segments).unwrap(), u64::from(bytes != 0));
                    part.copy_from_slice(&new);
                }
                Operation::Zero => {
                    overlay.zero(at, bytes, false).unwrap();
                    part.fill(0);
                }
            }
            let covered: u64 = overlay.ranges.iter().map(|range| range.end - range.start).sum();
            prop_assert_eq!(overlay.covered_bytes, covered);
        }
        let mut now = vec![0; original.len()];
        base.read_exact_at(&mut now, 0).unwrap();
        prop_assert!(now == original);
    }
}

#[test]
fn a_full_overlay_is_an_error_and_what_is_in_it_stays() {
    let (_, mut overlay) = overlay(8);
    overlay.max_bytes = 1024;
    overlay.zero(0, 512, true).unwrap();
    overlay.zero(0, 1024, true).unwrap();
    assert_eq!(overlay.zero(512, 1024, true).unwrap_err().kind(), io::ErrorKind::StorageFull);
    overlay.zero(512, 512, true).unwrap();
    let mut rig = Rig::new(Default::default(), Box::new(overlay));
    rig.set_up();
    assert_eq!(rig.request(1, 1, &[(DATA, 512, false)]), (0, 1), "written before");
    assert_eq!(rig.request(1, 2, &[(DATA, 512, false)]), (1, 1));
    assert_eq!(rig.disk.last_error().as_deref(), Some("the overlay is full"));
    assert_eq!(rig.request(0, 1, &[(DATA, 1024, true)]), (0, 1025));
    let expected: Vec<u8> = (1024..1536).map(pattern).collect();
    assert_eq!(rig.bytes(DATA, 1024), [vec![0; 512], expected].concat());
}

#[test]
fn the_file_of_an_overlay_is_as_it_was() {
    let folder = Folder::new("overlay");
    let path = folder.image("disk.img", 8192);
    let before = fs::read(&path).unwrap();
    let mut rig = Rig::on(open(&path, Access::Overlay).unwrap());
    rig.put(DATA, 0x1234_u64);
    for sector in [0, 3, 4, 15] {
        assert_eq!(rig.request(1, sector, &[(DATA, 512, false)]), (0, 1));
    }
    assert_eq!(rig.request(4, 0, &[]), (0, 1));
    let calls = rig.disk.stats().system_calls;
    assert_eq!(rig.request(0, 3, &[(DATA + 0x1000, 1024, true)]), (0, 1025));
    assert_eq!(rig.disk.stats().system_calls - calls, 1, "all in one file");
    assert_eq!(rig.get::<u64>(DATA + 0x1200), 0x1234);
    assert_eq!(rig.request(0, 2, &[(DATA + 0x1000, 2048, true)]), (0, 2049));
    assert_eq!(rig.disk.stats().system_calls - calls, 4, "base, written, base");
    assert_eq!(fs::read(&path).unwrap(), before);
}
