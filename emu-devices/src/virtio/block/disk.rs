//! Disks: what is behind a block device, how a user names one, and what can be wrong with it. How bytes are kept is in `image` (a raw
//! file) and `overlay` (a raw file that does not change).

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use emu_mem::{Memory, Segments, TransferError};

use super::SECTOR_BYTES;
use super::image::Image;
use super::overlay::Overlay;
use crate::Shared;
use crate::virtio::mmio::Interface;

/// Where a disk's bytes are kept. Ranges are whole sectors inside [`bytes`](Self::bytes); everything returns the number of system
/// calls that it took, and nothing is half done without an error.
pub trait Storage: Send {
    /// The disk's size: a multiple of [`SECTOR_BYTES`], not zero.
    fn bytes(&self) -> u64;

    /// Whether it refuses to be written.
    fn is_read_only(&self) -> bool;

    /// Reads from `at_bytes` on into guest memory.
    ///
    /// # Errors
    /// [`TransferError`].
    fn read(&mut self, at_bytes: u64, memory: &Memory, into: Segments<'_>) -> Result<u64, TransferError>;

    /// Writes from guest memory.
    ///
    /// # Errors
    /// [`TransferError`].
    fn write(&mut self, at_bytes: u64, memory: &Memory, from: Segments<'_>) -> Result<u64, TransferError>;

    /// Makes `bytes` bytes zero, and gives their space back to the host if `unmap` says so and the host can.
    ///
    /// # Errors
    /// What the host says.
    fn zero(&mut self, at_bytes: u64, bytes: u64, unmap: bool) -> io::Result<u64>;

    /// Brings everything that was written to where a power cut does not reach it.
    ///
    /// # Errors
    /// What the host says. What was written since the last flush may be lost then.
    fn flush(&mut self) -> io::Result<u64>;
}

/// What has happened to a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests that have been answered.
    pub requests: u64,
    /// Of those, the ones answered with an error.
    pub failed: u64,
    /// System calls made for them.
    pub system_calls: u64,
    /// Bytes read.
    pub read_bytes: u64,
    /// Bytes written, zeroes and what was discarded aside.
    pub written_bytes: u64,
    /// Requests that failed because the host could not do them.
    pub host_errors: u64,
}

/// A disk. A cheap handle: clones are the same disk, which outlives the machine that it is plugged into, so that a reset finds it
/// as it was.
#[derive(Clone)]
pub struct Disk {
    name: Arc<str>,
    interface: Interface,
    bytes: u64,
    read_only: bool,
    inner: Shared<Inner>,
}

struct Inner {
    storage: Box<dyn Storage>,
    stats: Stats,
    last_error: Option<String>,
}

impl Disk {
    /// A disk of that name on `storage`, to be shown through `interface`.
    pub fn new(name: &str, interface: Interface, storage: Box<dyn Storage>) -> Self {
        Self {
            name: name.into(),
            interface,
            bytes: storage.bytes(),
            read_only: storage.is_read_only(),
            inner: Shared::new(Inner { storage, stats: Stats::default(), last_error: None }),
        }
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The registers that its device shows.
    pub fn interface(&self) -> Interface {
        self.interface
    }

    /// Its size.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether it can only be read.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// What has happened to it so far.
    pub fn stats(&self) -> Stats {
        self.inner.lock().stats
    }

    /// What the host said when it last could not do something.
    pub fn last_error(&self) -> Option<String> {
        self.inner.lock().last_error.clone()
    }

    pub(super) fn read(&self, at_bytes: u64, memory: &Memory, into: Segments<'_>) -> Result<(), TransferError> {
        let inner = &mut *self.inner.lock();
        let result = inner.storage.read(at_bytes, memory, into);
        inner.took(result)?;
        inner.stats.read_bytes += into.bytes();
        Ok(())
    }

    pub(super) fn write(&self, at_bytes: u64, memory: &Memory, from: Segments<'_>) -> Result<(), TransferError> {
        let inner = &mut *self.inner.lock();
        let result = inner.storage.write(at_bytes, memory, from);
        inner.took(result)?;
        inner.stats.written_bytes += from.bytes();
        Ok(())
    }

    pub(super) fn zero(&self, at_bytes: u64, bytes: u64, unmap: bool) -> Result<(), TransferError> {
        let inner = &mut *self.inner.lock();
        let result = inner.storage.zero(at_bytes, bytes, unmap);
        inner.took(result.map_err(TransferError::from))
    }

    pub(super) fn flush(&self) -> Result<(), TransferError> {
        let inner = &mut *self.inner.lock();
        let result = inner.storage.flush();
        inner.took(result.map_err(TransferError::from))
    }

    /// A request has been answered.
    pub(super) fn count(&self, is_ok: bool) {
        let stats = &mut self.inner.lock().stats;
        stats.requests += 1;
        stats.failed += u64::from(!is_ok);
    }
}

impl Inner {
    fn took(&mut self, result: Result<u64, TransferError>) -> Result<(), TransferError> {
        match result {
            Ok(calls) => {
                self.stats.system_calls += calls;
                Ok(())
            }
            Err(error) => {
                if let TransferError::Io(error) = &error {
                    self.stats.host_errors += 1;
                    self.last_error = Some(match error.kind() {
                        io::ErrorKind::UnexpectedEof => "the file has become shorter".to_owned(),
                        _ => error.to_string(),
                    });
                }
                Err(error)
            }
        }
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("name", &self.name).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// What a guest may do to a disk's file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Read and write it.
    #[default]
    Writable,
    /// Read it; the device says that it is read-only.
    ReadOnly,
    /// Read and write it, but what is written is forgotten at the end.
    Overlay,
}

/// A disk as users name it: `FILE[,readonly|,overlay][,modern]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskSpec {
    /// Its raw image.
    pub path: PathBuf,
    /// What may be done to it.
    pub access: Access,
    /// The registers that its device shows.
    pub interface: Interface,
}

impl DiskSpec {
    /// Takes the words off the end of `text`, in any order; the rest is the file's name, in which there may be commas.
    pub fn parse(text: &str) -> Self {
        let (mut name, mut access, mut interface) = (text, None, None);
        while let Some((rest, word)) = name.rsplit_once(',') {
            match word {
                "readonly" if access.is_none() => access = Some(Access::ReadOnly),
                "overlay" if access.is_none() => access = Some(Access::Overlay),
                "modern" if interface.is_none() => interface = Some(Interface::Modern),
                _ => break,
            }
            name = rest;
        }
        Self { path: name.into(), access: access.unwrap_or_default(), interface: interface.unwrap_or_default() }
    }

