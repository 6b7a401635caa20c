// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "export/options.h"
#include "lib/arguments.h"
#include "lib/command.h"
#include "lib/complain.h"

#define NSEC_PER_SEC 1000000000ULL
#define LEAST_INTERVAL_S 0.1
#define MOST_SERIES 100000

static const char help[] =
"NAME\n"
"  energy export - metrics for Prometheus\n"
"\n"
"USAGE\n"
"  energy export [--listen ADDRESS:PORT] [--tls-cert FILE --tls-key FILE] [--auth FILE]\n"
"                [OPTION]...\n"
"  energy export --textfile FILE [--interval S] [OPTION]...\n"
"  energy export --once [--textfile FILE] [OPTION]...\n"
"\n"
"DESCRIPTION\n"
"  Serves what energy_core accounts at http://127.0.0.1:28200/metrics, as Prometheus text or\n"
"  OpenMetrics, whichever the client prefers. With --textfile it writes a file for\n"
"  node_exporter instead.\n"
"\n"
"  Reads the best files that this user may read, when it is asked to: debugfs energy/all, or\n"
"  /proc/energy/all, and /proc/energy/cgroups (these need root); else /proc/energy/cgroup,\n"
"  which has this cgroup's processes only. /healthz tells whether they can be read, /livez\n"
"  that the exporter serves; both without a password.\n"
"\n"
"  Only the processes and cgroups that have used the most have time series of their own;\n"
"  those of all others are one, called \"other\". Over any time all of them together grow by\n"
"  what was attributed, to the nanojoule. \"other\" counts from the exporter's start.\n"
"\n"
"OPTIONS\n"
"  --listen ADDRESS:PORT   where to serve (default: 127.0.0.1:28200; [::]:28200 is everywhere)\n"
"  --tls-cert FILE         serve HTTPS with this certificate (and its chain), in PEM\n"
"  --tls-key FILE          its private key\n"
"  --auth FILE             ask for a name and password of FILE: lines NAME:PASSWORD, or\n"
"                          NAME:HASH as 'mkpasswd' or 'openssl passwd -6' prints it\n"
"  --textfile FILE         write FILE (put in place whole) instead of serving\n"
"  --interval S            every S seconds, 0.1 or more (default: 15)\n"
"  --once                  write once and end; without --textfile to standard output\n"
"  --compat NAME           names, labels and units of 'kepler' or 'scaphandre', too; may be\n"
"                          given for both\n"
"  --processes N           series for N processes (default: 50; 0: none)\n"
"  --cgroups N             series for N cgroups (default: 50; 0: none)\n"
"  --max-age S             serve a reading again for S seconds (default: 1)\n"
"  --drop-privileges USER  become USER once all is open. Where energy_core is unloaded later,\n"
"                          the exporter ends when it is back, to be started anew\n"
"  --drop-capabilities     the same without becoming somebody else\n"
"  --node-name NAME        Kepler's node_name (default: the host's name)\n"
"  --no-debugfs            do not use debugfs: an open file there keeps energy_core from being\n"
"                          unloaded; domains are summed up by kind then\n"
"  --proc DIR              where the host's procfs is mounted (default: /proc)\n"
"  --file PATH             read the listing PATH\n"
"  --cgroups-file PATH     read the list of cgroups PATH\n"
"  -h, --help              show this text\n"
"\n"
"EXIT STATUS\n"
"  0  success; SIGINT or SIGTERM ended it\n"
"  1  failure\n"
"  2  wrong usage\n"
"\n"
"EXAMPLES\n"
"  sudo energy export --drop-privileges nobody\n"
"  sudo energy export --textfile /var/lib/prometheus/node-exporter/energy.prom\n"
"  energy export --once | grep energy_process_joules_total\n";

enum {
	LISTEN = 256, TLS_CERT, TLS_KEY, AUTH, TEXTFILE, INTERVAL, ONCE, COMPAT, PROCESSES,
	CGROUPS, MAX_AGE, DROP_PRIVILEGES, DROP_CAPABILITIES, NODE_NAME, NO_DEBUGFS, PROC,
	LISTING, CGROUPS_FILE,
};

