//! Every byte where it belongs, whatever the pieces, and the number of calls.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;

use super::*;
use crate::addr::PAGE_SIZE;
use crate::ram::Block;

/// A file that has no name any more, with these contents.
fn file(test: &str, contents: &[u8]) -> File {
    let path = std::env::temp_dir().join(format!("emu-mem-{}-{test}", std::process::id()));
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    file.write_all_at(contents, 0).unwrap();
    file
}

fn pattern(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|i| (i * 31 + i / 251) as u8).collect()
}

/// `count` pieces of 7 bytes, 16 apart.
fn comb(ram: &Ram, count: u64) -> impl Iterator<Item = Piece<'_>> + Clone {
    (0..count).map(move |i| Piece { ram, offset: 16 * i, bytes: 7 })
}

#[test]
fn a_list_is_one_call_and_a_longer_one_few() {
    let ram = Ram::new(16 * PAGE_SIZE).unwrap();
    let contents = pattern(7 * 2049 + 5);
    let source = file("few-from", &contents);
    let target = file("few-to", b"");
    for (count, calls) in [(0, 0), (1, 1), (1024, 1), (1025, 2), (2048, 2), (2049, 3)] {
        ram.zero(0, ram.bytes()).unwrap();
        assert_eq!(transfer(Way::Read, &source, 5, comb(&ram, count)).unwrap(), calls, "{count} pieces");
        for (i, expected) in contents[5..].chunks(7).take(count as usize).enumerate() {
            let mut tooth = [0; 16];
            ram.read_bytes(16 * i as u64, &mut tooth).unwrap();
            assert_eq!((&tooth[..7], &tooth[7..]), (expected, &[0; 9][..]), "piece {i} of {count}");
        }
        assert_eq!(transfer(Way::Write, &target, 3, comb(&ram, count)).unwrap(), calls, "{count} pieces");
        let mut written = vec![0; 7 * count as usize];
        target.read_exact_at(&mut written, 3).unwrap();
        assert_eq!(written, contents[5..][..written.len()]);
    }
}

#[test]
fn empty_pieces_are_passed_over() {
    let ram = Ram::new(PAGE_SIZE).unwrap();
    let source = file("empty", b"abcdef");
    let pieces = [(0, 0), (8, 3), (ram.bytes(), 0), (16, 3), (u64::MAX, 0)];
    let pieces = pieces.map(|(offset, bytes)| Piece { ram: &ram, offset, bytes });
    assert_eq!(transfer(Way::Read, &source, 0, pieces.iter().copied()).unwrap(), 1);
    assert_eq!((ram.read(8), ram.read(16)), (Some(u32::from_le_bytes(*b"abc\0")), Some(u32::from_le_bytes(*b"def\0"))));
}

fn filled<'a>(pieces: impl Iterator<Item = Piece<'a>>, skip: u64) -> Batch {
    let mut batch = Batch { vectors: [const { MaybeUninit::uninit() }; IOV_MAX], count: 0 };
    batch.fill(Way::Read, pieces, skip).unwrap();
    batch
}

/// A pipe gives what it holds and no more, but has no offsets; a file is short only at its end. So what a short call leaves
/// over is tried on the batches themselves.
#[test]
fn what_a_short_call_has_left_comes_first_in_the_next() {
    let ram = Ram::new(PAGE_SIZE).unwrap();
    for skip in 0..7 {
        let batch = filled(comb(&ram, 3), skip);
        // SAFETY: `fill` says that three are filled in.
        let vectors = unsafe { batch.vectors[..batch.count].assume_init_ref() };
        let seen: Vec<_> = vectors.iter().map(|v| (v.iov_base.addr() - ram.base.addr().get(), v.iov_len)).collect();
        assert_eq!(seen, [(skip as usize, 7 - skip as usize), (16, 7), (32, 7)]);
    }
}

#[test]
fn a_call_is_a_gibibyte_at_most() {
    let ram = Ram::new(3 << 30).unwrap();
    let pieces = [Piece { ram: &ram, offset: 0, bytes: (1 << 30) - 8 }, Piece { ram: &ram, offset: 0, bytes: 3 << 30 }];
    let batch = filled(pieces.into_iter(), 8);
    // SAFETY: `fill` says that they are filled in.
    let vectors = unsafe { batch.vectors[..batch.count].assume_init_ref() };
    assert_eq!(vectors.iter().map(|v| v.iov_len).collect::<Vec<_>>(), [(1 << 30) - 16, 16]);
}

#[test]
fn a_file_that_ends_too_early_is_an_error() {
    let ram = Ram::new(PAGE_SIZE).unwrap();
    let source = file("early", &pattern(10));
    let error = transfer(Way::Read, &source, 0, comb(&ram, 2)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    let mut moved = [0; 19];
    ram.read_bytes(0, &mut moved).unwrap();
    assert_eq!((&moved[..7], &moved[16..]), (&pattern(10)[..7], &pattern(10)[7..]), "what there was");
    assert_eq!(transfer(Way::Read, &source, 10, comb(&ram, 1)).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn what_is_outside_is_refused_before_the_kernel_sees_it() {
    let ram = Ram::new(PAGE_SIZE).unwrap();
    let source = file("outside", &pattern(64));
    for (offset, bytes) in [(PAGE_SIZE - 6, 7), (PAGE_SIZE, 1), (u64::MAX, 1), (0, PAGE_SIZE + 1), (8, u64::MAX)] {
        let piece = Piece { ram: &ram, offset, bytes };
        for way in [Way::Read, Way::Write] {
            let error = transfer(way, &source, 0, std::iter::once(piece)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{bytes} bytes at {offset}");
        }
    }
    let rom = Ram::reserve(&[Block { bytes: PAGE_SIZE, writable: false }]).unwrap().remove(0);
    let error = transfer(Way::Read, &source, 0, comb(&rom, 1)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "a ROM");
    let error = transfer(Way::Read, &source, u64::MAX, comb(&ram, 1)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "no such offset");
}

#[test]
fn a_file_that_cannot_be_written_says_so() {
    let ram = Ram::new(PAGE_SIZE).unwrap();
    let read_only = File::open("/dev/null").unwrap();
    let error = transfer(Way::Write, &read_only, 0, comb(&ram, 1)).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EBADF));
}
