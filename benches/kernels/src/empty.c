// No work: what is left is the start and the end of a run. The peers' comparison can subtract it. A unit: nothing.
#include "kernel.h"

uint32_t kernel(uint32_t scale) {
    return scale;
}
