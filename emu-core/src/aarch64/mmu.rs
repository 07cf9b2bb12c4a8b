//! Address translation: stage 1 of all exception levels, VMSAv8-64 (D5.2 to D5.4), with granules of 4, 16 and 64 KiB. EL0 and EL1 have one
//! regime, EL2 and EL3 one each, with one half of the address space and without EL0. The result of a
//! walk is kept in the soft TLB, by the hart; maintenance of that is in `tlbi`.
//!
//! Memory types change nothing: device memory and disabled caches take unaligned accesses too, as in QEMU. Tables are
//! little-endian.

use super::debug;
use super::exception::{class, fault, syndrome};
use super::feature::Feature;
use super::levels;
use super::state::AArch64;
use crate::hart::{Hart, Translation};
use crate::trap::Trap;
use emu_mem::{Access, GuestPhys, GuestVirt, PAGE_SIZE, Space, Width};
use std::cell::{Cell, RefCell};

/// Fault status codes, D13.2.37; those of translations have the level of the table in their low bits.
mod status {
    pub(super) const ADDRESS_SIZE: u64 = 0x00;
    pub(super) const TRANSLATION: u64 = 0x04;
    pub(super) const ACCESS_FLAG: u64 = 0x08;
    pub(super) const PERMISSION: u64 = 0x0c;
    pub(super) const EXTERNAL_ON_WALK: u64 = 0x14;
}

/// Bits of SCTLR_ELx.
pub(super) mod sctlr {
    pub(in super::super) const M: u64 = 1 << 0;
    pub(super) const WXN: u64 = 1 << 19;
}

/// Bits of TCR_EL1.
mod tcr {
    pub(super) const A1: u64 = 1 << 22;
    pub(super) const AS: u64 = 1 << 36;
}

/// TCR_ELx as all regimes have it.
#[derive(Copy, Clone)]
struct Control {
    tcr: u64,
    /// Whether it is TCR_EL1's form, with two halves.
    is_el1: bool,
}

impl Control {
    fn of(hart: &Hart<AArch64>, regime: u8) -> Self {
        Control { tcr: hart.arch.registers.of_level(regime).tcr.get(), is_el1: regime == 1 }
    }

    /// A bit that the two forms have in different places.
    fn bit(self, el1: u32, above: u32) -> bool {
        self.tcr >> if self.is_el1 { el1 } else { above } & 1 != 0
    }

    /// TBI, TBI0 and TBI1: the top byte is a tag.
    fn has_tags(self, upper: bool) -> bool {
        self.bit(if upper { 38 } else { 37 }, 20)
    }

    /// HA: the access flag is set by hardware.
    fn updates_af(self) -> bool {
        self.bit(39, 21)
    }

    /// HD: so is the dirty state.
    fn marks_dirty(self) -> bool {
        self.bit(40, 22)
    }

    /// HPD, HPD0 and HPD1: rights in table descriptors do not count.
    fn is_not_hierarchical(self, upper: bool) -> bool {
        self.bit(if upper { 42 } else { 41 }, 24)
    }

    /// IPS or PS: how large physical addresses are.
    fn phys_range(self) -> u64 {
        self.tcr >> if self.is_el1 { 32 } else { 16 } & 7
    }
}

/// Bits of a descriptor, D5.3.
mod descriptor {
    pub(super) const VALID: u64 = 1 << 0;
    /// A table; at the last level a page.
    pub(super) const TABLE: u64 = 1 << 1;
    pub(super) const NS: u64 = 1 << 5;
    pub(super) const USER: u64 = 1 << 6;
    pub(super) const READ_ONLY: u64 = 1 << 7;
    pub(super) const AF: u64 = 1 << 10;
    pub(super) const DBM: u64 = 1 << 51;
    pub(super) const PXN: u64 = 1 << 53;
    pub(super) const UXN: u64 = 1 << 54;
    pub(super) const PXN_TABLE: u64 = 1 << 59;
    pub(super) const UXN_TABLE: u64 = 1 << 60;
    /// APTable: no access from EL0.
    pub(super) const NOT_USER_TABLE: u64 = 1 << 61;
    /// APTable: no writes.
    pub(super) const READ_ONLY_TABLE: u64 = 1 << 62;
    pub(super) const NS_TABLE: u64 = 1 << 63;
    /// The address in a descriptor.
    pub(super) const ADDRESS: u64 = (1 << 48) - 1;
}

