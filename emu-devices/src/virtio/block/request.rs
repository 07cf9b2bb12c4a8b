//! One request to a disk (virtio 1.2, sections 5.2.6 to 5.2.6.4), from a descriptor chain to its status. It knows no queue.
//!
//! A request's bytes are read as one string, however they are cut into descriptors (section 2.7.4): the first 16 of those to be
//! read are the header, the last of those to be written is the status.

use emu_mem::{Memory, Segments, TransferError};

use super::disk::Disk;
use super::{Broken, Chain, SECTOR_BYTES};

/// A request may move so many bytes. The limits that are announced keep drivers below it; this one is for those that do not
/// look.
pub const MAX_REQUEST_BYTES: u64 = 256 << 20;

/// So many sectors, 128 MiB, can be discarded or zeroed at once: hosts that cannot do that in their file system write them.
pub const MAX_ZEROED_SECTORS: u32 = (128 << 20) / SECTOR_BYTES as u32;

/// Length of what GET_ID gives.
pub(super) const ID_BYTES: usize = 20;

const HEADER_BYTES: u64 = 16;
/// A range to discard or zero.
const RANGE_BYTES: u64 = 16;

const IN: u32 = 0;
const OUT: u32 = 1;
const FLUSH: u32 = 4;
const GET_ID: u32 = 8;
const DISCARD: u32 = 11;
const WRITE_ZEROES: u32 = 13;

/// The range may be deallocated.
const UNMAP: u32 = 1;

/// How a request has ended, unless all is well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Failure {
    /// It cannot be done.
    IoError = 1,
    /// There is no such request.
    Unsupported = 2,
}

impl From<TransferError> for Failure {
    fn from(_: TransferError) -> Self {
        Self::IoError
    }
}

impl From<emu_mem::BusFault> for Failure {
    fn from(_: emu_mem::BusFault) -> Self {
        Self::IoError
    }
}

/// What a request came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Done {
    /// So many of the bytes to be written have been written, counted from the first.
    pub(super) written_bytes: u32,
    /// So many have gone from or to the disk.
    pub(super) moved_bytes: u64,
}

/// Does the request in `chain`, status included. `write_through`: it must be safe when it is done.
///
/// # Errors
/// [`Broken::Request`] if it has no header, or no status that could be written.
pub(super) fn execute(
    disk: &Disk,
    memory: &Memory,
    chain: &Chain,
    id: &[u8; ID_BYTES],
    write_through: bool,
) -> Result<Done, Broken> {
    let (readable, writable) = (chain.readable(), chain.writable());
    let mut header = [0; HEADER_BYTES as usize];
    let room = writable.bytes().checked_sub(1).ok_or(Broken::Request)?;
    if readable.bytes() < HEADER_BYTES {
        return Err(Broken::Request);
    }
    memory.gather(readable, &mut header).map_err(|_| Broken::Request)?;
    let [kind, _, sector_low, sector_high] = words(&header);
    let request = Request {
        disk,
        memory,
        sector: u64::from(sector_high) << 32 | u64::from(sector_low),
        from: readable.part(HEADER_BYTES, u64::MAX),
        into: writable.part(0, room),
        write_through,
    };
    let result = match kind {
        IN => request.read(),
        OUT => request.write(),
        FLUSH => request.flush(),
        GET_ID => request.tell(id),
        DISCARD | WRITE_ZEROES => request.zero(kind),
        _ => Err(Failure::Unsupported),
    };
    let status = result.map_or_else(|failure| failure as u8, |_| 0);
    memory.scatter(writable.part(room, 1), &[status]).map_err(|_| Broken::Request)?;
    disk.count(result.is_ok());
    // Counted from the first: where not all data have been written, the status behind them does not count.
    let filled = match result {
        Ok(moved) if kind == IN || kind == GET_ID => moved,
        _ => 0,
    };
    let written = if filled == room { writable.bytes() } else { filled };
    Ok(Done { written_bytes: u32::try_from(written).unwrap_or(u32::MAX), moved_bytes: result.unwrap_or(0) })
}

struct Request<'a> {
    disk: &'a Disk,
    memory: &'a Memory,
    sector: u64,
    /// What is to be read, without the header.
    from: Segments<'a>,
    /// What is to be written, without the status.
    into: Segments<'a>,
    write_through: bool,
}

/// Each returns how many bytes it has moved.
impl Request<'_> {
    fn read(&self) -> Result<u64, Failure> {
        let bytes = self.into.bytes();
        let at_bytes = self.place(self.sector, bytes)?;
        self.disk.read(at_bytes, self.memory, self.into)?;
        Ok(bytes)
    }

    fn write(&self) -> Result<u64, Failure> {
        self.must_be_writable()?;
        let bytes = self.from.bytes();
        let at_bytes = self.place(self.sector, bytes)?;
        self.disk.write(at_bytes, self.memory, self.from)?;
        self.settle()?;
        Ok(bytes)
    }

    fn flush(&self) -> Result<u64, Failure> {
        self.disk.flush()?;
        Ok(0)
    }

    fn tell(&self, id: &[u8; ID_BYTES]) -> Result<u64, Failure> {
        self.memory.scatter(self.into, id)?;
        Ok(self.into.bytes().min(ID_BYTES as u64))
    }

    /// DISCARD and WRITE_ZEROES. What is discarded reads zero here, on every host; the specification leaves that open.
    fn zero(&self, kind: u32) -> Result<u64, Failure> {
        self.must_be_writable()?;
        if self.from.bytes() != RANGE_BYTES {
            // One range is what the configuration announces.
            return Err(Failure::Unsupported);
        }
        let mut range = [0; RANGE_BYTES as usize];
        self.memory.gather(self.from, &mut range)?;
        let [sector_low, sector_high, sectors, flags] = words(&range);
        if flags & !UNMAP != 0 || kind == DISCARD && flags != 0 {
            return Err(Failure::Unsupported);
        }
        if sectors > MAX_ZEROED_SECTORS {
            return Err(Failure::IoError);
        }
        let bytes = u64::from(sectors) * SECTOR_BYTES;
        let at_bytes = self.place(u64::from(sector_high) << 32 | u64::from(sector_low), bytes)?;
        self.disk.zero(at_bytes, bytes, kind == DISCARD || flags & UNMAP != 0)?;
        self.settle()?;
        Ok(bytes)
    }

    fn must_be_writable(&self) -> Result<(), Failure> {
        if self.disk.is_read_only() { Err(Failure::IoError) } else { Ok(()) }
    }

    /// Where `bytes` bytes from `sector` on are, if they are whole sectors of the disk and not too many.
    fn place(&self, sector: u64, bytes: u64) -> Result<u64, Failure> {
        let at_bytes = sector.checked_mul(SECTOR_BYTES).ok_or(Failure::IoError)?;
        let room = self.disk.bytes().checked_sub(at_bytes).ok_or(Failure::IoError)?;
        if bytes > room.min(MAX_REQUEST_BYTES) || !bytes.is_multiple_of(SECTOR_BYTES) {
            return Err(Failure::IoError);
        }
        Ok(at_bytes)
    }

    /// Something has been written.
    fn settle(&self) -> Result<(), Failure> {
        if self.write_through {
            self.disk.flush()?;
        }
        Ok(())
    }
}

fn words(bytes: &[u8; 16]) -> [u32; 4] {
    let (words, _) = bytes.as_chunks::<4>();
    std::array::from_fn(|i| u32::from_le_bytes(words[i]))
}
