//! The assembler's short names: `ret` for `jalr zero,0(ra)`. What objdump prints by default, as of binutils 2.40.
//!
//! An alias rewrites an instruction's text and says nothing about its encoding or meaning, which stand in `table.rs`. In
//! a row of `ALIASES` capital letters stand for any operand, the same letter for the same one; all else stands for
//! itself. The first row that fits counts. A row that changes nothing keeps the ones behind it away.

use crate::isa::Text;
use std::collections::BTreeMap;

/// What is printed how.
pub type Alias = (&'static str, &'static str);

/// For every XLEN.
const ALIASES: &[Alias] = &[
    ("addi zero,zero,0", "nop"),
    ("addi D,zero,I", "li D,I"),
    ("addi D,S,0", "mv D,S"),
    ("addiw D,S,0", "sext.w D,S"),
    ("add.uw D,S,zero", "zext.w D,S"),
    ("sub D,zero,S", "neg D,S"),
    ("subw D,zero,S", "negw D,S"),
    ("xori D,S,-1", "not D,S"),
    ("andi D,S,255", "zext.b D,S"),
    ("sltiu D,S,1", "seqz D,S"),
    ("sltu D,zero,S", "snez D,S"),
    ("slt D,S,zero", "sltz D,S"),
    ("slt D,zero,S", "sgtz D,S"),
    // An immediate operand is told from a register by itself.
    ("addi D,S,I", "add D,S,I"),
    ("addiw D,S,I", "addw D,S,I"),
    ("xori D,S,I", "xor D,S,I"),
    ("ori D,S,I", "or D,S,I"),
    ("andi D,S,I", "and D,S,I"),
    ("slli D,S,I", "sll D,S,I"),
    ("srli D,S,I", "srl D,S,I"),
    ("srai D,S,I", "sra D,S,I"),
    ("slliw D,S,I", "sllw D,S,I"),
    ("srliw D,S,I", "srlw D,S,I"),
    ("sraiw D,S,I", "sraw D,S,I"),
    ("rori D,S,I", "ror D,S,I"),
    ("roriw D,S,I", "rorw D,S,I"),
    ("bclri D,S,I", "bclr D,S,I"),
    ("bexti D,S,I", "bext D,S,I"),
    ("binvi D,S,I", "binv D,S,I"),
    ("bseti D,S,I", "bset D,S,I"),
    // Jumps and branches
    ("jal zero,T", "j T"),
    ("jal ra,T", "jal T"),
    ("jalr zero,0(ra)", "ret"),
    ("jalr zero,0(S)", "jr S"),
    ("jalr zero,I(S)", "jr I(S)"),
    ("jalr ra,0(S)", "jalr S"),
    ("jalr ra,I(S)", "jalr I(S)"),
    ("jalr D,0(S)", "jalr D,S"),
    ("beq S,zero,T", "beqz S,T"),
    ("bne S,zero,T", "bnez S,T"),
    ("blt S,zero,T", "bltz S,T"),
    ("blt zero,S,T", "bgtz S,T"),
    ("bge zero,S,T", "blez S,T"),
    ("bge S,zero,T", "bgez S,T"),
    // Floating point
    ("fsgnj.h D,S,S", "fmv.h D,S"),
    ("fsgnj.s D,S,S", "fmv.s D,S"),
    ("fsgnj.d D,S,S", "fmv.d D,S"),
    ("fsgnjn.h D,S,S", "fneg.h D,S"),
    ("fsgnjn.s D,S,S", "fneg.s D,S"),
    ("fsgnjn.d D,S,S", "fneg.d D,S"),
    ("fsgnjx.h D,S,S", "fabs.h D,S"),
    ("fsgnjx.s D,S,S", "fabs.s D,S"),
    ("fsgnjx.d D,S,S", "fabs.d D,S"),
    // CSRs
    ("csrrw zero,cycle,zero", "unimp"),
    ("csrrs D,fflags,zero", "frflags D"),
    ("csrrs D,frm,zero", "frrm D"),
    ("csrrs D,fcsr,zero", "frcsr D"),
    ("csrrs D,cycle,zero", "rdcycle D"),
    ("csrrs D,time,zero", "rdtime D"),
    ("csrrs D,instret,zero", "rdinstret D"),
    ("csrrs D,C,zero", "csrr D,C"),
    ("csrrw zero,fflags,S", "fsflags S"),
    ("csrrw D,fflags,S", "fsflags D,S"),
    ("csrrw zero,frm,S", "fsrm S"),
    ("csrrw D,frm,S", "fsrm D,S"),
    ("csrrw zero,fcsr,S", "fscsr S"),
    ("csrrw D,fcsr,S", "fscsr D,S"),
    ("csrrw zero,C,S", "csrw C,S"),
    ("csrrs zero,C,S", "csrs C,S"),
    ("csrrc zero,C,S", "csrc C,S"),
    ("csrrwi D,fflags,I", "fsflagsi D,I"),
    ("csrrwi D,frm,I", "fsrmi D,I"),
    ("csrrwi zero,C,I", "csrw C,I"),
    ("csrrsi zero,C,I", "csrs C,I"),
    ("csrrci zero,C,I", "csrc C,I"),
    ("csrrwi D,C,I", "csrrw D,C,I"),
    ("csrrsi D,C,I", "csrrs D,C,I"),
    ("csrrci D,C,I", "csrrc D,C,I"),
    // Order
    ("fence iorw,iorw", "fence"),
    ("sfence.vma zero,zero", "sfence.vma"),
    ("sfence.vma S,zero", "sfence.vma S"),
    // Compressed instructions go by the names of what they abbreviate, unless they are HINTs.
    ("c.unimp", "unimp"),
    ("c.ebreak", "ebreak"),
    ("c.addi zero,0", "nop"),
    ("c.addi zero,I", "c.nop I"),
    ("c.addi D,I", "add D,D,I"),
    ("c.addiw D,0", "sext.w D,D"),
    ("c.addiw D,I", "addw D,D,I"),
    ("c.addi16sp D,I", "add D,D,I"),
    ("c.addi4spn D,S,I", "add D,S,I"),
    ("c.li zero,I", "c.li zero,I"),
    ("c.li D,I", "li D,I"),
    ("c.lui zero,I", "c.lui zero,I"),
    ("c.lui D,I", "lui D,I"),
    ("c.mv zero,S", "c.mv zero,S"),
    ("c.mv D,S", "mv D,S"),
    ("c.add zero,S", "c.add zero,S"),
    ("c.add D,S", "add D,D,S"),
    ("c.addw D,S", "addw D,D,S"),
    ("c.sub D,S", "sub D,D,S"),
    ("c.subw D,S", "subw D,D,S"),
    ("c.and D,S", "and D,D,S"),
    ("c.andi D,I", "and D,D,I"),
    ("c.or D,S", "or D,D,S"),
    ("c.xor D,S", "xor D,D,S"),
    // Shifts by 0 are HINTs too. Binutils prints them under the names of RV128.
    ("c.slli D,0x0", "c.slli64 D"),
    ("c.slli zero,I", "c.slli zero,I"),
    ("c.slli D,I", "sll D,D,I"),
    ("c.srli D,0x0", "c.srli64 D"),
    ("c.srli D,I", "srl D,D,I"),
    ("c.srai D,0x0", "c.srai64 D"),
    ("c.srai D,I", "sra D,D,I"),
    ("c.j T", "j T"),
    ("c.jal T", "jal T"),
    ("c.jr ra", "ret"),
    ("c.jr S", "jr S"),
    ("c.jalr S", "jalr S"),
    ("c.beqz S,T", "beqz S,T"),
    ("c.bnez S,T", "bnez S,T"),
    ("c.lw D,I(S)", "lw D,I(S)"),
    ("c.ld D,I(S)", "ld D,I(S)"),
    ("c.sw T,I(S)", "sw T,I(S)"),
    ("c.sd T,I(S)", "sd T,I(S)"),
    ("c.flw D,I(S)", "flw D,I(S)"),
    ("c.fld D,I(S)", "fld D,I(S)"),
    ("c.fsw T,I(S)", "fsw T,I(S)"),
    ("c.fsd T,I(S)", "fsd T,I(S)"),
    ("c.lwsp D,I(S)", "lw D,I(S)"),
    ("c.ldsp D,I(S)", "ld D,I(S)"),
    ("c.swsp T,I(S)", "sw T,I(S)"),
    ("c.sdsp T,I(S)", "sd T,I(S)"),
    ("c.flwsp D,I(S)", "flw D,I(S)"),
    ("c.fldsp D,I(S)", "fld D,I(S)"),
    ("c.fswsp T,I(S)", "fsw T,I(S)"),
    ("c.fsdsp T,I(S)", "fsd T,I(S)"),
];

