// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz - use files in all the ways that there are, at random, and check what they say.
 *
 * usage: fuzz [-r SEED] [-n OPERATIONS] [-m] [-l|-w|-x FILE]... [FILE]...
 *
 *	-r  seed: the same one gives the same operations (default 1)
 *	-n  how many (default 1000)
 *	-m  once this process has been in a listing, it has to be in all that follow
 *	-l  FILE is a listing: read as a whole, it is of the format
 *	-w  FILE is a parameter: numbers are written to it
 *	-x  FILE is not for us: it never opens
 *
 * A module may come and go meanwhile. Ends with status 1 at the first answer that no operation
 * of its kind may get. At the end it says: pid= whole= stale= gone= refused= found=: listings
 * that were read as a whole, and were stale or gone before that; opens refused, and how many
 * of the whole ones had this process.
 */
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "common.h"
#include "listing.h"

#define FILES_MAX	32
#define OPEN_MAX	8
#define BUFFER_BYTES	(8u << 20)
#define ERRNOS_MAX	12
/* Ten minutes of waiting for a module that does not come back. */
#define ABSENT_MAX	60000

enum kind { OTHER, LISTING, PARAMETER, FORBIDDEN };

static struct file {
	const char *path;
	enum kind kind;
	/* of the last whole listing of the window that had this process; 0 is none yet */
	uint64_t seen_window;
} files[FILES_MAX];
static unsigned int nr_files;

static struct file *listings[FILES_MAX];
static unsigned int nr_listings;

static struct handle {
	int fd;
	const struct file *file;
} handles[OPEN_MAX];
static unsigned int nr_handles;

static struct {
	unsigned long whole, stale, gone, refused, found;
} tally;

static uint64_t seed = 1, state;
static unsigned long at_operation;
static bool must_be_found;
static char *buffer;

/* splitmix64 */
static uint64_t draw(uint64_t below)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (z ^ (z >> 31)) % below;
}

static void __attribute__((noreturn, format(printf, 2, 3)))
fail(const struct file *file, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "fuzz: seed %lu, operation %lu, %s: ", seed, at_operation, file->path);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* What an operation may fail with; the list ends with 0. Others end the program. */
static void expect(const struct file *file, const char *operation, long result,
		   const int (*errnos)[ERRNOS_MAX])
{
	int error = errno;

	if (result >= 0)
		return;
	for (unsigned int i = 0; i < ERRNOS_MAX && (*errnos)[i]; i++)
		if ((*errnos)[i] == error)
			return;
	fail(file, "%s: %s", operation, strerror(error));
}

#define EXPECT(file, operation, result, ...)						\
	expect(file, operation, result, &(const int [ERRNOS_MAX]){ __VA_ARGS__ })

static uint64_t odd_size(void)
{
	static const uint64_t sizes[] = { 0, 1, 2, 13, 511, 4095, 4096, 4097, 65536 };

	return draw(3) ? draw(5000) : sizes[draw(sizeof(sizes) / sizeof(sizes[0]))];
}

static int64_t odd_offset(void)
{
	static const int64_t offsets[] = {
		0, 1, 4095, 4096, 4097, 1 << 20, 1ll << 32, INT64_MAX, INT64_MAX - 1, -1,
		INT64_MIN,
	};

	return draw(3) ? (int64_t)draw(20000)
		       : offsets[draw(sizeof(offsets) / sizeof(offsets[0]))];
}

static void let_time_pass(void)
{
	struct timespec time = { .tv_nsec = draw(60 * NS_PER_MS) };

	nanosleep(&time, NULL);
}

/* Files */

static int open_file(struct file *file, int flags)
{
	int fd = open(file->path, flags | O_CLOEXEC);

	EXPECT(file, "open", fd, ENOENT, EACCES, EPERM, ENOTDIR, EINVAL, EISDIR, ENXIO, EIO,
	       ENODEV);
	if (fd >= 0 && file->kind == FORBIDDEN && !(flags & O_PATH))
		fail(file, "it opens");
	tally.refused += fd < 0 && (errno == EACCES || errno == EPERM);
	return fd;
}

