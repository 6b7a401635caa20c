// SPDX-License-Identifier: GPL-2.0-only
/*
 * sleepers - processes that exist and do nothing, and some that run.
 *
 * usage: sleepers SLEEPING [BUSY [WAKING PERIOD_MS [THREADS]]]
 *
 * SLEEPING of them never run, BUSY always want to, and WAKING wake up once in a period to go
 * to sleep again, as do so many threads of one more.
 *
 * Prints a line when all processes exist, and ends, with all of them, at the end of its
 * standard input.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "common.h"

static void __attribute__((noreturn)) spin(unsigned long unused)
{
	(void)unused;
	for (;;)
		__asm__ volatile("" ::: "memory");
}

static void __attribute__((noreturn)) wake(unsigned long period_ms)
{
	struct timespec period = { .tv_sec = period_ms / 1000,
				   .tv_nsec = period_ms % 1000 * NS_PER_MS };

	for (;;)
		nanosleep(&period, NULL);
}

static void __attribute__((noreturn)) sleep_for_ever(unsigned long unused)
{
	(void)unused;
	stay();
}

static void *wake_thread(void *period_ms)
{
	wake(*(unsigned long *)period_ms);
}

static unsigned long nr_threads;

static void __attribute__((noreturn)) wake_threads(unsigned long period_ms)
{
	pthread_t thread;

	while (--nr_threads)
		if (pthread_create(&thread, NULL, wake_thread, &period_ms))
			die("cannot make a thread");
	wake(period_ms);
}

static void make(unsigned long n, void (*live)(unsigned long arg), unsigned long arg)
{
	while (n--) {
		pid_t pid = fork();

		if (pid < 0)
			die("cannot fork");
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		live(arg);
	}
}

int main(int argc, char **argv)
{
	char c;

	if (argc < 2 || argc == 4 || argc > 6) {
		fputs("usage: sleepers SLEEPING [BUSY [WAKING PERIOD_MS [THREADS]]]\n", stderr);
		return 2;
	}
	if (setpgid(0, 0))
		die("no process group");
	make(number(argv[1]), sleep_for_ever, 0);
	if (argc > 4)
		make(number(argv[3]), wake, number(argv[4]));
	if (argc > 5) {
		nr_threads = number(argv[5]);
		make(!!nr_threads, wake_threads, number(argv[4]));
	}
	if (argc > 2)
		make(number(argv[2]), spin, 0);
	say("ready\n");
	while (read(0, &c, 1) > 0)
		continue;
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		continue;
	return 0;
}
