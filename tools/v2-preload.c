// Loaded into User-Mode Linux by tools/v2 (LD_PRELOAD), for two things of its host that would end it.
//
// That kernel keeps a process's extended registers in a buffer of a size fixed when it was compiled, and hands it back with
// PTRACE_SETREGSET. On processors with more registers than it knew (AMX's tiles take 8 KiB) the host refuses a buffer that
// is not whole (EFAULT), and the kernel dies with its first process. Here the part it knows is laid over the process's
// whole set. What it does not know is never in use there.
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

long ptrace(enum __ptrace_request request, ...) {
  va_list rest;
  va_start(rest, request);
  pid_t pid = va_arg(rest, pid_t);
  void *address = va_arg(rest, void *), *data = va_arg(rest, void *);
  va_end(rest);
  if (request == PTRACE_CONT || request == PTRACE_SYSCALL || request == PTRACE_SYSEMU || request == PTRACE_SINGLESTEP ||
      request == PTRACE_SYSEMU_SINGLESTEP) {
    resumed[pid & 0xffff].pid = pid;
    resumed[pid & 0xffff].request = request;
  }
  long result = call(request, pid, address, data);
  if (request != PTRACE_SETREGSET || address != (void *)NT_X86_XSTATE || result == 0 || errno != EFAULT) return result;

  static __thread char whole[1 << 16];
  struct iovec known = *(struct iovec *)data, all = {whole, sizeof whole};
  if (call(PTRACE_GETREGSET, pid, address, &all) < 0) return -1;
  if (known.iov_len > all.iov_len) known.iov_len = all.iov_len;
  memcpy(whole, known.iov_base, known.iov_len);
  return call(PTRACE_SETREGSET, pid, address, &all);
}

pid_t waitpid(pid_t pid, int *status, int options) {
  for (;;) {
    int how = 0;
    pid_t found = syscall(SYS_wait4, pid, &how, options, 0);
    if (status) *status = how;
    if (found > 0 && !WIFSTOPPED(how)) resumed[found & 0xffff].pid = 0; // its number may come again
    if (found <= 0 || !WIFSTOPPED(how) || (WSTOPSIG(how) != SIGSTOP && WSTOPSIG(how) != SIGCONT)) return found;
    // one that was never resumed is new, and announces itself with a SIGSTOP
    if (resumed[found & 0xffff].pid != found || call(resumed[found & 0xffff].request, found, 0, 0) < 0) return found;
  }
}