static void close_one(unsigned int which)
{
	EXPECT(handles[which].file, "close", close(handles[which].fd), 0);
	handles[which] = handles[--nr_handles];
}

static void do_open(struct file *file)
{
	static const int flags[] = {
		O_RDONLY, O_RDONLY, O_RDONLY, O_RDONLY, O_RDWR, O_WRONLY, O_RDONLY | O_NONBLOCK,
		O_RDONLY | O_DIRECTORY, O_RDONLY | O_DIRECT, O_RDWR | O_APPEND,
		O_WRONLY | O_TRUNC, O_PATH,
	};
	int fd;

	if (nr_handles == OPEN_MAX)
		close_one(draw(nr_handles));
	fd = open_file(file, flags[draw(sizeof(flags) / sizeof(flags[0]))]);
	if (fd >= 0)
		handles[nr_handles++] = (struct handle){ fd, file };
}

static void do_close(struct handle *h)
{
	close_one(h - handles);
}

static void do_read(struct handle *h)
{
	EXPECT(h->file, "read", read(h->fd, buffer, odd_size()),
	       EBADF, EISDIR, ESTALE, EIO, EINVAL, ENODEV);
}

static void do_read_pieces(struct handle *h)
{
	struct iovec pieces[] = {
		{ buffer, draw(20) }, { buffer + 100, 0 }, { buffer + 1000, odd_size() },
	};

	EXPECT(h->file, "readv", readv(h->fd, pieces, 3),
	       EBADF, EISDIR, ESTALE, EIO, EINVAL, ENODEV);
}

/* Into memory that is not there, or ends soon. */
static void do_read_badly(struct handle *h)
{
	char *edge = buffer + BUFFER_BYTES;

	EXPECT(h->file, "read beyond memory",
	       read(h->fd, edge - (draw(2) ? draw(100) : 0), 8192),
	       EBADF, EISDIR, ESTALE, EIO, EINVAL, EFAULT, ENODEV);
}

static void do_pread(struct handle *h)
{
	EXPECT(h->file, "pread", pread(h->fd, buffer, odd_size(), odd_offset()),
	       EBADF, EISDIR, ESTALE, EIO, EINVAL, EOVERFLOW, ENODEV);
}

static void do_seek(struct handle *h)
{
	static const int whences[] = { SEEK_SET, SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, 77 };

	EXPECT(h->file, "lseek", lseek(h->fd, odd_offset(), whences[draw(6)]),
	       EBADF, ESTALE, EIO, EINVAL, EOVERFLOW, ENXIO, ENODEV);
}

static void do_rewind(struct handle *h)
{
	EXPECT(h->file, "lseek to 0", lseek(h->fd, 0, SEEK_SET), EBADF, EIO, EINVAL, ENODEV);
}

static void do_write(struct handle *h)
{
	static const char * const values[] = {
		"0", "1", "1000", "1000000", "5000000", "20000000", "99999999", "100000000",
		"150000000", "400000000", "1000000001", "18446744073709551616", "-1", "x", "\n",
		"", "0x10000000", "100000000 ",
	};
	const char *value = values[draw(sizeof(values) / sizeof(values[0]))];

	EXPECT(h->file, "write", write(h->fd, value, strlen(value)),
	       EBADF, EISDIR, EIO, EINVAL, ERANGE, ENODEV);
}

static void do_map(struct handle *h)
{
	int protection = draw(2) ? PROT_READ : PROT_READ | PROT_WRITE;
	void *at = mmap(NULL, 4096, protection, draw(2) ? MAP_SHARED : MAP_PRIVATE, h->fd, 0);

	if (at != MAP_FAILED)
		fail(h->file, "it can be mapped");
	EXPECT(h->file, "mmap", -1, EBADF, EACCES, EPERM, ENODEV, EIO);
}

