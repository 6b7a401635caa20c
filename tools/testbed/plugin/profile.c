// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU plugin that counts how many instructions each block of a guest's code ran.
 *
 * usage: -plugin file=profile.so,out=FILE. At QEMU's end FILE has lines "ADDRESS COUNT", the
 * address in hexadecimal and that of a block's first instruction. Blocks of processes that use
 * the same addresses add up; the kernel's are its own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin_api.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/* What is translated again, perhaps up to another end, counts on in the same place. */
static GHashTable *counts;
static GMutex lock;
static const char *out;

/* Callbacks that translate run on the CPUs' threads; a scoreboard is added to without a lock. */
static struct qemu_plugin_u64 count_of(uint64_t vaddr)
{
	struct qemu_plugin_u64 entry = { 0 };

	g_mutex_lock(&lock);
	entry.score = g_hash_table_lookup(counts, GSIZE_TO_POINTER(vaddr));
	if (!entry.score) {
		entry.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
		g_hash_table_insert(counts, GSIZE_TO_POINTER(vaddr), entry.score);
	}
	g_mutex_unlock(&lock);
	return entry;
}

static void on_translate(struct qemu_plugin_tb *tb, void *udata)
{
	struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(tb, 0);

	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(first, QEMU_PLUGIN_INLINE_ADD_U64,
							    count_of(qemu_plugin_insn_vaddr(first)),
							    qemu_plugin_tb_n_insns(tb));
}

static void write_one(gpointer vaddr, gpointer score, gpointer file)
{
	struct qemu_plugin_u64 entry = { .score = score };
	uint64_t sum = 0;

	for (int cpu = 0; cpu < qemu_plugin_num_vcpus(); cpu++)
		sum += qemu_plugin_u64_get(entry, cpu);
	fprintf(file, "%zx %" PRIu64 "\n", GPOINTER_TO_SIZE(vaddr), sum);
}

static void on_exit_write(void *udata)
{
	FILE *file = fopen(out, "w");

	if (!file) {
		perror(out);
		return;
	}
	g_hash_table_foreach(counts, write_one, file);
	if (fclose(file))
		perror(out);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
					   int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", strlen("out="))) {
		fprintf(stderr, "profile: out=FILE is needed, and nothing else\n");
		return -1;
	}
	out = strdup(argv[0] + strlen("out="));
	if (!out)
		return -1;
	counts = g_hash_table_new(g_direct_hash, g_direct_equal);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate, NULL);
	qemu_plugin_register_atexit_cb(id, on_exit_write, NULL);
	return 0;
}
