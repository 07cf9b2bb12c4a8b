//! Real files: one system call a request, what a file that changes under a running machine does, and every file that is no disk.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::virtio::block::disk::DiskSpec;
use crate::virtio::block::{Access, Disk};
use crate::virtio::mmio::Interface;
use crate::virtio::testing::{DATA, Rig, pattern};

/// A folder of its own for one test.
pub(in crate::virtio::block) struct Folder(PathBuf);

impl Folder {
    pub(in crate::virtio::block) fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("emu-disk-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(in crate::virtio::block) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A disk image whose byte i is `pattern(i)`.
    pub(in crate::virtio::block) fn image(&self, name: &str, bytes: usize) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, (0..bytes).map(pattern).collect::<Vec<u8>>()).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(in crate::virtio::block) fn open(path: &std::path::Path, access: Access) -> Result<Disk, String> {
    DiskSpec { path: path.to_owned(), access, interface: Interface::Modern }.open().map_err(|error| error.to_string())
}

#[test]
fn a_request_is_one_system_call_whatever_its_segments() {
    let folder = Folder::new("calls");
    let path = folder.image("disk.img", 64 << 10);
    let mut rig = Rig::on(open(&path, Access::Writable).unwrap());
    let scattered: Vec<_> = (0..13).map(|i| (DATA + 0x1000 * (13 - i), 512, true)).collect();
    let gathered: Vec<_> = scattered.iter().map(|&(at, bytes, _)| (at, bytes, false)).collect();
    for (kind, data, calls) in [(0, &scattered[..1], 1), (0, &scattered, 1), (1, &gathered, 1), (4, &[][..], 1)] {
        let before = rig.disk.stats().system_calls;
        assert_eq!(rig.request(kind, 3, data).0, 0);
        assert_eq!(rig.disk.stats().system_calls - before, calls, "request {kind}, {} segments", data.len());
    }
    let expected: Vec<u8> = (3 * 512..4 * 512).map(pattern).collect();
    assert_eq!(rig.bytes(DATA + 0x1000 * 13, 512), expected);
}

#[test]
fn what_is_written_is_in_the_file() {
    let folder = Folder::new("written");
    let path = folder.image("disk.img", 4096);
    let mut rig = Rig::on(open(&path, Access::Writable).unwrap());
    assert_eq!(rig.request(0, 1, &[(DATA, 512, true)]), (0, 513));
    assert_eq!(rig.request(1, 6, &[(DATA, 512, false)]), (0, 1));
    rig.put(DATA, 2_u64);
    rig.put(DATA + 8, 1_u64);
    assert_eq!(rig.request(11, 0, &[(DATA, 16, false)]), (0, 1), "discard sector 2");
    rig.put(DATA, 4_u64);
    assert_eq!(rig.request(13, 0, &[(DATA, 16, false)]), (0, 1), "zero sector 4");
    let mut expected: Vec<u8> = (0..4096).map(pattern).collect();
    expected.copy_within(512..1024, 6 * 512);
    expected[2 * 512..3 * 512].fill(0);
    expected[4 * 512..5 * 512].fill(0);
    assert_eq!(fs::read(&path).unwrap(), expected);
}

/// What file systems do that cannot punch holes.
#[test]
fn zeroes_can_be_written_too() {
    let folder = Folder::new("zeroes");
    let path = folder.image("disk.img", 200 << 10);
    // Opened without the right to write: the file system refuses, and so does writing.
    let read_only = File::open(&path).unwrap();
    assert_eq!(
        zero(&read_only, 0, 512, true).unwrap_err().raw_os_error(),
        Some(rustix::io::Errno::BADF.raw_os_error())
    );
    let (mut pipe, writer) = std::io::pipe().unwrap();
    let writer = File::from(std::os::fd::OwnedFd::from(writer));
    assert!(zero(&writer, 0, 512, false).is_err(), "a pipe has no places to write at");
    drop(writer);
    assert_eq!(std::io::Read::read(&mut pipe, &mut [0]).unwrap(), 0);
    let file = File::options().write(true).open(&path).unwrap();
    assert_eq!(zero(&file, 512, 0, true).unwrap(), 0);
    assert_eq!(write_zeroes(&file, 512, 130 << 10).unwrap(), 3);
    let mut expected: Vec<u8> = (0..200 << 10).map(pattern).collect();
    expected[512..][..130 << 10].fill(0);
    assert!(fs::read(&path).unwrap() == expected);
}

#[test]
fn a_file_that_vanishes_stays_and_one_that_shrinks_is_an_error() {
    let folder = Folder::new("vanish");
    let path = folder.image("disk.img", 8192);
    let mut rig = Rig::on(open(&path, Access::Writable).unwrap());
    let file = File::options().write(true).open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(rig.request(0, 15, &[(DATA, 512, true)]), (0, 513));
    file.set_len(4096).unwrap();
    assert_eq!(rig.request(0, 15, &[(DATA, 512, true)]), (1, 0));
    assert_eq!(rig.request(0, 7, &[(DATA, 1024, true)]), (1, 0), "half of it");
    assert_eq!(rig.request(0, 7, &[(DATA, 512, true)]), (0, 513), "what is left is left");
    assert_eq!(rig.disk.last_error().as_deref(), Some("the file has become shorter"));
    assert_eq!(rig.request(1, 15, &[(DATA, 512, false)]), (0, 1), "and can grow back");
    assert_eq!(rig.request(0, 15, &[(DATA, 512, true)]), (0, 513));
}

#[test]
fn what_is_no_disk_is_refused_with_its_name_and_a_remedy() {
    let folder = Folder::new("refused");
    let says = |path: &std::path::Path, access, parts: &[&str]| {
        let message = open(path, access).unwrap_err();
        let start = format!("disk {}: ", path.display());
        assert!(message.starts_with(&start) && parts.iter().all(|part| message.contains(part)), "{message}");
    };
    let all = [Access::Writable, Access::ReadOnly, Access::Overlay];
    for access in all {
        says(&folder.path("absent"), access, &["no such file", "truncate -s 64M"]);
        says(&folder.path(""), access, &["is a directory"]);
        says(&folder.image("empty", 0), access, &["the file is empty", "truncate -s"]);
        says(&folder.image("short", 1000), access, &["its 1000 bytes", "multiple of 512", "truncate -s %512"]);
        says(std::path::Path::new("/dev/null"), access, &["neither a file nor a block device"]);
        says(&folder.path("absent/disk.img"), access, &["no such file"]);
        says(&folder.image("plain", 512).join("x"), access, &["cannot be opened"]);
    }
    let locked = folder.image("locked", 512);
    let mut permissions = fs::metadata(&locked).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&locked, permissions).unwrap();
    says(&locked, Access::Writable, &["may not be written", "add ,readonly or ,overlay"]);
    assert!(open(&locked, Access::ReadOnly).unwrap().is_read_only());
    assert!(!open(&locked, Access::Overlay).unwrap().is_read_only());
}

