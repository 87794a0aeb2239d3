/*
 * System calls as the kernel has them: a negative error number in place of errno, which a process that shares its
 * minder's memory shares with it.
 */
#ifndef ONDOL_RAW_H
#define ONDOL_RAW_H
#include <linux/sched.h>
#include <stdint.h>
#include <sys/syscall.h>

#if defined __x86_64__

static inline long raw(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
  register uint64_t r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

/* clone3 with a stack of its own for the new process, which begins with BEGIN(OF) and never returns. */
static inline long clone3_at(struct clone_args *arguments, void (*begin)(void *), void *of) {
  register void *r12 __asm__("r12") = (void *)begin, *r13 __asm__("r13") = of;
  long result;
  __asm__ volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\txor %%ebp, %%ebp\n\tmov %%r13, %%rdi\n\tcall *%%r12\n\tud2\n1:"
                   : "=a"(result)
                   : "0"(SYS_clone3), "D"(arguments), "S"(sizeof *arguments), "r"(r12), "r"(r13)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined __aarch64__

static inline long raw(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
  register uint64_t x8 __asm__("x8") = (uint64_t)number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c,
                    x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return (long)x0;
}

static inline long clone3_at(struct clone_args *arguments, void (*begin)(void *), void *of) {
  register uint64_t x8 __asm__("x8") = SYS_clone3, x0 __asm__("x0") = (uint64_t)arguments, x1 __asm__("x1") = sizeof *arguments;
  register void *x19 __asm__("x19") = (void *)begin, *x20 __asm__("x20") = of;
  __asm__ volatile("svc 0\n\tcbnz x0, 1f\n\tmov x29, 0\n\tmov x0, x20\n\tblr x19\n\tbrk 0\n1:"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x19), "r"(x20)
                   : "memory");
  return (long)x0;
}

#else
#error "keeper: say here how system calls are made on this kind of machine"
#endif
#endif
