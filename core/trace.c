// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints themselves. Everybody else includes energy_trace.h for the calls alone. */
#include <linux/build_bug.h>
#include <linux/string.h>

#include "internal.h"
#include "header.h"
#include "record.h"

#define CREATE_TRACE_POINTS
#include "energy_trace.h"

static_assert(ENERGY_TRACE_COMM_LEN >= ENERGY_COMM_ESCAPED_MAX);