#[test]
fn a_writer_is_alone_and_readers_are_not() {
    let folder = Folder::new("alone");
    let path = folder.image("disk.img", 512);
    let all = [Access::Writable, Access::ReadOnly, Access::Overlay];
    let writer = open(&path, Access::Writable).unwrap();
    for access in all {
        assert!(open(&path, access).unwrap_err().contains("in use by another run"), "{access:?}");
    }
    drop(writer);
    let readers = [open(&path, Access::ReadOnly).unwrap(), open(&path, Access::Overlay).unwrap()];
    assert!(open(&path, Access::Writable).is_err());
    drop(readers);
    open(&path, Access::Writable).unwrap();
}

#[test]
fn disks_are_named_by_a_file_and_words() {
    let spec = |path: &str, access, interface| DiskSpec { path: path.into(), access, interface };
    use Access::{Overlay, ReadOnly, Writable};
    use Interface::{Legacy, Modern};
    for (text, expected) in [
        ("disk.img", spec("disk.img", Writable, Legacy)),
        ("disk.img,readonly", spec("disk.img", ReadOnly, Legacy)),
        ("disk.img,overlay,modern", spec("disk.img", Overlay, Modern)),
        ("a,b/disk,modern,readonly", spec("a,b/disk", ReadOnly, Modern)),
        ("disk,readonly,overlay", spec("disk,readonly", Overlay, Legacy)),
        ("disk.img,writable", spec("disk.img,writable", Writable, Legacy)),
        ("readonly", spec("readonly", Writable, Legacy)),
    ] {
        assert_eq!(DiskSpec::parse(text), expected, "{text}");
    }
}
