/* What is durable of each file's bytes.
 *
 * Every file below the root has a twin, `SHADOW.twins/INODE-GENERATION`, that
 * holds what a power cut leaves of its bytes. What was written and not synced
 * is remembered as ranges; a successful sync copies them. A name in the shadow
 * folder is a hard link to the twin.
 *
 * Locks, always taken in this order: file.sync, names_lock, table_lock,
 * file.lock. */

/* Ranges remembered one by one; beyond this the whole file is copied. */
#define RANGES 1024
#define BUCKETS 1024
/* The unit in which an unsynced write may reach the medium early. */
#define PAGE 4096

struct range {
    off_t begin, end;
};

struct file {
    dev_t dev;
    ino_t ino;
    unsigned long generation; /* tells apart files that had the same inode */
    bool named;               /* whether an entry of it is durable */
    pthread_mutex_t sync;     /* held from taking the ranges to their copy */
    pthread_mutex_t position; /* held while a write moves the offset */
    pthread_mutex_t lock;     /* of what follows */
    struct range ranges[RANGES];
    size_t count;
    bool whole;      /* copy everything */
    bool resized;    /* copy the size */
    off_t shrunk_to; /* the smallest size since the last sync, or -1 */
    struct file *next;
};

/* Ranges taken out for a sync. */
struct taken {
    struct range *ranges;
    size_t count;
    bool whole, resized;
    off_t shrunk_to;
};

static struct file *table[BUCKETS];
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long last_generation;

/* A pseudo-random part of what is not synced reaches the medium early; 0: none. */
static uint64_t dice;
static pthread_mutex_t dice_lock = PTHREAD_MUTEX_INITIALIZER;

/* Whether the dice, thrown once, say yes: one in `chances`. */
static bool early(unsigned chances)
{
    if (dice == 0)
        return false;
    pthread_mutex_lock(&dice_lock);
    dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
    bool yes = (dice >> 33) % chances == 0;
    pthread_mutex_unlock(&dice_lock);
    return yes;
}

static void twin_path(const struct file *file, char out[PATH_MAX])
{
    char name[64];
    snprintf(name, sizeof name, "/%lu-%lu", (unsigned long)file->ino, file->generation);
    joined(out, twins, name);
}

/* Takes the file in under its inode; generation 0: a new, empty twin. */
static struct file *taken_in(const struct stat *status, unsigned long generation)
{
    struct file *file = calloc(1, sizeof *file);
    if (!file)
        broken("no memory", "for a file");
    file->dev = status->st_dev;
    file->ino = status->st_ino;
    file->shrunk_to = -1;
    pthread_mutex_init(&file->sync, NULL);
    pthread_mutex_init(&file->position, NULL);
    pthread_mutex_init(&file->lock, NULL);

    pthread_mutex_lock(&table_lock);
    file->generation = generation ? generation : ++last_generation;
    struct file **bucket = &table[file->ino % BUCKETS];
    file->next = *bucket;
    *bucket = file;
    pthread_mutex_unlock(&table_lock);

    if (generation == 0 && shadow[0]) {
        char twin[PATH_MAX];
        twin_path(file, twin);
        int fd = (int)syscall(SYS_openat, AT_FDCWD, twin, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                              status->st_mode & 0777);
        if (fd < 0)
            broken("cannot make a twin", twin);
        syscall(SYS_close, fd);
    }
    return file;
}

static struct file *file_known(const struct stat *status)
{
    if (!S_ISREG(status->st_mode))
        return NULL;
    pthread_mutex_lock(&table_lock);
    struct file *file = table[status->st_ino % BUCKETS];
    while (file && (file->ino != status->st_ino || file->dev != status->st_dev))
        file = file->next;
    pthread_mutex_unlock(&table_lock);
    return file;
}

/* The last name is going: the inode may belong to another file soon. The
 * record itself stays, for calls that are using it. */
static void file_forgotten(struct file *gone)
{
    pthread_mutex_lock(&table_lock);
    struct file **at = &table[gone->ino % BUCKETS];
    while (*at && *at != gone)
        at = &(*at)->next;
    if (*at)
        *at = gone->next;
    pthread_mutex_unlock(&table_lock);
}

/* The file behind `fd`, if it is below the root; errno stays. */
static struct file *file_of(int fd)
{
    if (!active)
        return NULL;
    int before = errno;
    struct stat status;
    struct file *file = syscall(SYS_fstat, fd, &status) == 0 ? file_known(&status) : NULL;
    errno = before;
    return file;
}

static void copied(int from, int to, off_t begin, off_t end)
{
    char bytes[COPY_BYTES];
    while (begin < end) {
        size_t wanted = end - begin < COPY_BYTES ? (size_t)(end - begin) : COPY_BYTES;
        long got = syscall(SYS_pread64, from, bytes, wanted, begin);
        if (got < 0)
            broken("cannot read the file", "for its twin");
        if (got == 0)
            return; /* cut shorter meanwhile */
        if (syscall(SYS_pwrite64, to, bytes, (size_t)got, begin) != got)
            broken("cannot write a twin", shadow);
        begin += got;
    }
}

