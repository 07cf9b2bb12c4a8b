#define GIC 3
#include "interrupts.h"
