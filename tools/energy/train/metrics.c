// SPDX-License-Identifier: GPL-2.0-only
#include "train/metrics.h"

const struct energy_train_metric energy_train_metrics[ENERGY_METRICS] = {
	{ "cpu_ns", "w_cpu_ns", "pJ/ns", false },
	{ "mem", "w_mem_bytes", "pJ/(B s)", true },
	{ "instructions", "w_instructions", "pJ", false },
	{ "wakeups", "w_wakeups", "pJ", false },
	{ "diski", "w_disk_read_bytes", "pJ/B", false },
	{ "disko", "w_disk_write_bytes", "pJ/B", false },
	{ "rx", "w_net_rx_packets", "pJ/packet", false },
	{ "tx", "w_net_tx_packets", "pJ/packet", false },
};
