#define GIC 2
#include "interrupts.h"
