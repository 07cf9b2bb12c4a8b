#define GRANULE 16
#define FIRST 1
#define TCR (16 | 0x3500 | 1 << 14 | 16 << 16 | 0x35000000 | 3 << 30 | 2 << 32 | 1 << 36)
#include "translation.h"