/// The last level of tables.
const LAST_LEVEL: u32 = 3;
/// Bits of a virtual address that are translated at most, and at least.
const MAX_INPUT_BITS: u32 = 48;
const MIN_INPUT_BITS: u32 = 25;

/// How a translation is to be judged.
#[derive(Copy, Clone, Debug)]
pub struct Request {
    /// Why it is asked for.
    pub access: Access,
    /// As which exception level.
    pub el: u8,
    /// Whether EL1 may not touch data that EL0 may: PSTATE.PAN.
    pub pan: bool,
}

impl Request {
    /// The exception level whose registers translate.
    fn regime(self) -> u8 {
        self.el.max(1)
    }
}

/// What a walk ends at.
#[derive(Copy, Clone, Debug)]
pub struct Page {
    /// Where the address lies.
    pub phys: u64,
    /// Bytes of the naturally aligned stretch around it that is mapped alike.
    pub bytes: u64,
    /// Its attributes: a byte of MAIR_ELx.
    pub attributes: u8,
    /// NS: it is in memory that is not secure, as far as anybody is told.
    pub not_secure: bool,
    /// Its shareability, as a descriptor has it.
    pub shareability: u64,
}

/// One half of the address space: what TCR_ELx and TTBRn_ELx say of it. EL2 and EL3 have the lower one.
struct Half {
    table: u64,
    input_bits: u32,
    page_bits: u32,
    is_disabled: bool,
    /// Rights in table descriptors count.
    hierarchical: bool,
}

impl Half {
    /// The half that `at` is in, and the address without a tag; `None` if it is in neither.
    fn of(hart: &Hart<AArch64>, at: u64, regime: u8) -> Option<(Half, u64)> {
        let (registers, control) = (&hart.arch.registers, Control::of(hart, regime));
        let upper = control.is_el1 && at >> 55 & 1 != 0;
        let (fields, ttbr) = match upper {
            false => (control.tcr & 0xffff, registers.of_level(regime).ttbr0.get()),
            true => (control.tcr >> 16 & 0xffff, registers.ttbr1_el1.get()),
        };
        // TG0 and TG1 number the granules differently; reserved values are 4 KiB, as in QEMU.
        let page_bits = match (upper, fields >> 14 & 3) {
            (false, 1) | (true, 3) => 16,
            (false, 2) | (true, 1) if has(hart, Feature::TGRAN16) => 14,
            _ => 12,
        };
        let input_bits = 64 - (fields & 0x3f) as u32;
        // D5.2.4: what is out of bounds is a fault, as in QEMU.
        if !(MIN_INPUT_BITS..=MAX_INPUT_BITS).contains(&input_bits) {
            return None;
        }
        let address = match (control.has_tags(upper), control.is_el1) {
            (true, true) => (at << 8) as i64 >> 8,
            // Bit 55 chooses nothing.
            (true, false) => (at << 8 >> 8) as i64,
            (false, _) => at as i64,
        };
        if (address >> input_bits) != if upper { -1 } else { 0 } {
            return None;
        }
        let half = Half {
            table: ttbr & descriptor::ADDRESS & !1,
            input_bits,
            page_bits,
            is_disabled: control.is_el1 && fields >> 7 & 1 != 0,
            hierarchical: !has(hart, Feature::HPDS) || !control.is_not_hierarchical(upper),
        };
        Some((half, address as u64 & ((1 << input_bits) - 1)))
    }

    /// Bits of an address that a table translates.
    fn stride(&self) -> u32 {
        self.page_bits - 3
    }

    /// The level of the first table, D5.2.5.
    fn first_level(&self) -> u32 {
        4 - (self.input_bits - 4) / self.stride()
    }

    /// Bits below those that a table of `level` translates.
    fn rest_bits(&self, level: u32) -> u32 {
        self.page_bits + (LAST_LEVEL - level) * self.stride()
    }

    /// Whether a descriptor of `level` can map a block.
    fn has_blocks(&self, level: u32) -> bool {
        if self.page_bits == 12 { level == 1 || level == 2 } else { level == 2 }
    }
}

fn has(hart: &Hart<AArch64>, feature: Feature) -> bool {
    hart.arch.config.cpu.features().contains(feature)
}

