/* Holds the shim to README.md. Run by selftest.sh:
 *
 *   selftest SHIM.so    runs every case, each in a process of its own that
 *                       ends in a kill -9, and looks at what its disk kept */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(what)                                                              \
    do {                                                                         \
        if (!(what)) {                                                           \
            fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #what, \
                    strerror(errno));                                            \
            exit(1);                                                             \
        }                                                                        \
    } while (0)

#define BLOCKS 256
#define BLOCK 4096
#define WRITERS 8

static char folder[64]; /* the case's own; root, shadow and fault are in it */
static uint64_t *shared; /* what the writers were told is durable */

/* --- inside the root -------------------------------------------------- */

static int opened(const char *name, int flags)
{
    int fd = open(name, flags | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    return fd;
}

static void put(int fd, const char *text, off_t at)
{
    CHECK(pwrite(fd, text, strlen(text), at) == (ssize_t)strlen(text));
}

static void folder_synced(const char *name)
{
    int fd = opened(name, O_RDONLY | O_DIRECTORY);
    CHECK(fsync(fd) == 0);
    close(fd);
}

static void file_made(const char *name, const char *text)
{
    int fd = opened(name, O_RDWR | O_CREAT);
    put(fd, text, 0);
    CHECK(fsync(fd) == 0);
    close(fd);
}

static void faults(const char *words)
{
    int fd = open("../fault.new", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, words, strlen(words)) == (ssize_t)strlen(words));
    close(fd);
    CHECK(rename("../fault.new", "../fault") == 0);
}

/* --- what the shadow kept --------------------------------------------- */

