// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opcode maps: Intel SDM vol. 2, appendix A. Only as much is decoded as tells
 * the classes apart: the map, the opcode, and whether ModRM names memory.
 */
#include "insn.h"

#include <stdbool.h>

/* Opcode maps; VEX and EVEX number the first three the same way. */
enum { MAP_ONE_BYTE, MAP_0F, MAP_0F38, MAP_0F3A };

struct opcode {
	const uint8_t *modrm;	/* NULL if the instruction ends before it */
	uint8_t map;
	uint8_t op;
	uint8_t rex;
	bool vex;
	bool prefix_66;
};

static bool legacy_prefix(struct opcode *opcode, uint8_t byte)
{
	switch (byte) {
	case 0x66:
		opcode->prefix_66 = true;
		return true;
	case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65: case 0x67:
	case 0xf0: case 0xf2: case 0xf3:
		return true;
	}
	return false;
}

static struct opcode find_opcode(const uint8_t *p, const uint8_t *end)
{
	struct opcode opcode = { 0 };

	while (p < end && legacy_prefix(&opcode, *p))
		p++;
	if (p < end && (*p & 0xf0) == 0x40)
		opcode.rex = *p++;
	if (end - p >= 3 && *p == 0xc5) {
		opcode.vex = true;
		opcode.map = MAP_0F;
		p += 2;
	} else if (end - p >= 4 && *p == 0xc4) {
		opcode.vex = true;
		opcode.map = p[1] & 0x1f;
		p += 3;
	} else if (end - p >= 5 && *p == 0x62) {
		opcode.vex = true;
		opcode.map = p[1] & 0x07;
		p += 4;
	} else if (end - p >= 2 && *p == 0x0f) {
		p++;
		opcode.map = MAP_0F;
		if (end - p >= 2 && (*p == 0x38 || *p == 0x3a)) {
			opcode.map = *p == 0x38 ? MAP_0F38 : MAP_0F3A;
			p++;
		}
	}
	if (p < end)
		opcode.op = *p++;
	opcode.modrm = p < end ? p : NULL;
	return opcode;
}

/* Every byte of the x87, MMX, SSE and AVX corners of the maps. */
static bool is_simd(const struct opcode *opcode)
{
	uint8_t op = opcode->op;

	switch (opcode->map) {
	case MAP_ONE_BYTE:
		return op >= 0xd8 && op <= 0xdf;
	case MAP_0F:
		return (op >= 0x10 && op <= 0x17) || (op >= 0x28 && op <= 0x2f) ||
		       (op >= 0x50 && op <= 0x7f) || op == 0xc2 || (op >= 0xc4 && op <= 0xc6) ||
		       (op >= 0xd0 && op <= 0xfe);
	case MAP_0F38:	/* from 0xf0 on: movbe, crc32, adx and BMI work on integers */
		return op < 0xf0;
	default:	/* 0xf0 is rorx */
		return op != 0xf0;
	}
}

static bool is_string(const struct opcode *opcode)
{
	uint8_t op = opcode->op;

	return opcode->map == MAP_ONE_BYTE && !opcode->vex &&
	       ((op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf) ||
		(op >= 0x6c && op <= 0x6f));
}

static uint8_t string_bytes(const struct opcode *opcode)
{
	if (!(opcode->op & 1))
		return 1;
	if (opcode->rex & 8)
		return 8;
	return opcode->prefix_66 ? 2 : 4;
}

static bool one_byte_has_modrm(uint8_t op)
{
	if (op < 0x40)
		return (op & 7) < 4;
	return op == 0x63 || op == 0x69 || op == 0x6b || (op >= 0x80 && op <= 0x8f) ||
	       op == 0xc0 || op == 0xc1 || op == 0xc6 || op == 0xc7 || (op >= 0xd0 && op <= 0xd3) ||
	       op == 0xf6 || op == 0xf7 || op == 0xfe || op == 0xff;
}

