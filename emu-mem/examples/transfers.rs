//! What it costs to read a file into guest memory: with one vectored system call a request, straight into the guest's pages, and with
//! a system call and a copy for each segment. The file is in the host's page cache: in large pieces where it was written at once, as
//! images are, and page by page where it was written so. Prints the table that `docs/tuning.md` quotes.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};

use emu_mem::{BusBuilder, GuestPhys, Memory, Segment, Segments};

/// Bytes of a segment: a page, as guests' block layers hand them out.
const BLOCK_BYTES: u64 = 4096;
/// What is read in all: 16 MiB.
const BLOCKS: u64 = 4096;
/// Each way is timed so often, in turns with the other; the best counts.
const ROUNDS: u32 = 40;

fn main() -> std::io::Result<()> {
    let files = [file(BLOCKS)?, file(1)?];
    let mut builder = BusBuilder::new();
    builder.ram("main", GuestPhys(0), 4 * BLOCKS * BLOCK_BYTES).expect("it is alone");
    let bus = builder.build().expect("it is small");
    let memory = bus.memory();

    println!("| | written at once | | | by pages | | |");
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    println!("| segments of 4 KiB a request | a copy each, µs | vectored, µs | | a copy each, µs | vectored, µs | |");
    for segments in [1, 2, 4, 8, 16, 32, 64, 128] {
        print!("| {segments} |");
        for file in &files {
            let (mut copied, mut vectored) = (Duration::MAX, Duration::MAX);
            for _ in 0..ROUNDS {
                copied = copied.min(read(memory, segments, |list, at| copy_each(memory, file, list, at)));
                vectored = vectored.min(read(memory, segments, |list, at| {
                    memory.read_file(file, at, Segments::new(list)).expect("it is all there");
                }));
            }
            let us = |time: Duration| time.as_secs_f64() * 1e6 / (BLOCKS as f64 / segments as f64);
            let (copied, vectored) = (us(copied), us(vectored));
            print!(" {copied:.2} | {vectored:.2} | {:.2} |", copied / vectored);
        }
        println!();
    }
    Ok(())
}

/// A file of its own, written so many blocks at a time, that nobody else can find.
fn file(blocks: u64) -> std::io::Result<File> {
    let path = std::env::temp_dir().join(format!("transfers-{}", std::process::id()));
    let mut file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    let bytes: Vec<u8> = (0..BLOCKS).flat_map(|block| [block as u8; BLOCK_BYTES as usize]).collect();
    for piece in bytes.chunks((blocks * BLOCK_BYTES) as usize) {
        file.write_all(piece)?;
    }
    Ok(file)
}

/// Reads the whole file in requests of so many segments, each in every other page; how long that took.
fn read(memory: &Memory, segments: u64, request: impl Fn(&[Segment], u64)) -> Duration {
    let segment = |block| Segment { at: GuestPhys(2 * block * BLOCK_BYTES), bytes: BLOCK_BYTES };
    let list: Vec<Segment> = (0..BLOCKS).map(segment).collect();
    let start = Instant::now();
    for (number, list) in (0..).zip(list.chunks(segments as usize)) {
        request(list, number * segments * BLOCK_BYTES);
    }
    let time = start.elapsed();
    let last = memory.read::<u8>(list[list.len() - 1].at).expect("it is RAM");
    assert_eq!(last, (BLOCKS - 1) as u8, "what was read is not what was written");
    time
}

fn copy_each(memory: &Memory, file: &File, list: &[Segment], mut at: u64) {
    let mut buffer = [0; BLOCK_BYTES as usize];
    for segment in list {
        file.read_exact_at(&mut buffer, at).expect("it is all there");
        memory.write_bytes(segment.at, &buffer).expect("it is RAM");
        at += segment.bytes;
    }
}
