// SPDX-License-Identifier: GPL-2.0-only
/* energy: one program, a table of subcommands, a folder for each. */
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/command.h"
#include "lib/complain.h"

struct command {
	const char *name;
	const char *full_name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
	{ "top", "energy top", "live table of processes and cgroups by power", energy_top },
	{ "stat", "energy stat", "run a command and tell what energy it used", energy_stat },
	{ "balance", "energy balance", "check that no nanojoule is lost or counted twice",
	  energy_balance },
	{ "log", "energy log", "record what the energy was used for", energy_log },
	{ "report", "energy report", "a page with charts of a recording", energy_report },
	{ "export", "energy export", "metrics for Prometheus", energy_export },
	{ "train", "energy train", "fit the model's weights to recordings", energy_train },
};

static void print_usage(FILE *out)
{
	size_t i;

	fputs("Usage: energy COMMAND [OPTION]...\n"
	      "\n"
	      "Where the machine's energy goes, as the energy_core kernel module accounts it.\n"
	      "\n"
	      "Commands:\n", out);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("  help       show this text, or 'energy help COMMAND' for one command\n"
	      "\n"
	      "Exit status: 0 success, 1 failure, 2 wrong usage.\n", out);
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	energy_complain("energy", "no such command: %s (try energy --help)", name);
	return NULL;
}

static int show_help(const char *name)
{
	char option[] = "--help";
	const struct command *command;
	char *argv[3] = { NULL, option, NULL };

	if (!name) {
		print_usage(stdout);
		return ENERGY_OK;
	}
	command = find_command(name);
	if (!command)
		return ENERGY_USAGE;
	argv[0] = (char *)command->full_name;
	return command->run(2, argv);
}

static bool asks_for_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h");
}

int main(int argc, char **argv)
{
	const struct command *command;

	/* Characters as the user's terminal has them; numbers always with a point. */
	setlocale(LC_CTYPE, "");

	if (argc < 2) {
		print_usage(stderr);
		return ENERGY_USAGE;
	}
	if (asks_for_help(argv[1]))
		return show_help(argc > 2 ? argv[2] : NULL);

	command = find_command(argv[1]);
	if (!command)
		return ENERGY_USAGE;
	argv[1] = (char *)command->full_name;
	return command->run(argc - 1, argv + 1);
}