static bool kept(const char *name, const char *text)
{
    char bytes[256];
    int fd = open(name, O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
    close(fd);
    return length == (ssize_t)strlen(text) && memcmp(bytes, text, (size_t)length) == 0;
}

static bool missing(const char *name)
{
    return access(name, F_OK) != 0;
}

/* --- the cases: what runs, and what must be left ----------------------- */

static void run_unsynced(void)
{
    file_made("a", "old");
    put(opened("a", O_RDWR), "new", 0);
    opened("b", O_RDWR | O_CREAT);
}
static bool left_unsynced(void) { return kept("a", "old") && missing("b"); }

static void run_synced(void)
{
    int fd = opened("a", O_RDWR | O_CREAT);
    put(fd, "hello", 0);
    CHECK(fdatasync(fd) == 0);
    put(fd, "J", 0);
    CHECK(fdatasync(fd) == 0);
    put(fd, "HELLO", 0);
}
static bool left_synced(void) { return kept("a", "Jello"); }

static void run_range(void)
{
    file_made("a", "old");
    int fd = opened("a", O_RDWR);
    put(fd, "new", 0);
    CHECK(sync_file_range(fd, 0, 3,
                          SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE
                              | SYNC_FILE_RANGE_WAIT_AFTER)
          == 0);
}
static bool left_range(void) { return kept("a", "old"); }

static void run_rename(void)
{
    file_made("a", "old");
    file_made("a.new", "new");
    CHECK(rename("a.new", "a") == 0);
    mkdir("d", 0700);
    file_made("d/b", "old");
    file_made("d/b.new", "new");
    CHECK(rename("d/b.new", "d/b") == 0);
    folder_synced("d");
}
static bool left_rename(void)
{
    return kept("a", "old") && kept("a.new", "new") && kept("d/b", "new") && missing("d/b.new");
}

/* ext4 keeps the only name that a new file has, whichever it is by then. */
static void run_new_name(void)
{
    file_made("a", "old");
    int fd = opened("a.new", O_RDWR | O_CREAT);
    put(fd, "new", 0);
    CHECK(rename("a.new", "a") == 0);
    CHECK(fsync(fd) == 0);
}
static bool left_new_name(void) { return kept("a", "new") && missing("a.new"); }

static void run_unlink(void)
{
    mkdir("d", 0700);
    file_made("a", "a");
    file_made("d/b", "b");
    CHECK(unlink("a") == 0 && unlink("d/b") == 0);
    folder_synced("d");
}
static bool left_unlink(void) { return kept("a", "a") && missing("d/b"); }

static void run_folder(void)
{
    mkdir("d", 0700);
    file_made("d/b", "b");
    file_made("d/c", "c");
    CHECK(unlink("d/c") == 0);
    CHECK(rename("d", "e") == 0);
    folder_synced("e");
}
static bool left_folder(void) { return kept("d/b", "b") && missing("d/c") && missing("e"); }

static void run_cut(void)
{
    file_made("a", "abcdef");
    file_made("b", "abcdef");
    int fd = opened("a", O_RDWR);
    CHECK(ftruncate(fd, 1) == 0);
    put(fd, "F", 5);
    CHECK(fsync(fd) == 0);
    CHECK(ftruncate(opened("b", O_RDWR), 1) == 0);
}
static bool left_cut(void)
{
    char bytes[8];
    int fd = open("a", O_RDONLY);
    return read(fd, bytes, sizeof bytes) == 6 && memcmp(bytes, "a\0\0\0\0F", 6) == 0
        && kept("b", "abcdef");
}

static void run_append(void)
{
    int fd = opened("a", O_WRONLY | O_CREAT | O_APPEND);
    CHECK(write(fd, "one ", 4) == 4 && write(fd, "two ", 4) == 4);
    CHECK(fsync(fd) == 0);
    CHECK(write(fd, "three", 5) == 5);
    fd = opened("b", O_WRONLY | O_CREAT | O_DSYNC);
    CHECK(write(fd, "sync", 4) == 4);
}
static bool left_append(void) { return kept("a", "one two ") && kept("b", "sync"); }

/* A stop without a power cut: the next process has the same unsynced bytes. */
static void run_restart(void)
{
    if (access("a", F_OK) != 0) {
        file_made("a", "old");
        file_made("c", "old");
        put(opened("a", O_RDWR), "new", 0);
        put(opened("c", O_RDWR), "new", 0);
        opened("b", O_RDWR | O_CREAT);
        return;
    }
    int fd = opened("a", O_RDWR);
    CHECK(fsync(fd) == 0);
}
static bool left_restart(void) { return kept("a", "new") && kept("c", "old") && missing("b"); }

static void *writer(void *number)
{
    size_t n = (size_t)number;
    int fd = opened("a", O_RDWR);
    for (uint64_t value = 1;; value++) {
        CHECK(pwrite(fd, &value, sizeof value, (off_t)(n * 8192)) == sizeof value);
        CHECK(fdatasync(fd) == 0);
        __atomic_store_n(&shared[n], value, __ATOMIC_SEQ_CST);
    }
    return NULL;
}
static void run_threads(void)
{
    opened("a", O_RDWR | O_CREAT);
    for (size_t n = 0; n < WRITERS; n++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, writer, (void *)n) == 0);
    }
    /* As soon as each writer has had some syncs: in the middle of others. */
    for (size_t n = 0; n < WRITERS; n++)
        while (__atomic_load_n(&shared[n], __ATOMIC_SEQ_CST) < 20)
            ;
}
static bool left_threads(void)
{
    int fd = open("a", O_RDONLY);
    for (size_t n = 0; n < WRITERS; n++) {
        uint64_t value = 0;
        if (pread(fd, &value, sizeof value, (off_t)(n * 8192)) != sizeof value
            || value < shared[n])
            return false;
    }
    return true;
}

/* A sync that finds its bytes taken by another one must wait for that one. */
static pid_t slow_thread;
static void *slow_sync(void *fd)
{
    __atomic_store_n(&slow_thread, gettid(), __ATOMIC_SEQ_CST);
    fsync(*(int *)fd);
    return NULL;
}
static bool sleeps(pid_t thread)
{
    char path[64], call[16] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", thread);
    int fd = open(path, O_RDONLY);
    CHECK(thread == 0 || fd >= 0);
    bool yes = read(fd, call, sizeof call - 1) > 0 && atoi(call) == SYS_nanosleep;
    close(fd);
    return yes;
}
static void run_overtaken(void)
{
    pthread_t thread;
    int fd = opened("a", O_RDWR | O_CREAT);
    put(fd, "bytes", 0);
    faults("slow-fsync 300");
    CHECK(pthread_create(&thread, NULL, slow_sync, &fd) == 0);
    while (!sleeps(__atomic_load_n(&slow_thread, __ATOMIC_SEQ_CST)))
        ;
    faults("");
    CHECK(fdatasync(fd) == 0);
}
static bool left_overtaken(void) { return kept("a", "bytes"); }

