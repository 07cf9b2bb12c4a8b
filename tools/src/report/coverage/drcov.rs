//! DynamoRIO's format, version 2, which Lighthouse and others read: a table of modules, then the basic blocks that ran, in binary.

use emu_core::isa::Kind;

use crate::coverage::Function;

/// A block: offset in the module, bytes, module; little-endian.
fn entry(block: (u64, u64), base: u64) -> Option<[u8; 8]> {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&u32::try_from(block.0.checked_sub(base)?).ok()?.to_le_bytes());
    bytes[4..6].copy_from_slice(&u16::try_from(block.1).ok()?.to_le_bytes());
    Some(bytes)
}

/// The file. The program is its one module, from the first to the last of its code.
pub(crate) fn drcov(functions: &[Function], program: &str, start: u64) -> Vec<u8> {
    let insns = || functions.iter().flat_map(|function| &function.insns);
    let base = insns().map(|insn| insn.at).min().unwrap_or(0);
    let end = insns().map(|insn| insn.at + insn.bytes).max().unwrap_or(0);
    let mut blocks: Vec<(u64, u64)> = Vec::new();
    let mut goes_on = None;
    for insn in insns().filter(|insn| insn.retired > 0) {
        match blocks.last_mut() {
            Some((_, bytes)) if goes_on == Some(insn.at) && *bytes < 1 << 15 => *bytes += insn.bytes,
            _ => blocks.push((insn.at, insn.bytes)),
        }
        goes_on = (insn.kind == Kind::Straight).then(|| insn.at + insn.bytes);
    }
    let entries: Vec<[u8; 8]> = blocks.into_iter().filter_map(|block| entry(block, base)).collect();
    let program = program.replace(['\n', '\r'], " ");
    let head = format!(
        "DRCOV VERSION: 2\nDRCOV FLAVOR: drcov\nModule Table: version 2, count 1\n\
         Columns: id, base, end, entry, checksum, timestamp, path\n\
         0, {base:#018x}, {end:#018x}, {start:#018x}, 0x00000000, 0x00000000, {program}\n\
         BB Table: {} bbs\n",
        entries.len()
    );
    let mut file = head.into_bytes();
    file.extend(entries.into_iter().flatten());
    file
}
