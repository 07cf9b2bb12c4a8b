//! ISA strings: `rv32imc_zicsr`, `rv64gc_zba_zbb` (unprivileged manual, "ISA Extension Naming Conventions").
//!
//! Reading is generous (any case, optional underscores and version numbers, any order of the long names); what is
//! printed is canonical. Privilege modes are no part of the string, as in Spike: see [`Isa::with_modes`].

use super::extension::{Ext, Xlens};
use std::fmt;

/// What a hart is: its XLEN and its extensions.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Isa {
    /// 32 or 64.
    pub xlen: u32,
    /// All that it has, implied ones included.
    pub extensions: Ext,
}

/// What is wrong with an ISA string. Positions count characters from 1.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IsaError {
    /// No known base.
    #[error("ISA string {text:?} must begin with rv32i, rv64i, rv32g or rv64g, for example rv64gc")]
    Base {
        /// The whole string.
        text: String,
    },
    /// E, with its 16 registers.
    #[error("ISA string {text:?}: the base E (16 registers) is not supported; use rv{xlen}i")]
    Embedded {
        /// The whole string.
        text: String,
        /// The XLEN that it asks for.
        xlen: u32,
    },
    /// Something that is no extension, or one that this program does not have.
    #[error("ISA string {text:?}: unknown extension {name:?} at character {position}; known are {}", known())]
    Unknown {
        /// The whole string.
        text: String,
        /// The part that is not known.
        name: String,
        /// Where it starts.
        position: usize,
    },
    /// An extension of the other XLEN.
    #[error("ISA string {text:?}: {name} exists for rv{xlen} only; leave it out, or begin with rv{xlen}")]
    Width {
        /// The whole string.
        text: String,
        /// The extension.
        name: &'static str,
        /// The XLEN that has it.
        xlen: u32,
    },
    /// An extension without the one that it is a part of.
    #[error("ISA string {text:?}: {name} is nothing without {needs}; add {needs}, or leave {name} out")]
    Alone {
        /// The whole string.
        text: String,
        /// The extension.
        name: &'static str,
        /// What must be there too.
        needs: &'static str,
    },
    /// The same name again.
    #[error("ISA string {text:?}: {name} is named again at character {position}; name it once")]
    Twice {
        /// The whole string.
        text: String,
        /// The extension.
        name: &'static str,
        /// Where it starts the second time.
        position: usize,
    },
    /// Not one of the three sets of privilege modes.
    #[error("unknown privilege modes {text:?}; known are m, mu and msu")]
    Modes {
        /// What was asked for.
        text: String,
    },
}

/// An extension as the string names it.
struct Name {
    text: &'static str,
    gives: Ext,
    xlens: Xlens,
}

const fn name(text: &'static str, gives: Ext) -> Name {
    Name { text, gives, xlens: Xlens::any }
}

const fn only(xlens: Xlens, text: &'static str, gives: Ext) -> Name {
    Name { text, gives, xlens }
}

/// In canonical order: single letters, then Z names by the letter they belong to, then S names. A name gives its own bit
/// and what it directly implies; [`close`] does the rest.
const NAMES: &[Name] = &[
    name("i", Ext::I),
    name("m", Ext::M),
    name("a", Ext::A),
    name("f", Ext::F),
    name("d", Ext::D),
    name("c", Ext::C),
    name("b", Ext::ZBA.union(Ext::ZBB).union(Ext::ZBS)),
    name("zicbom", Ext::ZICBOM),
    name("zicbop", Ext::ZICBOP),
    name("zicboz", Ext::ZICBOZ),
    name("zicntr", Ext::ZICNTR),
    name("zicond", Ext::ZICOND),
    name("zicsr", Ext::ZICSR),
    name("zifencei", Ext::ZIFENCEI),
    name("zihintpause", Ext::ZIHINTPAUSE),
    name("zihpm", Ext::ZIHPM),
    name("zaamo", Ext::ZAAMO),
    name("zalrsc", Ext::ZALRSC),
    name("zfh", Ext::ZFH),
    name("zfhmin", Ext::ZFHMIN),
    name("zca", Ext::ZCA),
    name("zcd", Ext::ZCD),
    only(Xlens::rv32, "zcf", Ext::ZCF),
    name("zba", Ext::ZBA),
    name("zbb", Ext::ZBB),
    name("zbc", Ext::ZBC),
    name("zbkb", Ext::ZBKB),
    name("zbkc", Ext::ZBKC),
    name("zbkx", Ext::ZBKX),
    name("zbs", Ext::ZBS),
    name("sstc", Ext::SSTC),
    name("svadu", Ext::SVADU),
    name("svinval", Ext::SVINVAL),
    only(Xlens::rv64, "svnapot", Ext::SVNAPOT),
    only(Xlens::rv64, "svpbmt", Ext::SVPBMT),
];

