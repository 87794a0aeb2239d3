/*
 * minder: one per container. It makes the container's first process with clone3, which runs the plan and executes the
 * command, and then holds what must outlive the engine: the terminal's master or the pipes' ends, the process
 * descriptor, the exit status. It writes the container's output to its log. An engine that was killed and started again
 * connects to the minder's socket and finds all as it was.
 */
#define _GNU_SOURCE
#include "keeper.h"
#include "raw.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 32768
#define STACK 65536 /* of the process, until it executes its command */

struct minder {
  struct loaded plan;
  struct log log;
  int engine, listening, process; /* process: a pidfd; -1 once it ended */
  int input, output[2], terminal; /* our ends; -1 where there is none */
  int root;                       /* the container's: see hold_root */
  int network;                    /* the container's: see hold_network */
  pid_t pid;
  int status;
  int watched; /* the engine wants to hear when the log goes beyond file, offset */
  uint32_t watch_file;
  uint64_t watch_offset;
};

/* What the process tells its minder before it executes: which step it came to, and why it stopped there. */
struct word {
  int32_t step, error;
};
#define AT_GATE (-10)
#define TERMINAL_MADE (-11)

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void shut(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

static void fail(int engine, int step, int error) {
  struct message m = {.type = MESSAGE_FAILED, .value = step, .error = error};
  send_with(engine, &m, sizeof m, NULL, 0);
}

/* Tells the engine where we are, and hands it our ends: copies of stdin and terminal, which we keep too. */
static void greet(struct minder *m, uint32_t type) {
  struct message hello = {.type = type, .pid = m->pid, .value = m->process >= 0, .time = now()};
  hello.file = m->log.number;
  hello.offset = m->log.offset;
  int ends[5], count = 0;
  if (m->input >= 0) hello.descriptors |= DESCRIPTOR_STDIN, ends[count++] = m->input;
  if (m->log.folder < 0) { /* no log is kept: the engine reads the output itself */
    if (m->output[0] >= 0) hello.descriptors |= DESCRIPTOR_STDOUT, ends[count++] = m->output[0];
    if (m->output[1] >= 0) hello.descriptors |= DESCRIPTOR_STDERR, ends[count++] = m->output[1];
  }
  if (m->terminal >= 0) hello.descriptors |= DESCRIPTOR_TERMINAL, ends[count++] = m->terminal;
  if (m->process >= 0) hello.descriptors |= DESCRIPTOR_PROCESS, ends[count++] = m->process;
  send_with(m->engine, &hello, sizeof hello, ends, count);
  if (m->log.folder < 0) {
    shut(&m->input);
    shut(&m->output[0]);
    shut(&m->output[1]);
    shut(&m->terminal);
  }
}

static int make_stdio(struct minder *m) {
  int64_t *results = m->plan.results;
  int pair[2];
  if (m->plan.head->stdio != STDIO_PIPES) return 0;
  if (m->plan.head->with_stdin) {
    if (pipe2(pair, O_CLOEXEC)) return -1;
    results[RESULT_STDIN] = pair[0];
    m->input = pair[1];
  }
  for (int i = 0; i < 2; i++) {
    if (pipe2(pair, O_CLOEXEC)) return -1;
    results[RESULT_STDOUT + i] = pair[1];
    m->output[i] = pair[0];
  }
  return 0;
}

/* What the process begins with. */
struct beginning {
  struct minder *minder;
  int pair[2]; /* the minder's end, the process's end */
};

/*
 * The container's first process, up to its execve. Never returns. It shares the minder's memory: a copy of its page tables
 * is what a fork spends its time on. So it changes nothing there but its own results, and has its errors from raw calls.
 */
static void be_process(void *of) {
  struct beginning *given = of;
  struct loaded *plan = &given->minder->plan;
  int minder = given->pair[1];
  uint32_t begin = plan->head->before, end = begin + plan->head->inside, exec = begin;
  char byte;
  sigset_t none;
  close(given->pair[0]);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  while (exec < end && !(plan->steps[exec].flags & STEP_EXEC)) exec++;
  struct word word = {.step = -1};
  if (plan->head->uid_map != NOWHERE && read(minder, &byte, 1) != 1) _exit(1); /* until the maps are written */
  uint32_t at = begin;
  for (uint32_t i = begin; i < exec && word.step < 0; i++) {
    if (!(plan->steps[i].flags & STEP_TERMINAL)) continue;
    word.step = run(plan, at, i + 1, &word.error);
    at = i + 1;
    int master = (int)plan->results[RESULT_STEPS + i];
    struct word made = {.step = TERMINAL_MADE};
    if (word.step < 0 && send_with(minder, &made, sizeof made, &master, 1) < 0) _exit(1);
  }
  if (word.step < 0) word.step = run(plan, at, exec, &word.error);
  if (word.step < 0 && plan->head->gate) {
    struct word gate = {.step = AT_GATE};
    if (send_with(minder, &gate, sizeof gate, NULL, 0) < 0 || read(minder, &byte, 1) != 1) _exit(1);
  }
  if (word.step < 0) word.step = run(plan, exec, end, &word.error);
  send_with(minder, &word, sizeof word, NULL, 0);
  _exit(127);
}

static int write_map(pid_t pid, const char *name, const char *map) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = (ssize_t)strlen(map), written = write(file, map, (size_t)length);
  int error = errno;
  close(file);
  errno = error;
  return written == length ? 0 : -1;
}

