/*
 * Loads a plan and runs its steps. A plan comes from the engine, and is looked at as if it came from a stranger. It and
 * its results lie in memory of their own, which a minder gives back when its process runs.
 */
#define _GNU_SOURCE
#include "keeper.h"
#include "raw.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int text_at(const struct plan *head, const char *data, uint32_t offset) {
  return offset == NOWHERE || (offset < head->data && memchr(data + offset, 0, head->data - offset) != NULL);
}

static int sound(const struct loaded *plan, uint64_t size) {
  const struct plan *head = plan->head;
  if (head->magic != PLAN_MAGIC || head->version != PLAN_VERSION) return 0;
  if (head->before > PLAN_MAX_STEPS || head->inside > PLAN_MAX_STEPS || head->relocations > size) return 0;
  uint64_t steps = (uint64_t)head->before + head->inside;
  return sizeof *head + steps * sizeof(struct step) + head->relocations * sizeof(struct relocation) +
             (uint64_t)head->data ==
         size;
}

int load(int descriptor, struct loaded *into) {
  struct stat file;
  if (fstat(descriptor, &file)) return -1;
  uint64_t size = (uint64_t)file.st_size;
  errno = EINVAL;
  if (size < sizeof(struct plan) || size > PLAN_MAX_SIZE) return -1;
  size_t results = (size + sizeof *into->results - 1) / sizeof *into->results * sizeof *into->results;
  into->size = results + (RESULT_STEPS + size / sizeof(struct step)) * sizeof *into->results;
  char *memory = mmap(NULL, into->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return -1;
  errno = EINVAL;
  if (pread(descriptor, memory, size, 0) != (ssize_t)size) return -1;
  into->head = (struct plan *)memory;
  into->steps = (struct step *)(memory + sizeof(struct plan));
  if (!sound(into, size)) return -1;
  const struct plan *head = into->head;
  uint32_t steps = head->before + head->inside;
  struct relocation *relocations = (struct relocation *)(into->steps + steps);
  into->data = (char *)(relocations + head->relocations);
  for (uint32_t i = 0; i < head->relocations; i++) {
    struct relocation r = relocations[i];
    if (r.at > head->data || head->data - r.at < sizeof(char *) || r.to >= head->data) return -1;
    char *address = into->data + r.to;
    memcpy(into->data + r.at, &address, sizeof address);
  }
  for (uint32_t i = 0; i < steps; i++)
    for (int a = 0; a < 6; a++) {
      uint64_t value = into->steps[i].argument[a];
      if (into->steps[i].kind[a] == ARG_DATA && value >= head->data) return -1;
      if (into->steps[i].kind[a] == ARG_RESULT && value >= RESULT_STEPS + i) return -1;
    }
  if (!text_at(head, into->data, head->uid_map) || !text_at(head, into->data, head->gid_map) ||
      !text_at(head, into->data, head->folder))
    return -1;
  if (head->cgroup != NOWHERE && head->cgroup >= RESULT_STEPS + steps) return -1;
  into->results = (int64_t *)(memory + results);
  for (int i = 0; i < RESULT_STEPS; i++) into->results[i] = -1;
  return 0;
}

void unload(struct loaded *plan) {
  munmap(plan->head, plan->size);
  *plan = (struct loaded){0};
}

static int ignored(const struct step *step, int error) {
  for (int i = 0; i < 3; i++)
    if (step->ignore[i] && step->ignore[i] == error) return 1;
  return 0;
}

int run(struct loaded *plan, uint32_t from, uint32_t to, int *error) {
  int denied = 0; /* a candidate of the command was found, and could not be executed */
  for (uint32_t i = from; i < to; i++) {
    const struct step *step = &plan->steps[i];
    uint64_t a[6];
    for (int k = 0; k < 6; k++) {
      a[k] = step->argument[k];
      if (step->kind[k] == ARG_DATA) a[k] = (uint64_t)(plan->data + step->argument[k]);
      if (step->kind[k] == ARG_RESULT) a[k] = (uint64_t)plan->results[step->argument[k]];
    }
    int64_t result = raw(step->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (result < 0 && !ignored(step, (int)-result)) {
      *error = (int)-result;
      if (!(step->flags & STEP_EXEC)) return (int)i;
      if (*error == EACCES) denied = 1;
      if ((*error == ENOENT || *error == ENOTDIR || *error == EACCES) && i + 1 < to) continue;
      if (*error == ENOENT && denied) *error = EACCES;
      return (int)i;
    }
    plan->results[RESULT_STEPS + i] = result < 0 ? -1 : result;
  }
  return -1;
}
