/* Between a process and the C library: counts the calls by which files below one folder change or
   are opened, writes each down, and lets the k-th fail. Loaded with LD_PRELOAD; does nothing until
   `faults_start`. One record is the line "kind, errno, offset, lengths" and then the bytes. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static int journal = -1, active = 0, fails_with = 0, to_the_end = 0;
static long calls = 0, fails_at = 0;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static void put(const void *data, size_t size) {
    const char *from = data;
    while (size) {
        ssize_t done = REAL(write)(journal, from, size);
        if (done <= 0) abort();
        from += done;
        size -= done;
    }
}

static void record(const char *kind, int failed, long offset, const char *one, const void *two,
                   size_t size) {
    char line[200];
    int length = snprintf(line, sizeof line, "%s %d %ld %zu %zu\n", kind, failed, offset,
                          strlen(one), size);
    put(line, length);
    put(one, strlen(one));
    put(two, size);
}

void faults_start(const char *folder, const char *file, long k, int error, int all) {
    strcpy(root, folder);
    journal = REAL(open)(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fails_at = k;
    fails_with = error;
    to_the_end = all;
    calls = 0;
    active = journal >= 0;
}

void faults_note(const char *text) {
    pthread_mutex_lock(&guard);
    if (active) record("note", 0, 0, text, "", 0);
    pthread_mutex_unlock(&guard);
}

static int below(const char *path) {
    size_t length = strlen(root);
    return !strncmp(path, root, length) && (path[length] == '/' || !path[length]);
}

static int of_handle(int handle, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path) && !(length > 10 && !strcmp(path + length - 10, " (deleted)"));
}

static int of_name(int folder, const char *name, char *path) {
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
    } else {
        char base[PATH_MAX];
        if (folder == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else {
            of_handle(folder, base);
        }
        if (snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    }
    return below(path);
}

/* Whether this call is to fail; the guard is held from here to `done`. */
static int begun(int may_last) {
    pthread_mutex_lock(&guard);
    calls++;
    return calls == fails_at || (to_the_end && may_last && fails_at && calls > fails_at);
}

static long done(const char *kind, int fail, long answer, long offset, const char *one,
                 const void *two, size_t size) {
    int error = fail ? fails_with : errno;
    record(kind, answer < 0 ? error : 0, offset, one, two, answer < 0 ? 0 : size);
    pthread_mutex_unlock(&guard);
    errno = error;
    return answer;
}

#define NAMED(kind, folder, name, last, call)                                                      \
    char path[PATH_MAX];                                                                           \
    if (!active || !of_name(folder, name, path)) return call;                                      \
    int fail = begun(last);                                                                        \
    long answer = fail ? -1 : (long)call;                                                          \
    return done(kind, fail, answer, 0, path, "", 0)

#define HANDLED(kind, handle, call)                                                                \
    char path[PATH_MAX];                                                                           \
    if (!active || !of_handle(handle, path)) return call;                                          \
    int fail = begun(0);                                                                           \
    long answer = fail ? -1 : (long)call;                                                          \
    return done(kind, fail, answer, 0, path, "", 0)

static int opened(int folder, const char *name, int flags, mode_t mode) {
    int writes = flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
    const char *kind = flags & O_TRUNC ? "truncate" : flags & O_CREAT ? "create" : writes ? "write-open" : "open";
    NAMED(kind, folder, name, writes, REAL(openat)(folder, name, flags, mode));
}

#define OPEN(name, first, folder, path)                                                            \
    int name(first const char *path, int flags, ...) {                                             \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0;                  \
        va_end(more);                                                                              \
        return opened(folder, path, flags, mode);                                                  \
    }
#define NOTHING
OPEN(open, NOTHING, AT_FDCWD, file)
OPEN(open64, NOTHING, AT_FDCWD, file)
#define HERE int folder,
OPEN(openat, HERE, folder, file)
OPEN(openat64, HERE, folder, file)