/* Waits at the gate for the engine's word; 0 when it came, -1 when the engine is gone. */
static int wait_gate(struct minder *m) {
  struct message word;
  int none[1], count;
  while (receive(m->engine, &word, sizeof word, none, 0, &count) == sizeof word)
    if (word.type == MESSAGE_OPEN_GATE) return 0;
  return -1;
}

/*
 * With a descriptor of its namespace here, the container's links, and what they have carried, are there until the engine
 * has read that and lets the minder go; otherwise they would go with the last process.
 */
static void hold_network(struct minder *m) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/net", m->pid);
  m->network = open(path, O_RDONLY | O_CLOEXEC);
}

/* From now on the engine may do what has to be done before the process executes. */
static void tell_ready(struct minder *m) {
  struct message ready = {.type = MESSAGE_READY, .pid = m->pid};
  hold_network(m);
  send_with(m->engine, &ready, sizeof ready, NULL, 0);
}

/* Follows the process from clone3 to its execve; 0 when it was executed. */
static int follow(struct minder *m, int process) {
  const struct plan *head = m->plan.head;
  if (head->uid_map != NOWHERE) {
    if (write_map(m->pid, "uid_map", m->plan.data + head->uid_map) ||
        write_map(m->pid, "gid_map", m->plan.data + head->gid_map)) {
      fail(m->engine, -2, errno);
      return -1;
    }
    if (write(process, "m", 1) != 1) return -1;
  }
  int early = head->gate == GATE_EARLY && head->clone_flags & CLONE_NEWNET;
  if (early) tell_ready(m);
  for (;;) {
    struct word word;
    int descriptor, count;
    ssize_t got = receive(process, &word, sizeof word, &descriptor, 1, &count);
    if (got == 0) return 0; /* closed by execve */
    if (got != sizeof word) {
      fail(m->engine, -2, errno);
      return -1;
    }
    if (word.step == TERMINAL_MADE && count == 1) {
      m->terminal = descriptor;
    } else if (word.step == AT_GATE) {
      if (!early) tell_ready(m);
      if (wait_gate(m) || write(process, "g", 1) != 1) return -1;
    } else {
      fail(m->engine, word.step, word.error);
      return -1;
    }
  }
}

/*
 * How willingly the kernel kills the minder where memory is short. It keeps one number for all who share memory, and the
 * process sets its own.
 */
static void keep_score(int file, const char *score, ssize_t length) {
  char now[16];
  if (length <= 0) return;
  ssize_t got = pread(file, now, sizeof now, 0);
  if (got == length && !memcmp(now, score, (size_t)length)) return;
  got = pwrite(file, score, (size_t)length, 0);
  (void)got; /* what it is without the right to lower it */
}

