/* SPDX-License-Identifier: GPL-2.0-only */
/* What every subcommand shares with main. */
#ifndef ENERGY_COMMAND_H
#define ENERGY_COMMAND_H

enum energy_exit {
	ENERGY_OK = 0,
	ENERGY_FAILED = 1,
	ENERGY_USAGE = 2,
};

/*
 * A subcommand's entry. argv[0] is its full name ("energy top"), as its messages begin;
 * the return value is the exit status.
 */
int energy_top(int argc, char **argv);
int energy_stat(int argc, char **argv);
int energy_balance(int argc, char **argv);
int energy_log(int argc, char **argv);
int energy_export(int argc, char **argv);
int energy_report(int argc, char **argv);
int energy_train(int argc, char **argv);

#endif /* ENERGY_COMMAND_H */