static const struct option known[] = {
	{ "listen", required_argument, NULL, LISTEN },
	{ "tls-cert", required_argument, NULL, TLS_CERT },
	{ "tls-key", required_argument, NULL, TLS_KEY },
	{ "auth", required_argument, NULL, AUTH },
	{ "textfile", required_argument, NULL, TEXTFILE },
	{ "interval", required_argument, NULL, INTERVAL },
	{ "once", no_argument, NULL, ONCE },
	{ "compat", required_argument, NULL, COMPAT },
	{ "processes", required_argument, NULL, PROCESSES },
	{ "cgroups", required_argument, NULL, CGROUPS },
	{ "max-age", required_argument, NULL, MAX_AGE },
	{ "drop-privileges", required_argument, NULL, DROP_PRIVILEGES },
	{ "drop-capabilities", no_argument, NULL, DROP_CAPABILITIES },
	{ "node-name", required_argument, NULL, NODE_NAME },
	{ "no-debugfs", no_argument, NULL, NO_DEBUGFS },
	{ "proc", required_argument, NULL, PROC },
	{ "file", required_argument, NULL, LISTING },
	{ "cgroups-file", required_argument, NULL, CGROUPS_FILE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static bool parse_most(const char *text, size_t *most)
{
	if (!strcmp(text, "0")) {
		*most = 0;
		return true;
	}
	return energy_argument_count(text, most) && *most <= MOST_SERIES;
}

static bool parse_compat(const char *text, struct energy_metrics_options *metrics)
{
	if (!strcmp(text, "kepler"))
		metrics->kepler = true;
	else if (!strcmp(text, "scaphandre"))
		metrics->scaphandre = true;
	else
		return false;
	return true;
}

/* Stores @option's value; false where it is wrong. */
static bool store(struct energy_export_options *options, int option, const char *value)
{
	switch (option) {
	case LISTEN:
		options->listen = value;
		return true;
	case TLS_CERT:
		options->tls_cert = value;
		return true;
	case TLS_KEY:
		options->tls_key = value;
		return true;
	case AUTH:
		options->auth = value;
		return true;
	case TEXTFILE:
		options->textfile = value;
		return true;
	case INTERVAL:
		return energy_argument_seconds(value, LEAST_INTERVAL_S, &options->interval_ns);
	case ONCE:
		options->once = true;
		return true;
	case COMPAT:
		return parse_compat(value, &options->metrics);
	case PROCESSES:
		return parse_most(value, &options->most_processes);
	case CGROUPS:
		return parse_most(value, &options->most_cgroups);
	case MAX_AGE:
		return energy_argument_seconds(value, 0, &options->max_age_ns);
	case DROP_PRIVILEGES:
		options->user = value;
		return true;
	case DROP_CAPABILITIES:
		options->drop_capabilities = true;
		return true;
	case NODE_NAME:
		options->metrics.node_name = value;
		return true;
	case NO_DEBUGFS:
		options->no_debugfs = true;
		return true;
	case PROC:
		options->proc = value;
		return true;
	case LISTING:
		options->file = value;
		return true;
	default:
		options->cgroups_file = value;
		return true;
	}
}

/* What is wrong with options that are right each on its own; NULL: nothing. */
static const char *conflict(const struct energy_export_options *options)
{
	bool serves = options->listen || options->tls_cert || options->auth;

	if (!options->tls_cert != !options->tls_key)
		return "--tls-cert and --tls-key belong together";
	if (serves && (options->textfile || options->once))
		return "--textfile and --once do not serve: no --listen, --tls-cert, --auth";
	if (options->interval_ns && (!options->textfile || options->once))
		return "--interval is for --textfile, and not with --once";
	return NULL;
}

bool energy_export_options_parse(struct energy_export_options *options, int argc, char **argv,
				 int *status)
{
	const char *problem;
	int option, index;

	*options = (struct energy_export_options){
		.max_age_ns = NSEC_PER_SEC,
		.most_processes = 50,
		.most_cgroups = 50,
		.proc = "/proc",
	};
	*status = ENERGY_USAGE;
	while ((option = getopt_long(argc, argv, "h", known, &index)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			*status = ENERGY_OK;
			return false;
		}
		if (option == '?')
			return false;
		if (!store(options, option, optarg)) {
			char name[64];

			snprintf(name, sizeof(name), "--%s", known[index].name);
			*status = energy_argument_wrong(argv[0], name, optarg);
			return false;
		}
	}
	if (optind < argc) {
		energy_complain(argv[0], "unexpected argument: %s (try --help)", argv[optind]);
		return false;
	}
	problem = conflict(options);
	if (problem) {
		*status = energy_argument_misuse(argv[0], problem);
		return false;
	}
	if (!options->listen)
		options->listen = "127.0.0.1:28200";
	if (!options->interval_ns)
		options->interval_ns = 15 * NSEC_PER_SEC;
	return true;
}
