/* SPDX-License-Identifier: GPL-2.0-only */
/* What an instruction is, told from its bytes when it is translated. */
#ifndef INSN_H
#define INSN_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"

/* Instructions that the plugin has to see executed. */
enum insn_special {
	INSN_PLAIN,
	INSN_RDMSR,
	INSN_WRMSR,
	INSN_RDPMC,
	INSN_RDTSC,
	INSN_CPUID,
	INSN_IDLE,		/* hlt, mwait */
	INSN_WRITE_CR3,
};

/**
 * struct insn - one decoded instruction
 * @class: its row in the cost table
 * @special: what the plugin has to do about it
 * @reg: source register of INSN_WRITE_CR3
 * @access_bytes: bytes that each memory access of an INSN_STRING moves
 */
struct insn {
	enum insn_class class;
	enum insn_special special;
	uint8_t reg;
	uint8_t access_bytes;
};

/**
 * insn_decode() - Classify one instruction of 64-bit code.
 * @bytes: the instruction, from its first prefix
 * @size: its length
 *
 * Sixteen- and 32-bit code (firmware, the first instants of a boot) decodes
 * nearly right, which is enough: nothing is measured there.
 *
 * Return: the classification.
 */
struct insn insn_decode(const uint8_t *bytes, size_t size);

#endif
