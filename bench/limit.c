// What the kernel alone takes for a container, the yardstick of bench/run: clone3 into fresh namespaces, an overlay as
// root, the standard mounts, pivot_root, exec, wait. Removing the overlay's folders is left out of the time.
// usage: limit ROOT SCRATCH TIMES net|nonet     prints one time per container, in microseconds
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void must(int failed, const char *call) {
  if (failed) {
    perror(call);
    _exit(99);
  }
}

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void become_container(const char *options) {
  must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount private");
  must(mount("overlay", "merged", "overlay", 0, options), "mount overlay");
  must(chdir("merged"), "chdir");
  must(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount proc");
  must(mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755,size=65536k"), "mount dev");
  must(syscall(SYS_pivot_root, ".", ".") != 0, "pivot_root");
  must(umount2(".", MNT_DETACH), "umount2");
  must(sethostname("limit", 5), "sethostname");
  execl("/bin/true", "true", (char *)NULL);
  must(1, "execl");
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  char folder[64], options[4096];
  uint64_t network = strcmp(arguments[4], "net") == 0 ? CLONE_NEWNET : 0;
  for (int i = 0; i < atoi(arguments[3]); i++) {
    must(chdir(arguments[2]), "chdir");
    double begun = microseconds();
    snprintf(folder, sizeof folder, "limit-%d-%d", getpid(), i);
    must(mkdir(folder, 0755) || chdir(folder), "mkdir");
    must(mkdir("upper", 0755) || mkdir("work", 0755) || mkdir("merged", 0755), "mkdir");
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=upper,workdir=work", arguments[1]);
    int pidfd = -1, status;
    struct clone_args how = {
        .flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP | CLONE_PIDFD | network,
        .pidfd = (uintptr_t)&pidfd,
        .exit_signal = SIGCHLD,
    };
    long child = syscall(SYS_clone3, &how, sizeof how);
    must(child < 0, "clone3");
    if (child == 0) become_container(options);
    must(waitpid(child, &status, 0) < 0 || status != 0, "the container");
    close(pidfd);
    printf("%.0f\n", microseconds() - begun);
  }
  return 0;
}