static void run_seed(void)
{
    char block[BLOCK];
    int fd = opened("a", O_RDWR | O_CREAT);
    memset(block, 1, sizeof block);
    for (int n = 0; n < BLOCKS; n++)
        CHECK(pwrite(fd, block, BLOCK, (off_t)n * BLOCK) == BLOCK);
    CHECK(fsync(fd) == 0);
    memset(block, 2, sizeof block);
    for (int n = 0; n < BLOCKS; n++)
        CHECK(pwrite(fd, block, BLOCK, (off_t)n * BLOCK) == BLOCK);
}
static bool left_seed(void)
{
    int count[3] = {0};
    char block[BLOCK];
    int fd = open("a", O_RDONLY);
    while (read(fd, block, BLOCK) == BLOCK)
        count[block[0] > 2 ? 0 : (int)block[0]]++;
    return count[0] == 0 && count[1] + count[2] == BLOCKS && count[1] > BLOCKS / 2
        && count[2] > BLOCKS / 8;
}

static long ms_since(const struct timespec *begin)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - begin->tv_sec) * 1000 + (now.tv_nsec - begin->tv_nsec) / 1000000;
}

static void run_faults(void)
{
    int fd = opened("a", O_RDWR | O_CREAT);
    put(fd, "old", 0);
    CHECK(fsync(fd) == 0);
    file_made("u", "can be removed");
    faults("enospc");
    CHECK(pwrite(fd, "x", 1, 0) == -1 && errno == ENOSPC);
    CHECK(open("b", O_RDWR | O_CREAT, 0600) == -1 && errno == ENOSPC);
    CHECK(mkdir("d", 0700) == -1 && errno == ENOSPC);
    CHECK(unlink("u") == 0);
    file_made("../outside", "is not concerned");
    faults("enospc-grow");
    put(fd, "y", 0);
    CHECK(pwrite(fd, "z", 1, 3) == -1 && errno == ENOSPC);
    faults("erofs");
    CHECK(pwrite(fd, "x", 1, 0) == -1 && errno == EROFS);
    CHECK(fsync(fd) == -1 && errno == EROFS);
    faults("eio-write slow-fsync 50");
    CHECK(pwrite(fd, "x", 1, 0) == -1 && errno == EIO);
    struct timespec begin;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    CHECK(fsync(fd) == 0);
    CHECK(ms_since(&begin) >= 49);
    faults("eio-pwrite 2 50");
    put(fd, "y", 0);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    CHECK(pwrite(fd, "x", 1, 0) == -1 && errno == EIO);
    CHECK(ms_since(&begin) >= 49);
    put(fd, "y", 0);
    faults("eio-read");
    char byte;
    CHECK(pread(fd, &byte, 1, 0) == -1 && errno == EIO);
    faults("");
    CHECK(pread(fd, &byte, 1, 0) == 1 && byte == 'y');
    put(fd, "healed", 0);
}
static bool left_faults(void) { return true; } /* its checks are in the run */

/* After a failed sync Linux may take the bytes for clean: they are lost, and
 * the next sync succeeds without them. */
static void run_failed_sync(void)
{
    file_made("a", "old");
    file_made("b", "old");
    int a = opened("a", O_RDWR), b = opened("b", O_RDWR);
    put(a, "new", 0);
    put(b, "new", 0);
    faults("eio-fsync");
    CHECK(fsync(a) == -1 && errno == EIO);
    faults("eio-fsync-drop");
    CHECK(fsync(b) == -1 && errno == EIO);
    faults("");
    CHECK(fsync(a) == 0 && fsync(b) == 0);
}
static bool left_failed_sync(void) { return kept("a", "new") && kept("b", "old"); }