/* Opens the file to read, and its twin to write. */
static void pair_opened(int fd, const struct file *file, int *from, int *to)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    *from = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    twin_path(file, path);
    *to = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
    if (*from < 0 || *to < 0)
        broken("cannot open a file and its twin", path);
}

/* A range was written. To be called after the write: before it, a sync in
 * another thread could take the range and copy the old bytes. */
static void written(int fd, struct file *file, off_t begin, off_t end)
{
    pthread_mutex_lock(&file->lock);
    struct range *last = file->count ? &file->ranges[file->count - 1] : NULL;
    if (file->whole) {
    } else if (last && begin <= last->end && end >= last->begin) {
        last->begin = begin < last->begin ? begin : last->begin;
        last->end = end > last->end ? end : last->end;
    } else if (file->count == RANGES) {
        file->whole = true;
        file->count = 0;
    } else {
        file->ranges[file->count++] = (struct range){begin, end};
    }
    pthread_mutex_unlock(&file->lock);

    if (dice == 0 || !shadow[0] || pthread_mutex_trylock(&file->sync) != 0)
        return;
    int from, to;
    pair_opened(fd, file, &from, &to);
    for (off_t page = begin - begin % PAGE; page < end; page += PAGE)
        if (early(4))
            copied(from, to, page < begin ? begin : page, page + PAGE < end ? page + PAGE : end);
    syscall(SYS_close, from);
    syscall(SYS_close, to);
    pthread_mutex_unlock(&file->sync);
}

/* Bytes were changed that cannot be named. */
static void written_all(struct file *file)
{
    pthread_mutex_lock(&file->lock);
    file->whole = true;
    file->count = 0;
    pthread_mutex_unlock(&file->lock);
}

/* A size that cuts nothing off: for changes that only can make a file grow. */
#define NOT_SHRUNK INT64_MAX

/* The size was set. Where it shrank, what was beyond is zero from now on. */
static void resized(struct file *file, off_t size)
{
    pthread_mutex_lock(&file->lock);
    file->resized = true;
    if (file->shrunk_to < 0 || size < file->shrunk_to)
        file->shrunk_to = size;
    pthread_mutex_unlock(&file->lock);
}

/* What a sync has to copy, taken before the sync: later writes wait for the
 * next one. */
static struct taken unsynced(struct file *file)
{
    pthread_mutex_lock(&file->lock);
    struct taken taken = {NULL, file->count, file->whole, file->resized, file->shrunk_to};
    if (file->count) {
        taken.ranges = malloc(file->count * sizeof *taken.ranges);
        if (!taken.ranges)
            broken("no memory", "for ranges");
        memcpy(taken.ranges, file->ranges, file->count * sizeof *taken.ranges);
    }
    file->count = 0;
    file->whole = file->resized = false;
    file->shrunk_to = -1;
    pthread_mutex_unlock(&file->lock);
    return taken;
}

/* A sync failed: what it was to make durable still is not. */
static void given_back(struct file *file, const struct taken *taken)
{
    pthread_mutex_lock(&file->lock);
    file->whole |= taken->whole || file->count + taken->count > RANGES;
    if (file->whole)
        file->count = 0;
    else
        for (size_t n = 0; n < taken->count; n++)
            file->ranges[file->count++] = taken->ranges[n];
    file->resized |= taken->resized;
    if (taken->shrunk_to >= 0 && (file->shrunk_to < 0 || taken->shrunk_to < file->shrunk_to))
        file->shrunk_to = taken->shrunk_to;
    pthread_mutex_unlock(&file->lock);
}

/* A sync succeeded: brings the twin up to what was taken. */
static void made_durable(int fd, struct file *file, const struct taken *taken)
{
    int from, to;
    struct stat status;
    pair_opened(fd, file, &from, &to);
    if (syscall(SYS_fstat, fd, &status) != 0)
        broken("cannot ask for the size", shadow);
    syscall(SYS_fchmod, to, status.st_mode & 07777);
    if (taken->shrunk_to >= 0 || taken->whole) {
        struct stat twin;
        off_t cut = taken->shrunk_to >= 0 ? taken->shrunk_to : status.st_size;
        if (syscall(SYS_fstat, to, &twin) == 0 && twin.st_size > cut)
            syscall(SYS_ftruncate, to, cut);
    }
    for (size_t n = 0; n < taken->count && !taken->whole; n++)
        copied(from, to, taken->ranges[n].begin, taken->ranges[n].end);
    if (taken->whole)
        copied(from, to, 0, status.st_size);
    if ((taken->whole || taken->resized) && syscall(SYS_ftruncate, to, status.st_size) != 0)
        broken("cannot resize a twin", shadow);
    syscall(SYS_close, from);
    syscall(SYS_close, to);
}
