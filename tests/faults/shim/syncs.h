/* fsync and its relatives: the only calls that make anything durable.
 *
 * The copy is done before the call returns: a range counts as durable no
 * sooner than the program can know it. */

enum sync { FSYNC, FDATASYNC, NO_CALL };

static long real_sync(int fd, enum sync sync)
{
    return sync == FSYNC     ? syscall(SYS_fsync, fd)
         : sync == FDATASYNC ? syscall(SYS_fdatasync, fd)
                             : 0;
}

static int fault_of_sync(const struct faults *now)
{
    return now->erofs ? EROFS : now->eio_fsync || now->eio_fsync_drop ? EIO : 0;
}

static long file_synced(int fd, struct file *file, enum sync sync)
{
    struct faults now = faults_now();
    int fault = fault_of_sync(&now);
    if (!shadow[0]) {
        wait_ms(now.slow_fsync_ms);
        return fault ? failed(fault) : real_sync(fd, sync);
    }
    pthread_mutex_lock(&file->sync);
    struct taken taken = unsynced(file);
    wait_ms(now.slow_fsync_ms);
    long result = fault ? failed(fault) : real_sync(fd, sync);
    int error = errno;
    if (result == 0 && !now.lost_fsync) {
        made_durable(fd, file, &taken);
        entry_durable(file);
    } else if (!now.eio_fsync_drop) {
        given_back(file, &taken);
    }
    free(taken.ranges);
    pthread_mutex_unlock(&file->sync);
    errno = error;
    return result;
}

static long folder_synced(int fd, const char *path, enum sync sync)
{
    struct faults now = faults_now();
    int fault = fault_of_sync(&now);
    size_t length = journal_now();
    wait_ms(now.slow_fsync_ms);
    long result = fault ? failed(fault) : real_sync(fd, sync);
    if (result == 0 && shadow[0] && !now.lost_fsync)
        folder_durable(in_root(path), length);
    return result;
}

static int synced(int fd, enum sync sync)
{
    struct file *file = file_of(fd);
    if (file)
        return (int)file_synced(fd, file, sync);
    int before = errno;
    char path[PATH_MAX];
    struct stat status;
    bool folder = active && syscall(SYS_fstat, fd, &status) == 0 && S_ISDIR(status.st_mode)
               && path_of(fd, path) && below_root(path);
    errno = before;
    return (int)(folder ? folder_synced(fd, path, sync) : real_sync(fd, sync));
}

int fsync(int fd)
{
    return synced(fd, FSYNC);
}

int fdatasync(int fd)
{
    return synced(fd, FDATASYNC);
}

/* It starts the writing and waits for it, and promises nothing: no metadata,
 * no flush of the disk's cache (sync_file_range(2), "Warning"). */
int sync_file_range(int fd, off_t offset, off_t bytes, unsigned flags)
{
    return (int)syscall(SYS_sync_file_range, fd, offset, bytes, flags);
}

/* A whole file system at once is nothing that a careful store should need, so
 * it is not modelled; it makes nothing durable here. */
int syncfs(int fd)
{
    return (int)syscall(SYS_syncfs, fd);
}
