/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for the next tick, and ending in good order on a signal. */
#ifndef ENERGY_WAIT_H
#define ENERGY_WAIT_H

#include <stdbool.h>
#include <stdint.h>

enum energy_event {
	ENERGY_EVENT_TICK,	/* the time has come */
	ENERGY_EVENT_INPUT,	/* a key, or the terminal changed its size */
	ENERGY_EVENT_END,	/* a signal asks to end, or the terminal went away */
};

/*
 * From here on SIGINT, SIGTERM and SIGHUP are noted instead of killing, and SIGWINCH comes
 * during a wait only; so does SIGTSTP where it is blocked.
 */
void energy_wait_init(void);

/* Has such a signal come? */
bool energy_wait_ended(void);

/* Waits until @deadline_ns of energy_now_ns(), or for input on @fd unless it is negative. */
enum energy_event energy_wait(uint64_t deadline_ns, int fd);

uint64_t energy_now_ns(void);

#endif /* ENERGY_WAIT_H */
