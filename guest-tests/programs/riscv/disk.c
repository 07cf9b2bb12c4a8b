// A virtio block device, legacy or modern, whichever is there: identification, every request, several in flight, completion by
// interrupt, errors, and what a reset forgets. It prints what the device says, so that two machines can be compared.
//
// The disk has 128 sectors; byte i is (7 i + i / 512) mod 256. Afterwards sector 1 holds 0xa5, sectors 16 to 23 the numbers of
// their sectors, 40 and 41 zeros.
#include "virtio.h"

enum { SECTOR = 512, SECTORS = 128, MEIP = 1 << 11 };

static uint8_t buffer[8 * SECTOR] __attribute__((aligned(16)));
static uint8_t scattered[3][SECTOR];
static volatile unsigned interrupts;
static volatile uint32_t causes;

static volatile uint32_t *const plic_claim = (volatile uint32_t *)0x0c200004;

__attribute__((interrupt("machine"), aligned(4))) static void on_interrupt(void) {
    uint32_t source = *plic_claim;
    if (source == slot + 1) {
        uint32_t cause = reg(VIRTIO_INTERRUPT_STATUS);
        set_reg(VIRTIO_INTERRUPT_ACK, cause);
        causes |= cause;
        interrupts++;
    }
    *plic_claim = source;
}

static uint8_t original(unsigned sector, unsigned i) {
    return (uint8_t)(7 * (SECTOR * sector + i) + sector);
}

static int is_original(const uint8_t *bytes, unsigned sector) {
    for (unsigned i = 0; i < SECTOR; i++) {
        if (bytes[i] != original(sector, i)) {
            return 0;
        }
    }
    return 1;
}

static int is_all(const uint8_t *bytes, unsigned count, uint8_t value) {
    for (unsigned i = 0; i < count; i++) {
        if (bytes[i] != value) {
            return 0;
        }
    }
    return 1;
}

static uint32_t used_length(void) {
    return queue.used[(uint16_t)(queue.used_index - 1) % QUEUE_SIZE].length;
}

/// One request from beginning to end; its status.
static uint8_t request(uint32_t type, uint64_t sector, void *data, uint32_t bytes) {
    uint16_t before = queue.used_index;
    build(0, type, sector, data, bytes);
    offer(0);
    notify();
    await((uint16_t)(before + 1));
    return statuses[0];
}

static uint8_t range_request(uint32_t type, uint64_t sector, uint32_t sectors, uint32_t flags) {
    static struct {
        uint64_t sector;
        uint32_t sectors, flags;
    } range;
    range.sector = sector;
    range.sectors = sectors;
    range.flags = flags;
    return request(type, 0, &range, sizeof range);
}

static void say(const char *name, word value) {
    put_text(name);
    put_char(' ');
    put_unsigned(value);
    put_char('\n');
}

static void identify(void) {
    uint32_t wanted = F_SEG_MAX | F_RO | F_BLK_SIZE | F_FLUSH | F_DISCARD | F_WRITE_ZEROES | F_INDIRECT;
    say("slot", slot);
    say("version", reg(VIRTIO_VERSION));
    say("features", offered() & wanted);
    say("capacity", reg(VIRTIO_CONFIG));
    say("seg_max", reg(VIRTIO_CONFIG + 12));
    say("blk_size", reg(VIRTIO_CONFIG + 20));
    say("max_discard_seg", reg(VIRTIO_CONFIG + 40));
    CHECK(1, reg(VIRTIO_QUEUE_NUM_MAX) >= QUEUE_SIZE);
    CHECK(2, reg(VIRTIO_CONFIG + 4) == 0);
    if (reg(VIRTIO_VERSION) == 2) {
        CHECK(4, start_disk(offered() & wanted) == (ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK));
        CHECK(5, reg(VIRTIO_QUEUE_READY) == 1);
    } else {
        CHECK(6, start_disk(offered() & wanted) == (ACKNOWLEDGE | DRIVER | DRIVER_OK));
        CHECK(7, reg(VIRTIO_QUEUE_PFN) == (uintptr_t)&queue >> 12);
    }
}

