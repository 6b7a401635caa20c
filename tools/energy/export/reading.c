// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export/reading.h"

#define NSEC_PER_SEC 1000000000ULL

/* FNV-1a, 64 bits. */
static uint64_t hash_bytes(const char *bytes, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	while (len--)
		hash = (hash ^ (unsigned char)*bytes++) * 0x100000001b3ULL;
	return hash;
}

static uint64_t cpu_time_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static uint64_t record_nj(const struct energy_record *record, bool model)
{
	if (model)
		return energy_number_or(record->score_nj, 0);
	return energy_number_or(record->live_nj, energy_number_or(record->rounded_nj, 0));
}

static const struct energy_books *books_of(const struct energy_header *header)
{
	return energy_books_known(&header->live) ? &header->live : &header->rounded;
}

const struct energy_books *energy_reading_books(const struct energy_reading *reading)
{
	return books_of(&reading->listing.header);
}

static struct energy_number header_number(const struct energy_listing *listing, const char *key,
					  unsigned int digits)
{
	struct energy_slice rest = { listing->text, listing->text_len };
	struct energy_slice line, name, value;
	struct energy_number number = { 0 };

	while (energy_line_next(&rest, &line) && !energy_slice_begins(line, "pid=")) {
		if (!energy_pair_split(line, &name, &value) || !energy_slice_is(name, key))
			continue;
		number.known = energy_number_parse(value, digits, &number.value);
		break;
	}
	return number;
}

struct energy_number energy_reading_header(const struct energy_reading *reading,
					   const char *key, unsigned int digits)
{
	return header_number(&reading->listing, key, digits);
}

static bool went_back(struct energy_number before, struct energy_number after)
{
	return before.known && after.known && after.value < before.value;
}

/* Counters that only ever grow, as long as the module stays loaded. */
static bool began_anew(const struct energy_listing *before, const struct energy_listing *after)
{
	const struct energy_books *old = books_of(&before->header);
	const struct energy_books *new = books_of(&after->header);

	return went_back(before->header.timestamp_ns, after->header.timestamp_ns) ||
	       went_back(header_number(before, "iterations", ENERGY_AS_IS),
			 header_number(after, "iterations", ENERGY_AS_IS)) ||
	       went_back(old->measured_nj, new->measured_nj) ||
	       went_back(old->exited_nj, new->exited_nj) ||
	       went_back(old->unattributed_nj, new->unattributed_nj) ||
	       went_back(old->idle_nj, new->idle_nj);
}

static const struct energy_record *system_record(const struct energy_listing *listing)
{
	bool there = listing->nr_records && listing->records[0].pid.value == 0;

	return there ? &listing->records[0] : NULL;
}

/* Live and exited ones'; from one place of the file, so that it is of one sample. */
static struct energy_number attributed_to_all(const struct energy_listing *listing, bool model)
{
	const struct energy_books *books = books_of(&listing->header);
	const struct energy_record *system = system_record(listing);
	struct energy_number sum = { 0 };
	uint64_t others_nj;

	if (model) {
		if (system)
			sum = system->score_nj;
		return sum;
	}
	if (!energy_books_known(books))
		return sum;
	others_nj = books->idle_nj.value + books->unattributed_nj.value + books->pending_nj.value;
	sum.known = true;
	if (books->measured_nj.value > others_nj)
		sum.value = books->measured_nj.value - others_nj;
	return sum;
}

static const struct energy_account *find_account(const struct energy_account *accounts,
						 size_t nr, size_t *at, uint64_t id)
{
	while (*at < nr && accounts[*at].id < id)
		++*at;
	return *at < nr && accounts[*at].id == id ? &accounts[*at] : NULL;
}

/* Of several records with one pid the first: it is the newest, the others have exited. */
static int fill_processes(struct energy_account **accounts, size_t *nr_accounts,
			  const struct energy_listing *listing, bool model,
			  const struct energy_account *before, size_t nr_before)
{
	size_t nr = 0, at = 0, i;

	*accounts = calloc(listing->nr_records + 1, sizeof(**accounts));
	if (!*accounts)
		return -ENOMEM;
	for (i = 0; i < listing->nr_records; i++) {
		const struct energy_record *record = &listing->records[i];
		const struct energy_account *old;
		struct energy_account *account = &(*accounts)[nr];

		if (!record->pid.value || (nr && account[-1].id == record->pid.value))
			continue;
		account->id = record->pid.value;
		account->label = hash_bytes(record->comm.at, record->comm.len);
		account->total_nj = record_nj(record, model);
		account->cpu_ns = energy_number_or(record->cpu_ns, 0);
		account->position = i;
		nr++;
		old = find_account(before, nr_before, &at, account->id);
		if (!old || old->total_nj > account->total_nj || old->cpu_ns > account->cpu_ns)
			continue;
		account->before_nj = (struct energy_number){ old->total_nj, true };
		account->before_cpu_ns = (struct energy_number){ old->cpu_ns, true };
	}
	*nr_accounts = nr;
	return 0;
}

