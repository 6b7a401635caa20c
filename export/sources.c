// SPDX-License-Identifier: GPL-2.0-only
/* debugfs energy/sources: which sources and which meter there are, and how each is doing. */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include <energy/meter.h>
#include "files.h"
#include "internal.h"
#include "record.h"

static const char *const kinds[] = {
	[ENERGY_MEASURED] = "measured",
	[ENERGY_HOST] = "host",
	[ENERGY_MODEL] = "model",
};

static const char *state(const struct energy_source *src)
{
	if (src->failed)
		return "failed";
	return src->started ? "active" : "standby";
}

static void show_source(struct seq_file *m, const struct energy_source *src)
{
	char name[4 * (ENERGY_NAME_LEN - 1) + 1];
	unsigned int i;

	seq_printf(m, "source=%s rating=%d kind=%s state=%s used=%u", src->name, src->rating,
		   kinds[src->kind], state(src), src->used);
	seq_printf(m, " reads=%llu gaps=%llu last_error=%d domains=", src->reads, src->gaps,
		   src->last_error);
	for (i = 0; i < src->nr_domains; i++) {
		energy_comm_escape(name, sizeof(name), src->domains[i].name);
		seq_printf(m, "%s%s", i ? "," : "", name);
	}
	seq_putc(m, '\n');
}

static int show_meter(struct seq_file *m, struct energy_core *core)
{
	const char *sep = "";
	unsigned int cpu;

	if (mutex_lock_killable(&core->meter_lock))
		return -EINTR;
	seq_printf(m, "meter=%s\ncpus=", core->meter ? core->meter->name : "none");
	for (cpu = 0; cpu < core->nr_ledgers; cpu++) {
		/* data_race(): the CPU may be switching */
		if (!core->ledgers[cpu] || !data_race(core->ledgers[cpu]->metered))
			continue;
		seq_printf(m, "%s%u", sep, cpu);
		sep = ",";
	}
	seq_puts(m, *sep ? "\n" : "none\n");
	mutex_unlock(&core->meter_lock);
	return 0;
}

static int show(struct seq_file *m, void *v)
{
	struct energy_core *core = m->private;
	const struct energy_source *src;
	int ret = show_meter(m, core);

	if (ret)
		return ret;
	if (mutex_lock_killable(&core->lock))
		return -EINTR;
	seq_printf(m, "preferred=%s\n", core->params.source);
	list_for_each_entry(src, &core->sources, node)
		show_source(m, src);
	mutex_unlock(&core->lock);
	return 0;
}

static int sources_open(struct inode *inode, struct file *file)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return single_open(file, show, inode->i_private);
}

const struct file_operations energy_sources_fops = {
	.owner		= THIS_MODULE,
	.open		= sources_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};