/// Bits of a physical address that tables can name: the lesser of what TCR_ELx says and what the processor has.
fn output_bits(hart: &Hart<AArch64>, regime: u8) -> u32 {
    let chosen = phys_bits(Control::of(hart, regime).phys_range());
    chosen.min(phys_bits(hart.arch.config.cpu.phys_range()))
}

/// Bits of a physical address by their number in ID_AA64MMFR0_EL1.PARange and TCR_EL1.IPS; reserved ones are the most.
pub fn phys_bits(range: u64) -> u32 {
    match range {
        0 => 32,
        1 => 36,
        2 => 40,
        3 => 42,
        4 => 44,
        _ => 48,
    }
}

/// Whether an abort's syndrome tells of memory or a table that does not answer.
pub(super) fn is_external_abort(syndrome: u64) -> bool {
    let status = syndrome & fault::STATUS;
    status == fault::EXTERNAL || is_external(status)
}

/// Whether a status code tells of a table that does not answer.
pub(super) fn is_external(code: u64) -> bool {
    code & !3 == status::EXTERNAL_ON_WALK
}

/// Where `at` lies; or the fault's status code.
///
/// # Errors
/// The status code as a syndrome has it.
pub fn find(hart: &Hart<AArch64>, at: u64, request: Request) -> Result<Page, u64> {
    let regime = request.regime();
    if !is_on(hart, regime) {
        return find_flat(hart, at, regime);
    }
    let Some((half, address)) = Half::of(hart, at, regime) else { return Err(status::TRANSLATION) };
    if half.is_disabled {
        return Err(status::TRANSLATION);
    }
    walk(hart, &half, address, request)
}

/// D5.2.9: the MMU is off. An address that has more bits than there are physical ones is too large.
fn find_flat(hart: &Hart<AArch64>, at: u64, regime: u8) -> Result<Page, u64> {
    let tagged = Control::of(hart, regime).has_tags(at >> 55 & 1 != 0);
    let address = if tagged { at & ((1 << 56) - 1) } else { at };
    let bits = phys_bits(hart.arch.config.cpu.phys_range());
    if address >> bits != 0 {
        return Err(status::ADDRESS_SIZE);
    }
    // Device-nGnRnE, outer shareable.
    Ok(Page { phys: address, bytes: 1 << bits, attributes: 0, not_secure: !is_secure(hart, regime), shareability: 2 })
}

fn walk(hart: &Hart<AArch64>, half: &Half, address: u64, request: Request) -> Result<Page, u64> {
    let regime = request.regime();
    let output_bits = output_bits(hart, regime);
    let fits = |phys: u64| phys >> output_bits == 0;
    let mut level = half.first_level();
    // The first table may be smaller than a page, and is aligned to its size.
    let first_bytes = 8u64 << (half.input_bits - half.rest_bits(level));
    let mut table = half.table & !(first_bytes - 1);
    if !fits(table) {
        return Err(status::ADDRESS_SIZE);
    }
    let mut inherited = 0;
    loop {
        let rest_bits = half.rest_bits(level);
        let index_bits = half.stride().min(half.input_bits - rest_bits);
        let at = GuestPhys(table + (address >> rest_bits & ((1 << index_bits) - 1)) * 8);
        // It may change between being read and being updated; then it is looked at again.
        loop {
            let Ok(entry) = hart.memory.read::<u64>(at) else {
                return Err(status::EXTERNAL_ON_WALK + u64::from(level));
            };
            if entry & descriptor::VALID == 0 {
                return Err(status::TRANSLATION + u64::from(level));
            }
            let is_table = entry & descriptor::TABLE != 0;
            if is_table && level < LAST_LEVEL {
                table = entry & descriptor::ADDRESS & !((1 << half.page_bits) - 1);
                if !fits(table) {
                    return Err(status::ADDRESS_SIZE + u64::from(level));
                }
                inherited |= entry;
                break;
            }
            if !is_table && !half.has_blocks(level) {
                return Err(status::TRANSLATION + u64::from(level));
            }
            let page = entry & descriptor::ADDRESS & !((1 << rest_bits) - 1);
            if !fits(page) {
                return Err(status::ADDRESS_SIZE + u64::from(level));
            }
            let inherited = if half.hierarchical { inherited } else { 0 };
            let updated = judge(hart, entry, inherited, request).map_err(|code| code + u64::from(level))?;
            if updated != entry {
                match hart.bus.compare_exchange(at, Width::B8, entry, updated) {
                    Ok(result) if result.value == entry => {}
                    Ok(_) => continue,
                    Err(_) => return Err(status::EXTERNAL_ON_WALK + u64::from(level)),
                }
            }
            return Ok(Page {
                phys: page | address & ((1 << rest_bits) - 1),
                bytes: 1 << rest_bits,
                attributes: (hart.arch.registers.of_level(regime).mair.get() >> (8 * (entry >> 2 & 7))) as u8,
                not_secure: !is_secure(hart, regime)
                    || (entry & descriptor::NS) | (inherited & descriptor::NS_TABLE) != 0,
                shareability: entry >> 8 & 3,
            });
        }
        level += 1;
    }
}

