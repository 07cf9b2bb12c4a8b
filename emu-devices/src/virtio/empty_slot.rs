//! A virtio-mmio slot with nothing in it, as QEMU's `virt` has eight: a guest that looks finds the magic and device id
//! 0, which means "nobody here" (virtio 1.2, section 4.2.2), instead of an access fault.

use emu_mem::{BusFault, Device, Width};

use super::mmio::{MAGIC, MAGIC_VALUE, VENDOR, VENDOR_ID, VERSION};

/// An empty slot.
#[derive(Debug, Default)]
pub struct EmptySlot;

impl Device for EmptySlot {
    fn read(&mut self, offset: u64, _width: Width) -> Result<u64, BusFault> {
        Ok(match offset {
            MAGIC_VALUE => u64::from(MAGIC),
            VENDOR_ID => u64::from(VENDOR),
            // The legacy interface, which is what QEMU's board answers by default.
            VERSION => 1,
            _ => 0,
        })
    }

    fn write(&mut self, _offset: u64, _width: Width, _value: u64) -> Result<(), BusFault> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_there() {
        let mut slot = EmptySlot;
        slot.write(0x70, Width::B4, 1).unwrap();
        let read = [0x00, 0x04, 0x08, 0x0c, 0x70].map(|offset| slot.read(offset, Width::B4).unwrap());
        assert_eq!(read, [u64::from(u32::from_le_bytes(*b"virt")), 1, 0, u64::from(u32::from_le_bytes(*b"QEMU")), 0]);
    }
}