/* By id, and of those with one id first the one that was made last: owners are by their ids. */
static int newest_first(const void *a, const void *b)
{
	const struct energy_account *left = a, *right = b;

	if (left->id != right->id)
		return left->id < right->id ? -1 : 1;
	return left->position > right->position ? -1 : 1;
}

/* Keeps the first of each id; returns how many. */
static size_t drop_repeated(struct energy_account *accounts, size_t nr)
{
	size_t kept = 0, i;

	for (i = 0; i < nr; i++) {
		if (!kept || accounts[kept - 1].id != accounts[i].id)
			accounts[kept++] = accounts[i];
	}
	return kept;
}

/*
 * A path is a series, whatever cgroup has it: a service that was started anew has a new cgroup,
 * while the one before is listed still, as removed. That one's last energy goes to the rest.
 */
static int fill_cgroup_accounts(struct energy_reading *reading)
{
	size_t nr = reading->owners.nr_owners, i;
	struct energy_account *accounts = calloc(nr + 1, sizeof(*accounts));

	if (!accounts)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		const struct energy_owner *owner = &reading->owners.owners[i];
		const char *path = reading->cgroups.cgroups[owner->position].path;

		accounts[i].id = hash_bytes(path, strlen(path));
		accounts[i].total_nj = owner->own_nj;
		accounts[i].position = i;
	}
	qsort(accounts, nr, sizeof(*accounts), newest_first);
	free(reading->cgroup_accounts);
	reading->cgroup_accounts = accounts;
	reading->nr_cgroup_accounts = drop_repeated(accounts, nr);
	return 0;
}

/* As a read that broke off. */
static int fail_torn(struct energy_reading *reading)
{
	reading->failure.step = ENERGY_STEP_READ;
	reading->failure.err = -EAGAIN;
	return -EAGAIN;
}

/* A list without its end lacks children, whose energy would be taken for their parents'. */
static int read_cgroups(struct energy_reading *reading, struct energy_cgroup_list *list)
{
	int err = energy_cgroups_read(reading->io, reading->options.cgroups_path, list,
				      &reading->failure);

	if (err || !list->torn)
		return err;
	energy_cgroups_free(list);
	return fail_torn(reading);
}

static int refresh_cgroups(struct energy_reading *reading, bool restarted)
{
	struct energy_cgroup_list list;
	int err;

	if (!reading->options.cgroups_path)
		return 0;
	reading->cgroups_restarted |= restarted;
	err = read_cgroups(reading, &list);
	if (err)
		return err;
	energy_cgroups_free(&reading->cgroups);
	reading->cgroups = list;
	err = energy_owners_update(&reading->owners, &list, reading->model,
				   reading->cgroups_restarted);
	if (err)
		return err;
	err = fill_cgroup_accounts(reading);
	if (err)
		return err;
	err = energy_ledger_update(&reading->cgroup_ledger, reading->cgroup_accounts,
				   reading->nr_cgroup_accounts, reading->options.most_cgroups,
				   reading->owners.attributed_nj, reading->cgroups_restarted);
	if (!err)
		reading->cgroups_restarted = false;
	return err;
}

static int note_domains(struct energy_reading *reading)
{
	size_t nr = reading->domains.nr_domains, i;
	struct energy_domain_before *before = calloc(nr + 1, sizeof(*before));

	if (!before)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		const struct energy_domain *domain = &reading->domains.domains[i];

		memcpy(before[i].name, domain->name, sizeof(before[i].name));
		before[i].measured_nj = domain->measured_nj;
		before[i].idle_nj = domain->idle_nj;
	}
	free(reading->domains_before);
	reading->domains_before = before;
	reading->nr_domains_before = nr;
	return 0;
}

