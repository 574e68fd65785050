/* Calls that change the bytes or the size of a file. */

static off_t size_of(int fd)
{
    struct stat status;
    return syscall(SYS_fstat, fd, &status) == 0 ? status.st_size : 0;
}

/* The error for a write of [begin, begin + bytes); begin < 0: at the offset. */
static int fault_at(int fd, off_t begin, size_t bytes)
{
    if (!fault_file)
        return 0;
    off_t at = begin;
    if (begin < 0)
        at = fcntl(fd, F_GETFL) & O_APPEND ? size_of(fd) : lseek(fd, 0, SEEK_CUR);
    return fault_of_write(at + (off_t)bytes > size_of(fd));
}

static size_t bytes_in(const struct iovec *parts, int count)
{
    size_t bytes = 0;
    for (int n = 0; n < count; n++)
        bytes += parts[n].iov_len;
    return bytes;
}

/* Where a pwrite to a file in append mode went: to the end, whatever offset it
 * names (pwrite(2), "Bugs"). */
#define UNKNOWN (-1)

static off_t place(int fd, off_t offset)
{
    return fcntl(fd, F_GETFL) & O_APPEND ? UNKNOWN : offset;
}

/* After a write: remembers the range, and syncs if the file asks for it. */
static ssize_t wrote(int fd, struct file *file, off_t begin, long result)
{
    if (result <= 0)
        return result;
    int before = errno;
    int mode = fcntl(fd, F_GETFL);
    if (begin == UNKNOWN)
        written_all(file);
    else
        written(fd, file, begin, begin + result);
    if (mode & O_DSYNC && file_synced(fd, file, NO_CALL) != 0)
        return -1;
    errno = before;
    return result;
}

/* A write at the offset, which only tells afterwards where it was. */
static ssize_t wrote_on(int fd, struct file *file, const struct iovec *parts, int count)
{
    int fault = fault_at(fd, -1, bytes_in(parts, count));
    if (fault)
        return failed(fault);
    pthread_mutex_lock(&file->position);
    long result = syscall(SYS_writev, fd, parts, count);
    off_t end = result > 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    pthread_mutex_unlock(&file->position);
    return wrote(fd, file, end - result, result);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    struct file *file = file_of(fd);
    if (!file)
        return syscall(SYS_write, fd, bytes, length);
    return wrote_on(fd, file, &(struct iovec){(void *)bytes, length}, 1);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    struct file *file = file_of(fd);
    return file ? wrote_on(fd, file, parts, count) : syscall(SYS_writev, fd, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
    struct file *file = file_of(fd);
    int fault = file ? fault_at(fd, offset, length) : 0;
    if (!fault && file)
        fault = fault_of_pwrite();
    if (fault)
        return failed(fault);
    long result = syscall(SYS_pwrite64, fd, bytes, length, offset);
    return file ? wrote(fd, file, place(fd, offset), result) : result;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    struct file *file = file_of(fd);
    int fault = file ? fault_at(fd, offset, bytes_in(parts, count)) : 0;
    if (fault)
        return failed(fault);
    long result = syscall(SYS_pwritev, fd, parts, count, offset, 0);
    return file ? wrote(fd, file, place(fd, offset), result) : result;
}

int ftruncate(int fd, off_t size)
{
    struct file *file = file_of(fd);
    int fault = file && size > size_of(fd) ? fault_of_write(true)
              : file && faults_now().erofs ? EROFS
                                           : 0;
    if (fault)
        return (int)failed(fault);
    long result = syscall(SYS_ftruncate, fd, size);
    if (result == 0 && file)
        resized(file, size);
    return (int)result;
}

int fallocate(int fd, int mode, off_t offset, off_t bytes)
{
    struct file *file = file_of(fd);
    int fault = file ? fault_of_write(true) : 0;
    if (fault)
        return (int)failed(fault);
    long result = syscall(SYS_fallocate, fd, mode, offset, bytes);
    if (result == 0 && file) {
        written_all(file);
        resized(file, NOT_SHRUNK);
    }
    return (int)result;
}

int posix_fallocate(int fd, off_t offset, off_t bytes)
{
    int before = errno;
    int error = fallocate(fd, 0, offset, bytes) == 0 ? 0 : errno;
    errno = before;
    return error;
}

ssize_t copy_file_range(int from, off_t *from_at, int to, off_t *to_at, size_t bytes,
                        unsigned flags)
{
    struct file *file = file_of(to);
    int fault = file ? fault_of_write(true) : 0;
    if (fault)
        return failed(fault);
    long result = syscall(SYS_copy_file_range, from, from_at, to, to_at, bytes, flags);
    if (result > 0 && file)
        written_all(file);
    return result;
}

ssize_t sendfile(int to, int from, off_t *from_at, size_t bytes)
{
    struct file *file = file_of(to);
    int fault = file ? fault_of_write(true) : 0;
    if (fault)
        return failed(fault);
    long result = syscall(SYS_sendfile, to, from, from_at, bytes);
    if (result > 0 && file)
        written_all(file);
    return result;
}

ssize_t splice(int from, off_t *from_at, int to, off_t *to_at, size_t bytes, unsigned flags)
{
    struct file *file = file_of(to);
    int fault = file ? fault_of_write(true) : 0;
    if (fault)
        return failed(fault);
    long result = syscall(SYS_splice, from, from_at, to, to_at, bytes, flags);
    if (result > 0 && file)
        written_all(file);
    return result;
}

/* Bytes that change through a mapping cannot be followed. */
void *mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    if (flags & MAP_SHARED && protection & PROT_WRITE && fd >= 0 && file_of(fd))
        broken("a shared writable mapping cannot be followed", root);
    return (void *)syscall(SYS_mmap, at, bytes, protection, flags, fd, offset);
}

ssize_t read(int fd, void *bytes, size_t length)
{
    int fault = fault_file && file_of(fd) ? fault_of_reading() : 0;
    return fault ? failed(fault) : syscall(SYS_read, fd, bytes, length);
}

ssize_t pread(int fd, void *bytes, size_t length, off_t offset)
{
    int fault = fault_file && file_of(fd) ? fault_of_reading() : 0;
    return fault ? failed(fault) : syscall(SYS_pread64, fd, bytes, length, offset);
}

/* The same calls under the names that programs with 64-bit offsets use. */
#define ALIAS(name) __attribute__((alias(name)))
ssize_t pwrite64(int, const void *, size_t, off64_t) ALIAS("pwrite");
ssize_t pwritev64(int, const struct iovec *, int, off64_t) ALIAS("pwritev");
int ftruncate64(int, off64_t) ALIAS("ftruncate");
int fallocate64(int, int, off64_t, off64_t) ALIAS("fallocate");
int posix_fallocate64(int, off64_t, off64_t) ALIAS("posix_fallocate");
ssize_t sendfile64(int, int, off64_t *, size_t) ALIAS("sendfile");
void *mmap64(void *, size_t, int, int, int, off64_t) ALIAS("mmap");
ssize_t pread64(int, void *, size_t, off64_t) ALIAS("pread");