/// Names of behaviour that is always there and therefore cannot be switched: accepted, and not printed.
const ALWAYS: &[Name] = &[
    only(Xlens::rv32, "sv32", Ext::empty()),
    only(Xlens::rv64, "sv39", Ext::empty()),
    only(Xlens::rv64, "sv48", Ext::empty()),
    only(Xlens::rv64, "sv57", Ext::empty()),
    name("svade", Ext::empty()),
    name("zicclsm", Ext::empty()),
    name("ziccamoa", Ext::empty()),
    name("ziccif", Ext::empty()),
    name("ziccrse", Ext::empty()),
    name("za64rs", Ext::empty()),
];

/// What G abbreviates.
const G: Name = name("g", Ext::I.union(Ext::M).union(Ext::A).union(Ext::D).union(Ext::ZICSR).union(Ext::ZIFENCEI));

/// Every name but G.
fn names() -> impl Iterator<Item = &'static Name> {
    NAMES.iter().chain(ALWAYS)
}

fn known() -> String {
    names().chain([&G]).map(|name| name.text).collect::<Vec<_>>().join(" ")
}

/// Adds what the extensions imply.
fn close(mut set: Ext, xlen: u32) -> Ext {
    loop {
        let before = set;
        let implications = [
            (Ext::D, Ext::F),
            (Ext::ZFH, Ext::ZFHMIN),
            (Ext::ZFHMIN, Ext::F),
            (Ext::A, Ext::ZAAMO.union(Ext::ZALRSC)),
            (Ext::ZAAMO.union(Ext::ZALRSC), Ext::A),
            (Ext::C, Ext::ZCA),
            (Ext::ZCD, Ext::ZCA),
            (Ext::ZCF, Ext::ZCA),
            (Ext::C.union(Ext::D), Ext::ZCD),
            (Ext::S, Ext::U),
        ];
        for (has, gets) in implications {
            if set.contains(has) {
                set |= gets;
            }
        }
        if xlen == 32 && set.contains(Ext::C | Ext::F) {
            set |= Ext::ZCF;
        }
        // C is Zca with what F and D add to it.
        let rest = |has, adds| !set.contains(has) || set.contains(adds);
        if set.contains(Ext::ZCA) && rest(Ext::D, Ext::ZCD) && (xlen != 32 || rest(Ext::F, Ext::ZCF)) {
            set |= Ext::C;
        }
        if set == before {
            return set;
        }
    }
}

impl Isa {
    /// All that this program has, at one XLEN (32 or 64).
    pub fn all(xlen: u32) -> Self {
        let mut extensions = Ext::all();
        if xlen == 32 {
            // Sv32 entries have no room for them.
            extensions -= Ext::SVNAPOT | Ext::SVPBMT;
        } else {
            extensions -= Ext::ZCF;
        }
        Isa { xlen, extensions }
    }

