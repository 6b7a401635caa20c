// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/wait.h"
#include "stat/run.h"

#define NSEC_PER_SEC 1000000000ULL

/* The child's word to us: that it is about to become the command, then why it did not. */
struct word {
	enum energy_stat_stage stage;
	int err;
	int window_err;
	uint64_t now_ns;
};

/* Room for a word's descriptor, aligned as the kernel wants it. */
union ancillary {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static sigset_t held, before;
static void (*child_before)(int signal);
static bool asked_to_end;

void energy_stat_signals_hold(void)
{
	/* Whoever started us may ignore it: then there would be no status to wait for. */
	child_before = signal(SIGCHLD, SIG_DFL);
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGQUIT);
	sigaddset(&held, SIGCHLD);
	sigprocmask(SIG_BLOCK, &held, &before);
}

static bool signal_comes(uint64_t within_ns)
{
	struct timespec time = { within_ns / NSEC_PER_SEC, within_ns % NSEC_PER_SEC };
	sigset_t ending = held;
	bool comes;

	sigdelset(&ending, SIGCHLD);
	comes = sigtimedwait(&ending, NULL, &time) > 0;
	asked_to_end |= comes;
	return comes;
}

bool energy_stat_asked_to_end(void)
{
	while (signal_comes(0))
		;
	return asked_to_end;
}

bool energy_stat_pause(uint64_t ns)
{
	uint64_t end_ns = energy_now_ns() + ns, now_ns;

	while ((now_ns = energy_now_ns()) < end_ns) {
		if (signal_comes(end_ns - now_ns))
			return false;
	}
	return true;
}

static void send_word(int to, struct word *word, int fd)
{
	struct iovec text = { word, sizeof(*word) };
	union ancillary ancillary = { 0 };
	struct msghdr message = { .msg_iov = &text, .msg_iovlen = 1 };
	struct cmsghdr *header;

	if (fd >= 0) {
		message.msg_control = ancillary.bytes;
		message.msg_controllen = sizeof(ancillary.bytes);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	if (sendmsg(to, &message, MSG_NOSIGNAL) < 0)
		_exit(ENERGY_STAT_FAILED);
}

/* False when there is none, any more. */
static bool receive_word(int from, struct word *word, int *fd)
{
	struct iovec text = { word, sizeof(*word) };
	union ancillary ancillary = { 0 };
	struct msghdr message = { .msg_iov = &text, .msg_iovlen = 1,
				  .msg_control = ancillary.bytes,
				  .msg_controllen = sizeof(ancillary.bytes) };
	struct cmsghdr *header;
	ssize_t len;

	do {
		len = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
	} while (len < 0 && errno == EINTR);
	if (len != sizeof(*word))
		return false;
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(header), sizeof(*fd));
	return true;
}

/* In the child; between fork and exec nothing is allocated. */
static void become_command(char **argv, const struct energy_stat_cgroup *cgroup,
			   const char *window_path, int to)
{
	struct word word = { .stage = ENERGY_STAT_JOINING };
	int window_fd = -1;

	word.err = energy_stat_cgroup_join(cgroup);
	if (word.err) {
		send_word(to, &word, -1);
		_exit(ENERGY_STAT_FAILED);
	}
	if (window_path) {
		window_fd = open(window_path, O_RDONLY | O_CLOEXEC);
		word.window_err = window_fd < 0 ? -errno : 0;
	}
	word.stage = ENERGY_STAT_RAN;
	word.now_ns = energy_now_ns();
	send_word(to, &word, window_fd);
	if (window_fd >= 0)
		close(window_fd);

	if (child_before == SIG_IGN)
		signal(SIGCHLD, SIG_IGN);
	sigprocmask(SIG_SETMASK, &before, NULL);
	execvp(argv[0], argv);
	word.stage = ENERGY_STAT_STARTING;
	word.err = -errno;
	send_word(to, &word, -1);
	_exit(word.err == -ENOENT ? ENERGY_STAT_NOT_FOUND : ENERGY_STAT_NOT_RUNNABLE);
}

/* Returns when the command runs, or has failed to. */
static uint64_t hear(struct energy_stat_run *run, int from)
{
	struct word word = { 0 };
	uint64_t began_ns = energy_now_ns();

	while (receive_word(from, &word, &run->window_fd)) {
		run->stage = word.stage;
		run->err = word.err;
		if (word.stage == ENERGY_STAT_RAN) {
			run->window_err = word.window_err;
			began_ns = word.now_ns;
		}
	}
	return began_ns;
}

static int shell_status(int status)
{
	return WIFSIGNALED(status) ? ENERGY_STAT_SIGNALED + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static void wait_for_end(struct energy_stat_run *run, pid_t child)
{
	int status = 0;
	pid_t ended;

	while (!(ended = wait4(child, &status, WNOHANG, &run->usage)) ||
	       (ended < 0 && errno == EINTR)) {
		siginfo_t info;
		int number = sigwaitinfo(&held, &info);

		if (number <= 0 || number == SIGCHLD)
			continue;
		asked_to_end = true;
		/* What comes from the terminal went to all of its group. */
		if (info.si_code != SI_KERNEL)
			kill(child, number);
	}
	run->status = shell_status(status);
	/* The signal that ended the command, too, does not cut short what comes then. */
	energy_stat_asked_to_end();
}

static uint64_t boottime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

int energy_stat_run(struct energy_stat_run *run, char **argv,
		    const struct energy_stat_cgroup *cgroup, const char *window_path)
{
	uint64_t began_ns;
	int ends[2], err;
	pid_t child;

	*run = (struct energy_stat_run){ .window_fd = -1, .err = -EPIPE };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	child = fork();
	if (!child)
		become_command(argv, cgroup, window_path, ends[1]);
	err = child < 0 ? -errno : 0;
	close(ends[1]);
	if (!err) {
		began_ns = hear(run, ends[0]);
		wait_for_end(run, child);
		run->elapsed_ns = energy_now_ns() - began_ns;
		run->ended_boottime_ns = boottime_ns();
	}
	close(ends[0]);
	return err;
}
