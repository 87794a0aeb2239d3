/*
 * A container's output: files named by number, each a row of frames. A frame is 16 bytes {nanoseconds since 1970 u64,
 * length u32, stream u8 (1 stdout, 2 stderr), flags u8, magic u16} and its bytes. What cannot be written (a full disk)
 * is dropped: the container goes on.
 */
#define _GNU_SOURCE
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void name_of(uint32_t number, char name[16]) { snprintf(name, 16, "%08u.log", number); }

static void open_file(struct log *log) {
  char name[16];
  name_of(log->number, name);
  log->file = openat(log->folder, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
  log->offset = log->file < 0 ? 0 : (uint64_t)lseek(log->file, 0, SEEK_END);
}

void log_open(struct log *log, const char *container, uint32_t first, uint64_t size, uint32_t files) {
  int base = open(container, O_PATH | O_DIRECTORY | O_CLOEXEC);
  log->folder = base < 0 ? -1 : openat(base, "log", O_PATH | O_DIRECTORY | O_CLOEXEC);
  log->number = first;
  log->size = size;
  log->files = files;
  log->oldest = files > 0 && first > files ? first - files + 1 : 1;
  log->held = 0;
  log->file = -1;
  if (base >= 0) close(base);
  if (log->folder >= 0) open_file(log);
}

static void rotate(struct log *log) {
  char name[16];
  close(log->file);
  log->number++;
  open_file(log);
  while (log->files > 0 && log->oldest + log->files <= log->number && (!log->held || log->oldest < log->held)) {
    name_of(log->oldest++, name);
    unlinkat(log->folder, name, 0);
  }
}

/* A reader needs the file that it reads and one to go on to, so there are two at least. */
int log_full(const struct log *log, size_t length) {
  uint32_t files = log->files < 2 ? 2 : log->files;
  return log->files > 0 && log->held && log->offset + LOG_HEADER + length > log->size &&
         log->held + files <= log->number + 1;
}

/* FRAME has LOG_HEADER free bytes before its LENGTH bytes. */
void log_append(struct log *log, int stream, char *frame, size_t length) {
  if (log->folder < 0) return;
  if (log->file >= 0 && log->offset > 0 && log->offset + LOG_HEADER + length > log->size) rotate(log);
  if (log->file < 0) open_file(log);
  if (log->file < 0) return;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  uint64_t time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  uint32_t size = (uint32_t)length;
  memcpy(frame, &time, 8);
  memcpy(frame + 8, &size, 4);
  frame[12] = (char)stream;
  frame[13] = 0;
  memcpy(frame + 14, "\x4c\x4f", 2);
  ssize_t written = write(log->file, frame, LOG_HEADER + length);
  if (written == (ssize_t)(LOG_HEADER + length)) log->offset += (uint64_t)written;
  else if (written > 0 && ftruncate(log->file, (off_t)log->offset)) return; /* half a frame: away with it */
}