    /// Reads an ISA string. The hart has M, S and U mode.
    ///
    /// # Errors
    /// [`IsaError`] names what is unknown or contradictory.
    pub fn parse(text: &str) -> Result<Self, IsaError> {
        let lower = text.to_ascii_lowercase();
        let base = || IsaError::Base { text: text.to_owned() };
        let (xlen, rest) = match lower.split_at_checked(4) {
            Some(("rv32", rest)) => (32, rest),
            Some(("rv64", rest)) => (64, rest),
            _ => return Err(base()),
        };
        match rest.as_bytes().first() {
            Some(b'i' | b'g') => {}
            Some(b'e') => return Err(IsaError::Embedded { text: text.to_owned(), xlen }),
            _ => return Err(base()),
        }
        // There is no privileged architecture without Zicsr.
        let mut extensions = Ext::S | Ext::U | Ext::ZICSR;
        let mut seen: Vec<&'static str> = Vec::new();
        let mut at = 0;
        while at < rest.len() {
            if rest[at..].starts_with('_') {
                at += 1;
                continue;
            }
            let word = rest[at..].split('_').next().unwrap_or_default();
            // A long name goes on to the next underscore, a short one is a letter.
            let (name, length) = match word.as_bytes()[0] {
                b'z' | b's' | b'x' => (without_version(word), word.len()),
                _ => {
                    let letter = word.chars().next().map_or(1, char::len_utf8);
                    (&word[..letter], letter + version(&word[letter..]))
                }
            };
            let (position, text) = (at + 5, || text.to_owned());
            let base = Some(&G).filter(|_| at == 0);
            let Some(known) = names().chain(base).find(|known| known.text == name) else {
                return Err(IsaError::Unknown { text: text(), name: name.to_owned(), position });
            };
            if seen.contains(&known.text) {
                return Err(IsaError::Twice { text: text(), name: known.text, position });
            }
            if !known.xlens.has(xlen) {
                let xlen = if known.xlens == Xlens::rv32 { 32 } else { 64 };
                return Err(IsaError::Width { text: text(), name: known.text, xlen });
            }
            seen.push(known.text);
            extensions |= known.gives;
            at += length;
        }
        let extensions = close(extensions, xlen);
        for (part, name, whole, needs) in [(Ext::ZCD, "zcd", Ext::D, "d"), (Ext::ZCF, "zcf", Ext::F, "f")] {
            if extensions.contains(part) && !extensions.contains(whole) {
                return Err(IsaError::Alone { text: text.to_owned(), name, needs });
            }
        }
        Ok(Isa { xlen, extensions })
    }

    /// The same with other privilege modes: `m`, `mu` or `msu`.
    ///
    /// # Errors
    /// [`IsaError::Modes`].
    pub fn with_modes(self, modes: &str) -> Result<Self, IsaError> {
        let has = match modes.to_ascii_lowercase().as_str() {
            "m" => Ext::empty(),
            "mu" => Ext::U,
            "msu" => Ext::U | Ext::S,
            _ => return Err(IsaError::Modes { text: modes.to_owned() }),
        };
        Ok(Isa { extensions: close((self.extensions - (Ext::U | Ext::S)) | has, self.xlen), ..self })
    }

    /// Whether it has all of `extensions`.
    pub fn has(&self, extensions: Ext) -> bool {
        self.extensions.contains(extensions)
    }

    /// The names of its extensions in canonical order, as `riscv,isa-extensions` of a device tree lists them.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        NAMES.iter().filter(|name| self.extensions.contains(name.gives)).map(|name| name.text)
    }
}

/// How long the version number at the start of `text` is: `2`, `2p1` or nothing.
fn version(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let major = digits(text);
    match text.as_bytes().get(major) {
        Some(b'p') if major > 0 && digits(&text[major + 1..]) > 0 => major + 1 + digits(&text[major + 1..]),
        _ => major,
    }
}

/// A long name without its version number.
fn without_version(word: &str) -> &str {
    let end = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let major = end(word);
    let cut = match word[..major].strip_suffix('p') {
        // `2p1`, not a name that ends in p, digit.
        Some(before) if major < word.len() && end(before) < before.len() => end(before),
        _ => major,
    };
    // sv39 and za64rs end, or do not end, in digits of their own.
    if names().any(|name| name.text == word) { word } else { &word[..cut] }
}

