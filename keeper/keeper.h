#ifndef ONDOL_KEEPER_H
#define ONDOL_KEEPER_H
#include "plan.h"
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* keeper.c */
int listen_at(const char *folder, const char *name);
ssize_t receive(int from, void *buffer, size_t size, int *descriptors, int max, int *count);
ssize_t send_with(int to, const void *buffer, size_t size, const int *descriptors, int count);

/* minder.c: makes one container's process and stays with it until it has ended and the engine knows */
void mind(int plan, int engine, const int *donated, int donated_count);

/* steps.c: a plan in memory, and running it */
struct loaded {
  struct plan *head;
  struct step *steps;
  char *data;
  int64_t *results;
  size_t size; /* of all of it, bytes */
};
int load(int descriptor, struct loaded *into);
void unload(struct loaded *plan);
/* Runs steps [from, to); the index of the one that failed, and why, or -1. Leaves errno alone. */
int run(struct loaded *plan, uint32_t from, uint32_t to, int *error);

/* log.c: the container's output, in numbered files of frames */
struct log {
  int folder; /* -1: no log is kept */
  int file;
  uint32_t number, files;
  uint32_t oldest, held; /* files before oldest are gone; those from held on (0: none) somebody has yet to read */
  uint64_t size, offset;
  uint64_t lost, lost_ever; /* bytes that could not be written: since the last that could, and in all */
  int error;                /* why */
  int unfinished;           /* the last bytes that were written are no whole line */
};
void log_open(struct log *log, const char *container, uint32_t first, uint64_t size, uint32_t files);
void log_append(struct log *log, int stream, char *frame, size_t length);
/* No more comes. */
void log_end(struct log *log);
/* Whether so much more would need a file that there is no room for until a reader has come further. */
int log_full(const struct log *log, size_t length);
#define LOG_HEADER 16

/* init.c: a container's process 1 that passes signals on and reaps */
int be_init(char **command);
#endif
