//! The registers of both interfaces, and drivers that do not keep to the order of things.

use super::*;
use crate::virtio::block::LATENCY_INSNS;
use crate::virtio::testing::{AVAILABLE, DATA, Plain, RAM, Rig, SIZE, USED};

fn rig(interface: Interface) -> Rig {
    Rig::new(interface, Box::new(Plain::new(8)))
}

fn ready(interface: Interface) -> Rig {
    Rig::ready(interface, Box::new(Plain::new(8)))
}

const BOTH: [Interface; 2] = [Interface::Legacy, Interface::Modern];

/// A request to read sector 1, in descriptors 0 to 2.
fn submit(rig: &mut Rig) {
    rig.build(0, 0, 1, &[(DATA, 512, true)]);
    rig.offer(0);
    rig.notify();
}

#[test]
fn both_say_what_they_are() {
    for (interface, version, features_high) in [(Interface::Legacy, 1, 0), (Interface::Modern, 2, 1)] {
        let mut rig = rig(interface);
        assert_eq!([0x00, 0x04, 0x08, 0x0c].map(|offset| rig.read(offset)), [MAGIC, version, 2, VENDOR]);
        assert_eq!(rig.features() >> 32, features_high);
        rig.write(0x14, 2);
        assert_eq!(rig.read(0x10), 0, "there are no more than 64 features");
        assert_eq!(rig.read(0x34), 256);
        rig.write(0x30, 1);
        assert_eq!(rig.read(0x34), 0, "one queue");
        rig.write(0x38, 8);
        rig.write(0x44, 1);
        rig.write(0x40, 1);
        assert_eq!([rig.read(0x40), rig.read(0x44), rig.read(0x70)], [0, 0, 0]);
    }
}

#[test]
fn registers_of_the_other_version_and_none_at_all_read_zero() {
    let mut legacy = ready(Interface::Legacy);
    assert_eq!([0x44, 0xb0, 0xb4, 0xfc].map(|offset| legacy.read(offset)), [0; 4]);
    assert_eq!(legacy.read(0x40), (RAM / 4096) as u32);
    let mut modern = ready(Interface::Modern);
    assert_eq!([0x28, 0x3c, 0x40, 0x48, 0xa8, 0xfc].map(|offset| modern.read(offset)), [0; 6]);
    assert_eq!([0xb0, 0xb4, 0xb8, 0xbc].map(|offset| modern.read(offset)), [u32::MAX; 4], "no shared memory");
    assert_eq!(modern.read(0x44), 1);
}

#[test]
fn registers_are_words_and_the_configuration_takes_all_widths() {
    let mut rig = ready(Interface::Modern);
    let config = [(0x100, Width::B8, 8), (0x100, Width::B4, 8), (0x101, Width::B1, 0), (0x10c, Width::B2, 254)];
    for (offset, width, value) in config {
        assert_eq!(rig.device.read(offset, width), Ok(value), "{offset:#x}");
    }
    assert_eq!(rig.device.read(0xff8, Width::B8), Ok(0));
    rig.device.write(0x100, Width::B4, 77).unwrap();
    assert_eq!(rig.read(0x100), 8, "it cannot be written");
    assert_eq!((rig.device.read(0, Width::B2), rig.device.read(0, Width::B8)), (Ok(0), Ok(0)));
    rig.device.write(0x70, Width::B1, 0).unwrap();
    assert_eq!(rig.read(0x70), 15);
}

#[test]
fn features_ok_stays_only_for_a_set_that_was_offered() {
    let offered = rig(Interface::Modern).features();
    for (features, agreed) in
        [(offered, true), (F_VERSION_1, true), (offered & !F_VERSION_1, false), (offered | 1 << 33, false), (0, false)]
    {
        let mut rig = rig(Interface::Modern);
        rig.write(0x24, 1);
        rig.write(0x20, (features >> 32) as u32);
        rig.write(0x24, 0);
        rig.write(0x20, features as u32);
        rig.write(0x70, 3 | FEATURES_OK);
        assert_eq!(rig.read(0x70) & FEATURES_OK != 0, agreed, "{features:#x}");
    }
}

#[test]
fn features_are_settled_with_features_ok() {
    let mut rig = ready(Interface::Modern);
    let accepted = rig.device.driver_features;
    rig.write(0x24, 0);
    rig.write(0x20, 0);
    rig.write(0x24, 1);
    rig.write(0x20, 0);
    rig.write(0x24, 5);
    rig.write(0x20, 0xffff_ffff);
    assert_eq!(rig.device.driver_features, accepted);
}

#[test]
fn a_request_raises_the_line_until_it_is_acknowledged() {
    for interface in BOTH {
        let mut rig = ready(interface);
        submit(&mut rig);
        assert_eq!((rig.pins.get(), rig.read(0x60)), (0, 0));
        rig.pass(LATENCY_INSNS);
        assert_eq!((rig.pins.get(), rig.read(0x60)), (1, USED_BUFFER));
        rig.write(0x64, CONFIG_CHANGE);
        assert_eq!(rig.pins.get(), 1, "another bit");
        rig.write(0x64, USED_BUFFER);
        assert_eq!((rig.pins.get(), rig.read(0x60)), (0, 0));
    }
}

#[test]
fn a_driver_that_wants_no_interrupt_gets_none() {
    let mut rig = ready(Interface::Modern);
    rig.put(AVAILABLE, 1_u16);
    submit(&mut rig);
    rig.pass(LATENCY_INSNS);
    assert_eq!((rig.used_count(), rig.pins.get(), rig.read(0x60)), (1, 0, 0));
}