static void read_and_write(void) {
    CHECK(10, request(IN, 5, buffer, 2 * SECTOR) == 0);
    say("read length", used_length());
    CHECK(11, is_original(buffer, 5) && is_original(buffer + SECTOR, 6));
    memset(buffer, 0xa5, SECTOR);
    CHECK(12, request(OUT, 1, buffer, SECTOR) == 0);
    say("write length", used_length());
    CHECK(13, request(FLUSH, 0, 0, 0) == 0);
    CHECK(14, request(IN, 0, buffer, 3 * SECTOR) == 0);
    CHECK(15, is_original(buffer, 0) && is_all(buffer + SECTOR, SECTOR, 0xa5) && is_original(buffer + 2 * SECTOR, 2));

    // Segments that are no sectors, and not in order.
    uint16_t before = queue.used_index;
    headers[0] = (struct header){IN, 0, 9};
    statuses[0] = 0xee;
    describe(0, &headers[0], sizeof headers[0], NEXT);
    describe(1, scattered[2], 100, NEXT | WRITE);
    describe(2, scattered[0], 400, NEXT | WRITE);
    describe(3, scattered[1], 12, NEXT | WRITE);
    describe(4, &statuses[0], 1, WRITE);
    offer(0);
    notify();
    await((uint16_t)(before + 1));
    CHECK(16, statuses[0] == 0);
    memcpy(buffer, scattered[2], 100);
    memcpy(buffer + 100, scattered[0], 400);
    memcpy(buffer + 500, scattered[1], 12);
    CHECK(17, is_original(buffer, 9));

    // The same through an indirect table.
    static struct descriptor table[3];
    for (unsigned i = 0; i < 3; i++) {
        table[i] = (struct descriptor){(uintptr_t)scattered[i], SECTOR, i == 2 ? 0 : NEXT, (uint16_t)(i + 1)};
    }
    table[0].address = (uintptr_t)&headers[0];
    table[0].length = sizeof headers[0];
    table[1].flags |= WRITE;
    table[2].address = (uintptr_t)&statuses[0];
    table[2].length = 1;
    table[2].flags |= WRITE;
    statuses[0] = 0xee;
    before = queue.used_index;
    describe(0, table, sizeof table, INDIRECT);
    offer(0);
    notify();
    await((uint16_t)(before + 1));
    CHECK(18, statuses[0] == 0 && is_original(scattered[1], 9));
}

static void other_requests(void) {
    memset(buffer, '?', 21);
    CHECK(20, request(GET_ID, 0, buffer, 20) == 0);
    buffer[20] = 0;
    put_text("id ");
    put_text((char *)buffer);
    put_char('\n');
    CHECK(21, request(99, 0, 0, 0) == 2);
    CHECK(22, range_request(WRITE_ZEROES, 40, 2, 0) == 0);
    CHECK(23, request(IN, 39, buffer, 4 * SECTOR) == 0);
    CHECK(24, is_original(buffer, 39) && is_all(buffer + SECTOR, 2 * SECTOR, 0) && is_original(buffer + 3 * SECTOR, 42));
    // What discarded sectors hold is nobody's business, so they are written again.
    CHECK(25, range_request(DISCARD, 50, 4, 0) == 0);
    for (unsigned sector = 50; sector < 54; sector++) {
        for (unsigned i = 0; i < SECTOR; i++) {
            buffer[(sector - 50) * SECTOR + i] = original(sector, i);
        }
    }
    CHECK(26, request(OUT, 50, buffer, 4 * SECTOR) == 0);
    CHECK(27, range_request(DISCARD, 50, 1, 1) == 2);       // UNMAP
    CHECK(28, range_request(WRITE_ZEROES, 50, 1, 2) == 2);  // a flag that there is not
}

static void errors(void) {
    say("behind the end", request(IN, SECTORS, buffer, SECTOR));
    say("over the end", request(IN, SECTORS - 1, buffer, 2 * SECTOR));
    say("far behind the end", request(OUT, 1ull << 54, buffer, SECTOR));
    say("half a sector", request(IN, 0, buffer, SECTOR / 2));
    say("discard over the end", range_request(DISCARD, SECTORS - 1, 2, 0));
    say("last sector", request(IN, SECTORS - 1, buffer, SECTOR));
    CHECK(30, is_original(buffer, SECTORS - 1));
}

