//! A raw disk image: the file's bytes are the disk's.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use emu_mem::{Memory, Segments, TransferError};

use super::disk::Storage;

/// A file, or a block device of the host.
pub(super) struct Image {
    file: File,
    bytes: u64,
    read_only: bool,
}

impl Image {
    /// `bytes` is the file's size.
    pub(super) fn new(file: File, bytes: u64, read_only: bool) -> Self {
        Self { file, bytes, read_only }
    }
}

impl Storage for Image {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn read(&mut self, at_bytes: u64, memory: &Memory, into: Segments<'_>) -> Result<u64, TransferError> {
        memory.read_file(&self.file, at_bytes, into)
    }

    fn write(&mut self, at_bytes: u64, memory: &Memory, from: Segments<'_>) -> Result<u64, TransferError> {
        memory.write_file(&self.file, at_bytes, from)
    }

    fn zero(&mut self, at_bytes: u64, bytes: u64, unmap: bool) -> io::Result<u64> {
        zero(&self.file, at_bytes, bytes, unmap)
    }

    fn flush(&mut self) -> io::Result<u64> {
        self.file.sync_data()?;
        Ok(1)
    }
}

/// Makes bytes of a file zero, by its file system if that can do it and by writing if not. Returns the number of system calls.
pub(super) fn zero(file: &File, at_bytes: u64, bytes: u64, unmap: bool) -> io::Result<u64> {
    if bytes == 0 {
        return Ok(0);
    }
    if by_file_system(file, at_bytes, bytes, unmap) {
        return Ok(1);
    }
    write_zeroes(file, at_bytes, bytes)
}

fn write_zeroes(file: &File, at_bytes: u64, bytes: u64) -> io::Result<u64> {
    static ZEROES: [u8; 64 << 10] = [0; 64 << 10];
    let (mut done, mut calls) = (0, 0);
    while done < bytes {
        let piece = (bytes - done).min(ZEROES.len() as u64);
        file.write_all_at(&ZEROES[..piece as usize], at_bytes + done)?;
        done += piece;
        calls += 1;
    }
    Ok(calls)
}

#[cfg(target_os = "linux")]
fn by_file_system(file: &File, at_bytes: u64, bytes: u64, unmap: bool) -> bool {
    use rustix::fs::{FallocateFlags, fallocate};
    let flags = if unmap { FallocateFlags::PUNCH_HOLE } else { FallocateFlags::ZERO_RANGE };
    // Whatever it fails for, writing will do or tell.
    fallocate(file, flags | FallocateFlags::KEEP_SIZE, at_bytes, bytes).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn by_file_system(_file: &File, _at_bytes: u64, _bytes: u64, _unmap: bool) -> bool {
    false
}

#[cfg(test)]
#[path = "image/tests.rs"]
pub(super) mod tests;
