// A log on a disk: writes each sector, flushes, and only then prints its number. Whenever the machine loses its power, the sectors
// whose numbers have been printed are on the disk.
#include "virtio.h"

enum { SECTOR = 512 };

static uint64_t record[SECTOR / 8];

static void run(uint32_t type, uint64_t sector, uint32_t bytes) {
    uint16_t before = queue.used_index;
    build(0, type, sector, record, bytes);
    offer(0);
    notify();
    await((uint16_t)(before + 1));
    CHECK(2, statuses[0] == 0);
}

int main(void) {
    CHECK(1, find_disk());
    start_disk(F_FLUSH);
    uint32_t sectors = reg(VIRTIO_CONFIG);
    for (uint32_t sector = 0; sector < sectors; sector++) {
        for (unsigned i = 0; i < SECTOR / 8; i++) {
            record[i] = 0x0123456789abcdefull * (sector + 1) + i;
        }
        run(OUT, sector, SECTOR);
        run(FLUSH, 0, 0);
        put_unsigned(sector);
        put_char('\n');
    }
    return 0;
}
