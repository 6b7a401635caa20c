// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "lib/wait.h"

#define NSEC_PER_SEC 1000000000ULL

static volatile sig_atomic_t ended;

static void note_end(int signal)
{
	(void)signal;
	ended = 1;
}

void energy_wait_init(void)
{
	/* No SA_RESTART: a read that blocks must return. */
	struct sigaction action = { .sa_handler = note_end };
	sigset_t resize;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);

	/* Comes during a wait only: curses notes it, and is asked after each wait. */
	sigemptyset(&resize);
	sigaddset(&resize, SIGWINCH);
	sigprocmask(SIG_BLOCK, &resize, NULL);
}

bool energy_wait_ended(void)
{
	return ended;
}

uint64_t energy_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

enum energy_event energy_wait(uint64_t deadline_ns, int fd)
{
	struct pollfd input = { .fd = fd, .events = POLLIN };
	uint64_t now_ns = energy_now_ns();
	uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
	struct timespec left = { left_ns / NSEC_PER_SEC, left_ns % NSEC_PER_SEC };
	sigset_t ending, before, waiting;
	int ready = -1;

	/* Blocked between the look at the flag and the wait, so that none is missed. */
	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, &before);
	waiting = before;
	sigdelset(&waiting, SIGWINCH);
	sigdelset(&waiting, SIGTSTP);
	if (!ended)
		ready = ppoll(&input, 1, &left, &waiting);
	sigprocmask(SIG_SETMASK, &before, NULL);

	/* A terminal that went away can always be read, to no end. */
	if (ended || (ready > 0 && (input.revents & ~POLLIN)))
		return ENERGY_EVENT_END;
	return ready == 0 ? ENERGY_EVENT_TICK : ENERGY_EVENT_INPUT;
}
