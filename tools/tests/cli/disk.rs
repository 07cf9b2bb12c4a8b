//! `--disk`: what a user sees of it, and what is left when the emulator is killed.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use super::{Folder, command, emu};

const SECTOR: usize = 512;

/// Writes each sector of its disk, flushes, and prints its number.
const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-tests/programs/elf/rv64/disk-log.elf");

fn blank(folder: &Folder, name: &str, sectors: usize) -> String {
    folder.file(name, vec![0; sectors * SECTOR])
}

/// What the program writes into a sector.
fn record(sector: usize) -> Vec<u8> {
    let first = 0x0123_4567_89ab_cdef_u64.wrapping_mul(sector as u64 + 1);
    (0..SECTOR as u64 / 8).flat_map(|i| first.wrapping_add(i).to_le_bytes()).collect()
}

#[test]
fn a_program_writes_to_its_disk() {
    let folder = Folder::new();
    let disk = blank(&folder, "disk.img", 3);
    for words in ["", ",modern"] {
        let output = emu(["run", LOG, "--disk", &format!("{disk}{words}")]).has_status(0);
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("0\n1\n2\n", ""));
        let whole: Vec<u8> = (0..3).flat_map(record).collect();
        assert!(std::fs::read(&disk).unwrap() == whole);
        blank(&folder, "disk.img", 3);
    }
}

#[test]
fn an_overlay_is_forgotten_and_a_read_only_disk_refuses() {
    let folder = Folder::new();
    let disk = blank(&folder, "disk.img", 3);
    let output = emu(["run", LOG, "--disk", &format!("{disk},overlay")]).has_status(0);
    assert_eq!(output.stdout, "0\n1\n2\n");
    let output = emu(["run", LOG, "--disk", &format!("{disk},readonly")]).has_status(2);
    assert!(output.stdout.starts_with("check 2 failed"), "{}", output.stdout);
    assert!(std::fs::read(&disk).unwrap() == vec![0; 3 * SECTOR]);
}

#[test]
fn without_a_disk_there_is_none() {
    emu(["run", LOG]).has_status(1);
}

/// The emulator is killed without warning, as by a power cut. Whatever sectors the guest knew to be flushed are there; the file is
/// whole, and what had not been reached is as it was.
#[test]
fn a_kill_loses_nothing_that_was_flushed() {
    const SECTORS: usize = 100_000;
    let folder = Folder::new();
    let disk = blank(&folder, "disk.img", SECTORS);
    let mut command = command(["run", LOG, "--disk", &disk]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map(|line| line.expect("text"));
    let seen = lines.by_ref().take(200).last().expect("some output");
    child.kill().expect("it is running");
    child.wait().expect("it can be waited for");
    // What was still in the pipe; the last line may have been cut.
    let last = lines.filter_map(|line| line.parse::<usize>().ok()).fold(seen.parse().expect("a number"), usize::max);
    assert!((199..SECTORS - 1).contains(&last), "killed in the middle, after {last}");
    let contents = std::fs::read(&disk).unwrap();
    assert_eq!(contents.len(), SECTORS * SECTOR);
    for (sector, bytes) in contents.chunks(SECTOR).enumerate() {
        if sector < last {
            assert!(bytes == record(sector), "sector {sector} of {last}");
        } else {
            assert!(bytes == record(sector) || bytes == [0; SECTOR], "sector {sector} of {last}");
        }
    }
}

#[test]
fn files_that_are_no_disks() {
    let folder = Folder::new();
    let good = blank(&folder, "good.img", 1);
    let write_protected = blank(&folder, "protected.img", 1);
    std::fs::set_permissions(&write_protected, std::fs::Permissions::from_mode(0o444)).unwrap();
    for (disk, parts) in [
        (folder.path("missing.img"), ["missing.img: no such file", "truncate -s 64M"]),
        (folder.path("good.img,readnly"), ["good.img,readnly: no such file", "readonly, overlay, modern"]),
        (folder.path(""), ["is a directory", "give a disk image"]),
        (folder.file("empty.img", b""), ["the file is empty", "truncate -s 64M"]),
        (folder.file("short.img", [0; 700]), ["its 700 bytes", "truncated"]),
        ("/dev/null".to_owned(), ["/dev/null: neither a file", "give a disk image"]),
        (write_protected, ["may not be written", ",readonly or ,overlay"]),
    ] {
        emu(["run", LOG, "--disk", &disk]).is_refusal(&["emu: disk ", parts[0], parts[1]]);
    }
    emu(["run", LOG, "--disk", &good, "--disk", &good]).is_refusal(&["good.img: in use by another run"]);
    let board = folder.file("soc.toml", "name = \"soc\"\n[[ram]]\nname = \"ram\"\nbase = 0x8000_0000\nsize = \"1M\"\n");
    emu(["run", LOG, "--board", &board, "--disk", &good])
        .is_refusal(&["soc.toml: disk ", "has 0 free virtio-mmio slots"]);
}

/// The host lets files have 4 blocks only (of 512 bytes or, in some shells, of 1024), so the disk's later sectors cannot be
/// written.
#[test]
fn what_the_host_could_not_do_is_told_at_the_end() {
    let folder = Folder::new();
    let disk = blank(&folder, "disk.img", 16);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_emu")]);
    command.args(["run", LOG, "--disk", &disk]).stdin(Stdio::null());
    let output = super::finish(command).has_status(2);
    assert!(output.stdout.starts_with("0\n1\n2\n3\n") && output.stdout.contains("check 2 failed"), "{}", output.stdout);
    let told = format!("emu: disk {disk}: 1 request failed on the host (");
    assert!(
        output.stderr.starts_with(&told) && output.stderr.ends_with("); the guest was told\n"),
        "{}",
        output.stderr
    );
}
