//! The host's files that a program reaches by semihosting: those below one folder that the user names, and nothing outside.
//!
//! Names are resolved by the host's kernel, which refuses whatever would leave the folder (`openat2` with `RESOLVE_BENEATH`):
//! an absolute name, `..`, a symbolic link that leads out, also one that is exchanged meanwhile. Only plain files can be
//! opened.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, fstat, openat2, renameat, unlinkat};
use rustix::io::Errno;

use super::Failed;

/// A program has at most so many files open at once.
pub const MAX_FILES: usize = 64;

/// The longest name, in bytes.
pub const MAX_NAME_BYTES: usize = 1024;

/// What new files may be used for, before the user's umask.
const NEW_FILE: u32 = 0o666;

const CONFINED: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_MAGICLINKS);

/// A folder whose files programs may use. Clones are the same folder.
#[derive(Clone, Debug)]
pub struct Folder(Arc<OwnedFd>);

impl Folder {
    /// Opens a folder.
    ///
    /// # Errors
    /// The host's, if it is none, or if the host cannot confine names to it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(path, flags, Mode::empty())?;
        openat2(&root, ".", flags, Mode::empty(), CONFINED)?;
        Ok(Self(Arc::new(root)))
    }

    /// The folder that `name` is in, and its name there.
    fn parent<'n>(&self, name: &'n [u8]) -> Result<(OwnedFd, &'n [u8]), Errno> {
        let (parent, leaf) = match name.iter().rposition(|&byte| byte == b'/') {
            Some(0) => return Err(Errno::XDEV),
            Some(slash) => (&name[..slash], &name[slash + 1..]),
            None => (&b"."[..], name),
        };
        if matches!(leaf, b"" | b"." | b"..") {
            return Err(Errno::INVAL);
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok((openat2(&*self.0, parent, flags, Mode::empty(), CONFINED)?, leaf))
    }
}

/// The files that a program has open.
#[derive(Debug, Default)]
pub(super) struct Files {
    folder: Option<Folder>,
    open: Vec<Option<Opened>>,
}

#[derive(Debug)]
struct Opened {
    file: File,
    at: u64,
    reads: bool,
    writes: bool,
    /// Every write goes to the end.
    appends: bool,
}

impl Files {
    pub fn new(folder: Option<Folder>) -> Self {
        Self { folder, open: Vec::new() }
    }

    fn folder(&self) -> Result<&Folder, Failed> {
        // Without a folder there are no files.
        self.folder.as_ref().ok_or(Failed(super::ENOENT))
    }

    /// Opens a file in a mode of `fopen`: `r`, `rb`, `r+`, `r+b`, then the same for `w` and `a`. Gives its index.
    pub fn open(&mut self, name: &[u8], mode: u64) -> Result<u64, Failed> {
        let folder = self.folder()?;
        if mode > 11 {
            return Err(Failed(super::EINVAL));
        }
        let index = match self.open.iter().position(Option::is_none) {
            Some(index) => index,
            None if self.open.len() < MAX_FILES => self.open.len(),
            None => return Err(errno(Errno::MFILE)),
        };
        let plus = mode & 2 != 0;
        let (reads, writes) = (plus || mode < 4, plus || mode >= 4);
        let access = match (reads, writes) {
            (true, true) => OFlags::RDWR,
            (false, _) => OFlags::WRONLY,
            (true, false) => OFlags::RDONLY,
        };
        let create = match mode / 4 {
            0 => OFlags::empty(),
            1 => OFlags::CREATE | OFlags::TRUNC,
            _ => OFlags::CREATE | OFlags::APPEND,
        };
        // A pipe or a device is not waited for: it is refused.
        let flags = access | create | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let permissions = if create.is_empty() { Mode::empty() } else { Mode::from_raw_mode(NEW_FILE) };
        let file = openat2(&*folder.0, name, flags, permissions, CONFINED).map_err(errno)?;
        match FileType::from_raw_mode(fstat(&file).map_err(errno)?.st_mode) {
            FileType::RegularFile => {}
            FileType::Directory => return Err(errno(Errno::ISDIR)),
            _ => return Err(errno(Errno::ACCESS)),
        }
        let opened = Some(Opened { file: file.into(), at: 0, reads, writes, appends: mode >= 8 });
        if index == self.open.len() {
            self.open.push(opened);
        } else {
            self.open[index] = opened;
        }
        Ok(index as u64)
    }

    fn file(&mut self, index: u64) -> Result<&mut Opened, Failed> {
        let file = usize::try_from(index).ok().and_then(|index| self.open.get_mut(index));
        file.and_then(Option::as_mut).ok_or(Failed(super::EBADF))
    }

    pub fn is_open(&self, index: u64) -> bool {
        usize::try_from(index).ok().and_then(|index| self.open.get(index)).is_some_and(Option::is_some)
    }

    pub fn close(&mut self, index: u64) -> Result<(), Failed> {
        self.file(index)?;
        self.open[index as usize] = None;
        Ok(())
    }

    /// Reads what is next, at the end of the file nothing.
    pub fn read(&mut self, index: u64, into: &mut [u8]) -> Result<usize, Failed> {
        let opened = self.file(index)?;
        if !opened.reads {
            return Err(Failed(super::EBADF));
        }
        let got = opened.file.read_at(into, opened.at).map_err(|error| host(&error))?;
        opened.at += got as u64;
        Ok(got)
    }

    /// Writes at the present place, or at the end of a file that is appended to.
    pub fn write(&mut self, index: u64, from: &[u8]) -> Result<(), Failed> {
        let opened = self.file(index)?;
        if !opened.writes {
            return Err(Failed(super::EBADF));
        }
        opened.file.write_all_at(from, opened.at).map_err(|error| host(&error))?;
        opened.at = match opened.appends {
            true => opened.file.metadata().map_err(|error| host(&error))?.len(),
            false => opened.at + from.len() as u64,
        };
        Ok(())
    }

    /// Goes to an absolute place, also one behind the end.
    pub fn seek(&mut self, index: u64, to: u64) -> Result<(), Failed> {
        let opened = self.file(index)?;
        if i64::try_from(to).is_err() {
            return Err(Failed(super::EINVAL));
        }
        opened.at = to;
        Ok(())
    }

    pub fn bytes(&mut self, index: u64) -> Result<u64, Failed> {
        let metadata = self.file(index)?.file.metadata();
        Ok(metadata.map_err(|error| host(&error))?.len())
    }

    pub fn remove(&self, name: &[u8]) -> Result<(), Failed> {
        let (parent, leaf) = self.folder()?.parent(name).map_err(errno)?;
        unlinkat(&parent, leaf, AtFlags::empty()).map_err(errno)
    }

    pub fn rename(&self, old: &[u8], new: &[u8]) -> Result<(), Failed> {
        let folder = self.folder()?;
        let (old_parent, old) = folder.parent(old).map_err(errno)?;
        let (new_parent, new) = folder.parent(new).map_err(errno)?;
        renameat(&old_parent, old, &new_parent, new).map_err(errno)
    }

    /// A name for temporary file number `number` of this program. Without a folder there is none.
    pub fn temporary(&self, number: u8) -> Result<String, Failed> {
        self.folder()?;
        Ok(format!("semihosting-{number:02x}.tmp"))
    }
}

/// The host's error numbers are the program's: both are those of Linux.
fn errno(errno: Errno) -> Failed {
    Failed(errno.raw_os_error() as u64)
}

fn host(error: &io::Error) -> Failed {
    Failed(error.raw_os_error().map_or(super::EIO, |errno| errno as u64))
}