static void do_poll(struct handle *h)
{
	struct pollfd one = { .fd = h->fd, .events = POLLIN | POLLOUT | POLLPRI };
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int set = epoll_create1(EPOLL_CLOEXEC);

	EXPECT(h->file, "poll", poll(&one, 1, 0), 0);
	if (set < 0)
		fail(h->file, "epoll_create1: %s", strerror(errno));
	EXPECT(h->file, "epoll_ctl", epoll_ctl(set, EPOLL_CTL_ADD, h->fd, &event),
	       EBADF, EPERM);
	close(set);
}

static void do_send(struct handle *h)
{
	int64_t offset = odd_offset();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		fail(h->file, "pipe: %s", strerror(errno));
	EXPECT(h->file, "sendfile",
	       sendfile(ends[1], h->fd, draw(2) ? NULL : &offset, draw(10000)),
	       EBADF, EISDIR, ESTALE, EIO, EINVAL, EOVERFLOW, ESPIPE, EAGAIN, ENODEV);
	close(ends[0]);
	close(ends[1]);
}

static void do_odd_calls(struct handle *h)
{
	struct stat status;

	EXPECT(h->file, "fstat", fstat(h->fd, &status), 0);
	EXPECT(h->file, "ioctl", ioctl(h->fd, draw(2) ? FIONREAD : draw(1u << 31), buffer),
	       EBADF, ENOTTY, EINVAL, EIO, ENODEV, EFAULT, EACCES, EPERM, EOPNOTSUPP);
	EXPECT(h->file, "ftruncate", ftruncate(h->fd, draw(100)),
	       EBADF, EINVAL, EACCES, EPERM, EISDIR, ENODEV);
	EXPECT(h->file, "fsync", fsync(h->fd), EBADF, EINVAL, EIO, EROFS);
	EXPECT(h->file, "fallocate", fallocate(h->fd, 0, 0, 100),
	       EBADF, EOPNOTSUPP, ENODEV, EISDIR, ESPIPE);
	EXPECT(h->file, "unlink", unlink(h->file->path), EACCES, EPERM, ENOENT, EISDIR, EBUSY,
	       EROFS);
}

/* Somebody else goes on with the same descriptor, at the same time. */
static void do_share(struct handle *h)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		fail(h->file, "fork: %s", strerror(errno));
	for (int i = 0; i < 4; i++) {
		state += !child;
		if (draw(2))
			do_read(h);
		else
			do_seek(h);
	}
	if (!child)
		_exit(0);
	if (waitpid(child, &status, 0) != child || status)
		fail(h->file, "the child has failed");
}

static void do_wait(struct handle *h)
{
	(void)h;
	let_time_pass();
}

/* Listings */

/* The whole of a listing, in odd pieces; its length, or -1 where it broke off. */
static ssize_t read_whole(const struct file *file, int fd)
{
	uint64_t piece = draw(2) ? 65536 : 1 + draw(3000);
	unsigned int rests = draw(4) ? 0 : draw(20);
	size_t len = 0;
	ssize_t got;

	do {
		got = read(fd, buffer + len, piece);
		EXPECT(file, "read", got, ESTALE, EIO);
		if (got < 0) {
			tally.stale += errno == ESTALE;
			tally.gone += errno == EIO;
			return -1;
		}
		len += got;
		if (len + 65536 > BUFFER_BYTES)
			fail(file, "it does not end");
		if (rests) {
			rests--;
			let_time_pass();
		}
	} while (got);
	return len;
}

/*
 * The module's windows are numbered from 1 when it is loaded: whoever has been in one is in
 * all that follow, unless their numbers begin again.
 */
static void check_found(struct file *file, const struct listing *l)
{
	if (l->window < file->seen_window)
		file->seen_window = 0;
	if (l->found)
		file->seen_window = l->window;
	else if (must_be_found && file->seen_window)
		fail(file, "this process was there in window %lu, not in %lu", file->seen_window,
		     l->window);
	tally.found += l->found;
}