#[test]
fn a_reset_forgets_everything() {
    for interface in BOTH {
        let mut rig = ready(interface);
        submit(&mut rig);
        rig.pass(LATENCY_INSNS);
        submit(&mut rig);
        rig.write(0x70, 0);
        assert_eq!((rig.pins.get(), rig.read(0x60), rig.read(0x70)), (0, 0, 0));
        assert_eq!((rig.read(0x40), rig.read(0x44)), (0, 0));
        assert_eq!(rig.device.deadline().get(), None, "what was in flight never lands");
        rig.notify();
        assert_eq!(rig.device.deadline().get(), None);
        rig.set_up();
        submit(&mut rig);
        rig.pass(LATENCY_INSNS);
        assert_eq!((rig.used_count(), rig.status(0)), (1, 0));
    }
}

#[test]
fn nothing_is_served_before_driver_ok_except_to_legacy_drivers() {
    for (interface, early) in [(Interface::Legacy, true), (Interface::Modern, false)] {
        let mut rig = ready(interface);
        rig.write(0x70, 3 | FEATURES_OK);
        submit(&mut rig);
        assert_eq!(rig.device.deadline().get().is_some(), early);
    }
}

#[test]
fn a_queue_that_is_stopped_forgets_what_is_in_flight() {
    for (interface, register) in [(Interface::Legacy, 0x40), (Interface::Modern, 0x44)] {
        let mut rig = ready(interface);
        submit(&mut rig);
        rig.write(register, 0);
        assert_eq!(rig.device.deadline().get(), None);
        rig.pass(LATENCY_INSNS);
        rig.notify();
        assert_eq!((rig.used_count(), rig.device.broken()), (0, None));
    }
}

#[test]
fn a_queue_in_use_cannot_be_moved() {
    let mut rig = ready(Interface::Modern);
    rig.write(0x38, 3);
    rig.write(0x80, 1);
    rig.write(0xa4, 9);
    rig.write(0x44, 1);
    submit(&mut rig);
    rig.pass(LATENCY_INSNS);
    assert_eq!((rig.used_count(), rig.status(0)), (1, 0));
}

#[test]
fn a_modern_device_asks_for_a_reset() {
    let mut rig = ready(Interface::Modern);
    rig.put(AVAILABLE + 2, SIZE + 1);
    rig.notify();
    assert_eq!(rig.device.broken(), Some(Broken::TooMany));
    assert_eq!((rig.read(0x70), rig.read(0x60), rig.pins.get()), (15 | DEVICE_NEEDS_RESET, CONFIG_CHANGE, 1));
    rig.write(0x70, 15);
    assert_eq!(rig.read(0x70), 15 | DEVICE_NEEDS_RESET, "it does not go away");
    rig.put(AVAILABLE + 2, 1_u16);
    rig.notify();
    assert_eq!(rig.device.deadline().get(), None, "nothing is done any more");
    rig.set_up();
    submit(&mut rig);
    rig.pass(LATENCY_INSNS);
    assert_eq!((rig.used_count(), rig.status(0), rig.device.broken()), (1, 0, None));
}

#[test]
fn a_legacy_device_falls_silent() {
    let mut rig = ready(Interface::Legacy);
    submit(&mut rig);
    rig.descriptor(2, (DATA, 512), 3, 2);
    rig.pass(LATENCY_INSNS);
    assert_eq!(rig.device.broken(), Some(Broken::Loop));
    assert_eq!((rig.read(0x70), rig.read(0x60), rig.pins.get(), rig.used_count()), (7, 0, 0, 0));
    submit(&mut rig);
    assert_eq!(rig.device.deadline().get(), None);
    rig.set_up();
    submit(&mut rig);
    rig.pass(LATENCY_INSNS);
    assert_eq!(rig.status(0), 0);
}

#[test]
fn queues_that_cannot_be_are_refused_when_they_are_started() {
    for size in [0, 3, 512, 0x1_0010, u32::MAX] {
        let mut rig = rig(Interface::Modern);
        rig.write(0x38, size);
        rig.write(0x44, 1);
        assert_eq!((rig.device.broken(), rig.read(0x44)), (Some(Broken::Size), 0), "{size}");
        assert_eq!((rig.read(0x70), rig.read(0x60)), (DEVICE_NEEDS_RESET, 0), "no driver to tell yet");
    }
    for (page, size, align, pfn, why) in [
        (4096, 12, 4096, RAM / 4096, Broken::Size),
        (4096, 16, 3, RAM / 4096, Broken::Place),
        (4096, 16, 0, RAM / 4096, Broken::Place),
        (4096, 16, 4096, 1 << 20, Broken::Place),
        (4096, 16, 1 << 31, RAM / 4096, Broken::Place),
        (u32::MAX, 16, 4096, 0xffff_ffff, Broken::Place),
        (0, 16, 4096, 7, Broken::Place),
    ] {
        let mut rig = rig(Interface::Legacy);
        rig.write(0x28, page);
        rig.write(0x38, size);
        rig.write(0x3c, align);
        rig.write(0x40, pfn as u32);
        assert_eq!(rig.device.broken(), Some(why), "{page} {size} {align} {pfn:#x}");
    }
}

#[test]
fn the_used_ring_of_a_legacy_queue_is_where_its_alignment_says() {
    let mut rig = rig(Interface::Legacy);
    for (align, used) in [(4, AVAILABLE + 40), (64, AVAILABLE + 64), (4096, USED), (0x2000, RAM + 0x2000)] {
        rig.write(0x38, u32::from(SIZE));
        rig.write(0x3c, align);
        rig.write(0x40, (RAM / 4096) as u32);
        assert_eq!(rig.device.queues[0].used, GuestPhys(used), "{align}");
        rig.write(0x70, 0);
    }
}