/* Memory without ModRM: stack operations, calls, returns, moves by absolute address. */
static bool one_byte_implies_memory(uint8_t op)
{
	return (op >= 0x50 && op <= 0x5f) || op == 0x68 || op == 0x6a || op == 0x9c || op == 0x9d ||
	       (op >= 0xa0 && op <= 0xa3) || op == 0xc2 || op == 0xc3 || op == 0xc8 || op == 0xc9 ||
	       op == 0xcf || op == 0xd7 || op == 0xe8;
}

static bool map_0f_has_modrm(uint8_t op)
{
	return !(op >= 0x04 && op <= 0x0c) && !(op >= 0x30 && op <= 0x37) && op != 0x77 &&
	       !(op >= 0x80 && op <= 0x8f) && !(op >= 0xa0 && op <= 0xa2) &&
	       !(op >= 0xa8 && op <= 0xaa) && !(op >= 0xc8 && op <= 0xcf);
}

/* Instructions with a memory operand that they do not access. */
static bool only_names_memory(const struct opcode *opcode)
{
	if (opcode->map == MAP_ONE_BYTE)
		return opcode->op == 0x8d;				/* lea */
	return opcode->op == 0x0d || (opcode->op >= 0x18 && opcode->op <= 0x1f); /* hints, nop */
}

static bool accesses_memory(const struct opcode *opcode)
{
	bool has_modrm = true;

	if (opcode->map == MAP_ONE_BYTE) {
		if (one_byte_implies_memory(opcode->op))
			return true;
		has_modrm = one_byte_has_modrm(opcode->op);
	} else if (opcode->map == MAP_0F) {
		if ((opcode->op & 0xf6) == 0xa0)	/* push and pop of fs and gs */
			return true;
		has_modrm = map_0f_has_modrm(opcode->op);
	}
	return has_modrm && opcode->modrm && *opcode->modrm < 0xc0 && !only_names_memory(opcode);
}

static enum insn_class classify(const struct opcode *opcode)
{
	if (is_string(opcode))
		return INSN_STRING;
	if (is_simd(opcode))
		return INSN_SIMD;
	return accesses_memory(opcode) ? INSN_MEM : INSN_INT;
}

static enum insn_special find_special(const struct opcode *opcode)
{
	if (opcode->vex)
		return INSN_PLAIN;
	if (opcode->map == MAP_ONE_BYTE)
		return opcode->op == 0xf4 ? INSN_IDLE : INSN_PLAIN;
	if (opcode->map != MAP_0F)
		return INSN_PLAIN;
	switch (opcode->op) {
	case 0x01:
		if (opcode->modrm && *opcode->modrm == 0xc9)
			return INSN_IDLE;		/* mwait */
		if (opcode->modrm && *opcode->modrm == 0xf9)
			return INSN_RDTSC;		/* rdtscp */
		return INSN_PLAIN;
	case 0x22:
		if (opcode->modrm && (*opcode->modrm & 0x38) == 0x18 && !(opcode->rex & 4))
			return INSN_WRITE_CR3;
		return INSN_PLAIN;
	case 0x30:
		return INSN_WRMSR;
	case 0x31:
		return INSN_RDTSC;
	case 0x32:
		return INSN_RDMSR;
	case 0x33:
		return INSN_RDPMC;
	case 0xa2:
		return INSN_CPUID;
	}
	return INSN_PLAIN;
}

struct insn insn_decode(const uint8_t *bytes, size_t size)
{
	struct opcode opcode = find_opcode(bytes, bytes + size);
	struct insn insn = {
		.class = classify(&opcode),
		.special = find_special(&opcode),
	};

	if (insn.special == INSN_WRITE_CR3)
		insn.reg = (*opcode.modrm & 7) | (opcode.rex & 1) << 3;
	if (insn.class == INSN_STRING)
		insn.access_bytes = string_bytes(&opcode);
	return insn;
}
