//! Rings and chains as they should be, and everything a guest can do to them.

use emu_mem::BusBuilder;

use super::*;
use crate::virtio::testing::{AVAILABLE, INDIRECT, NEXT, RAM, ROM, Rig, SIZE, USED, WRITE};
use crate::virtio::{mmio::Interface, testing::Plain};

const TABLE: u64 = RAM + 0x8000;

/// Guest memory, and a queue in it that has been started.
fn queue() -> (Rig, Queue) {
    let rig = Rig::new(Interface::Modern, Box::new(Plain::new(1)));
    let mut queue = places();
    queue.start(&rig.memory).unwrap();
    (rig, queue)
}

fn places() -> Queue {
    Queue {
        size: SIZE,
        descriptors: GuestPhys(RAM),
        available: GuestPhys(AVAILABLE),
        used: GuestPhys(USED),
        ..Queue::new(256)
    }
}

fn chain(rig: &Rig, queue: &Queue, head: u16) -> Result<(Vec<Segment>, Vec<Segment>), Broken> {
    let mut chain = Chain::default();
    queue.read_chain(&rig.memory, head, true, &mut chain)?;
    Ok((chain.readable().iter().collect(), chain.writable().iter().collect()))
}

fn segment(at: u64, bytes: u64) -> Segment {
    Segment { at: GuestPhys(at), bytes }
}

#[test]
fn sizes_are_powers_of_two_up_to_the_largest() {
    let (rig, _) = queue();
    for (size, fits) in [(0, false), (1, true), (3, false), (128, true), (255, false), (256, true), (512, false)] {
        let mut queue = Queue { size, used: GuestPhys(USED + 0x1000), ..places() };
        assert_eq!(queue.start(&rig.memory), if fits { Ok(()) } else { Err(Broken::Size) }, "{size}");
        assert_eq!(queue.is_ready(), fits);
    }
}

#[test]
fn places_are_aligned_and_in_ram() {
    let (rig, _) = queue();
    let end = RAM + crate::virtio::testing::RAM_BYTES;
    let at = |descriptors, available, used| Queue {
        descriptors: GuestPhys(descriptors),
        available: GuestPhys(available),
        used: GuestPhys(used),
        ..places()
    };
    for mut bad in [
        at(RAM + 8, AVAILABLE, USED),
        at(RAM, AVAILABLE + 1, USED),
        at(RAM, AVAILABLE, USED + 2),
        at(0, AVAILABLE, USED),
        at(end - 16, AVAILABLE, USED),
        at(RAM, end - 4, USED),
        at(RAM, AVAILABLE, end - 128),
        at(u64::MAX - 15, AVAILABLE, USED),
        at(RAM, AVAILABLE, ROM),
    ] {
        assert_eq!(bad.start(&rig.memory), Err(Broken::Place), "{bad:?}");
    }
    at(ROM, ROM + 0x800, USED).start(&rig.memory).expect("what is only read may be in a ROM");
}

#[test]
fn available_chains_are_taken_once_and_in_order() {
    let (mut rig, mut queue) = queue();
    assert_eq!(queue.take(&rig.memory, 0), Ok(None));
    for round in 0..2 * SIZE {
        rig.offer(round % SIZE);
        rig.offer((round + 5) % SIZE);
        assert_eq!(queue.take(&rig.memory, 0), Ok(Some(round % SIZE)));
        assert_eq!(queue.take(&rig.memory, 1), Ok(Some((round + 5) % SIZE)));
        assert_eq!(queue.take(&rig.memory, 2), Ok(None));
    }
}

#[test]
fn the_index_wraps() {
    let (mut rig, mut queue) = queue();
    (queue.next_available, queue.next_used, rig.offered) = (u16::MAX, u16::MAX, u16::MAX);
    rig.put(AVAILABLE + 2, u16::MAX);
    assert_eq!(queue.take(&rig.memory, 0), Ok(None));
    rig.offer(3);
    assert_eq!(rig.get::<u16>(AVAILABLE + 2), 0);
    assert_eq!(queue.take(&rig.memory, 0), Ok(Some(3)));
    assert_eq!(queue.take(&rig.memory, 0), Ok(None));
    queue.put_used(&rig.memory, 3, 77).unwrap();
    assert_eq!((rig.used_count(), rig.used(u16::MAX)), (0, (3, 77)));
}

#[test]
fn more_than_there_can_be_is_refused() {
    let (rig, mut queue) = queue();
    rig.put(AVAILABLE + 2, SIZE + 1);
    assert_eq!(queue.take(&rig.memory, 0), Err(Broken::TooMany));
    rig.put(AVAILABLE + 2, SIZE);
    assert_eq!(queue.take(&rig.memory, 1), Err(Broken::TooMany), "with what is in flight");
    assert_eq!(queue.take(&rig.memory, 0), Ok(Some(0)));
    rig.put(AVAILABLE + 6, SIZE);
    assert_eq!(queue.take(&rig.memory, 1), Err(Broken::Index));
}

