/* Calls that open, make, move and remove entries.
 *
 * Each holds names_lock over the call and its note, so that the journal has
 * the order in which the file system saw the changes. */

static int opened(int at, const char *path, int flags, mode_t mode)
{
    char full[PATH_MAX];
    struct stat status;
    bool changes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
    if (!changes || !watched(at, path, full))
        return (int)syscall(SYS_openat, at, path, flags, mode);
    if ((flags & O_TMPFILE) == O_TMPFILE)
        broken("a file without a name cannot be followed", full);

    pthread_mutex_lock(&names_lock);
    int before = errno;
    bool existed = status_of(full, &status);
    errno = before;
    int fault = existed ? fault_of_moving() : fault_of_making();
    int fd = (int)(fault ? failed(fault) : syscall(SYS_openat, at, path, flags, mode));
    int error = errno;
    if (fd >= 0 && !existed && syscall(SYS_fstat, fd, &status) == 0 && S_ISREG(status.st_mode))
        noted(LINK, NULL, in_root(full), taken_in(&status, 0), 0);
    struct file *file = fd >= 0 && existed && flags & O_TRUNC ? file_of(fd) : NULL;
    if (file)
        resized(file, 0);
    pthread_mutex_unlock(&names_lock);
    errno = error;
    return fd;
}

static mode_t mode_given(int flags, va_list rest)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_given(flags, rest);
    va_end(rest);
    return opened(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_given(flags, rest);
    va_end(rest);
    return opened(at, path, flags, mode);
}

int creat(const char *path, mode_t mode)
{
    return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* The watched regular file behind an entry that is about to lose a name. */
static struct file *losing(const char *full, struct stat *status)
{
    return status_of(full, status) ? file_known(status) : NULL;
}

int unlinkat(int at, const char *path, int flags)
{
    char full[PATH_MAX];
    struct stat status;
    if (!watched(at, path, full))
        return (int)syscall(SYS_unlinkat, at, path, flags);
    pthread_mutex_lock(&names_lock);
    struct file *file = losing(full, &status);
    int fault = fault_of_moving();
    long result = fault ? failed(fault) : syscall(SYS_unlinkat, at, path, flags);
    int error = errno;
    if (result == 0) {
        noted(flags & AT_REMOVEDIR ? RMDIR : UNLINK, in_root(full), NULL, NULL, 0);
        if (file && status.st_nlink == 1)
            file_forgotten(file);
    }
    pthread_mutex_unlock(&names_lock);
    errno = error;
    return (int)result;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char *path)
{
    struct stat status;
    bool folder = status_of(path, &status) && S_ISDIR(status.st_mode);
    return unlinkat(AT_FDCWD, path, folder ? AT_REMOVEDIR : 0);
}

int mkdirat(int at, const char *path, mode_t mode)
{
    char full[PATH_MAX];
    if (!watched(at, path, full))
        return (int)syscall(SYS_mkdirat, at, path, mode);
    pthread_mutex_lock(&names_lock);
    struct stat status;
    int fault = status_of(full, &status) ? 0 : fault_of_making();
    long result = fault ? failed(fault) : syscall(SYS_mkdirat, at, path, mode);
    int error = errno;
    if (result == 0)
        noted(MKDIR, NULL, in_root(full), NULL, mode);
    pthread_mutex_unlock(&names_lock);
    errno = error;
    return (int)result;
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

/* A rename inside the root, noted with what it replaces. */
static long renamed(int from_at, const char *from, int to_at, const char *to, unsigned flags,
                    const char *full_from, const char *full_to)
{
    struct stat moving, replaced;
    pthread_mutex_lock(&names_lock);
    struct file *file = losing(full_from, &moving);
    struct file *target = losing(full_to, &replaced);
    int fault = fault_of_moving();
    long result =
        fault ? failed(fault) : syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    int error = errno;
    /* Between two names of one file a rename does nothing (rename(2)). */
    if (result == 0 && !(file && file == target)) {
        noted(RENAME, in_root(full_from), in_root(full_to), file, 0);
        if (target && replaced.st_nlink == 1)
            file_forgotten(target);
    }
    pthread_mutex_unlock(&names_lock);
    errno = error;
    return result;
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
    char full_from[PATH_MAX], full_to[PATH_MAX];
    bool leaves = watched(from_at, from, full_from), enters = watched(to_at, to, full_to);
    if (!leaves && !enters)
        return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    if (leaves != enters || flags & ~(unsigned)RENAME_NOREPLACE)
        broken("a rename across the root, or an exchange, cannot be followed",
               leaves ? full_from : full_to);
    return (int)renamed(from_at, from, to_at, to, flags, full_from, full_to);
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
    return renameat2(from_at, from, to_at, to, 0);
}

int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
    char full[PATH_MAX];
    struct stat status;
    if (!watched(to_at, to, full))
        return (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
    pthread_mutex_lock(&names_lock);
    int fault = fault_of_making();
    long result = fault ? failed(fault) : syscall(SYS_linkat, from_at, from, to_at, to, flags);
    int error = errno;
    if (result == 0 && status_of(full, &status) && S_ISREG(status.st_mode)) {
        struct file *file = file_known(&status);
        if (!file && shadow[0])
            broken("a link to a file outside of the root cannot be followed", full);
        noted(LINK, NULL, in_root(full), file, 0);
    }
    pthread_mutex_unlock(&names_lock);
    errno = error;
    return (int)result;
}

int link(const char *from, const char *to)
{
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* By name: like open and ftruncate. */
int truncate(const char *path, off_t size)
{
    int fd = opened(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int result = ftruncate(fd, size);
    int error = errno;
    syscall(SYS_close, fd);
    errno = error;
    return result;
}

int open64(const char *, int, ...) ALIAS("open");
int openat64(int, const char *, int, ...) ALIAS("openat");
int creat64(const char *, mode_t) ALIAS("creat");
int truncate64(const char *, off64_t) ALIAS("truncate");