static uint64_t system_cpu_of(const struct energy_listing *listing)
{
	const struct energy_record *system = system_record(listing);

	return system ? energy_number_or(system->cpu_ns, 0) : 0;
}

/* What rates are made of; none where nothing can be compared. */
static void note_interval(struct energy_reading *reading, const struct energy_listing *next,
			  bool comparable)
{
	uint64_t before_cpu_ns = system_cpu_of(&reading->listing);
	uint64_t cpu_ns = system_cpu_of(next);

	reading->length_ns = 0;
	reading->before_measured_nj.known = false;
	reading->before_attributed_nj.known = false;
	if (!comparable)
		return;
	reading->length_ns = next->header.timestamp_ns.value -
			     reading->listing.header.timestamp_ns.value;
	reading->before_measured_nj = books_of(&reading->listing.header)->measured_nj;
	reading->before_attributed_nj = reading->attributed_nj;
	reading->system_cpu_ns = cpu_ns > before_cpu_ns ? cpu_ns - before_cpu_ns : 0;
}

/* Energies of another kind than before: other series, which begin anew. */
static void change_kind(struct energy_reading *reading, bool model)
{
	reading->model = model;
	free(reading->processes);
	reading->processes = NULL;
	reading->nr_processes = 0;
	energy_ledger_free(&reading->process_ledger);
	energy_ledger_free(&reading->cgroup_ledger);
	energy_owners_free(&reading->owners);
}

/* Takes @next over. */
static int take_in(struct energy_reading *reading, struct energy_listing *next)
{
	bool first = !reading->listing.text;
	bool restarted = !first && began_anew(&reading->listing, next);
	bool model = energy_slice_is(next->header.source_kind, "none");
	struct energy_account *processes;
	size_t nr_processes;
	int err;

	if (model != reading->model)
		change_kind(reading, model);
	err = fill_processes(&processes, &nr_processes, next, model, reading->processes,
			     restarted ? 0 : reading->nr_processes);
	if (err)
		goto free_listing;
	note_interval(reading, next, !first && !restarted);
	free(reading->processes);
	reading->processes = processes;
	reading->nr_processes = nr_processes;
	energy_listing_free(&reading->listing);
	reading->listing = *next;

	reading->attributed_nj = attributed_to_all(next, model);
	err = energy_ledger_update(&reading->process_ledger, processes, nr_processes,
				   reading->options.most_processes, reading->attributed_nj,
				   restarted);
	if (err)
		return err;
	err = note_domains(reading);
	if (err)
		return err;
	energy_domains_free(&reading->domains);
	err = energy_domains_fill(&reading->domains, &reading->listing);
	if (err)
		return err;
	return refresh_cgroups(reading, restarted);

free_listing:
	energy_listing_free(next);
	return err;
}

static int read_listing(struct energy_reading *reading, struct energy_listing *listing)
{
	int err = energy_read(reading->io, reading->options.listing_path, listing,
			      &reading->failure);

	if (err || !listing->torn)
		return err;
	energy_listing_free(listing);
	return fail_torn(reading);
}

int energy_reading_try(struct energy_reading *reading)
{
	struct energy_cgroup_list cgroups = { 0 };
	struct energy_listing listing;
	int err = read_listing(reading, &listing);

	if (err)
		return err;
	energy_listing_free(&listing);
	if (reading->options.cgroups_path)
		err = read_cgroups(reading, &cgroups);
	energy_cgroups_free(&cgroups);
	return err;
}

int energy_reading_refresh(struct energy_reading *reading)
{
	uint64_t start_ns = cpu_time_ns();
	struct energy_listing next;
	int err;

	reading->nr_readings++;
	err = read_listing(reading, &next);
	if (!err) {
		err = take_in(reading, &next);
		if (err == -ENOMEM)
			reading->failure.err = err;
	}
	reading->up = !err;
	reading->nr_failures += !!err;
	reading->cost_ns = cpu_time_ns() - start_ns;
	return err;
}

void energy_reading_free(struct energy_reading *reading)
{
	energy_listing_free(&reading->listing);
	energy_domains_free(&reading->domains);
	energy_cgroups_free(&reading->cgroups);
	energy_owners_free(&reading->owners);
	energy_ledger_free(&reading->process_ledger);
	energy_ledger_free(&reading->cgroup_ledger);
	free(reading->processes);
	free(reading->cgroup_accounts);
	free(reading->domains_before);
}