static int make_process(struct minder *m) {
  const struct plan *head = m->plan.head;
  int error, step = run(&m->plan, 0, head->before, &error);
  if (step >= 0) {
    fail(m->engine, step, error);
    return -1;
  }
  struct beginning beginning = {.minder = m};
  int *pair = beginning.pair;
  void *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
    fail(m->engine, -2, errno);
    return -1;
  }
  char score[16];
  int scores = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
  ssize_t scored = read(scores, score, sizeof score);
  /* where others are in its namespace they must not reach the memory that it shares */
  if (!(head->clone_flags & CLONE_NEWPID)) prctl(PR_SET_DUMPABLE, 0);
  struct clone_args arguments = {.flags = head->clone_flags | CLONE_PIDFD | CLONE_VM,
                                 .pidfd = (uint64_t)&m->process,
                                 .exit_signal = SIGCHLD,
                                 .stack = (uint64_t)stack,
                                 .stack_size = STACK};
  if (head->cgroup != NOWHERE) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = (uint64_t)m->plan.results[head->cgroup];
  }
  long pid = clone3_at(&arguments, be_process, &beginning);
  if (pid < 0) {
    fail(m->engine, -1, (int)-pid);
    return -1;
  }
  m->pid = (pid_t)pid;
  close(pair[1]);
  for (int i = 0; i < 3; i++)
    if (m->plan.results[i] >= 0) close((int)m->plan.results[i]);
  for (uint32_t i = 0; i < head->before; i++)
    if (m->plan.steps[i].flags & STEP_DESCRIPTOR) close((int)m->plan.results[RESULT_STEPS + i]);
  for (int i = 0; i < DONATED_MAX; i++)
    if (m->plan.results[RESULT_DONATED + i] >= 0) close((int)m->plan.results[RESULT_DONATED + i]);
  int followed = follow(m, pair[0]);
  if (followed) {
    kill(m->pid, SIGKILL);
    waitpid(m->pid, NULL, 0);
  }
  close(pair[0]);
  munmap(stack, STACK); /* it has its own memory now, or is gone */
  keep_score(scores, score, scored);
  close(scores);
  return followed;
}

/*
 * Unmounting an overlay writes out all that its disk has to write, which takes longer than the container took. With its
 * root held here that is done when the minder goes, after it has told of the end.
 */
static void hold_root(struct minder *m) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/root", m->pid);
  m->root = open(path, O_PATH | O_CLOEXEC);
}

static void tell_output(struct minder *m) {
  if (!m->watched || m->engine < 0) return;
  if (m->log.number == m->watch_file && m->log.offset <= m->watch_offset) return;
  struct message output = {.type = MESSAGE_OUTPUT, .file = m->log.number, .offset = m->log.offset};
  m->watched = 0;
  send_with(m->engine, &output, sizeof output, NULL, 0);
}

static void tell_lost(struct minder *m) {
  struct message lost = {.type = MESSAGE_LOST, .error = m->log.error, .offset = m->log.lost_ever};
  if (m->log.lost_ever > 0) send_with(m->engine, &lost, sizeof lost, NULL, 0);
}

/* Moves what is there from a stream to the log; 0 when the stream has ended. */
static int move(struct minder *m, int from, int stream) {
  static char frame[LOG_HEADER + CHUNK];
  ssize_t got = read(from, frame + LOG_HEADER, CHUNK);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 1;
  if (got <= 0) return 0; /* EIO: nobody has the terminal open any more */
  uint64_t lost = m->log.lost;
  log_append(&m->log, stream, frame, (size_t)got);
  if (m->log.lost > 0 && lost == 0) tell_lost(m); /* how much it comes to is told at the end */
  tell_output(m);
  return 1;
}

static void heard(struct minder *m) {
  struct message word;
  int none[1], count;
  ssize_t got = receive(m->engine, &word, sizeof word, none, 0, &count);
  if (got != sizeof word) {
    shut(&m->engine);
    m->watched = 0;
    m->log.held = 0; /* the readers went with it */
    return;
  }
  if (word.type == MESSAGE_CLOSE_STDIN) shut(&m->input);
  if (word.type == MESSAGE_WATCH) {
    m->watched = 1;
    m->watch_file = word.file;
    m->watch_offset = word.offset;
    tell_output(m);
  }
  if (word.type == MESSAGE_HOLD) m->log.held = word.file;
  if (word.type == MESSAGE_FORGET && m->process < 0) _exit(0);
}

