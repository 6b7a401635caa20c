/* SPDX-License-Identifier: GPL-2.0-only */
/* The plugin's parameters: what the virtual hardware is and what it costs. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_VCPUS	64

/* RAPL domains; the unit register is listed with them so that it can be hidden too. */
enum domain {
	DOMAIN_UNIT,
	DOMAIN_PKG,
	DOMAIN_PP0,
	DOMAIN_PP1,
	DOMAIN_DRAM,
	DOMAIN_PSYS,
	NR_DOMAINS,
};

enum insn_class {
	INSN_INT,
	INSN_MEM,
	INSN_SIMD,
	INSN_STRING,
	NR_INSN_CLASSES,
};

/**
 * struct config - parameters of the virtual hardware, constant once parsed
 * @packages: number of sockets
 * @cpus_per_package: vCPUs of one socket; vCPUs are numbered socket by socket
 * @amd: AMD's registers instead of Intel's
 * @clock_tsc: guest time comes from the guest's TSC (needed under -icount)
 * @insn_pj: energy of one instruction by class, picojoules
 * @string_byte_pj: energy of each byte that a string instruction reads or writes
 * @uniform_pj: if not zero, every instruction costs this and nothing else costs anything
 * @wake_nj: price of leaving idle, nanojoules
 * @static_mw: static power of each package, milliwatts
 * @dram_static_mw: static power of each package's memory
 * @dram_permille: memory's dynamic energy, in thousandths of the package's
 * @pp1_mw: power of the graphics domain, which nothing but time drives
 * @psys_static_mw: power of the platform beyond packages and memory
 * @psys_permille: platform's share of packages and memory (loss included), thousandths
 * @esu: energy unit exponent: one unit is 2^-esu joules
 * @dram_esu: the same for the DRAM domain
 * @period_us: counters move only once in this time
 * @start: raw value that counters start at
 * @start_below: if not zero, they start this many units below their wrap
 * @start_below_s: if not zero, they start below it by what static power uses in these seconds
 * @hide: bit mask of domains that read 0
 * @fault: bit mask of domains whose read raises #GP
 * @still: bit mask of domains whose counter never moves
 */
struct config {
	uint64_t packages;
	uint64_t cpus_per_package;
	bool amd;
	bool clock_tsc;
	uint64_t insn_pj[NR_INSN_CLASSES];
	uint64_t string_byte_pj;
	uint64_t uniform_pj;
	uint64_t wake_nj;
	uint64_t static_mw;
	uint64_t dram_static_mw;
	uint64_t dram_permille;
	uint64_t pp1_mw;
	uint64_t psys_static_mw;
	uint64_t psys_permille;
	uint64_t esu;
	uint64_t dram_esu;
	uint64_t period_us;
	uint64_t start;
	uint64_t start_below;
	uint64_t start_below_s;
	uint64_t hide;
	uint64_t fault;
	uint64_t still;
};

extern struct config config;

/**
 * config_parse() - Set the parameters from the plugin's arguments.
 * @argc: number of arguments
 * @argv: each of the form key=value
 *
 * Return: true if all are known and in range; otherwise a line on stderr says which is not.
 */
bool config_parse(int argc, char **argv);

#endif
