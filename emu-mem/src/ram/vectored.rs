//! Vectored transfers between files and guest RAM: the kernel moves the bytes, one system call for a whole list of pieces. Only
//! how bytes get there and how many calls that takes; who may write where is [`Memory`](crate::memory::Memory)'s business.
#![allow(unsafe_code, reason = "part of `ram`; see docs/unsafe.md")]

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use super::Ram;

/// Pieces in one call: the limit of Linux, the BSDs and macOS.
pub(crate) const IOV_MAX: usize = 1024;

/// Bytes in one call: hosts refuse or cut what does not fit 31 bits.
const MAX_CALL_BYTES: u64 = 1 << 30;

/// Some bytes of a RAM.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) ram: &'a Ram,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

/// Which way the bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the file into RAM.
    Read,
    /// From RAM into the file.
    Write,
}

/// What one call is given: the first `count` of `vectors` have been filled in.
struct Batch {
    vectors: [MaybeUninit<libc::iovec>; IOV_MAX],
    count: usize,
}

/// Moves the bytes of `pieces`, in their order, from or to `file` at `at_bytes` and on. Returns the number of system calls: one,
/// unless there are more than [`IOV_MAX`] pieces or a GiB, the host moves less than it was asked to, or a signal interrupts it.
///
/// # Errors
/// What the host says; [`io::ErrorKind::UnexpectedEof`] where the file ends before the pieces do;
/// [`io::ErrorKind::InvalidInput`] for a piece that is not inside its RAM, for reading into a ROM, and for an offset that no file has. What stands in
/// front of the failure may have been moved.
pub(crate) fn transfer<'a>(
    way: Way,
    file: &File,
    mut at_bytes: u64,
    mut pieces: impl Iterator<Item = Piece<'a>> + Clone,
) -> io::Result<u64> {
    let mut calls = 0;
    // So many bytes of the first piece have been moved already.
    let mut skip = 0;
    // One for all calls, filled where it stands: it is large.
    let mut batch = Batch { vectors: [const { MaybeUninit::uninit() }; IOV_MAX], count: 0 };
    while pieces.clone().any(|piece| piece.bytes != 0) {
        batch.fill(way, pieces.clone(), skip)?;
        calls += 1;
        let moved = match batch.call(way, file, at_bytes) {
            Ok(0) if way == Way::Read => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(moved) => moved,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        at_bytes += moved;
        skip += moved;
        while let Some(piece) = pieces.clone().next().filter(|piece| piece.bytes <= skip) {
            skip -= piece.bytes;
            pieces.next();
        }
    }
    Ok(calls)
}

impl Batch {
    /// As much of `pieces`, without the first `skip` bytes, as one call takes.
    fn fill<'a>(&mut self, way: Way, pieces: impl Iterator<Item = Piece<'a>>, mut skip: u64) -> io::Result<()> {
        self.count = 0;
        let mut room = MAX_CALL_BYTES;
        for piece in pieces.filter(|piece| piece.bytes != 0) {
            if self.count == IOV_MAX || room == 0 {
                break;
            }
            let bytes = (piece.bytes - skip).min(room);
            let offset = piece.offset.saturating_add(skip);
            let start = match way {
                Way::Read => piece.ram.at_writable(offset, bytes),
                Way::Write => piece.ram.at(offset, bytes),
            };
            let start = start.ok_or(io::ErrorKind::InvalidInput)?;
            // At most a GiB, which fits.
            let vector = libc::iovec { iov_base: start.cast(), iov_len: bytes as usize };
            self.vectors[self.count].write(vector);
            self.count += 1;
            room -= bytes;
            skip = 0;
        }
        Ok(())
    }

    /// The system call; returns how many bytes it has moved.
    fn call(&self, way: Way, file: &File, at_bytes: u64) -> io::Result<u64> {
        let at = libc::off_t::try_from(at_bytes).map_err(|_| io::ErrorKind::InvalidInput)?;
        let (file, vectors, count) = (file.as_raw_fd(), self.vectors.as_ptr().cast(), self.count as libc::c_int);
        // SAFETY: `fill` has initialised `count` vectors, each of which lies inside a mapping: `Ram::at` has checked that, and
        // the RAMs behind the pieces are borrowed by the iterator that `transfer` holds (R1). The kernel alone accesses those
        // bytes, and nobody has a reference to them (R5).
        let moved = unsafe {
            match way {
                Way::Read => libc::preadv(file, vectors, count, at),
                Way::Write => libc::pwritev(file, vectors, count, at),
            }
        };
        u64::try_from(moved).map_err(|_| io::Error::last_os_error())
    }
}

/// Miri knows no vectored system calls.
#[cfg(all(test, not(miri)))]
#[path = "vectored/tests.rs"]
mod tests;
