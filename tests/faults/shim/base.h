/* Settings, paths, and how the shim itself reaches the kernel.
 *
 * Everything goes through syscall(2): no dlsym, so that the shim works from
 * the first instruction of the process and calls none of its own wrappers. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The exit code of a process in which the model itself broke. */
#define EXIT_MODEL_BROKEN 97

/* Bytes copied to a twin at once. */
#define COPY_BYTES 32768

static char root[PATH_MAX];   /* the folder that is watched; empty: none */
static char shadow[PATH_MAX]; /* what a power cut leaves; empty: faults only */
static char twins[PATH_MAX];  /* the durable bytes, one file an inode */
static const char *fault_file;
static size_t root_length;
static bool active; /* set once, at the end of the constructor */

/* A test must never go on with a model that is no longer right. */
static void broken(const char *what, const char *path)
{
    char text[PATH_MAX + 256];
    int length = snprintf(text, sizeof text, "powercut: %s: %s (%s)\n", what, path,
                          strerror(errno));
    if (length > 0)
        syscall(SYS_write, 2, text, (size_t)length < sizeof text ? (size_t)length : sizeof text);
    _exit(EXIT_MODEL_BROKEN);
}

static bool below_root(const char *path)
{
    return root_length > 0 && strncmp(path, root, root_length) == 0
        && (path[root_length] == '/' || path[root_length] == '\0');
}

/* `path` relative to the root, with its slash: "" is the root itself. */
static const char *in_root(const char *path)
{
    return path + root_length;
}

static void joined(char out[PATH_MAX], const char *folder, const char *rest)
{
    if (snprintf(out, PATH_MAX, "%s%s", folder, rest) >= PATH_MAX)
        broken("a path is too long", folder);
}

static bool path_of(int fd, char out[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, out, PATH_MAX - 1);
    if (length < 0)
        return false;
    out[length] = '\0';
    return true;
}

/* The absolute path of an entry, whether or not it exists: the folder is
 * resolved, the last component is not followed. */
static bool absolute(int at, const char *path, char out[PATH_MAX])
{
    char folder[PATH_MAX];
    size_t length = path ? strlen(path) : 0;
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0 || length >= PATH_MAX)
        return false;
    memcpy(folder, path, length);
    folder[length] = '\0';

    char last[PATH_MAX];
    char *slash = strrchr(folder, '/');
    strcpy(last, slash ? slash + 1 : folder);
    if (slash == folder)
        strcpy(folder, "/");
    else if (slash)
        *slash = '\0';
    else
        strcpy(folder, ".");

    int fd = (int)syscall(SYS_openat, at, folder, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool known = path_of(fd, out);
    syscall(SYS_close, fd);
    size_t used = known ? strlen(out) : 0;
    if (!known || used + strlen(last) + 2 > PATH_MAX)
        return false;
    if (used > 1)
        out[used++] = '/';
    strcpy(out + used, last);
    return true;
}

/* Whether the entry is one that the model follows; `out` gets its path. */
static bool watched(int at, const char *path, char out[PATH_MAX])
{
    int before = errno;
    bool yes = active && absolute(at, path, out) && below_root(out);
    errno = before;
    return yes;
}

static bool status_of(const char *path, struct stat *status)
{
    return syscall(SYS_newfstatat, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW) == 0;
}