/// Sleeps until the device has used `count` more chains than `before`, and the handler has run at least once.
static void sleep_until_used(uint16_t before, uint16_t count) {
    interrupts = 0;
    while ((uint16_t)(queue.used_index - before) < count || interrupts == 0) {
        __asm__ volatile("wfi");
        CSR_SET(mstatus, MSTATUS_MIE);
        CSR_CLEAR(mstatus, MSTATUS_MIE);
    }
}

static void in_flight(void) {
    volatile uint32_t *priority = (volatile uint32_t *)(0x0c000000ul + 4 * (slot + 1));
    volatile uint32_t *enable = (volatile uint32_t *)0x0c002000;
    volatile uint32_t *threshold = (volatile uint32_t *)0x0c200000;
    set_reg(VIRTIO_INTERRUPT_ACK, reg(VIRTIO_INTERRUPT_STATUS));
    CSR_WRITE(mtvec, on_interrupt);
    CSR_WRITE(mie, MEIP);
    *priority = 1;
    *threshold = 0;
    *enable = 1u << (slot + 1);
    // What the PLIC remembers of the requests before.
    uint32_t stale = *plic_claim;
    *plic_claim = stale;

    // Five writes, one notification.
    uint16_t before = queue.used_index;
    for (unsigned i = 0; i < 5; i++) {
        memset(buffer + i * SECTOR, (int)(16 + i), SECTOR);
        build(3 * i, OUT, 16 + i, buffer + i * SECTOR, SECTOR);
        offer(3 * i);
    }
    notify();
    sleep_until_used(before, 5);
    CHECK(40, causes == 1);
    unsigned seen = 0;
    for (unsigned i = 0; i < 5; i++) {
        CHECK(41, statuses[3 * i] == 0);
        seen |= 1u << queue.used[(uint16_t)(before + i) % QUEUE_SIZE].id / 3;
    }
    CHECK(42, seen == 31);

    // Three more, each with its own notification.
    before = queue.used_index;
    for (unsigned i = 0; i < 3; i++) {
        memset(buffer + i * SECTOR, (int)(21 + i), SECTOR);
        build(3 * i, OUT, 21 + i, buffer + i * SECTOR, SECTOR);
        offer(3 * i);
        notify();
    }
    sleep_until_used(before, 3);
    // The last interrupt may still be on its way.
    CSR_SET(mstatus, MSTATUS_MIE);
    while (reg(VIRTIO_INTERRUPT_STATUS)) {
    }
    CSR_CLEAR(mstatus, MSTATUS_MIE);
    CSR_WRITE(mie, 0);

    CHECK(43, request(FLUSH, 0, 0, 0) == 0);
    CHECK(44, request(IN, 16, buffer, 8 * SECTOR) == 0);
    for (unsigned i = 0; i < 8; i++) {
        CHECK(45, is_all(buffer + i * SECTOR, SECTOR, (uint8_t)(16 + i)));
    }

    // A driver that asks for no interrupts gets none.
    set_reg(VIRTIO_INTERRUPT_ACK, reg(VIRTIO_INTERRUPT_STATUS));
    queue.available_flags = 1;
    CHECK(46, request(IN, 0, buffer, SECTOR) == 0);
    CHECK(47, reg(VIRTIO_INTERRUPT_STATUS) == 0);
}

/// A descriptor chain that is a loop.
static void broken(void) {
    build(0, IN, 0, buffer, SECTOR);
    queue.descriptors[1].next = 1;
    uint16_t before = queue.used_index;
    offer(0);
    notify();
    if (reg(VIRTIO_VERSION) == 2) {
        while (!(reg(VIRTIO_STATUS) & NEEDS_RESET)) {
        }
    }
    CHECK(50, queue.used_index == before);
    start_disk(F_FLUSH);
    CHECK(51, queue.used_index == 0);
    CHECK(52, request(IN, 5, buffer, SECTOR) == 0 && is_original(buffer, 5));
}

int main(void) {
    CHECK(119, find_disk());
    identify();
    read_and_write();
    other_requests();
    errors();
    in_flight();
    broken();
    return 0;
}