static void tell_end(struct minder *m) {
  log_end(&m->log);
  tell_lost(m);
  struct message exited = {.type = MESSAGE_EXITED, .pid = m->pid, .value = m->status, .time = now()};
  exited.file = m->log.number;
  exited.offset = m->log.offset;
  send_with(m->engine, &exited, sizeof exited, NULL, 0);
}

/* An engine connects anew: what it missed is told at once. */
static void reconnect(struct minder *m) {
  int engine = accept4(m->listening, NULL, NULL, SOCK_CLOEXEC);
  if (engine < 0) return;
  shut(&m->engine);
  m->engine = engine;
  m->watched = 0;
  m->log.held = 0;
  greet(m, MESSAGE_HELLO);
  if (m->process < 0) tell_end(m);
  else tell_lost(m);
}

/* Whether nobody will ever ask again: the container's folder, and with it the way here, was removed. */
static int forsaken(const struct minder *m) {
  struct stat folder;
  if (m->engine >= 0) return 0;
  if (m->listening < 0) return 1; /* an exec whose engine is gone */
  return !fstat(m->log.folder, &folder) && folder.st_nlink == 0;
}

static void stay(struct minder *m) {
  int dead = 0; /* it ended while its output waited for a reader: what is left in the pipes goes into the log all the same */
  int *streams[3] = {&m->output[0], &m->output[1], &m->terminal};
  for (;;) {
    int ended = m->process < 0;
    if (ended && forsaken(m)) return;
    struct pollfd polled[6];
    int logged = m->log.folder >= 0 && (dead || !log_full(&m->log, CHUNK));
    polled[0] = (struct pollfd){.fd = m->process, .events = POLLIN};
    polled[1] = (struct pollfd){.fd = m->engine, .events = POLLIN};
    polled[2] = (struct pollfd){.fd = m->listening, .events = POLLIN};
    for (int i = 0; i < 3; i++) polled[3 + i] = (struct pollfd){.fd = logged ? *streams[i] : -1, .events = POLLIN};
    if (poll(polled, 6, -1) < 0) continue;
    int moved = 0;
    for (int i = 0; i < 3; i++) {
      if (!polled[3 + i].revents) continue;
      moved = 1;
      if (!move(m, *streams[i], i == 1 ? 2 : 1)) shut(streams[i]);
    }
    if (polled[1].revents) heard(m);
    if (polled[2].revents) reconnect(m);
    if (polled[0].revents && m->log.folder >= 0 && !logged) {
      dead = 1;
    } else if (polled[0].revents && !moved) { /* what it wrote comes first */
      waitpid(m->pid, &m->status, 0);
      shut(&m->process);
      tell_end(m);
    }
  }
}

void mind(int plan, int engine, const int *donated, int donated_count) {
  static struct minder m = {.engine = -1, .listening = -1, .process = -1, .input = -1, .output = {-1, -1}, .terminal = -1};
  m.engine = engine;
  m.log.folder = -1;
  signal(SIGCHLD, SIG_DFL);
  prctl(PR_SET_NAME, "ondol-minder");
  if (load(plan, &m.plan)) {
    fail(engine, -2, errno);
    return;
  }
  close(plan);
  const struct plan *head = m.plan.head;
  for (int i = 0; i < donated_count; i++) m.plan.results[RESULT_DONATED + i] = donated[i];
  if (head->folder != NOWHERE) {
    const char *folder = m.plan.data + head->folder;
    m.listening = listen_at(folder, "minder");
    if (m.listening >= 0) log_open(&m.log, folder, head->log_first, head->log_size, head->log_files);
    m.log.held = head->log_first; /* until the engine says whether somebody reads: not a byte may go before that */
    if (m.listening < 0 || m.log.folder < 0) {
      fail(engine, -2, errno);
      return;
    }
  }
  if (make_stdio(&m)) {
    fail(engine, -2, errno);
    return;
  }
  if (make_process(&m)) return;
  unload(&m.plan);
  if (m.log.folder >= 0) hold_root(&m);
  greet(&m, MESSAGE_STARTED);
  stay(&m);
}