/// Only RV32 has upper halves of counters.
const RV32_ALIASES: &[Alias] = &[
    ("csrrs D,cycleh,zero", "rdcycleh D"),
    ("csrrs D,timeh,zero", "rdtimeh D"),
    ("csrrs D,instreth,zero", "rdinstreth D"),
];

/// The aliases of one XLEN.
pub struct Aliases {
    /// By the name that an instruction has without them, in the table's order.
    by_name: BTreeMap<&'static str, Vec<Alias>>,
}

impl Aliases {
    /// Those of an XLEN (32 or 64).
    pub fn new(xlen: u32) -> Self {
        let mut by_name = BTreeMap::<_, Vec<_>>::new();
        for alias in rows(xlen) {
            by_name.entry(split(alias.0).0).or_default().push(*alias);
        }
        Aliases { by_name }
    }

    /// The short form of an instruction, or what it was.
    pub fn shorten(&self, text: Text) -> Text {
        self.find(&text).map_or(text, |(_, short)| short)
    }

    /// The row that fits an instruction, and what it makes of it.
    pub fn find(&self, text: &Text) -> Option<(&Alias, Text)> {
        self.by_name.get(text.name.as_str())?.iter().find_map(|alias| {
            let letters = fit(split(alias.0).1, &text.operands)?;
            let (name, operands) = split(alias.1);
            Some((alias, Text { name: name.to_owned(), operands: fill(operands, &letters) }))
        })
    }
}

