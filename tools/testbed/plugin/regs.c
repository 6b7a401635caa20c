// SPDX-License-Identifier: GPL-2.0-only
#include "regs.h"

#include <string.h>

#include "qemu_plugin_api.h"

#define PAGE_SIZE	4096ull

static struct qemu_plugin_register *handles[NR_GPRS];
static struct qemu_plugin_register *rip_handle;

/* One buffer per vCPU thread: callbacks are frequent, and one may end in a longjmp. */
static __thread GByteArray *buffer;

void regs_find(void)
{
	static const char *const names[NR_GPRS] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	};
	static gsize done;
	GArray *regs;

	if (!g_once_init_enter(&done))
		return;
	regs = qemu_plugin_get_registers();
	for (guint i = 0; i < regs->len; i++) {
		struct qemu_plugin_reg_descriptor *desc =
			&g_array_index(regs, struct qemu_plugin_reg_descriptor, i);

		if (!strcmp(desc->name, "rip"))
			rip_handle = desc->handle;
		for (int reg = 0; reg < NR_GPRS; reg++)
			if (!strcmp(desc->name, names[reg]))
				handles[reg] = desc->handle;
	}
	g_array_free(regs, TRUE);
	g_once_init_leave(&done, 1);
}

static uint64_t read_handle(struct qemu_plugin_register *handle)
{
	uint64_t value = 0;

	if (!buffer)
		buffer = g_byte_array_new();
	g_byte_array_set_size(buffer, 0);
	if (qemu_plugin_read_register(handle, buffer))
		memcpy(&value, buffer->data, MIN(buffer->len, sizeof(value)));
	return value;
}

uint64_t regs_get(enum gpr reg)
{
	return read_handle(handles[reg]);
}

void regs_set(enum gpr reg, uint64_t value)
{
	if (!buffer)
		buffer = g_byte_array_new();
	g_byte_array_set_size(buffer, 0);
	g_byte_array_append(buffer, (const guint8 *)&value, sizeof(value));
	qemu_plugin_write_register(handles[reg], buffer);
}

void regs_set_pair(uint64_t value)
{
	regs_set(RAX, (uint32_t)value);
	regs_set(RDX, value >> 32);
}

uint64_t regs_get_pair(void)
{
	return (uint32_t)regs_get(RAX) | regs_get(RDX) << 32;
}

void regs_skip_to(uint64_t next)
{
	/* Less than a page before the next instruction, but for whole pages. */
	uint64_t behind = next - read_handle(rip_handle);

	qemu_plugin_set_pc(next - (behind & ~(PAGE_SIZE - 1)));
}
