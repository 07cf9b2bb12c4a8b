//! Where our text and objdump's may differ, and why. Whether each exception is still needed is looked at in `main.rs`.

use emu_core::riscv::extension::Ext;
use emu_core::riscv::table::Row;

/// One instruction and its two texts.
pub(crate) struct Case<'a> {
    /// `None` if it is no instruction for us.
    pub(crate) row: Option<&'a Row>,
    pub(crate) word: u32,
    pub(crate) ours: &'a str,
    pub(crate) theirs: &'a str,
    /// Whether it stands in a program, where objdump goes by what the file says of its extensions and of the manual.
    pub(crate) program: bool,
}

impl Case<'_> {
    fn name(&self) -> &str {
        self.row.map_or("", |row| row.name)
    }

    fn format(&self) -> &str {
        self.row.map_or("", |row| row.format)
    }

    /// Whether it is an instruction for us only.
    fn only_ours(&self) -> bool {
        self.row.is_some() && self.theirs.starts_with('.')
    }
}

/// A difference that is meant.
pub(crate) struct Exception {
    pub(crate) why: &'static str,
    pub(crate) covers: fn(&Case<'_>) -> bool,
}

pub(crate) const EXCEPTIONS: [Exception; 9] = [
    Exception {
        why: "binutils 2.40 does not know Zicond",
        covers: |case| case.row.is_some_and(|row| row.needs.any == Ext::ZICOND),
    },
    Exception {
        why: "binutils knows conversions that are always exact with rounding mode 0 only",
        covers: |case| case.format().ends_with("Exact") && case.word >> 12 & 7 != 0 && case.only_ours(),
    },
    Exception {
        why: "unprivileged 2.7: fm, rd and rs1 of other FENCEs are reserved and to be ignored",
        covers: |case| case.name() == "fence" && case.word & 0xf00f_8f80 != 0,
    },
    Exception {
        why: "chapter 6: the unused fields of FENCE.I are to be ignored",
        covers: |case| case.name() == "fence.i" && case.word != 0x100f && case.only_ours(),
    },
    Exception {
        why: "shifts by 0 are HINTs (26.8), to which binutils gives RV128's names",
        covers: |case| case.theirs.replace("64 ", " ") + ",0x0" == case.ours,
    },
    Exception {
        why: "one of the two has no name for the CSR",
        covers: |case| {
            let number = format!("{:#x}", case.word >> 20);
            let bare = |text: &str| text.split([' ', ',']).any(|operand| operand == number);
            matches!(case.format(), "C" | "Ci") && bare(case.ours) != bare(case.theirs)
        },
    },
    Exception {
        why: "binutils has CSRRW x0,cycle,x0 for an instruction of its own",
        covers: |case| case.ours == "csrrw zero,cycle,zero" && case.theirs == "unimp",
    },
    Exception {
        why: "the program's attributes do not name the extension",
        covers: |case| case.program && case.only_ours(),
    },
    Exception {
        why: "26.5: compressed shifts of RV32 by 32 and more are reserved; data in a program look like some",
        covers: |case| case.program && case.row.is_none() && case.word & 0x1003 == 0x1002 && case.theirs.contains("sl"),
    },
];
