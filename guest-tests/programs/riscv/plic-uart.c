// The 16550's transmitter interrupt through the PLIC: source 10, context 0 (hart 0, M-mode). Priority, threshold, enable, claim and
// completion, and the UART's own enable and identification registers.
#include "probe.h"

#define PLIC 0x0c000000ul
#define UART 0x10000000ul

enum { SOURCE = 10, MEIP = 1 << 11 };
enum { THR = 0, IER = 1, IIR = 2, LSR = 5, IER_THRE = 2 };

static volatile uint32_t *const priority = (volatile uint32_t *)(PLIC + 4 * SOURCE);
static volatile uint32_t *const pending = (volatile uint32_t *)(PLIC + 0x1000);
static volatile uint32_t *const enable = (volatile uint32_t *)(PLIC + 0x2000);
static volatile uint32_t *const threshold = (volatile uint32_t *)(PLIC + 0x200000);
static volatile uint32_t *const claim = (volatile uint32_t *)(PLIC + 0x200004);
static volatile uint8_t *const uart = (volatile uint8_t *)UART;

static const char text[] = "sent by interrupts\n";
static volatile unsigned sent;
static volatile uint32_t claimed, identified;
static volatile word cause;

__attribute__((interrupt("machine"), aligned(4))) static void on_interrupt(void) {
    cause = CSR_READ(mcause);
    uint32_t source = *claim;
    claimed = source;
    if (source == SOURCE) {
        identified = uart[IIR];
        if (text[sent]) {
            uart[THR] = (uint8_t)text[sent++];
        } else {
            uart[IER] = 0;
        }
    }
    *claim = source;
}

int main(void) {
    CSR_WRITE(mtvec, on_interrupt);
    CSR_WRITE(mie, MEIP);
    uart[IER] = 0;
    *enable = 0;
    *threshold = 0;
    *priority = 0;
    CHECK(1, *claim == 0);              // nothing to claim
    CHECK(2, uart[IIR] & 1);            // no interrupt pending
    *priority = 3;
    CHECK(3, *priority == 3);

    uart[IER] = IER_THRE;               // the transmitter is empty: the line rises
    CHECK(4, *pending & 1 << SOURCE);
    CHECK(5, !(CSR_READ(mip) & MEIP));  // not enabled in the PLIC
    *enable = 1 << SOURCE;
    *threshold = 3;                     // only priorities above it pass
    CHECK(6, !(CSR_READ(mip) & MEIP));
    *threshold = 2;
    CHECK(7, CSR_READ(mip) & MEIP);

    CSR_SET(mstatus, MSTATUS_MIE);
    while (uart[IER]) {
    }
    CSR_CLEAR(mstatus, MSTATUS_MIE);
    CHECK(8, cause == (INTERRUPT | 11));
    CHECK(9, sent == sizeof text - 1);
    CHECK(10, claimed == SOURCE);
    CHECK(11, (identified & 0x0f) == 0x02);
    CHECK(12, !(CSR_READ(mip) & MEIP));
    CHECK(13, *claim == 0);
    return 0;
}