#[test]
fn a_chain_is_read_in_its_order() {
    let (rig, queue) = queue();
    rig.descriptor(4, (1, 10), NEXT, 0);
    rig.descriptor(0, (2, 20), NEXT, 9);
    rig.descriptor(9, (3, 30), NEXT | WRITE, 15);
    rig.descriptor(15, (4, u32::MAX), WRITE, 4);
    let read = vec![segment(1, 10), segment(2, 20)];
    assert_eq!(chain(&rig, &queue, 4), Ok((read, vec![segment(3, 30), segment(4, 0xffff_ffff)])));
}

#[test]
fn a_chain_may_be_as_long_as_the_queue_and_no_loop() {
    let (rig, queue) = queue();
    for i in 0..SIZE {
        rig.descriptor(i, (u64::from(i), 1), if i < SIZE - 1 { NEXT } else { 0 }, i + 1);
    }
    assert_eq!(chain(&rig, &queue, 0).unwrap().0.len(), usize::from(SIZE));
    for back in [0, 7, SIZE - 1] {
        rig.descriptor(SIZE - 1, (0, 1), NEXT, back);
        let mut chain = Chain::default();
        assert_eq!(queue.read_chain(&rig.memory, 0, true, &mut chain), Err(Broken::Loop), "back to {back}");
        assert_eq!(chain.readable.len(), usize::from(SIZE), "no more than that is looked at");
    }
    rig.descriptor(3, (0, 1), NEXT, SIZE);
    assert_eq!(chain(&rig, &queue, 0), Err(Broken::Index));
}

#[test]
fn what_is_read_comes_before_what_is_written() {
    let (rig, queue) = queue();
    rig.descriptor(0, (1, 1), NEXT | WRITE, 1);
    rig.descriptor(1, (2, 1), 0, 0);
    assert_eq!(chain(&rig, &queue, 0), Err(Broken::Order));
}

#[test]
fn indirect_tables() {
    let (rig, queue) = queue();
    rig.descriptor(0, (5, 50), NEXT, 1);
    rig.descriptor(1, (TABLE, 16 * 3), INDIRECT, 0);
    rig.descriptor_in(TABLE, 0, (6, 60), NEXT, 2);
    rig.descriptor_in(TABLE, 2, (7, 70), NEXT | WRITE, 1);
    rig.descriptor_in(TABLE, 1, (8, 80), WRITE, 0);
    let expected = (vec![segment(5, 50), segment(6, 60)], vec![segment(7, 70), segment(8, 80)]);
    assert_eq!(chain(&rig, &queue, 0), Ok(expected));

    let not_negotiated = queue.read_chain(&rig.memory, 0, false, &mut Chain::default());
    assert_eq!(not_negotiated, Err(Broken::Indirect));
    rig.descriptor_in(TABLE, 1, (8, 80), NEXT | WRITE, 3);
    assert_eq!(chain(&rig, &queue, 0), Err(Broken::Index), "behind the table's end");
    rig.descriptor_in(TABLE, 1, (TABLE, 16), INDIRECT, 0);
    assert_eq!(chain(&rig, &queue, 0), Err(Broken::Indirect), "nested");
    rig.descriptor_in(TABLE, 1, (8, 80), NEXT | WRITE, 2);
    assert_eq!(chain(&rig, &queue, 0), Err(Broken::Loop));
    for bytes in [0, 15, 17, 16 * (u32::from(SIZE) + 1), u32::MAX] {
        rig.descriptor(1, (TABLE, bytes), INDIRECT, 0);
        assert_eq!(chain(&rig, &queue, 0), Err(Broken::Indirect), "{bytes} bytes");
    }
    rig.descriptor(1, (TABLE, 48), INDIRECT | NEXT, 0);
    assert_eq!(chain(&rig, &queue, 0), Err(Broken::Indirect), "something behind it");
    rig.descriptor(1, (0x10, 48), INDIRECT, 0);
    assert_eq!(chain(&rig, &queue, 0), Err(Broken::Place), "nowhere");
    rig.descriptor(1, (u64::MAX - 7, 48), INDIRECT, 0);
    assert_eq!(chain(&rig, &queue, 0), Err(Broken::Place), "round the end");
}

/// Rings can vanish only where somebody starts a queue with one memory and uses it with another.
#[test]
fn rings_that_are_not_there_are_no_panic() {
    let (_, mut queue) = queue();
    let elsewhere = BusBuilder::new().build().unwrap().memory().clone();
    assert_eq!(queue.take(&elsewhere, 0), Err(Broken::Place));
    assert_eq!(queue.put_used(&elsewhere, 0, 0), Err(Broken::Place));
    assert_eq!(queue.wants_interrupt(&elsewhere), Err(Broken::Place));
    assert_eq!(queue.read_chain(&elsewhere, 0, true, &mut Chain::default()), Err(Broken::Place));
}
