/* What is durable of the folders' entries.
 *
 * Each change of an entry waits in a journal until a sync of its folder, or of
 * the new file itself, makes it durable: with all earlier changes that touch
 * the same paths, and with no others. A file system may keep more; none keeps
 * less. */

enum change { LINK, UNLINK, RENAME, MKDIR, RMDIR };

struct op {
    enum change change;
    char *from, *to;   /* relative to the root; NULL where there is none */
    struct file *file; /* of LINK and RENAME, where it is a regular file */
    mode_t mode;       /* of MKDIR */
    bool chosen;
};

static struct op *journal;
static size_t journal_length, journal_room;
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;

/* Whether one path is the other or a folder on its way. */
static bool related(const char *a, const char *b)
{
    if (!a || !b)
        return false;
    size_t length_a = strlen(a), length_b = strlen(b);
    size_t shorter = length_a < length_b ? length_a : length_b;
    const char *longer = length_a < length_b ? b : a;
    return strncmp(a, b, shorter) == 0 && (longer[shorter] == '\0' || longer[shorter] == '/');
}

static bool depends(const struct op *later, const struct op *earlier)
{
    return related(later->from, earlier->from) || related(later->from, earlier->to)
        || related(later->to, earlier->from) || related(later->to, earlier->to);
}

/* Links the twin under its durable name, in place of what has it. */
static void linked(const struct op *op, const char *name)
{
    char twin[PATH_MAX], between[PATH_MAX];
    twin_path(op->file, twin);
    joined(between, twins, "/link");
    syscall(SYS_unlinkat, AT_FDCWD, between, 0);
    if (syscall(SYS_linkat, AT_FDCWD, twin, AT_FDCWD, between, 0) != 0
        || syscall(SYS_renameat, AT_FDCWD, between, AT_FDCWD, name) != 0)
        broken("cannot make an entry durable", name);
    op->file->named = true;
}

static void applied(const struct op *op)
{
    char from[PATH_MAX], to[PATH_MAX];
    joined(from, shadow, op->from ? op->from : "");
    joined(to, shadow, op->to ? op->to : "");
    switch (op->change) {
    case LINK:
        linked(op, to);
        break;
    case RENAME:
        /* What the model does not follow, such as a socket, has no twin. */
        if (syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to) != 0
            && (errno != ENOENT || op->file))
            broken("cannot make a rename durable", to);
        break;
    case UNLINK:
        if (syscall(SYS_unlinkat, AT_FDCWD, from, 0) != 0 && errno != ENOENT)
            broken("cannot make a removal durable", from);
        break;
    case MKDIR:
        if (syscall(SYS_mkdirat, AT_FDCWD, to, op->mode) != 0 && errno != EEXIST)
            broken("cannot make a folder durable", to);
        break;
    case RMDIR:
        if (syscall(SYS_unlinkat, AT_FDCWD, from, AT_REMOVEDIR) != 0 && errno != ENOENT)
            broken("cannot make a folder's removal durable", from);
        break;
    }
}

/* Applies the chosen changes and what they rest on. */
static void journal_applied(void)
{
    for (size_t later = journal_length; later-- > 0;)
        for (size_t n = later; journal[later].chosen && n-- > 0;)
            journal[n].chosen |= depends(&journal[later], &journal[n]);
    size_t kept = 0;
    for (size_t n = 0; n < journal_length; n++) {
        struct op *op = &journal[n];
        if (!op->chosen) {
            journal[kept++] = *op;
            continue;
        }
        applied(op);
        free(op->from);
        free(op->to);
    }
    journal_length = kept;
}

/* Takes note of a change that was just made. With names_lock held, from before
 * the change itself, so that the journal has the order of the disk. */
static void noted(enum change change, const char *from, const char *to, struct file *file,
                  mode_t mode)
{
    if (!shadow[0])
        return;
    if (journal_length == journal_room) {
        journal_room = journal_room ? 2 * journal_room : 64;
        journal = realloc(journal, journal_room * sizeof *journal);
    }
    struct op op = {change, from ? strdup(from) : NULL, to ? strdup(to) : NULL, file, mode, false};
    if (!journal || (from && !op.from) || (to && !op.to))
        broken("no memory", "for the journal");
    op.chosen = early(8);
    journal[journal_length++] = op;
    if (op.chosen)
        journal_applied();
}

static bool entry_of(const char *path, const char *folder)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    size_t length = slash ? (size_t)(slash - path) : 0;
    return slash && strlen(folder) == length && strncmp(path, folder, length) == 0;
}

/* A folder (relative to the root) was synced when the journal had `length`. */
static void folder_durable(const char *folder, size_t length)
{
    char name[PATH_MAX];
    joined(name, folder, "");
    pthread_mutex_lock(&names_lock);
    for (size_t n = journal_length; n-- > 0;) {
        struct op *op = &journal[n];
        if (n < length)
            op->chosen = entry_of(op->from, name) || entry_of(op->to, name);
        if (op->change == RENAME && related(op->to, name) && strlen(op->to) <= strlen(name)) {
            /* Before this change the folder had another name. */
            char earlier[PATH_MAX];
            joined(earlier, op->from, name + strlen(op->to));
            strcpy(name, earlier);
        }
    }
    journal_applied();
    pthread_mutex_unlock(&names_lock);
}

/* A file was synced: if no entry of it is durable, its present one becomes so,
 * as on ext4. A later rename of it waits for its folder. */
static void entry_durable(struct file *file)
{
    if (file->named)
        return;
    pthread_mutex_lock(&names_lock);
    for (size_t n = 0; n < journal_length; n++)
        journal[n].chosen = journal[n].file == file;
    journal_applied();
    pthread_mutex_unlock(&names_lock);
}

static size_t journal_now(void)
{
    pthread_mutex_lock(&names_lock);
    size_t length = journal_length;
    pthread_mutex_unlock(&names_lock);
    return length;
}
