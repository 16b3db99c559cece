/*
 * Kills the process in the middle of a write, as SIGKILL can: Linux looks for
 * a fatal signal between the pages that a write copies. Preloaded into a
 * writer, it lets TEAR_AT writes to files pass, does the first half of the
 * next one's pages, and kills.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

enum { PAGE = 4096 };

typedef ssize_t pwrite_fn(int, const void *, size_t, off_t);

static ssize_t torn(const char *name, int fd, const void *buf, size_t n, off_t at)
{
	static long left = -1;
	static int counting;
	pwrite_fn *real = (pwrite_fn *)dlsym(RTLD_NEXT, name);
	if (!counting) {
		const char *s = getenv("TEAR_AT");
		left = s ? atol(s) : -1;
		counting = 1;
	}
	if (left < 0 || left-- > 0)
		return real(fd, buf, n, at);
	if (n > PAGE)
		real(fd, buf, n / 2 / PAGE * PAGE, at);
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at) { return torn("pwrite", fd, buf, n, at); }
ssize_t pwrite64(int fd, const void *buf, size_t n, off_t at) { return torn("pwrite64", fd, buf, n, at); }
