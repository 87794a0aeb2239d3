/* A container's process 1 on request (--init): starts the command, passes every signal on to it, reaps orphans. */
#define _GNU_SOURCE
#include "keeper.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int be_init(char **command) {
  if (!strcmp(command[0], "--") && command[1]) command++;
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  pid_t child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    tcsetpgrp(0, getpid());
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(command[0], command);
    const char *words = ": cannot be executed\n";
    if (write(2, command[0], strlen(command[0])) < 0 || write(2, words, strlen(words)) < 0) _exit(127);
    _exit(errno == ENOENT ? 127 : 126);
  }
  for (;;) {
    siginfo_t signal;
    int number = sigwaitinfo(&all, &signal);
    if (number < 0) continue;
    if (number != SIGCHLD) {
      kill(child, number);
      continue;
    }
    int status;
    for (pid_t gone; (gone = waitpid(-1, &status, WNOHANG)) > 0;)
      if (gone == child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
}
