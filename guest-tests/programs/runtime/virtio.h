// A driver for virtio block devices over MMIO, version 1 (legacy) and 2: finds the one disk of board `virt`, sets its queue up and
// leaves requests to the program. After virtio 1.2, sections 2.7, 4.2 and 5.2.
#ifndef VIRTIO_H
#define VIRTIO_H

#include "probe.h"

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memset(void *to, int value, size_t bytes);

enum { QUEUE_SIZE = 16 };

/// Register offsets, section 4.2.2.
enum {
    VIRTIO_MAGIC = 0x000,
    VIRTIO_VERSION = 0x004,
    VIRTIO_DEVICE_ID = 0x008,
    VIRTIO_DEVICE_FEATURES = 0x010,
    VIRTIO_DEVICE_FEATURES_SEL = 0x014,
    VIRTIO_DRIVER_FEATURES = 0x020,
    VIRTIO_DRIVER_FEATURES_SEL = 0x024,
    VIRTIO_GUEST_PAGE_SIZE = 0x028,
    VIRTIO_QUEUE_SEL = 0x030,
    VIRTIO_QUEUE_NUM_MAX = 0x034,
    VIRTIO_QUEUE_NUM = 0x038,
    VIRTIO_QUEUE_ALIGN = 0x03c,
    VIRTIO_QUEUE_PFN = 0x040,
    VIRTIO_QUEUE_READY = 0x044,
    VIRTIO_QUEUE_NOTIFY = 0x050,
    VIRTIO_INTERRUPT_STATUS = 0x060,
    VIRTIO_INTERRUPT_ACK = 0x064,
    VIRTIO_STATUS = 0x070,
    VIRTIO_QUEUE_DESC = 0x080,
    VIRTIO_QUEUE_DRIVER = 0x090,
    VIRTIO_QUEUE_DEVICE = 0x0a0,
    VIRTIO_CONFIG = 0x100,
};

enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, NEEDS_RESET = 0x40 };

/// Features of the first 32.
enum {
    F_SEG_MAX = 1 << 2,
    F_RO = 1 << 5,
    F_BLK_SIZE = 1 << 6,
    F_FLUSH = 1 << 9,
    F_DISCARD = 1 << 13,
    F_WRITE_ZEROES = 1 << 14,
    F_INDIRECT = 1 << 28,
};

enum { IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8, DISCARD = 11, WRITE_ZEROES = 13 };
enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };

struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};

/// The queue, as a legacy device wants it: parts one behind the other, the used ring at a page.
struct queue {
    struct descriptor descriptors[QUEUE_SIZE];
    volatile uint16_t available_flags, available_index, available[QUEUE_SIZE];
    char pad[4096 - 16 * QUEUE_SIZE - 4 - 2 * QUEUE_SIZE];
    volatile uint16_t used_flags, used_index;
    volatile struct {
        uint32_t id, length;
    } used[QUEUE_SIZE];
} __attribute__((aligned(4096)));

struct header {
    uint32_t type, reserved;
    uint64_t sector;
};

static struct queue queue;
static struct header headers[QUEUE_SIZE];
static volatile uint8_t statuses[QUEUE_SIZE];
static volatile uint32_t *device;
static unsigned slot;

static inline uint32_t reg(unsigned offset) { return device[offset / 4]; }
static inline void set_reg(unsigned offset, uint32_t value) { device[offset / 4] = value; }

/// Points `device` at the first slot of board `virt` that has a block device; false if there is none.
static inline int find_disk(void) {
    for (slot = 0; slot < 8; slot++) {
        device = (volatile uint32_t *)(0x10001000ul + 0x1000 * slot);
        if (reg(VIRTIO_MAGIC) == 0x74726976 && reg(VIRTIO_DEVICE_ID) == 2) {
            return 1;
        }
    }
    return 0;
}

/// The first 32 features that the device offers.
static inline uint32_t offered(void) {
    set_reg(VIRTIO_DEVICE_FEATURES_SEL, 0);
    return reg(VIRTIO_DEVICE_FEATURES);
}

static inline void set_address(unsigned offset, const volatile void *address) {
    set_reg(offset, (uint32_t)(uintptr_t)address);
    set_reg(offset + 4, (uint32_t)((uint64_t)(uintptr_t)address >> 32));
}

/// Resets the device and brings it to DRIVER_OK with these features. Returns the status that it has then.
static inline uint32_t start_disk(uint32_t features) {
    int modern = reg(VIRTIO_VERSION) == 2;
    set_reg(VIRTIO_STATUS, 0);
    while (reg(VIRTIO_STATUS) != 0) {
    }
    queue = (struct queue){0};
    set_reg(VIRTIO_STATUS, ACKNOWLEDGE);
    set_reg(VIRTIO_STATUS, ACKNOWLEDGE | DRIVER);
    set_reg(VIRTIO_DRIVER_FEATURES_SEL, 0);
    set_reg(VIRTIO_DRIVER_FEATURES, features);
    uint32_t status = ACKNOWLEDGE | DRIVER;
    if (modern) {
        set_reg(VIRTIO_DRIVER_FEATURES_SEL, 1);
        set_reg(VIRTIO_DRIVER_FEATURES, 1);
        status |= FEATURES_OK;
        set_reg(VIRTIO_STATUS, status);
    } else {
        set_reg(VIRTIO_GUEST_PAGE_SIZE, 4096);
    }
    set_reg(VIRTIO_QUEUE_SEL, 0);
    set_reg(VIRTIO_QUEUE_NUM, QUEUE_SIZE);
    if (modern) {
        set_address(VIRTIO_QUEUE_DESC, queue.descriptors);
        set_address(VIRTIO_QUEUE_DRIVER, &queue.available_flags);
        set_address(VIRTIO_QUEUE_DEVICE, &queue.used_flags);
        set_reg(VIRTIO_QUEUE_READY, 1);
    } else {
        set_reg(VIRTIO_QUEUE_ALIGN, 4096);
        set_reg(VIRTIO_QUEUE_PFN, (uint32_t)((uintptr_t)&queue >> 12));
    }
    set_reg(VIRTIO_STATUS, status | DRIVER_OK);
    return reg(VIRTIO_STATUS);
}

static inline void describe(unsigned index, const volatile void *address, uint32_t length, uint16_t flags) {
    queue.descriptors[index] = (struct descriptor){(uintptr_t)address, length, flags, (uint16_t)(index + 1)};
}

/// A request in descriptors `first` to `first` + 2; without data in the first two.
static inline void build(unsigned first, uint32_t type, uint64_t sector, void *data, uint32_t bytes) {
    headers[first] = (struct header){type, 0, sector};
    statuses[first] = 0xee;
    describe(first, &headers[first], sizeof headers[first], NEXT);
    unsigned last = first + 1;
    if (bytes) {
        describe(last++, data, bytes, NEXT | (type == IN || type == GET_ID ? WRITE : 0));
    }
    describe(last, &statuses[first], 1, WRITE);
}

/// Puts the chain that begins at `first` into the ring; the device is told by `notify`.
static inline void offer(unsigned first) {
    queue.available[queue.available_index % QUEUE_SIZE] = (uint16_t)first;
    __asm__ volatile("fence w, w" ::: "memory");
    queue.available_index++;
}

static inline void notify(void) {
    __asm__ volatile("fence rw, rw" ::: "memory");
    set_reg(VIRTIO_QUEUE_NOTIFY, 0);
}

/// Until the device has used `count` chains in all.
static inline void await(uint16_t count) {
    while (queue.used_index != count) {
    }
    __asm__ volatile("fence rw, rw" ::: "memory");
}

#endif
