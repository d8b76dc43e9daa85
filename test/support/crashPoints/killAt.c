// Loaded into every process of a command (LD_PRELOAD): counts what they do to files, all together, and kills at one of these points.
//   FLOTILLA_KILL_COUNT  a file of eight bytes, the count
//   FLOTILLA_KILL_AT     kills before this one; 0 never
//   FLOTILLA_KILL_GROUP  the process group that is killed, and no other; with FLOTILLA_KILL_ONE set, the process itself alone
//   FLOTILLA_KILL_TOLD   a file that then gets a line: program, call and path
// Objects that git writes are left out: each is in its place whole or not at all, and none is in anybody's way.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long *count;
static long kill_at;
static pid_t group;
static int only_one;
static const char *told;

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("FLOTILLA_KILL_COUNT"), *at = getenv("FLOTILLA_KILL_AT"), *which = getenv("FLOTILLA_KILL_GROUP");
  if (!file || !at || !which) return;
  int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *shared = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (shared == MAP_FAILED) return;
  count = shared;
  kill_at = atol(at);
  group = atoi(which);
  only_one = getenv("FLOTILLA_KILL_ONE") != NULL;
  told = getenv("FLOTILLA_KILL_TOLD");
}

static void tell(const char *call, const char *path) {
  char line[4096];
  if (!told) return;
  int length = snprintf(line, sizeof line, "%s %s %s\n", program_invocation_short_name, call, path);
  int fd = syscall(SYS_openat, AT_FDCWD, told, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  if (write(fd, line, length < (int)sizeof line ? length : (int)sizeof line - 1) < 0) { /* It is told to nobody. */ }
  close(fd);
}

static int is_object(const char *path) {
  const char *at = strstr(path, "objects/");
  if (!at) return strncmp(path, "/dev/", 5) == 0;
  at += strlen("objects/");
  return strncmp(at, "info", 4) != 0 && *at != 0;
}

static void point(const char *call, const char *path) {
  if (!count || !path || is_object(path)) return;
  int error = errno;
  if (__atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST) == kill_at && (only_one || getpgrp() == group)) {
    tell(call, path);
    kill(only_one ? getpid() : -group, SIGKILL);
    for (;;) pause();
  }
  errno = error;
}

#define REAL(name, result, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

#define ONE(name, call, parameters, types, arguments, path) \
  int name parameters { \
    static int (*real) types; \
    if (!real) real = (int(*) types)dlsym(RTLD_NEXT, #name); \
    point(call, path); \
    return real arguments; \
  }

ONE(rename, "rename", (const char *from, const char *to), (const char *, const char *), (from, to), to)
ONE(renameat, "rename", (int f, const char *from, int t, const char *to), (int, const char *, int, const char *), (f, from, t, to), to)
ONE(renameat2, "rename", (int f, const char *from, int t, const char *to, unsigned flags), (int, const char *, int, const char *, unsigned),
    (f, from, t, to, flags), to)
ONE(link, "link", (const char *from, const char *to), (const char *, const char *), (from, to), to)
ONE(linkat, "link", (int f, const char *from, int t, const char *to, int flags), (int, const char *, int, const char *, int),
    (f, from, t, to, flags), to)
ONE(symlink, "symlink", (const char *from, const char *to), (const char *, const char *), (from, to), to)
ONE(symlinkat, "symlink", (const char *from, int t, const char *to), (const char *, int, const char *), (from, t, to), to)
ONE(unlink, "unlink", (const char *path), (const char *), (path), path)
ONE(unlinkat, "unlink", (int at, const char *path, int flags), (int, const char *, int), (at, path, flags), path)
ONE(mkdir, "mkdir", (const char *path, mode_t mode), (const char *, mode_t), (path, mode), path)
ONE(mkdirat, "mkdir", (int at, const char *path, mode_t mode), (int, const char *, mode_t), (at, path, mode), path)
ONE(rmdir, "rmdir", (const char *path), (const char *), (path), path)

// A file that is opened to be written is a point before, and one after: it is empty then.
#define CHANGES(flags) ((flags) & (O_CREAT | O_TRUNC))
#define OPEN(name, parameters, types, arguments) \
  int name parameters { \
    static int (*real) types; \
    if (!real) real = (int(*) types)dlsym(RTLD_NEXT, #name); \
    mode_t mode = 0; \
    if (flags & O_CREAT) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    if (CHANGES(flags)) point("open", path); \
    int fd = real arguments; \
    if (CHANGES(flags) && fd >= 0) point("opened", path); \
    return fd; \
  }

OPEN(open, (const char *path, int flags, ...), (const char *, int, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (const char *, int, ...), (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), (int, const char *, int, ...), (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), (int, const char *, int, ...), (at, path, flags, mode))

#define FOPEN(name) \
  FILE *name(const char *path, const char *how) { \
    REAL(name, FILE *, const char *, const char *); \
    int changes = how[0] != 'r'; \
    if (changes) point("open", path); \
    FILE *file = real(path, how); \
    if (changes && file) point("opened", path); \
    return file; \
  }
FOPEN(fopen)
FOPEN(fopen64)
