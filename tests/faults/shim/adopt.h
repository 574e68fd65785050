/* The state at the start of the process.
 *
 * A shadow folder that does not exist is made: what stands below the root then
 * counts as durable. An existing one belongs to an earlier process that ended
 * without a power cut: it stays, and what differs from it waits for a sync. */

/* Calls `each` for every entry below `top`; folders before what is in them,
 * or after, if `inner_first`. */
static void walked(const char *top, const char *folder, bool inner_first,
                   void (*each)(const char *entry, const struct stat *status))
{
    char path[PATH_MAX];
    joined(path, top, folder);
    DIR *open = opendir(path);
    if (!open)
        broken("cannot read the folder", path);
    for (struct dirent *entry; (entry = readdir(open));) {
        char below[PATH_MAX], full[PATH_MAX];
        struct stat status;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (snprintf(below, sizeof below, "%s/%s", folder, entry->d_name) >= PATH_MAX)
            broken("a path is too long", path);
        joined(full, top, below);
        if (!status_of(full, &status))
            continue;
        if (!inner_first)
            each(below, &status);
        if (S_ISDIR(status.st_mode))
            walked(top, below, inner_first, each);
        if (inner_first)
            each(below, &status);
    }
    closedir(open);
}

static bool same_file(const char *a, const char *b)
{
    struct stat one, other;
    return status_of(a, &one) && status_of(b, &other) && one.st_ino == other.st_ino;
}

static void durable_at_start(const char *entry, const struct stat *status)
{
    char path[PATH_MAX];
    if (S_ISDIR(status->st_mode)) {
        joined(path, shadow, entry);
        if (syscall(SYS_mkdirat, AT_FDCWD, path, status->st_mode & 07777) != 0)
            broken("cannot make a folder", path);
        return;
    }
    if (!S_ISREG(status->st_mode))
        return;
    struct file *file = file_known(status);
    if (!file) {
        file = taken_in(status, 0);
        joined(path, root, entry);
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0)
            broken("cannot read", path);
        written_all(file);
        struct taken all = unsynced(file);
        made_durable(fd, file, &all);
        syscall(SYS_close, fd);
    }
    joined(path, shadow, entry);
    linked(&(struct op){.change = LINK, .file = file}, path);
}

/* The newest twin of an inode; 0: it has none. */
static unsigned long generation_of(ino_t wanted)
{
    unsigned long newest = 0;
    DIR *open = opendir(twins);
    for (struct dirent *entry; open && (entry = readdir(open));) {
        unsigned long ino = 0, generation = 0;
        if (sscanf(entry->d_name, "%lu-%lu", &ino, &generation) == 2 && ino == wanted
            && generation > newest)
            newest = generation;
    }
    if (open)
        closedir(open);
    return newest;
}

static void unsynced_at_start(const char *entry, const struct stat *status)
{
    char name[PATH_MAX], twin[PATH_MAX];
    struct stat durable;
    joined(name, shadow, entry);
    if (S_ISDIR(status->st_mode) && !status_of(name, &durable))
        noted(MKDIR, NULL, entry, NULL, status->st_mode & 07777);
    if (!S_ISREG(status->st_mode))
        return;
    struct file *file = file_known(status);
    if (!file) {
        file = taken_in(status, generation_of(status->st_ino));
        written_all(file);
        resized(file, NOT_SHRUNK);
    }
    twin_path(file, twin);
    file->named = status_of(twin, &durable) && durable.st_nlink > 1;
    if (!same_file(name, twin))
        noted(LINK, NULL, entry, file, 0);
}

static void removed_at_start(const char *entry, const struct stat *status)
{
    char path[PATH_MAX];
    struct stat still;
    joined(path, root, entry);
    if (!status_of(path, &still))
        noted(S_ISDIR(status->st_mode) ? RMDIR : UNLINK, entry, NULL, NULL, 0);
}

/* Without a shadow the files are only known, so that their calls can fail. */
static void known_at_start(const char *entry, const struct stat *status)
{
    (void)entry;
    if (S_ISREG(status->st_mode) && !file_known(status))
        taken_in(status, 0);
}

static void shadow_opened(const char *wanted)
{
    bool made = syscall(SYS_mkdirat, AT_FDCWD, wanted, 0700) == 0;
    if (!made && errno != EEXIST)
        broken("cannot make LEADTAP_POWERCUT_SHADOW", wanted);
    if (!realpath(wanted, shadow) || below_root(shadow))
        broken("LEADTAP_POWERCUT_SHADOW must be outside of the root", wanted);
    joined(twins, shadow, ".twins");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    last_generation = (unsigned long)now.tv_sec * 1000000000UL + (unsigned long)now.tv_nsec;
    if (made) {
        if (syscall(SYS_mkdirat, AT_FDCWD, twins, 0700) != 0)
            broken("cannot make the folder of the twins", twins);
        walked(root, "", false, durable_at_start);
    } else {
        /* In this order: an entry that moved is nowhere missing. */
        walked(root, "", false, unsynced_at_start);
        walked(shadow, "", true, removed_at_start);
    }
}

__attribute__((constructor)) static void begun(void)
{
    const char *watch = getenv("LEADTAP_POWERCUT_ROOT");
    const char *keep = getenv("LEADTAP_POWERCUT_SHADOW");
    const char *seed = getenv("LEADTAP_POWERCUT_SEED");
    fault_file = getenv("LEADTAP_FAULT_FILE");
    if (!watch)
        return;
    if (!realpath(watch, root))
        broken("LEADTAP_POWERCUT_ROOT must exist", watch);
    root_length = strlen(root);
    if (keep)
        shadow_opened(keep);
    else
        walked(root, "", false, known_at_start);
    /* Spread out, since neighbouring seeds should not throw alike. */
    if (seed)
        dice = (strtoull(seed, NULL, 10) + 1) * 0x9E3779B97F4A7C15ULL | 1;
    active = true;
}
