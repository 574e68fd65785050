/* Which calls fail at the moment: the words in LEADTAP_FAULT_FILE.
 *
 * The file is read anew at each call that could fail. Watching its time stamp
 * would be cheaper and miss a change within one tick of the kernel's clock. */

struct faults {
    bool enospc, enospc_grow, erofs, eio_write, eio_read, eio_fsync, eio_fsync_drop, lost_fsync;
    long slow_fsync_ms, slow_write_ms;
    long eio_pwrite_number, eio_pwrite_ms;
};

/* The calls of pwrite that `eio-pwrite` has counted, and up to which one: with
 * another number it counts anew. */
static long pwrites, pwrites_counted_to;

/* Longest fault file that is read. */
#define FAULT_BYTES 512

static long next_number(char **rest)
{
    const char *number = strtok_r(NULL, " \t\r\n", rest);
    return number ? strtol(number, NULL, 10) : 0;
}

static void one_word(struct faults *now, const char *word, char **rest)
{
    bool *flag = !strcmp(word, "enospc")         ? &now->enospc
               : !strcmp(word, "enospc-grow")    ? &now->enospc_grow
               : !strcmp(word, "erofs")          ? &now->erofs
               : !strcmp(word, "eio-write")      ? &now->eio_write
               : !strcmp(word, "eio-read")       ? &now->eio_read
               : !strcmp(word, "eio-fsync")      ? &now->eio_fsync
               : !strcmp(word, "eio-fsync-drop") ? &now->eio_fsync_drop
               : !strcmp(word, "lost-fsync")     ? &now->lost_fsync
                                                 : NULL;
    long *delay = !strcmp(word, "slow-fsync")   ? &now->slow_fsync_ms
                : !strcmp(word, "slow-write")   ? &now->slow_write_ms
                                                : NULL;
    if (flag) {
        *flag = true;
    } else if (delay) {
        *delay = next_number(rest);
    } else if (!strcmp(word, "eio-pwrite")) {
        now->eio_pwrite_number = next_number(rest);
        now->eio_pwrite_ms = next_number(rest);
    } else {
        errno = EINVAL;
        broken("unknown word in LEADTAP_FAULT_FILE", word);
    }
}

static struct faults faults_now(void)
{
    struct faults now = {0};
    if (!active || !fault_file)
        return now;
    int before = errno;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, fault_file, O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0) {
        char text[FAULT_BYTES];
        long length = syscall(SYS_read, fd, text, sizeof text - 1);
        syscall(SYS_close, fd);
        text[length > 0 ? length : 0] = '\0';
        char *rest = NULL;
        for (char *word = strtok_r(text, " \t\r\n", &rest); word;
             word = strtok_r(NULL, " \t\r\n", &rest))
            one_word(&now, word, &rest);
    }
    long before_now = __atomic_exchange_n(&pwrites_counted_to, now.eio_pwrite_number,
                                          __ATOMIC_SEQ_CST);
    if (before_now != now.eio_pwrite_number)
        __atomic_store_n(&pwrites, 0, __ATOMIC_SEQ_CST);
    errno = before;
    return now;
}

/* A thread that lets its timers be late (PR_SET_TIMERSLACK, prctl(2)) is not
 * late here. */
static void wait_ms(long ms)
{
    if (ms <= 0)
        return;
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    long slack = syscall(SYS_prctl, PR_GET_TIMERSLACK, 0, 0, 0, 0);
    syscall(SYS_prctl, PR_SET_TIMERSLACK, 1, 0, 0, 0);
    while (syscall(SYS_nanosleep, &time, &time) != 0 && errno == EINTR)
        ;
    syscall(SYS_prctl, PR_SET_TIMERSLACK, slack, 0, 0, 0);
}

/* The error for a call that writes bytes; `grows`: beyond the end of its file. */
static int fault_of_write(bool grows)
{
    struct faults now = faults_now();
    wait_ms(now.slow_write_ms);
    return now.erofs                              ? EROFS
         : now.enospc || (now.enospc_grow && grows) ? ENOSPC
         : now.eio_write                          ? EIO
                                                  : 0;
}

/* The error of one pwrite alone, which comes late. */
static int fault_of_pwrite(void)
{
    struct faults now = faults_now();
    if (!now.eio_pwrite_number
        || __atomic_add_fetch(&pwrites, 1, __ATOMIC_SEQ_CST) != now.eio_pwrite_number)
        return 0;
    wait_ms(now.eio_pwrite_ms);
    return EIO;
}

/* The error for a call that makes an entry. */
static int fault_of_making(void)
{
    struct faults now = faults_now();
    return now.erofs ? EROFS : now.enospc || now.enospc_grow ? ENOSPC : 0;
}

/* The error for a call that moves or removes an entry: possible on a full
 * disk, impossible on a read-only one. */
static int fault_of_moving(void)
{
    return faults_now().erofs ? EROFS : 0;
}

static int fault_of_reading(void)
{
    return faults_now().eio_read ? EIO : 0;
}

static long failed(int error)
{
    errno = error;
    return -1;
}