/// All rows of an XLEN (32 or 64). What applies first stands first.
pub fn rows(xlen: u32) -> impl Iterator<Item = &'static Alias> {
    let own = if xlen == 32 { RV32_ALIASES } else { &[] };
    own.iter().chain(ALIASES)
}

/// A name and its operands.
fn split(text: &'static str) -> (&'static str, &'static str) {
    text.split_once(' ').unwrap_or((text, ""))
}

/// What the letters of a pattern stand for; `None` if the operands are others.
fn fit<'t>(pattern: &str, operands: &'t str) -> Option<Vec<(char, &'t str)>> {
    let mut letters: Vec<(char, &str)> = Vec::new();
    let mut rest = operands;
    for symbol in pattern.chars() {
        if !symbol.is_ascii_uppercase() {
            rest = rest.strip_prefix(symbol)?;
            continue;
        }
        let (operand, after) = rest.split_at(rest.find([',', '(', ')']).unwrap_or(rest.len()));
        match letters.iter().find(|(letter, _)| *letter == symbol) {
            Some((_, known)) if *known != operand => return None,
            Some(_) => {}
            None => letters.push((symbol, operand)),
        }
        rest = after;
    }
    rest.is_empty().then_some(letters)
}

/// A pattern with operands in the places of its letters.
fn fill(pattern: &str, letters: &[(char, &str)]) -> String {
    let mut operands = String::new();
    for symbol in pattern.chars() {
        match letters.iter().find(|(letter, _)| *letter == symbol) {
            Some((_, operand)) => operands.push_str(operand),
            None => operands.push(symbol),
        }
    }
    operands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::riscv::table::TABLE;

    #[test]
    fn the_first_row_that_fits_counts() {
        let aliases = Aliases::new(64);
        for (long, short) in [
            ("addi zero,zero,0", "nop"),
            ("addi a0,zero,0", "li a0,0"),
            ("addi a0,a1,0", "mv a0,a1"),
            ("addi a0,a1,10", "add a0,a1,10"),
            ("jalr zero,0(ra)", "ret"),
            ("jalr zero,-8(t1)", "jr -8(t1)"),
            ("jalr t0,8(t1)", "jalr t0,8(t1)"),
            ("fsgnj.d fa0,fa1,fa1", "fmv.d fa0,fa1"),
            ("fsgnj.d fa0,fa1,fa2", "fsgnj.d fa0,fa1,fa2"),
            ("csrrs a0,cycleh,zero", "csrr a0,cycleh"),
            ("c.li zero,5", "c.li zero,5"),
            ("c.fld fa0,8(a1)", "fld fa0,8(a1)"),
            ("mul a0,a1,a2", "mul a0,a1,a2"),
        ] {
            assert_eq!(aliases.shorten(Text::from(long)).to_string(), short, "{long}");
        }
        assert_eq!(Aliases::new(32).shorten(Text::from("csrrs a0,cycleh,zero")).to_string(), "rdcycleh a0");
    }

    #[test]
    fn every_row_names_an_instruction_and_is_reached() {
        for xlen in [32, 64] {
            let aliases = Aliases::new(xlen);
            for alias in rows(xlen) {
                let (name, _) = split(alias.0);
                assert!(name == "c.unimp" || TABLE.iter().any(|row| row.name == name), "{name} is no instruction");
                // Letters stand for different operands where they differ.
                let instruction = Text::from(alias.0.to_ascii_lowercase().as_str());
                assert_eq!(aliases.find(&instruction).map(|(found, _)| found), Some(alias));
            }
        }
    }
}
