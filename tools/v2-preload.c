// Loaded into User-Mode Linux by tools/v2 (LD_PRELOAD), for what its host would end it for, and for its speed.
//
// That kernel hands a process its extended registers (PTRACE_SETREGSET, NT_X86_XSTATE) each time before it goes on and
// around each page fault, and fetches them at each stop: six times a fault. To set them is what costs most of all (the host
// allocates and maps memory for it), and almost always they are what the process has already. So they are kept here, and
// set only where a process goes on in code of its own with others than it has. Until then it runs nothing but that
// kernel's stub, which asks for system calls and uses none of them.
//
// The buffer it hands over is of a size fixed when it was compiled. On processors with more registers than it knew (AMX's
// tiles take 8 KiB) the host refuses a buffer that is not whole (EFAULT), and the kernel would die with its first process.
// Here what follows is added: zeros, since the part it knows says that the rest is not in use.
//
// It panics where one of its processes, which are traced processes of the host, stops for SIGSTOP or SIGCONT: after a
// Control-Z, or where somebody halts all that runs on the host for a measurement. Here such a process is resumed as it was.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// The C library's ptrace returns what PEEK requests read; the system call stores it.
static long call(long request, pid_t pid, void *address, void *data) {
  long word;
  int peeks = request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER;
  long result = syscall(SYS_ptrace, request, pid, address, peeks ? &word : data);
  if (!peeks || result < 0) return result;
  errno = 0;
  return word;
}

// How each process was resumed last, by the low bits of its id. Where two share a place the later one is known.
static struct {
  pid_t pid;
  long request;
} resumed[1 << 16];

// The extended registers of some processes, by the low bits of their ids: as the process has them (HAS), or as it shall have
// them when it goes on (SHALL).
enum state { UNKNOWN, HAS, SHALL };
static struct registers {
  pid_t pid;
  enum state state;
  char bytes[4096];
} registers[64];
static size_t known_length; // how many bytes of them the host gives that kernel; 0 until it gave some
static size_t whole_length; // how many the host takes; 0 where it takes what it gives

static long set(pid_t pid, void *bytes, size_t length) {
  struct iovec known = {bytes, length};
  long result = whole_length ? -1 : call(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, &known);
  if (result == 0 || (!whole_length && errno != EFAULT)) return result;

  static char whole[1 << 16];
  struct iovec all = {whole, sizeof whole};
  if (!whole_length) {
    if (call(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &all) < 0) return -1;
    whole_length = all.iov_len;
    memset(whole, 0, sizeof whole);
  }
  all.iov_len = whole_length;
  memcpy(whole, bytes, length < whole_length ? length : whole_length);
  return call(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, &all);
}

static long hand_over(struct registers *of) {
  long result = of->state == SHALL ? set(of->pid, of->bytes, known_length) : 0;
  if (result == 0 && of->state == SHALL) of->state = HAS;
  return result;
}

// The place of a process; whose it was before gets what it shall have.
static struct registers *place(pid_t pid) {
  struct registers *of = &registers[pid & 63];
  if (of->pid == pid) return of;
  hand_over(of);
  of->pid = pid;
  of->state = UNKNOWN;
  return of;
}

static long get_extended(pid_t pid, struct iovec *into) {
  struct registers *of = place(pid);
  if (of->state == UNKNOWN) {
    long result = call(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, into);
    if (result < 0 || into->iov_len > sizeof of->bytes) return result;
    known_length = into->iov_len;
    memcpy(of->bytes, into->iov_base, known_length);
    of->state = HAS;
    return result;
  }
  if (into->iov_len > known_length) into->iov_len = known_length;
  memcpy(into->iov_base, of->bytes, into->iov_len);
  return 0;
}

static long set_extended(pid_t pid, struct iovec *from) {
  struct registers *of = place(pid);
  if (!known_length || from->iov_len < known_length) {
    of->state = UNKNOWN;
    return set(pid, from->iov_base, from->iov_len);
  }
  from->iov_len = known_length;
  if (of->state != UNKNOWN && memcmp(of->bytes, from->iov_base, known_length) == 0) return 0;
  memcpy(of->bytes, from->iov_base, known_length);
  of->state = SHALL;
  return 0;
}

static long resume(long request, pid_t pid, void *address, void *data) {
  resumed[pid & 0xffff].pid = pid;
  resumed[pid & 0xffff].request = request;
  if (request == PTRACE_CONT) { // that kernel's stub; a signal, which it gets for a page fault, empties them
    struct registers *of = &registers[pid & 63];
    if (data && of->pid == pid && of->state == HAS) of->state = UNKNOWN;
  } else {
    struct registers *of = place(pid);
    if (hand_over(of) < 0) return -1;
    of->state = UNKNOWN;
  }
  return call(request, pid, address, data);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list rest;
  va_start(rest, request);
  pid_t pid = va_arg(rest, pid_t);
  void *address = va_arg(rest, void *), *data = va_arg(rest, void *);
  va_end(rest);
  switch (request) {
    case PTRACE_CONT:
    case PTRACE_SYSCALL:
    case PTRACE_SYSEMU:
    case PTRACE_SINGLESTEP:
    case PTRACE_SYSEMU_SINGLESTEP: return resume(request, pid, address, data);
    case PTRACE_GETREGSET:
      if (address == (void *)NT_X86_XSTATE) return get_extended(pid, data);
      break;
    case PTRACE_SETREGSET:
      if (address == (void *)NT_X86_XSTATE) return set_extended(pid, data);
      break;
    default:
  }
  return call(request, pid, address, data);
}

pid_t waitpid(pid_t pid, int *status, int options) {
  for (;;) {
    int how = 0;
    pid_t found = syscall(SYS_wait4, pid, &how, options, 0);
    if (status) *status = how;
    if (found > 0 && !WIFSTOPPED(how)) { // its number may come again
      resumed[found & 0xffff].pid = 0;
      if (registers[found & 63].pid == found) registers[found & 63].state = UNKNOWN;
    }
    if (found <= 0 || !WIFSTOPPED(how) || (WSTOPSIG(how) != SIGSTOP && WSTOPSIG(how) != SIGCONT)) return found;
    // one that was never resumed is new, and announces itself with a SIGSTOP
    if (resumed[found & 0xffff].pid != found || call(resumed[found & 0xffff].request, found, 0, 0) < 0) return found;
  }
}