    /// Opens the disk. Its file is locked for as long as the disk lives: a writer is alone.
    ///
    /// # Errors
    /// [`DiskError`], whose text names the file and the remedy.
    pub fn open(&self) -> Result<Disk, DiskError> {
        let storage = self.storage().map_err(|problem| DiskError { path: self.path.clone(), problem })?;
        Ok(Disk::new(&self.path.display().to_string(), self.interface, storage))
    }

    fn storage(&self) -> Result<Box<dyn Storage>, DiskProblem> {
        let (file, bytes) = open(&self.path, self.access == Access::Writable)?;
        Ok(match self.access {
            Access::Writable => Box::new(Image::new(file, bytes, false)),
            Access::ReadOnly => Box::new(Image::new(file, bytes, true)),
            Access::Overlay => Box::new(Overlay::new(file, bytes).map_err(DiskProblem::Temporary)?),
        })
    }
}

fn open(path: &Path, writable: bool) -> Result<(File, u64), DiskProblem> {
    // Looked at before it is opened: opening a pipe would wait for somebody at its other end.
    let metadata = fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => DiskProblem::Missing,
        _ => DiskProblem::Unreadable(source),
    })?;
    if metadata.is_dir() {
        return Err(DiskProblem::Directory);
    }
    if !metadata.is_file() && !is_block_device(&metadata) {
        return Err(DiskProblem::NoDisk);
    }
    // Asked of the file and not of the host, which lets an administrator write anything.
    if writable && metadata.permissions().readonly() {
        return Err(DiskProblem::WriteProtected);
    }
    let mut file = File::options().read(true).write(writable).open(path).map_err(|source| match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem if writable => DiskProblem::WriteProtected,
        _ => DiskProblem::Unreadable(source),
    })?;
    // Not every file system has locks; without them a user has to take care.
    let locked = if writable { file.try_lock() } else { file.try_lock_shared() };
    if let Err(TryLockError::WouldBlock) = locked {
        return Err(DiskProblem::InUse);
    }
    // A block device has no length but an end.
    let bytes = file.seek(SeekFrom::End(0)).map_err(DiskProblem::Unreadable)?;
    match bytes {
        0 => Err(DiskProblem::Empty),
        _ if !bytes.is_multiple_of(SECTOR_BYTES) => Err(DiskProblem::Truncated(bytes)),
        _ => Ok((file, bytes)),
    }
}

fn is_block_device(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_block_device()
}

/// A disk that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("disk {}: {problem}", path.display())]
pub struct DiskError {
    /// Its file.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub problem: DiskProblem,
}

/// What can be wrong with a disk's file.
#[derive(Debug, thiserror::Error)]
pub enum DiskProblem {
    /// There is none.
    #[error(
        "no such file: check the path and the words after it (readonly, overlay, modern), \
         or make an empty disk, as with truncate -s 64M FILE"
    )]
    Missing,
    /// The host does not let us.
    #[error("cannot be opened ({0}): check its permissions")]
    Unreadable(#[source] io::Error),
    /// It is a directory.
    #[error("is a directory: give a disk image")]
    Directory,
    /// It is a pipe, a terminal or the like.
    #[error("neither a file nor a block device: give a disk image")]
    NoDisk,
    /// It cannot be written.
    #[error("may not be written: add ,readonly or ,overlay, or change its permissions")]
    WriteProtected,
    /// Somebody else has it.
    #[error("in use by another run or another disk of this one: end that, or use a copy")]
    InUse,
    /// There is nothing in it.
    #[error("the file is empty: give it a size, as with truncate -s 64M FILE")]
    Empty,
    /// It has half a sector.
    #[error(
        "its {0} bytes are no multiple of {SECTOR_BYTES}: it is truncated, copy it again; \
         if it is whole, fill it up with truncate -s %{SECTOR_BYTES} FILE"
    )]
    Truncated(u64),
    /// There is no place for what is written to an overlay.
    #[error("no temporary file for what is written ({0}): set TMPDIR to a directory with room")]
    Temporary(#[source] io::Error),
}

/// The disks that board files name, by what they name: a board that is built again, as after a reset, finds them as they are.
#[derive(Clone, Debug, Default)]
pub struct Shelf(Arc<Mutex<Vec<(DiskSpec, Disk)>>>);

impl Shelf {
    /// The disk of `spec`, opened if it is not yet.
    ///
    /// # Errors
    /// As [`DiskSpec::open`].
    pub fn open(&self, spec: &DiskSpec) -> Result<Disk, DiskError> {
        let mut disks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, disk)) = disks.iter().find(|(known, _)| known == spec) {
            return Ok(disk.clone());
        }
        let disk = spec.open()?;
        disks.push((spec.clone(), disk.clone()));
        Ok(disk)
    }

    /// All that have been opened.
    pub fn disks(&self) -> Vec<Disk> {
        let disks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        disks.iter().map(|(_, disk)| disk.clone()).collect()
    }
}
