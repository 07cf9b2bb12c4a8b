//! Opening a program: reads the file, recognises what it is, and puts its name in front of whatever is wrong with it.

use std::io::Read;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use emu_core::image::Image;
use emu_mem::GuestPhys;

/// Largest program file. An ELF with full debug information of a kernel is about 1 GiB; more than this is a mistake, such as a
/// disk image.
const FILE_BYTES_MAX: u64 = 4 << 30;

/// The same for what comes through a pipe, and does not say how long it is.
const PIPE_BYTES_MAX: u64 = 256 << 20;

/// Where a raw image goes; an ELF file says so itself.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct RawArgs {
    /// Take PROGRAM as a raw image and copy it to this address
    #[arg(long, value_name = "ADDR", value_parser = crate::values::number)]
    pub(crate) load: Option<u64>,
    /// Enter a raw image here instead of at its first byte
    #[arg(long, value_name = "ADDR", value_parser = crate::values::number, requires = "load")]
    pub(crate) entry: Option<u64>,
}

/// What a program is told by semihosting (SYS_GET_CMDLINE).
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CommandLine {
    /// Arguments for the program, which gets them by semihosting: everything from the first word behind PROGRAM that is no option, or
    /// from -- on
    #[arg(trailing_var_arg = true)]
    args: Vec<String>,
    /// What cargo bench says to whomever it runs: for the program, as all arguments are
    #[arg(long, hide = true)]
    bench: bool,
}

impl CommandLine {
    /// Whether nothing stands behind the program's name.
    pub(crate) fn is_empty(&self) -> bool {
        self.args.is_empty()
    }

    /// All of it, from the program's name on. That comes without its folder: what a program does with its name would count differently in
    /// each checkout.
    pub(crate) fn of(&self, program: &Path) -> String {
        let mut words = vec![name(program)];
        words.extend(self.bench.then(|| "--bench".to_owned()));
        words.extend_from_slice(&self.args);
        words.join(" ")
    }
}

/// The name of a program's file.
pub(crate) fn name(program: &Path) -> String {
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

/// Reads a program file.
///
/// # Errors
///
/// With the file's name in front: it cannot be read, is neither an ELF file nor said to be raw, or is malformed.
pub(crate) fn open(path: &Path, raw: RawArgs) -> Result<Image> {
    read(path, raw).with_context(|| path.display().to_string())
}

fn read(path: &Path, raw: RawArgs) -> Result<Image> {
    let bytes = bytes(path)?;
    let image = match raw.load {
        Some(load) => Image::raw(bytes, GuestPhys(load), GuestPhys(raw.entry.unwrap_or(load)))?,
        None if Image::is_linux(&bytes) => Image::linux(bytes)?,
        None => Image::elf(bytes)?,
    };
    Ok(image)
}

/// The whole file, when it is a file and of sensible size.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => anyhow::anyhow!("no such file; check the path"),
        std::io::ErrorKind::PermissionDenied => anyhow::anyhow!("permission denied; make it readable (chmod +r)"),
        _ => anyhow::anyhow!("cannot be opened: {e}; check the path"),
    })?;
    let about = file.metadata().context("cannot be examined")?;
    ensure!(!about.is_dir(), "is a directory; give a program file (emu test searches directories)");
    // A device may have no end, and no device is a program. A pipe may be one, and has no length.
    ensure!(about.is_file() || about.file_type().is_fifo(), "neither a file nor a pipe; give a program file");
    let limit = if about.is_file() { FILE_BYTES_MAX } else { PIPE_BYTES_MAX };
    let too_large = |bytes| anyhow::anyhow!("{bytes} bytes is too large for a program; give an ELF file");
    ensure!(about.len() <= limit, too_large(about.len().to_string()));
    let mut bytes = Vec::with_capacity(about.len() as usize);
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|e| anyhow::anyhow!("cannot be read: {e}"))?;
    ensure!(bytes.len() as u64 <= limit, too_large(format!("more than {limit}")));
    Ok(bytes)
}