/// Whether a page's descriptor allows the access (D5.4); gives the descriptor as hardware updates it (D5.4.13).
fn judge(hart: &Hart<AArch64>, entry: u64, inherited: u64, request: Request) -> Result<u64, u64> {
    let control = Control::of(hart, request.regime());
    let updates_af = has(hart, Feature::HAFDBS) && control.updates_af();
    let mut updated = entry;
    if entry & descriptor::AF == 0 {
        if !updates_af {
            return Err(status::ACCESS_FLAG);
        }
        updated |= descriptor::AF;
    }
    let marks_dirty = updates_af && control.marks_dirty() && entry & descriptor::DBM != 0;
    if request.access == Access::Write && marks_dirty {
        updated &= !descriptor::READ_ONLY;
    }
    if is_permitted(hart, updated, inherited, request) { Ok(updated) } else { Err(status::PERMISSION) }
}

fn is_permitted(hart: &Hart<AArch64>, entry: u64, inherited: u64, request: Request) -> bool {
    // Above EL1 nothing is for EL0, and one bit says what is not executed.
    let is_upper = request.el > 1;
    let user = !is_upper && entry & descriptor::USER != 0 && inherited & descriptor::NOT_USER_TABLE == 0;
    let writable = entry & descriptor::READ_ONLY == 0 && inherited & descriptor::READ_ONLY_TABLE == 0;
    let wxn = hart.arch.registers.of_level(request.regime()).sctlr.get() & sctlr::WXN != 0;
    let never = |entry_bit, table_bit| entry & entry_bit != 0 || inherited & table_bit != 0;
    match (request.access, request.el) {
        (Access::Fetch, 0) => !(never(descriptor::UXN, descriptor::UXN_TABLE) || wxn && user && writable),
        (Access::Fetch, _) if is_upper => !(never(descriptor::UXN, descriptor::UXN_TABLE) || wxn && writable),
        // What EL0 can write EL1 never executes.
        (Access::Fetch, _) => !(never(descriptor::PXN, descriptor::PXN_TABLE) || (wxn || user) && writable),
        (Access::Read, 0) => user,
        (Access::Write, 0) => user && writable,
        (Access::Read, _) => !(request.pan && user),
        (Access::Write, _) => writable && !(request.pan && user),
    }
}

/// Whether a regime's tables are walked.
fn is_on(hart: &Hart<AArch64>, regime: u8) -> bool {
    hart.arch.registers.of_level(regime).sctlr.get() & sctlr::M != 0
}

/// The regime that the hart is in.
fn regime_now(hart: &Hart<AArch64>) -> u8 {
    hart.mode.get().max(1)
}

/// Whether a regime is in secure state.
fn is_secure(hart: &Hart<AArch64>, regime: u8) -> bool {
    regime == 3 || regime == 1 && levels::is_secure_below(hart)
}

/// The abort of an access, with its fault status.
pub fn abort(at: GuestVirt, access: Access, status: u64) -> Trap {
    let (class, write) = match access {
        Access::Fetch => (class::FETCH_ABORT, 0),
        Access::Read => (class::DATA_ABORT, 0),
        Access::Write => (class::DATA_ABORT, fault::WRITE),
    };
    Trap { cause: syndrome(class, status | write), tval: at.0 }
}

/// Whether every load and store goes to the physical address that equals the virtual one.
pub fn is_flat(hart: &Hart<AArch64>) -> bool {
    !is_on(hart, regime_now(hart))
}

/// How accesses of the hart are judged now.
pub fn request(hart: &Hart<AArch64>, access: Access) -> Request {
    let mode = hart.mode.get();
    // LDTR and its likes are as any other load above EL1.
    let unprivileged = hart.arch.unprivileged.get() && access != Access::Fetch && mode == 1;
    let el = if unprivileged { 0 } else { mode };
    Request { access, el, pan: el <= 1 && hart.arch.pstate.pan() && access != Access::Fetch }
}

