//! Placeholder.
/// The assembler's name of a CSR.
pub fn name(_csr: u16) -> Option<String> {
    None
}
