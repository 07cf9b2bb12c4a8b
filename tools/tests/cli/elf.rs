//! Small programs made by hand: a few instruction encoders and an ELF writer, so that no test needs a compiler.

/// First address of RAM on the boards `virt` and `spike`.
pub(crate) const RAM: u64 = 0x8000_0000;
/// The UART of the board `virt`.
const UART: u32 = 0x1000_0000;
/// The test finisher of the board `virt`.
const FINISHER: u32 = 0x10_0000;

/// `lui rd, value` for a value without low bits.
pub(crate) fn lui(rd: u32, value: u32) -> u32 {
    assert_eq!(value & 0xfff, 0, "lui sets the upper bits only");
    value | rd << 7 | 0x37
}

pub(crate) fn addi(rd: u32, rs1: u32, imm: i32) -> u32 {
    (imm as u32) << 20 | rs1 << 15 | rd << 7 | 0x13
}

pub(crate) fn store(width: u32, rs2: u32, imm: u32, rs1: u32) -> u32 {
    (imm >> 5) << 25 | rs2 << 20 | rs1 << 15 | width << 12 | (imm & 31) << 7 | 0x23
}

pub(crate) fn sb(rs2: u32, imm: u32, rs1: u32) -> u32 {
    store(0, rs2, imm, rs1)
}

pub(crate) fn sw(rs2: u32, imm: u32, rs1: u32) -> u32 {
    store(2, rs2, imm, rs1)
}

/// `jal zero, .+offset`
pub(crate) fn jump(offset: i32) -> u32 {
    let o = offset as u32;
    (o >> 20 & 1) << 31 | (o >> 1 & 0x3ff) << 21 | (o >> 11 & 1) << 20 | (o >> 12 & 0xff) << 12 | 0x6f
}

/// `jal zero, .`: a program that goes nowhere.
pub(crate) const LOOP: u32 = 0x0000_006f;
/// `wfi`
pub(crate) const WFI: u32 = 0x1050_0073;
/// `nop`
pub(crate) const NOP: u32 = 0x0000_0013;

/// Prints a text on the UART of `virt`. Uses t0 and t1.
pub(crate) fn print(text: &str) -> Vec<u32> {
    let mut code = vec![lui(5, UART)];
    for byte in text.bytes() {
        code.extend([addi(6, 0, byte.into()), sb(6, 0, 5)]);
    }
    code
}

/// Ends through the finisher of `virt`. Uses t0 and t1.
pub(crate) fn exit(code: u32) -> Vec<u32> {
    let value = if code == 0 { 0x5555 } else { code << 16 | 0x3333 };
    let low = ((value << 20) as i32) >> 20;
    vec![lui(5, FINISHER), lui(6, value.wrapping_sub(low as u32)), addi(6, 6, low), sw(6, 0, 5), LOOP]
}

/// An ELF file in the making. As it stands after [`Elf::new`], it is right.
#[derive(Clone)]
pub(crate) struct Elf {
    pub(crate) wide: bool,
    pub(crate) data: u8,
    pub(crate) kind: u16,
    pub(crate) machine: u16,
    pub(crate) entry: u64,
    /// Type, address, bytes, size in memory.
    pub(crate) segments: Vec<(u32, u64, Vec<u8>, u64)>,
    /// Name, value, size; size 0 makes a label of it.
    pub(crate) symbols: Vec<(&'static str, u64, u64)>,
}

impl Elf {
    /// A 64-bit program of this code at the start of RAM.
    pub(crate) fn new(code: &[u32]) -> Self {
        let bytes: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
        let size = bytes.len() as u64;
        Elf {
            wide: true,
            data: 1,
            kind: 2,
            machine: 243,
            entry: RAM,
            segments: vec![(1, RAM, bytes, size)],
            symbols: vec![("_start", RAM, 0)],
        }
    }

    /// The same with one more change.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (head, phent, shent, syment) = if self.wide { (64, 56, 64, 24) } else { (52, 32, 40, 16) };
        let body = head + phent * self.segments.len();
        let symtab = body + self.segments.iter().map(|s| s.2.len()).sum::<usize>();
        let mut names = vec![0];
        let mut table = vec![0; syment];
        for &(name, value, size) in &self.symbols {
            let kind = if size == 0 { 0x10 } else { 0x12 };
            table.extend((names.len() as u32).to_le_bytes());
            if self.wide {
                table.extend([kind, 0, 1, 0]);
                self.words(&mut table, [value, size]);
            } else {
                self.words(&mut table, [value, size]);
                table.extend([kind, 0, 1, 0]);
            }
            names.extend(name.bytes().chain([0]));
        }
        let strtab = symtab + table.len();

        let mut out = b"\x7fELF".to_vec();
        out.extend([1 + u8::from(self.wide), self.data, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        out.extend(self.kind.to_le_bytes());
        out.extend(self.machine.to_le_bytes());
        out.extend(1u32.to_le_bytes());
        self.words(&mut out, [self.entry, head as u64, (strtab + names.len()) as u64]);
        out.extend([0; 4]);
        for half in [head, phent, self.segments.len(), shent, 3, 2] {
            out.extend((half as u16).to_le_bytes());
        }
        let mut offset = body as u64;
        for (kind, address, bytes, memory) in &self.segments {
            out.extend(kind.to_le_bytes());
            if self.wide {
                out.extend(7u32.to_le_bytes());
            }
            self.words(&mut out, [offset, *address, *address, bytes.len() as u64, *memory]);
            if !self.wide {
                out.extend(7u32.to_le_bytes());
            }
            self.words(&mut out, [4]);
            offset += bytes.len() as u64;
        }
        out.extend(self.segments.iter().flat_map(|s| &s.2));
        out.extend(&table);
        out.extend(&names);
        out.extend(vec![0; shent]);
        for (kind, offset, size, link) in [(2u32, symtab, table.len(), 2u32), (3, strtab, names.len(), 0)] {
            out.extend([0; 4]);
            out.extend(kind.to_le_bytes());
            self.words(&mut out, [0, 0, offset as u64, size as u64]);
            out.extend(link.to_le_bytes());
            out.extend([0; 4]);
            self.words(&mut out, [0, 0]);
        }
        out
    }

    fn words<const N: usize>(&self, out: &mut Vec<u8>, values: [u64; N]) {
        for value in values {
            if self.wide {
                out.extend(value.to_le_bytes());
            } else {
                out.extend((value as u32).to_le_bytes());
            }
        }
    }
}

/// The program that prints `text` on `virt` and ends with `code`.
pub(crate) fn hello(text: &str, code: u32) -> Elf {
    Elf::new(&[print(text), exit(code)].concat())
}
