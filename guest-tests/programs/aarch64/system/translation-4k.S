#define GRANULE 12
#define FIRST 0
// 48 bits in both halves, 40 bits of physical address, identifiers of 16 bits; cached, inner shareable.
#define TCR (16 | 0x3500 | 0 << 14 | 16 << 16 | 0x35000000 | 2 << 30 | 2 << 32 | 1 << 36)
#include "translation.h"
