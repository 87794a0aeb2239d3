/*
 * A container's output: files named by number, each a row of frames. A frame is 16 bytes {nanoseconds since 1970 u64,
 * length u32, stream u8 (1 stdout, 2 stderr), flags u8, magic u16} and its bytes. What cannot be written (a full disk)
 * is dropped and counted, and the container goes on; once there is room again a line in the log says how much that was.
 */
#define _GNU_SOURCE
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
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

static void head(int stream, char *frame, size_t length) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  uint64_t time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  uint32_t size = (uint32_t)length;
  memcpy(frame, &time, 8);
  memcpy(frame + 8, &size, 4);
  frame[12] = (char)stream;
  frame[13] = 0;
  memcpy(frame + 14, "\x4c\x4f", 2);
}

/* The frame of a line that says what is missing here; its length, 0 where nothing is. */
static size_t lost_line(const struct log *log, char *frame, size_t size) {
  if (!log->lost) return 0;
  const char *why = log->error == ENOSPC || log->error == EDQUOT ? "the disk was full" : "the log could not be written";
  int length = snprintf(frame + LOG_HEADER, size - LOG_HEADER, "%sondol: %llu bytes of output are missing here: %s\n",
                        log->unfinished ? "\n" : "", (unsigned long long)log->lost, why);
  head(2, frame, (size_t)length);
  return LOG_HEADER + (size_t)length;
}

/* All of it or nothing: half a frame is taken back. 0, or an error number. */
static int put(struct log *log, const struct iovec *parts, size_t length) {
  if (log->file >= 0 && log->offset > 0 && log->offset + length > log->size) rotate(log);
  if (log->file < 0) open_file(log);
  if (log->file < 0) return errno;
  ssize_t written = writev(log->file, parts, 2);
  if (written != (ssize_t)length) return written < 0 ? errno : ftruncate(log->file, (off_t)log->offset) ? errno : ENOSPC;
  log->offset += length;
  log->lost = 0;
  return 0;
}

/* FRAME has LOG_HEADER free bytes before its LENGTH bytes. */
void log_append(struct log *log, int stream, char *frame, size_t length) {
  if (log->folder < 0) return;
  char line[LOG_HEADER + 128];
  struct iovec parts[2] = {{line, lost_line(log, line, sizeof line)}, {frame, LOG_HEADER + length}};
  head(stream, frame, length);
  int error = put(log, parts, parts[0].iov_len + parts[1].iov_len);
  if (error) {
    log->error = error;
    log->lost += length;
    log->lost_ever += length;
  } else {
    log->unfinished = length > 0 && frame[LOG_HEADER + length - 1] != '\n';
  }
}

void log_end(struct log *log) {
  char line[LOG_HEADER + 128];
  struct iovec parts[2] = {{line, lost_line(log, line, sizeof line)}, {line, 0}};
  if (log->folder >= 0 && parts[0].iov_len > 0) put(log, parts, parts[0].iov_len);
}