static void do_list(struct file *file)
{
	struct listing l = { .pid = getpid() };
	const char *line, *wrong;
	ssize_t len;
	int fd;

	fd = open_file(file, O_RDONLY);
	if (fd < 0)
		return;
	len = read_whole(file, fd);
	close(fd);
	if (len < 0)
		return;
	wrong = listing_check(&l, buffer, len, &line);
	if (wrong)
		fail(file, "%s: %.*s", wrong, (int)strcspn(line, "\n"), line);
	/* without the processes there is nothing to add up */
	if (l.books && l.records > 1 && l.measured_nj)
		fail(file, "the books of window %lu miss %ld nJ", l.window, l.measured_nj);
	tally.whole++;
	check_found(file, &l);
}

/* The parts are those of 100. */
static const struct operation {
	unsigned int parts;
	void (*run)(struct handle *h);
} operations[] = {
	{ 25, do_read },
	{ 5, do_read_pieces },
	{ 3, do_read_badly },
	{ 15, do_pread },
	{ 10, do_seek },
	{ 5, do_rewind },
	{ 10, do_write },
	{ 3, do_map },
	{ 3, do_poll },
	{ 4, do_send },
	{ 2, do_odd_calls },
	{ 3, do_share },
	{ 2, do_wait },
	{ 10, do_close },
};

/* One operation; whether it found anything to work on. */
static bool operate(void)
{
	unsigned int part = draw(150);
	bool whole = part < 20 && nr_listings;
	struct file *file = whole ? listings[draw(nr_listings)] : &files[draw(nr_files)];

	if (part < 50 || !nr_handles) {
		if (access(file->path, F_OK) && errno == ENOENT)
			return false;
		if (whole)
			do_list(file);
		else
			do_open(file);
		return true;
	}
	part -= 50;
	for (const struct operation *op = operations; ; op++) {
		if (part < op->parts) {
			op->run(&handles[draw(nr_handles)]);
			return true;
		}
		part -= op->parts;
	}
}

/* While the module is away there is nothing to do but to wait for it. */
static void wait_for_files(void)
{
	static const struct timespec time = { .tv_nsec = 10 * NS_PER_MS };
	static unsigned int absent;

	if (absent++ == ABSENT_MAX)
		die("the files do not come back");
	nanosleep(&time, NULL);
}

/* A buffer behind which there is nothing. */
static void map_buffer(void)
{
	buffer = mmap(NULL, BUFFER_BYTES + 4096, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buffer == MAP_FAILED || mprotect(buffer + BUFFER_BYTES, 4096, PROT_NONE))
		die("no memory");
}

static void add_file(const char *path, enum kind kind)
{
	if (nr_files == FILES_MAX)
		die("too many files");
	files[nr_files] = (struct file){ .path = path, .kind = kind };
	if (kind == LISTING)
		listings[nr_listings++] = &files[nr_files];
	nr_files++;
}

static unsigned long parse(int argc, char **argv)
{
	unsigned long operations_left = 1000;
	int option;

	while ((option = getopt(argc, argv, "r:n:ml:w:x:")) != -1) {
		switch (option) {
		case 'r':
			seed = number(optarg);
			break;
		case 'n':
			operations_left = number(optarg);
			break;
		case 'm':
			must_be_found = true;
			break;
		case 'l':
			add_file(optarg, LISTING);
			break;
		case 'w':
			add_file(optarg, PARAMETER);
			break;
		case 'x':
			add_file(optarg, FORBIDDEN);
			break;
		default:
			exit(2);
		}
	}
	while (optind < argc)
		add_file(argv[optind++], OTHER);
	if (!nr_files)
		die("no file");
	return operations_left;
}

int main(int argc, char **argv)
{
	unsigned long total = parse(argc, argv);

	map_buffer();
	state = seed;
	while (at_operation < total) {
		if (operate())
			at_operation++;
		else
			wait_for_files();
	}
	while (nr_handles)
		close_one(0);
	say("pid=%d whole=%lu stale=%lu gone=%lu refused=%lu found=%lu\n", getpid(), tally.whole,
	    tally.stale, tally.gone, tally.refused, tally.found);
	return 0;
}
