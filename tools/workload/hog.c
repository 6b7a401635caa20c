// SPDX-License-Identifier: GPL-2.0-only
/*
 * hog - use a CPU with one class of instructions, and tell what it really cost.
 *
 * usage: hog [-c int|mem|simd|string] [-t MS | -u MS | -n ROUNDS] [-d PERCENT] [-e US]
 *	      [-a CPU] [-j THREADS] [-m MIB] [-l] [-s] [-p]
 *
 *	-t  milliseconds to run (default: until it is ended)
 *	-u  milliseconds of CPU time to use, all threads together
 *	-n  rounds of the loop for each thread
 *	-d  share of the time to be busy (default 100)
 *	-e  microseconds within which it is busy and idle (default 10000)
 *	-a  CPU for the first thread; the next ones go to the CPUs after it
 *	-j  number of threads (default 1)
 *	-m  memory to fill before it begins
 *	-l  the thread group's leader ends as soon as the others run
 *	-s  begin when a line comes on standard input
 *	-p  at the end, wait for a signal instead of exiting
 *
 * At the end it says: pid= cpu_ns= rounds= energy_nj= insns= user_insns= switches=. Energy and
 * instructions are as the virtual hardware has them of this address space, 0 on other hardware.
 */
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "common.h"
#include "truth.h"

/* So that ten thousand threads fit. */
#define STACK_BYTES	(64u << 10)
#define MEM_BYTES	(4u << 20)
#define CACHE_LINE	64
#define STRING_BYTES	4096

/* One round is some 10 to 100 us of an emulated CPU. */
static void round_int(void)
{
	long left = 1000;

	__asm__ volatile("1: add $1, %%rax; xor %%rax, %%rdx; add $3, %%rdx; dec %0; jnz 1b"
			 : "+r"(left) : : "rax", "rdx", "cc");
}

static void round_mem(void)
{
	static char bytes[MEM_BYTES];
	static _Thread_local size_t at;

	for (int i = 0; i < 1000; i++) {
		(*(volatile char *)&bytes[at])++;
		at = (at + CACHE_LINE) % MEM_BYTES;
	}
}

static void round_simd(void)
{
	long left = 1000;

	__asm__ volatile("1: paddd %%xmm1, %%xmm0; pxor %%xmm0, %%xmm2; paddd %%xmm2, %%xmm1;"
			 "dec %0; jnz 1b" : "+r"(left) : : "xmm0", "xmm1", "xmm2", "cc");
}

static void round_string(void)
{
	static char bytes[STRING_BYTES];
	void *to = bytes;
	long left = STRING_BYTES;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(left) : "a"(0) : "memory");
}

static const struct class {
	const char *name;
	void (*round)(void);
} classes[] = {
	{ "int", round_int },
	{ "mem", round_mem },
	{ "simd", round_simd },
	{ "string", round_string },
};

static const struct class *class = &classes[0];
static uint64_t wall_ns, cpu_ns, rounds, duty = 100, period_ns = 10 * NS_PER_MS;
static long first_cpu = -1, threads = 1;
static size_t memory_bytes;
static bool leader_ends, stay_at_end, wait_for_start;
static atomic_ulong rounds_done;
static atomic_long threads_left;
static uint64_t start_ns;

static bool is_over(uint64_t mine, uint64_t now)
{
	if (rounds)
		return mine >= rounds;
	if (cpu_ns)
		return clock_ns(CLOCK_PROCESS_CPUTIME_ID) >= cpu_ns;
	return wall_ns && now - start_ns >= wall_ns;
}

static void rest(uint64_t ns)
{
	struct timespec time = { .tv_nsec = ns };

	nanosleep(&time, NULL);
}

static void burn(void)
{
	uint64_t mine = 0, period_start = start_ns;

	for (;;) {
		uint64_t now = clock_ns(CLOCK_MONOTONIC);

		if (is_over(mine, now))
			break;
		if (duty < 100 && now - period_start >= period_ns * duty / 100) {
			rest(period_ns * (100 - duty) / 100);
			period_start = clock_ns(CLOCK_MONOTONIC);
		}
		for (int i = 0; i < 8; i++, mine++)
			class->round();
	}
	rounds_done += mine;
}

static void pin(long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %ld", cpu);
}

static void finish(void)
{
	bool truth = truth_present();
	struct rusage use;

	if (getrusage(RUSAGE_SELF, &use))
		die("no rusage");
	say("pid=%d cpu_ns=%lu rounds=%lu energy_nj=%lu insns=%lu user_insns=%lu switches=%ld\n",
	    getpid(), clock_ns(CLOCK_PROCESS_CPUTIME_ID), rounds_done,
	    truth ? truth_energy_nj() : 0, truth ? truth_insns() : 0,
	    truth ? truth_user_insns() : 0, use.ru_nvcsw + use.ru_nivcsw);
	if (stay_at_end)
		stay();
	exit(0);
}

static void fill_memory(size_t size)
{
	char *memory = malloc(size);

	if (!memory)
		die("no memory");
	memset(memory, 1, size);
	/* So that the compiler believes that it is needed. */
	__asm__ volatile("" : : "r"(memory) : "memory");
	/* cppcheck-suppress memleak ; it is meant to stay */
}

static void *run(void *number)
{
	if (first_cpu >= 0)
		pin(first_cpu + (long)number);
	burn();
	/* The last one tells for all. */
	if (threads_left-- == 1)
		finish();
	if (stay_at_end)
		stay();
	return NULL;
}

static void start_threads(void)
{
	long first = leader_ends ? 0 : 1;
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, STACK_BYTES);
	for (long i = first; i < threads; i++) {
		errno = pthread_create(&thread, &small, run, (void *)i);
		if (errno)
			die("cannot start a thread");
	}
}

static void set_class(const char *name)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (!strcmp(name, classes[i].name)) {
			class = &classes[i];
			return;
		}
	}
	die("no class of instructions '%s'", name);
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "c:t:u:n:d:e:a:j:m:lsp")) != -1) {
		switch (option) {
		case 'c':
			set_class(optarg);
			break;
		case 't':
			wall_ns = number(optarg) * NS_PER_MS;
			break;
		case 'u':
			cpu_ns = number(optarg) * NS_PER_MS;
			break;
		case 'n':
			rounds = number(optarg);
			break;
		case 'd':
			duty = number(optarg);
			break;
		case 'e':
			period_ns = number(optarg) * NS_PER_US;
			break;
		case 'a':
			first_cpu = number(optarg);
			break;
		case 'j':
			threads = number(optarg);
			break;
		case 'm':
			memory_bytes = number(optarg) << 20;
			break;
		case 'l':
			leader_ends = true;
			break;
		case 's':
			wait_for_start = true;
			break;
		case 'p':
			stay_at_end = true;
			break;
		default:
			exit(2);
		}
	}
	if (!threads || !duty || duty > 100)
		die("nothing to do");
}

int main(int argc, char **argv)
{
	if (truth_present())
		truth_reset();
	parse(argc, argv);
	if (wait_for_start && getchar() == EOF)
		die("no line on standard input");
	if (memory_bytes)
		fill_memory(memory_bytes);
	threads_left = threads;
	start_ns = clock_ns(CLOCK_MONOTONIC);
	start_threads();
	if (leader_ends)
		pthread_exit(NULL);
	run(NULL);
	/* Others are still at work: exit() would end them. */
	pthread_exit(NULL);
}