static const struct test {
    const char *name;
    void (*run)(void);
    bool (*left)(void);
    const char *seed;
    int runs;
} tests[] = {
    {"what was not synced is lost", run_unsynced, left_unsynced, NULL, 1},
    {"what was synced is kept, and no more", run_synced, left_synced, NULL, 1},
    {"sync_file_range makes nothing durable", run_range, left_range, NULL, 1},
    {"a rename waits for its folder", run_rename, left_rename, NULL, 1},
    {"a new file's sync keeps its only name", run_new_name, left_new_name, NULL, 1},
    {"a removal waits for its folder", run_unlink, left_unlink, NULL, 1},
    {"a folder is followed through its rename", run_folder, left_folder, NULL, 1},
    {"what was cut off is zero when it grows again", run_cut, left_cut, NULL, 1},
    {"appends and O_DSYNC are followed", run_append, left_append, NULL, 1},
    {"a restart makes nothing durable", run_restart, left_restart, NULL, 2},
    {"no writer of eight is told too early", run_threads, left_threads, NULL, 1},
    {"nor with early writes", run_threads, left_threads, "7", 1},
    {"a sync waits for the one that took its bytes", run_overtaken, left_overtaken, NULL, 1},
    {"with a seed some unsynced blocks arrive", run_seed, left_seed, "42", 1},
    {"faults come and go with the file", run_faults, left_faults, NULL, 1},
    {"faults need no shadow", run_faults, left_faults, "none", 1},
    {"a failed sync can lose its bytes", run_failed_sync, left_failed_sync, NULL, 1},
};

static void inside(const char *shim, const struct test *test)
{
    bool faults_only = test->seed && !strcmp(test->seed, "none");
    char path[96];
    CHECK(setenv("LD_PRELOAD", shim, 1) == 0);
    snprintf(path, sizeof path, "%s/root", folder);
    CHECK(setenv("LEADTAP_POWERCUT_ROOT", path, 1) == 0);
    CHECK(chdir(path) == 0);
    snprintf(path, sizeof path, "%s/fault", folder);
    CHECK(setenv("LEADTAP_FAULT_FILE", path, 1) == 0);
    snprintf(path, sizeof path, "%s/shadow", folder);
    if (!faults_only)
        CHECK(setenv("LEADTAP_POWERCUT_SHADOW", path, 1) == 0);
    if (test->seed && !faults_only)
        CHECK(setenv("LEADTAP_POWERCUT_SEED", test->seed, 1) == 0);
    char number[16], memory[16];
    snprintf(number, sizeof number, "%d", (int)(test - tests));
    snprintf(memory, sizeof memory, "%d", 3);
    execl("/proc/self/exe", "selftest", "--case", number, memory, (char *)NULL);
    CHECK(!"exec");
}

static bool passed(const char *shim, const struct test *test, int memory)
{
    char path[96];
    strcpy(folder, "/tmp/powercut-XXXXXX");
    CHECK(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/root", folder);
    CHECK(mkdir(path, 0700) == 0);
    memset(shared, 0, BLOCK);
    bool good = true;
    for (int run = 0; run < test->runs && good; run++) {
        pid_t child = fork();
        if (child == 0) {
            CHECK(dup2(memory, 3) == 3);
            inside(shim, test);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child);
        good = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    snprintf(path, sizeof path, "%s/shadow", folder);
    bool faults_only = test->seed && !strcmp(test->seed, "none");
    good = good && (faults_only || chdir(path) == 0) && test->left();
    CHECK(chdir("/") == 0);
    printf("%s %s%s%s\n", good ? "ok  " : "FAIL", test->name, good ? "" : ": see ",
           good ? "" : folder);
    if (good) {
        char command[96];
        snprintf(command, sizeof command, "rm -r %s", folder);
        CHECK(system(command) == 0);
    }
    return good;
}

int main(int count, char **words)
{
    if (count < 2)
        return 2;
    bool is_case = !strcmp(words[1], "--case");
    int memory = is_case ? 3 : memfd_create("told", 0);
    CHECK(memory >= 0 && (is_case || ftruncate(memory, BLOCK) == 0));
    shared = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    CHECK(shared != MAP_FAILED);
    if (is_case) {
        tests[atoi(words[2])].run();
        kill(getpid(), SIGKILL);
    }
    int failed = 0;
    for (size_t n = 0; n < sizeof tests / sizeof *tests; n++)
        failed += !passed(words[1], &tests[n], memory);
    return failed != 0;
}