static ssize_t written(int handle, const void *data, size_t size, long offset) {
    char path[PATH_MAX];
    int fail = 0, inside = active && of_handle(handle, path);
    if (inside) fail = begun(1);
    ssize_t answer = fail        ? -1
                     : offset < 0 ? REAL(write)(handle, data, size)
                                  : REAL(pwrite)(handle, data, size, offset);
    if (!inside) return answer;
    long place = offset >= 0 || answer < 0 ? offset : lseek(handle, 0, SEEK_CUR) - answer;
    return done("write", fail, answer, place, path, data, answer);
}
ssize_t write(int handle, const void *data, size_t size) { return written(handle, data, size, -1); }
ssize_t pwrite(int handle, const void *data, size_t size, off_t offset) {
    return written(handle, data, size, offset);
}
ssize_t pwrite64(int handle, const void *data, size_t size, off64_t offset) {
    return written(handle, data, size, offset);
}
ssize_t writev(int handle, const struct iovec *parts, int count) {
    char path[PATH_MAX];
    if (!active || !of_handle(handle, path) || !count) return REAL(writev)(handle, parts, count);
    return written(handle, parts[0].iov_base, parts[0].iov_len, -1); /* a short one, as allowed */
}

/* Callers of these two go on with plain reads and writes. */
ssize_t sendfile(int to, int from, off_t *offset, size_t size) {
    char path[PATH_MAX];
    if (!active || !of_handle(to, path)) return REAL(sendfile)(to, from, offset, size);
    errno = ENOTSOCK;
    return -1;
}
ssize_t sendfile64(int to, int from, off64_t *offset, size_t size) {
    return sendfile(to, from, offset, size);
}
ssize_t copy_file_range(int from, off64_t *a, int to, off64_t *b, size_t size, unsigned flags) {
    char path[PATH_MAX];
    if (!active || !of_handle(to, path)) return REAL(copy_file_range)(from, a, to, b, size, flags);
    errno = EXDEV;
    return -1;
}

int fsync(int handle) { HANDLED("sync", handle, REAL(fsync)(handle)); }
int fdatasync(int handle) { HANDLED("sync", handle, REAL(fdatasync)(handle)); }
static int cut(int handle, long size) {
    char path[PATH_MAX];
    if (!active || !of_handle(handle, path)) return REAL(ftruncate)(handle, size);
    int fail = begun(0);
    return done("cut", fail, fail ? -1 : REAL(ftruncate)(handle, size), size, path, "", 0);
}
int ftruncate(int handle, off_t size) { return cut(handle, size); }
int ftruncate64(int handle, off64_t size) { return cut(handle, size); }

int unlinkat(int folder, const char *name, int flags) {
    NAMED("remove", folder, name, 0, REAL(unlinkat)(folder, name, flags));
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }
int mkdirat(int folder, const char *name, mode_t mode) {
    NAMED("folder", folder, name, 1, REAL(mkdirat)(folder, name, mode));
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

#define TWO_NAMES(kind, folder, name, other, into, call)                                           \
    char path[PATH_MAX], target[PATH_MAX];                                                         \
    if (!active || !of_name(other, into, target)) return call;                                     \
    of_name(folder, name, path);                                                                   \
    int fail = begun(0);                                                                           \
    long answer = fail ? -1 : (long)call;                                                          \
    return done(kind, fail, answer, 0, path, target, strlen(target))

int renameat2(int folder, const char *name, int other, const char *into, unsigned flags) {
    TWO_NAMES("rename", folder, name, other, into,
              REAL(renameat2)(folder, name, other, into, flags));
}
int renameat(int folder, const char *name, int other, const char *into) {
    return renameat2(folder, name, other, into, 0);
}
int rename(const char *name, const char *into) {
    return renameat2(AT_FDCWD, name, AT_FDCWD, into, 0);
}
int linkat(int folder, const char *name, int other, const char *into, int flags) {
    TWO_NAMES("link", folder, name, other, into, REAL(linkat)(folder, name, other, into, flags));
}
int link(const char *name, const char *into) {
    return linkat(AT_FDCWD, name, AT_FDCWD, into, 0);
}
int symlinkat(const char *target, int folder, const char *name) {
    char path[PATH_MAX];
    if (!active || !of_name(folder, name, path)) return REAL(symlinkat)(target, folder, name);
    int fail = begun(0);
    long answer = fail ? -1 : REAL(symlinkat)(target, folder, name);
    return done("symlink", fail, answer, 0, path, target, strlen(target));
}
int symlink(const char *target, const char *name) { return symlinkat(target, AT_FDCWD, name); }
