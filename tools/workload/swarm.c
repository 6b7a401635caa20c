// SPDX-License-Identifier: GPL-2.0-only
/*
 * swarm - many processes that live for milliseconds.
 *
 * usage: swarm [-n NUMBER] [-j PARALLEL] [-u MIN_US] [-U MAX_US] [-c PREFIX] [-s] [-t] [-v] [-w]
 *
 *	-n  processes to start (default 0: until it is ended)
 *	-j  how many at a time (default 8)
 *	-u -U  CPU time that each uses, evenly spread (default 1000 to 5000 us)
 *	-c  their names are PREFIX and a number (default: their parent's name)
 *	-s  they share their parent's memory and end at once: vfork(), the cheapest there is
 *	-t  threads of one process instead, which waits for a signal at the end
 *	-v  then a line for each process: pid= energy_nj=, its exit included
 *	-w  their parent asks for each one's sums after its last switch, which is part of them then;
 *	    otherwise it may be quicker, on another CPU. For root
 *
 * At the end it says: started= cpu_ns= energy_nj= switches= waits= kernel_us=, the sums over
 * all of them: what they measured themselves, what the virtual hardware says, and what the kernel
 * has of those that have ended (with -t of the whole process): context switches, those among
 * them that were voluntary, and CPU time.
 */
#include <getopt.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "common.h"
#include "truth.h"

static struct sums {
	unsigned long cpu_ns;
	unsigned long energy_nj;
	struct one {
		pid_t pid;
		uint32_t account;
	} each[];
} *sums;

static const char *prefix;
static unsigned long total, parallel = 8, min_us = 1000, max_us = 5000;
static bool share, threads, verbose, whole;

static void spin(unsigned long which, clockid_t clock)
{
	uint64_t spread = max_us > min_us ? which * 7919 % (max_us - min_us + 1) : 0;
	uint64_t until = (min_us + spread) * NS_PER_US;

	while (clock_ns(clock) < until)
		continue;
}

static void __attribute__((noreturn)) live(unsigned long which)
{
	char name[16];
	uint32_t account = truth_present() ? truth_birth() : 0;

	if (verbose)
		sums->each[which] = (struct one){ getpid(), account };
	if (prefix) {
		snprintf(name, sizeof(name), "%s%lu", prefix, which);
		prctl(PR_SET_NAME, name);
	}
	spin(which, CLOCK_PROCESS_CPUTIME_ID);
	__atomic_fetch_add(&sums->cpu_ns, clock_ns(CLOCK_PROCESS_CPUTIME_ID), __ATOMIC_RELAXED);
	if (truth_present())
		__atomic_fetch_add(&sums->energy_nj, truth_energy_nj(), __ATOMIC_RELAXED);
	_exit(0);
}

static void say_sums(unsigned long started, int who)
{
	struct rusage use;

	if (getrusage(who, &use))
		die("no rusage");
	say("started=%lu cpu_ns=%lu energy_nj=%lu switches=%ld waits=%ld kernel_us=%lu\n", started,
	    sums->cpu_ns, sums->energy_nj, use.ru_nvcsw + use.ru_nivcsw, use.ru_nvcsw,
	    (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000ul + use.ru_utime.tv_usec +
	    use.ru_stime.tv_usec);
}

/* What virtual hardware says of each by now, its exit included. */
static void say_each(void)
{
	for (unsigned long i = 0; i < total; i++)
		say("pid=%d energy_nj=%lu\n", sums->each[i].pid,
		    truth_present() ? truth_account_nj(sums->each[i].account) : 0);
}

static sem_t places;

static void *live_as_thread(void *which)
{
	spin((unsigned long)which, CLOCK_THREAD_CPUTIME_ID);
	sem_post(&places);
	return NULL;
}

static void run_threads(void)
{
	pthread_attr_t detached;
	pthread_t thread;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	sem_init(&places, 0, parallel);
	for (unsigned long i = 0; i < total; i++) {
		sem_wait(&places);
		errno = pthread_create(&thread, &detached, live_as_thread, (void *)i);
		if (errno)
			die("cannot start a thread");
	}
	for (unsigned long i = 0; i < parallel; i++)
		sem_wait(&places);
	sums->cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	say_sums(total, RUSAGE_SELF);
	stay();
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "n:j:u:U:c:stvw")) != -1) {
		switch (option) {
		case 'n':
			total = number(optarg);
			break;
		case 'j':
			parallel = number(optarg);
			break;
		case 'u':
			min_us = number(optarg);
			break;
		case 'U':
			max_us = number(optarg);
			break;
		case 's':
			share = true;
			break;
		case 't':
			threads = true;
			break;
		case 'v':
			verbose = true;
			break;
		case 'w':
			whole = true;
			break;
		case 'c':
			prefix = optarg;
			break;
		default:
			exit(2);
		}
	}
	if (verbose && (!total || threads || share))
		die("-v is for a number of processes, each with memory of its own");
	if (share && (threads || prefix))
		die("-s is for processes that do nothing");
}

/* The child has its parent's stack, so it must not return from here. */
static pid_t __attribute__((noinline)) start(unsigned long which)
{
	pid_t pid = share ? vfork() : fork();

	if (!pid && share)
		_exit(0);
	if (!pid)
		live(which);
	return pid;
}

/*
 * A process that has ended is off its CPU for good when it has no stack any more: then
 * /proc/PID/syscall has no system call, and no registers (collect_syscall() in the kernel's
 * lib/syscall.c; finish_task_switch() gives the stack back).
 */
static void await_last_switch(pid_t pid)
{
	static const char gone[] = "-1 0x0 0x0\n";
	char path[32], seen[128] = "";

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	while (strcmp(seen, gone)) {
		FILE *file = fopen(path, "r");

		if (!file || !fgets(seen, sizeof(seen), file))
			die("cannot read /proc/PID/syscall");
		fclose(file);
	}
}

/* Wait for one that has ended; false if there is none left. */
static bool collect(void)
{
	siginfo_t ended;

	if (!whole)
		return wait(NULL) > 0;
	if (waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT))
		return false;
	await_last_switch(ended.si_pid);
	return waitpid(ended.si_pid, NULL, 0) > 0;
}

int main(int argc, char **argv)
{
	unsigned long started, running = 0;
	size_t size = sizeof(*sums);

	parse(argc, argv);
	if (verbose)
		size += total * sizeof(sums->each[0]);
	sums = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sums == MAP_FAILED)
		die("no memory");
	if (threads)
		run_threads();
	/* Nobody is left behind when the swarm is ended. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (started = 0; !total || started < total; started++) {
		if (start(started) < 0)
			die("cannot fork");
		if (++running == parallel && collect())
			running--;
	}
	while (collect())
		continue;
	say_sums(started, RUSAGE_CHILDREN);
	if (verbose)
		say_each();
	return 0;
}
