#define GRANULE 14
#define FIRST 0
#define TCR (16 | 0x3500 | 2 << 14 | 16 << 16 | 0x35000000 | 1 << 30 | 2 << 32 | 1 << 36)
#include "translation.h"