/// The canonical string.
impl fmt::Display for Isa {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "rv{}", self.xlen)?;
        for name in self.names() {
            if name.len() > 1 {
                out.write_str("_")?;
            }
            out.write_str(name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Isa {
        Isa::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_string_gives_what_it_names_and_implies() {
        let isa = parse("rv32imc_zicsr");
        assert_eq!(isa.xlen, 32);
        assert_eq!(isa.extensions, Ext::I | Ext::M | Ext::C | Ext::ZCA | Ext::ZICSR | Ext::S | Ext::U);
        assert!(parse("rv64gc").has(Ext::A | Ext::D | Ext::F | Ext::ZCD | Ext::ZICSR | Ext::ZIFENCEI | Ext::ZALRSC));
        assert!(!parse("rv64gc").has(Ext::ZCF), "Zcf is RV32's");
        assert!(parse("rv32gc").has(Ext::ZCF));
        assert!(parse("rv32i_zfh").has(Ext::F | Ext::ZFHMIN | Ext::ZICSR));
        assert!(parse("rv64ib").has(Ext::ZBA | Ext::ZBB | Ext::ZBS));
    }

    #[test]
    fn case_versions_and_underscores_do_not_matter() {
        let plain = parse("rv64imafdc_zicsr_zba");
        for text in [
            "RV64IMAFDC_Zicsr_Zba",
            "rv64i2p1m2a2p1f2d2c2p0_zicsr2p0_zba1p0",
            "rv64i_m_a_f_d_c_zba_zicsr",
            "rv64imafdczicsr_zba",
        ] {
            assert_eq!(parse(text), plain, "{text}");
        }
        assert_eq!(parse("rv64gc_sv39_svade"), parse("rv64gc"));
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same() {
        for text in ["rv32i", "rv64gc_zba_zbb", "rv32imac", "rv32if_zca", "rv64i_zbkb_zicboz_svnapot_sstc"] {
            assert_eq!(parse(&parse(text).to_string()), parse(text), "{text}");
        }
        assert_eq!(parse("rv32imc").with_modes("m").unwrap().to_string(), "rv32imc_zicsr_zca");
        for xlen in [32, 64] {
            assert_eq!(parse(&Isa::all(xlen).to_string()), Isa::all(xlen));
        }
    }

    #[test]
    fn errors_name_the_part_and_its_place() {
        let error = Isa::parse("rv64gc_zba_zvfoo").unwrap_err();
        assert!(matches!(&error, IsaError::Unknown { name, position: 12, .. } if name == "zvfoo"), "{error}");
        assert!(error.to_string().contains("zicond"), "lists what is known: {error}");
        assert!(matches!(Isa::parse("rv64imq"), Err(IsaError::Unknown { position: 7, .. })));
        assert!(matches!(Isa::parse("rv32e"), Err(IsaError::Embedded { .. })));
        for text in ["", "rv", "rv128i", "rv64", "rv64m", "i", "rv6é", "rv64é"] {
            assert!(matches!(Isa::parse(text), Err(IsaError::Base { .. })), "{text}");
        }
        assert!(matches!(Isa::parse("rv64ié"), Err(IsaError::Unknown { .. })));
        assert!(matches!(Isa::parse("rv64i_zacas"), Err(IsaError::Unknown { .. })));
    }

    #[test]
    fn contradictions_name_the_remedy() {
        for (text, message) in [
            ("rv64imac_zcf", "zcf exists for rv32 only; leave it out, or begin with rv32"),
            ("rv64gc_zcf", "zcf exists for rv32 only"),
            ("rv64gc_sv32", "sv32 exists for rv32 only"),
            ("rv32gc_sv39", "sv39 exists for rv64 only"),
            ("rv32gc_svpbmt", "svpbmt exists for rv64 only; leave it out, or begin with rv64"),
            ("rv32i_zcd", "zcd is nothing without d; add d, or leave zcd out"),
            ("rv32if_zcd", "zcd is nothing without d"),
            ("rv32i_zcf", "zcf is nothing without f; add f, or leave zcf out"),
            ("rv32e", "not supported; use rv32i"),
            ("rv64emc", "not supported; use rv64i"),
            ("rv64imma", "m is named again at character 7; name it once"),
            ("rv64gc_zba_zbb_zba1p0", "zba is named again at character 16"),
            ("rv64gc_svade_svade", "svade is named again at character 14"),
        ] {
            let error = Isa::parse(text).expect_err(text).to_string();
            assert!(error.contains(message) && error.contains(&format!("{text:?}")), "{error}");
        }
        // What the manual says twice may be said twice.
        assert_eq!(parse("rv64gmafdc_zicsr_zcd"), parse("rv64gc"));
        assert_eq!(parse("rv32id_zcd"), parse("rv32ifd_zca_zcd"));
        assert_eq!(parse("rv32i_zfh_zcf"), parse("rv32if_zfh_zca_zcf"));
    }

    #[test]
    fn modes_can_be_dropped() {
        assert!(!parse("rv32i").with_modes("mu").unwrap().has(Ext::S));
        assert!(!parse("rv32i").with_modes("m").unwrap().has(Ext::U));
        assert!(parse("rv32i").with_modes("su").is_err());
    }
}
