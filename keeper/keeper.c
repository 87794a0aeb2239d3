/*
 * keeper: makes containers for an engine that cannot fork. One process an engine; asked over a unix seqpacket socket, it
 * forks a minder for each container. It decides nothing: what to do is in the plan that comes with each request.
 * usage: keeper SOCKET (made by the keeper), or, as a container's process 1: init COMMAND [ARGUMENT…]
 */
#define _GNU_SOURCE
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void say(const char *words) {
  if (write(2, words, strlen(words)) < 0) return; /* nobody listens: nothing to be done */
}

/* Binds SOCKET by its last name inside its folder, for a socket's path is at most 107 bytes long. */
int listen_at(const char *folder, const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int directory = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return -1;
  int length = snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", directory, name);
  int made = -1;
  if (length > 0 && (size_t)length < sizeof address.sun_path) {
    unlinkat(directory, name, 0);
    made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (made >= 0 && (bind(made, (struct sockaddr *)&address, sizeof address) || listen(made, 8))) {
      close(made);
      made = -1;
    }
  }
  int error = errno;
  close(directory);
  errno = error;
  return made;
}

/* Receives one message and at most MAX descriptors; the number of bytes, 0 at the end, -1 for an error. */
ssize_t receive(int from, void *buffer, size_t size, int *descriptors, int max, int *count) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * 16)];
  } control;
  struct iovec part = {buffer, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t got;
  do got = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  *count = 0;
  if (got < 0) return got;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    int n = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    for (int i = 0; i < n; i++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(c) + i * sizeof(int), sizeof descriptor);
      if (*count < max) descriptors[(*count)++] = descriptor;
      else close(descriptor);
    }
  }
  return got;
}

/* Sends one message with descriptors; never waits, never raises SIGPIPE. */
ssize_t send_with(int to, const void *buffer, size_t size, const int *descriptors, int count) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * 8)];
  } control;
  struct iovec part = {(void *)buffer, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(c), descriptors, sizeof(int) * count);
  }
  return sendmsg(to, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/*
 * A spare: forked before it is needed, since a fork takes a tenth of what a container takes. It waits for the next
 * request itself, tells the keeper that it has one, and becomes its minder. Until then it goes with the keeper.
 */
static void be_spare(int engine, int listening, int taken) {
  char word[16];
  int descriptors[2 + DONATED_MAX], count;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  ssize_t got = receive(engine, word, sizeof word, descriptors, 2 + DONATED_MAX, &count);
  if (got <= 0) _exit(0); /* the engine is gone, and the keeper goes too */
  prctl(PR_SET_PDEATHSIG, 0);
  ssize_t told = write(taken, "t", 1); /* who was killed meanwhile need not be told */
  (void)told;
  close(taken);
  close(engine);
  close(listening);
  if (count >= 2) mind(descriptors[0], descriptors[1], descriptors + 2, count - 2);
  _exit(0);
}

static void serve(int engine, int listening) {
  int taken[2];
  if (pipe2(taken, O_CLOEXEC)) return;
  for (int spare = 0;;) {
    if (!spare) {
      pid_t pid = fork();
      if (pid == 0) {
        close(taken[0]);
        be_spare(engine, listening, taken[1]);
      }
      spare = pid > 0;
    }
    struct pollfd polled[2] = {{.fd = taken[0], .events = POLLIN}, {.fd = engine, .events = spare ? 0 : POLLIN}};
    char byte;
    if (poll(polled, 2, spare ? -1 : 100) < 0) continue; /* without a spare: no memory just now, try again */
    if (polled[0].revents & POLLIN && read(taken[0], &byte, 1) == 1) spare = 0;
    if (polled[1].revents & (POLLHUP | POLLERR)) return; /* the engine is gone; the minders stay */
  }
}

int main(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  if (argc >= 2 && (!strcmp(name, "ondol-init") || !strcmp(name, "docker-init"))) return be_init(argv + 1);
  if (argc != 2) {
    say("usage: keeper SOCKET\n");
    return 2;
  }
  char *slash = strrchr(argv[1], '/');
  if (!slash || slash == argv[1]) {
    say("keeper: the socket wants an absolute path\n");
    return 2;
  }
  *slash = 0;
  setsid();
  prctl(PR_SET_NAME, "ondol-keeper");
  umask(0077);
  for (int s = 1; s < NSIG; s++) signal(s, SIG_DFL);
  signal(SIGCHLD, SIG_IGN); /* minders are reaped by the kernel */
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  int listening = listen_at(argv[1], slash + 1);
  if (listening < 0) {
    say("keeper: cannot bind the socket\n");
    return 1;
  }
  if (write(1, "ready\n", 6) != 6) return 1;
  int engine = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
  if (engine < 0) return 1;
  int null = open("/dev/null", O_RDWR);
  for (int i = 0; i < 3; i++) dup2(null, i);
  if (null > 2) close(null);
  if (chdir("/")) return 1;
  serve(engine, listening);
  return 0;
}
