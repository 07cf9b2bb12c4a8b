//! Host memory for many blocks of guest RAM and ROM in one reservation:
//!
//! ```text
//! | guard page | all RAM, block after block | all ROM, block after block | guard page |
//!   no access     read and write               read only                    no access
//! ```
//!
//! So a machine's memory takes four system calls however many blocks it has, and one for each kind of right it needs
//! later. The guard pages catch what no checked access does: an address computed wrongly by generated code.

use std::sync::Arc;

use super::Ram;
use super::host::{Mapping, Rights, page_bytes};
use crate::addr::PAGE_SIZE;
use crate::error::Error;

/// A block that is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// Its size: a multiple of 4,096, not zero.
    pub bytes: u64,
    /// Whether it can be stored to; if not, only [`Ram::install_bytes`] changes it.
    pub writable: bool,
}

impl Block {
    /// # Errors
    /// [`Error::Size`] if the size is zero or not a multiple of 4,096, [`Error::Map`] if no host could have it.
    pub(crate) fn check(self) -> Result<Self, Error> {
        let bytes = self.bytes;
        if bytes == 0 || !bytes.is_multiple_of(PAGE_SIZE) {
            return Err(Error::Size { bytes });
        }
        if isize::try_from(bytes).is_err() {
            return Err(too_large(bytes));
        }
        Ok(self)
    }
}

fn too_large(bytes: u64) -> Error {
    Error::Map { bytes, source: std::io::ErrorKind::OutOfMemory.into() }
}

impl Ram {
    /// Reserves blocks, all zero, together; the handles are in the order of `blocks`. The host gives the address space
    /// back when the last handle to any of them is dropped.
    ///
    /// # Errors
    /// As for [`new`](Self::new). Nothing is reserved then.
    pub fn reserve(blocks: &[Block]) -> Result<Vec<Self>, Error> {
        let total = blocks.iter().fold(0_u64, |total, block| total.saturating_add(block.bytes));
        let mut places = vec![0; blocks.len()];
        let page = page_bytes();
        let mut end = page;
        let mut lay = |writable: bool| -> Result<usize, Error> {
            for (place, block) in places.iter_mut().zip(blocks).filter(|(_, block)| block.writable == writable) {
                *place = end;
                let bytes = block.check()?.bytes as usize;
                let next = bytes.checked_next_multiple_of(page).and_then(|bytes| end.checked_add(bytes));
                end = next.filter(|&end| end <= isize::MAX as usize - page).ok_or_else(|| too_large(total))?;
            }
            Ok(end)
        };
        let (ram_end, rom_end) = (lay(true)?, lay(false)?);
        if blocks.is_empty() {
            return Ok(Vec::new());
        }
        let refused = |source| Error::Map { bytes: total, source };
        let mapping = Mapping::reserve(rom_end + page).map_err(refused)?;
        for (run, rights) in [(page..ram_end, Rights::ReadWrite), (ram_end..rom_end, Rights::Read)] {
            if !run.is_empty() {
                mapping.protect(&run, rights).map_err(refused)?;
            }
        }
        if page < ram_end {
            mapping.prefer_large_pages(&(page..ram_end));
        }
        let mapping = Arc::new(mapping);
        Ok(blocks.iter().zip(places).map(|(&block, place)| Self::of(&mapping, place, block)).collect())
    }
}
