/*
 * The plan: the system calls that make a container, built in Java (ondol.linux.plan) and run here as they are.
 * All numbers are little endian; offsets count from the beginning of the plan's data unless said otherwise.
 */
#ifndef ONDOL_PLAN_H
#define ONDOL_PLAN_H
#include <stdint.h>

#define PLAN_MAGIC 0x4c444e4fu /* "ONDL" */
#define PLAN_VERSION 1
#define PLAN_MAX_SIZE (8u << 20)
#define PLAN_MAX_STEPS 4096

enum argument_kind { ARG_IMMEDIATE = 0, ARG_DATA = 1, ARG_RESULT = 2 };

/* Results that are there before the first step; the steps' own results follow, in order. */
enum builtin_result {
  RESULT_STDIN = 0,  /* the container's ends of the pipes; -1 where there is none */
  RESULT_STDOUT = 1,
  RESULT_STDERR = 2,
  RESULT_DONATED = 3, /* the first of the descriptors that came with the request */
  DONATED_MAX = 5,
  RESULT_STEPS = 8
};

enum step_flag {
  STEP_DESCRIPTOR = 1, /* the result is a descriptor, which the minder closes once the process is made */
  STEP_EXEC = 2,       /* execve: not found here is not the end, the next candidate may be */
  STEP_TERMINAL = 4    /* the result is the master of the container's terminal, for the minder to keep */
};

struct step {
  uint32_t number;    /* of the system call */
  uint16_t flags;     /* step_flag */
  uint16_t ignore[3]; /* error numbers that are as good as success; 0 is none */
  uint8_t kind[6];    /* argument_kind */
  uint8_t unused[6];
  uint64_t argument[6];
};

/* A place in the data that holds the address of another place. */
struct relocation {
  uint32_t at, to;
};

enum stdio { STDIO_NONE = 0, STDIO_PIPES = 1, STDIO_TERMINAL = 2 };
#define NOWHERE 0xffffffffu

struct plan {
  uint32_t magic, version;
  uint32_t before;      /* steps that the minder runs before it makes the process */
  uint32_t inside;      /* steps that the process runs; the last ones are STEP_EXEC */
  uint32_t relocations; /* behind the steps */
  uint32_t data;        /* bytes of data, behind the relocations */
  uint64_t clone_flags; /* of clone3 */
  uint32_t cgroup;      /* result that is the group to be made in (CLONE_INTO_CGROUP), or NOWHERE */
  uint32_t stdio;       /* enum stdio */
  uint32_t with_stdin;  /* 1: a pipe for stdin too */
  uint32_t gate;        /* enum gate */
  uint32_t uid_map;     /* text for /proc/PID/uid_map, gid_map; NOWHERE without a user namespace */
  uint32_t gid_map;
  uint32_t folder;    /* path of the folder for the socket "minder" and, in it, "log/"; NOWHERE: none (an exec) */
  uint32_t log_first; /* number of the first log file to write */
  uint64_t log_size;  /* bytes after which the next file begins */
  uint32_t log_files; /* so many are kept */
  uint32_t unused;
};

/* The process waits before the first STEP_EXEC until the engine opens the gate, which is told when it is there … */
enum gate {
  GATE_NONE = 0,
  GATE_LATE = 1,
  GATE_EARLY = 2 /* … or at once, where its network namespace is made with it: the engine does its part meanwhile */
};

/* What minder and engine say to each other over a seqpacket socket; one struct a message. */
enum message_type {
  /* from the minder */
  MESSAGE_READY = 1,   /* at the gate, or on the way there: pid */
  MESSAGE_STARTED = 2, /* executed: pid, time; descriptors as MESSAGE_HELLO */
  MESSAGE_FAILED = 3,  /* value = index of the step (-1 clone3, -2 the minder's own set-up), error */
  MESSAGE_OUTPUT = 4,  /* the log reaches to file, offset */
  MESSAGE_EXITED = 5,  /* value = status as of wait(2), time */
  MESSAGE_HELLO = 6,   /* to an engine that connects: pid, value = 1 while it runs; descriptors: with bits of
                          DESCRIPTOR_*, in that order */
  MESSAGE_LOST = 7,    /* so many bytes of output in all (offset) could not be written to the log: error */
  /* from the engine */
  MESSAGE_OPEN_GATE = 16,
  MESSAGE_CLOSE_STDIN = 17,
  MESSAGE_WATCH = 18, /* say MESSAGE_OUTPUT once the log is beyond file, offset */
  MESSAGE_FORGET = 19, /* the end is known: go */
  MESSAGE_HOLD = 20    /* somebody reads file: log files from there on stay, and what is written waits; 0: nobody does */
};

enum descriptor_bit {
  DESCRIPTOR_STDIN = 1,
  DESCRIPTOR_STDOUT = 2,
  DESCRIPTOR_STDERR = 4,
  DESCRIPTOR_TERMINAL = 8,
  DESCRIPTOR_PROCESS = 16 /* a pidfd */
};

struct message {
  uint32_t type;
  int32_t pid;
  int32_t value;
  int32_t error;
  uint32_t descriptors; /* bits of enum descriptor_bit */
  uint32_t file;
  uint64_t offset;
  uint64_t time; /* nanoseconds since 1970 */
};
#endif
