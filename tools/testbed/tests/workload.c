// SPDX-License-Identifier: GPL-2.0-only
/*
 * workload - run one class of instructions and print what perf and the truth say.
 *
 * usage: workload int|mem|simd|string|sleep|spin|life AMOUNT
 *
 * AMOUNT is rounds of a loop, milliseconds for sleep, nothing for spin (for ever). life says what
 * the truth has of a child that fills AMOUNT pages: at its birth, when it exits, and afterwards.
 */
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../truth.h"

#define STRING_BYTES	4096
#define TIMES_8(insn)	insn insn insn insn insn insn insn insn

/* Each loop: eight of its class, and dec and jnz. */
static void run_int(long rounds)
{
	__asm__ volatile("1: " TIMES_8("add $1, %%rax;") "dec %0; jnz 1b"
			 : "+r"(rounds) : : "rax", "cc");
}

static void run_mem(long rounds)
{
	static uint64_t word;

	__asm__ volatile("1: " TIMES_8("mov (%1), %%rax;") "dec %0; jnz 1b"
			 : "+r"(rounds) : "r"(&word) : "rax", "cc", "memory");
}

static void run_simd(long rounds)
{
	__asm__ volatile("1: " TIMES_8("paddd %%xmm1, %%xmm0;") "dec %0; jnz 1b"
			 : "+r"(rounds) : : "xmm0", "xmm1", "cc");
}

/* One rep stosb of STRING_BYTES, two moves, dec and jnz. */
static void run_string(long rounds)
{
	static char bytes[STRING_BYTES];

	__asm__ volatile("1: mov %1, %%rdi; mov %2, %%ecx; rep stosb; dec %0; jnz 1b"
			 : "+r"(rounds) : "r"(bytes), "i"(STRING_BYTES), "a"(0)
			 : "rdi", "rcx", "cc", "memory");
}

static void run_sleep(long ms)
{
	usleep(ms * 1000);
}

static void run_spin(long unused)
{
	(void)unused;
	for (;;)
		run_int(1000000);
}

static const struct {
	const char *name;
	void (*run)(long amount);
} workloads[] = {
	{ "int", run_int },
	{ "mem", run_mem },
	{ "simd", run_simd },
	{ "string", run_string },
	{ "sleep", run_sleep },
	{ "spin", run_spin },
};

static int open_instructions(int exclude_kernel)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = exclude_kernel,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static uint64_t read_counter(int fd)
{
	uint64_t count = 0;

	if (fd < 0 || read(fd, &count, sizeof(count)) != sizeof(count))
		return 0;
	return count;
}

static void measure(void (*run)(long amount), long amount)
{
	int user_fd = open_instructions(1);
	int all_fd = open_instructions(0);
	uint64_t user, all, perf_user, perf_all;

	truth_reset();
	perf_user = read_counter(user_fd);
	perf_all = read_counter(all_fd);
	user = truth_user_insns();
	all = truth_insns();
	run(amount);
	user = truth_user_insns() - user;
	all = truth_insns() - all;
	perf_user = read_counter(user_fd) - perf_user;
	perf_all = read_counter(all_fd) - perf_all;
	printf("user=%lu all=%lu perf_user=%lu perf_all=%lu nj=%lu\n", user, all, perf_user,
	       perf_all, truth_energy_nj());
}

struct life {
	uint32_t account;
	uint64_t birth_nj;
	uint64_t exit_nj;
};

static void fill_pages(long pages)
{
	size_t page = sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (long i = 0; memory != MAP_FAILED && i < pages; i++)
		memory[i * page] = 1;
}

static void live(long pages)
{
	struct life *life = mmap(NULL, sizeof(*life), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (!fork()) {
		life->account = truth_birth();
		life->birth_nj = truth_energy_nj();
		fill_pages(pages);
		life->exit_nj = truth_energy_nj();
		_exit(0);
	}
	wait(NULL);
	printf("birth=%lu exit=%lu all=%lu\n", life->birth_nj, life->exit_nj,
	       truth_account_nj(life->account));
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "life")) {
		live(atol(argv[2]));
		return 0;
	}
	for (size_t i = 0; argc >= 2 && i < sizeof(workloads) / sizeof(workloads[0]); i++) {
		if (!strcmp(argv[1], workloads[i].name)) {
			measure(workloads[i].run, argc > 2 ? atol(argv[2]) : 0);
			return 0;
		}
	}
	fprintf(stderr, "usage: workload int|mem|simd|string|sleep|spin|life AMOUNT\n");
	return 2;
}
