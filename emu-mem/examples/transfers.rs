//! What it costs to read a file into guest memory: with one vectored system call a request, straight into the guest's pages, and with
//! a system call and a copy for each segment; and what no way can be quicker than: one plain call a request into bytes that lie
//! together. The file is in the host's page cache. Prints the table that `docs/tuning.md` quotes.

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
    let path = std::env::temp_dir().join(format!("transfers-{}", std::process::id()));
    let mut file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    for block in 0..BLOCKS {
        file.write_all(&[block as u8; BLOCK_BYTES as usize])?;
    }
    let mut builder = BusBuilder::new();
    builder.ram("main", GuestPhys(0), 4 * BLOCKS * BLOCK_BYTES).expect("it is alone");
    let bus = builder.build().expect("it is small");

    let mut flat = vec![1; (BLOCKS * BLOCK_BYTES) as usize];
    println!(
        "| segments of 4 KiB a request | a copy each, µs | vectored, µs | | plain, µs | |\n|---:|---:|---:|---:|---:|---:|"
    );
    for segments in [1, 2, 4, 8, 16, 32, 64, 128] {
        let (mut copied, mut vectored, mut plain) = (Duration::MAX, Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            copied = copied.min(read(bus.memory(), segments, |list, at| copy_each(bus.memory(), &file, list, at)));
            vectored = vectored.min(read(bus.memory(), segments, |list, at| {
                bus.memory().read_file(&file, at, Segments::new(list)).expect("it is all there");
            }));
            let start = Instant::now();
            for (number, request) in (0..).zip(flat.chunks_mut((segments * BLOCK_BYTES) as usize)) {
                file.read_exact_at(request, number * segments * BLOCK_BYTES)?;
            }
            plain = plain.min(start.elapsed());
        }
        let us = |time: Duration| time.as_secs_f64() * 1e6 / (BLOCKS as f64 / segments as f64);
        let (copied, vectored, plain) = (us(copied), us(vectored), us(plain));
        let gains = (copied / vectored, copied / plain);
        println!("| {segments} | {copied:.2} | {vectored:.2} | {:.2} | {plain:.2} | {:.2} |", gains.0, gains.1);
    }
    Ok(())
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