/// Where an address lies.
///
/// # Errors
/// The abort.
pub fn translate(hart: &Hart<AArch64>, at: GuestVirt, access: Access, _: u64) -> Result<Translation, Trap> {
    // Whether the top byte is anything but copies of bit 55.
    if !matches!(at.0 as i64 >> 55, 0 | -1) {
        hart.arch.tagged.set(true);
    }
    let page = find(hart, at.0, request(hart, access)).map_err(|status| abort(at, access, status))?;
    // D1.13.2: what is not there to be fetched comes first.
    if access == Access::Fetch && hart.arch.pstate.is_illegal() {
        return Err(Trap { cause: syndrome(class::ILLEGAL_STATE, 0), tval: 0 });
    }
    Ok(Translation { phys: GuestPhys(page.phys), leaf_bytes: page.bytes.max(PAGE_SIZE), entry: None })
}

/// Has the TLB look up what registers and PSTATE say now.
pub fn select_spaces(hart: &Hart<AArch64>) {
    let regime = regime_now(hart);
    let root = if is_on(hart, regime) { hart.arch.regimes.current(hart, regime) } else { FLAT };
    let space = |access, more| {
        let request = request(hart, access);
        // Regimes without tables differ in what is a tag.
        let level = u64::from(regime) << 4;
        Space { root, rights: u64::from(request.el == 0) | u64::from(request.pan) << 1 | more | level }
    };
    // In the illegal execution state nothing that was fetched before is found again: each fetch is refused. Nor is data that
    // somebody watches.
    let illegal = u64::from(hart.arch.pstate.is_illegal()) << 2;
    let watched = u64::from(debug::watches(hart)) << 3;
    hart.tlb.select(space(Access::Read, watched), space(Access::Fetch, illegal));
}

/// The root of the space without tables. Regimes have greater ones.
const FLAT: u64 = 0;

/// All that translations depend on beside PSTATE.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Regime {
    level: u8,
    ttbr0: u64,
    ttbr1: u64,
    tcr: u64,
    wxn: bool,
}

/// The regimes that the TLB knows, numbered: a [`Space`] has room for a number, not for all these registers.
#[derive(Debug, Default)]
pub struct Regimes {
    known: RefCell<Vec<(u64, Regime)>>,
    /// The last number given.
    last: Cell<u64>,
}

/// So many regimes are told apart; then all are forgotten.
const MAX_REGIMES: usize = 64;

impl Regimes {
    /// The number of the present one.
    fn current(&self, hart: &Hart<AArch64>, level: u8) -> u64 {
        let registers = &hart.arch.registers;
        let own = registers.of_level(level);
        let regime = Regime {
            level,
            ttbr0: own.ttbr0.get(),
            ttbr1: if level == 1 { registers.ttbr1_el1.get() } else { 0 },
            tcr: own.tcr.get(),
            wxn: own.sctlr.get() & sctlr::WXN != 0,
        };
        let mut known = self.known.borrow_mut();
        // The one in use is most often the last.
        if let Some(&(number, _)) = known.iter().rev().find(|(_, known)| *known == regime) {
            return number;
        }
        if known.len() == MAX_REGIMES {
            known.clear();
            hart.tlb.flush_all();
        }
        let number = self.last.get() + 1;
        self.last.set(number);
        known.push((number, regime));
        number
    }

    /// The numbers of those with an address-space identifier (D5.9.1).
    pub(super) fn with_asid(&self, asid: u64) -> Vec<u64> {
        let known = self.known.borrow();
        known
            .iter()
            .filter(|(_, regime)| regime.level == 1 && regime.asid() == asid)
            .map(|&(number, _)| number)
            .collect()
    }
}

impl Regime {
    /// TCR_EL1.A1 says which register has it, AS how wide it is.
    fn asid(&self) -> u64 {
        let ttbr = if self.tcr & tcr::A1 != 0 { self.ttbr1 } else { self.ttbr0 };
        asid_of(ttbr, self.tcr)
    }
}

/// The address-space identifier in the upper 16 bits of a value, as wide as TCR_EL1.AS says.
pub(super) fn asid_of(value: u64, tcr: u64) -> u64 {
    value >> 48 & if tcr & tcr::AS != 0 { 0xffff } else { 0xff }
}
