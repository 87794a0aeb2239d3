// One byte back and forth over TCP, one at a time: how late a network is. For bench/figures/net-traffic.sh.
// usage: pingpong serve PORT [ADDRESS]            sends every byte back, to one client after the other
//        pingpong ask PORT ADDRESS TIMES          prints the median of a round trip in nanoseconds
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void must(int failed, const char *call) {
  if (failed) {
    perror(call);
    exit(1);
  }
}

static int at_once(int socket) {
  int one = 1;
  must(setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
  return socket;
}

static void serve(int listening) {
  char byte;
  for (;;) {
    int client = accept(listening, NULL, NULL);
    must(client < 0, "accept");
    at_once(client);
    while (read(client, &byte, 1) == 1 && write(client, &byte, 1) == 1) {}
    close(client);
  }
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void ask(int server, int times) {
  int64_t *took = calloc(times, sizeof *took);
  must(took == NULL, "calloc");
  char byte = 'x';
  for (int i = 0; i < times; i++) {
    int64_t begun = nanoseconds();
    must(write(server, &byte, 1) != 1, "write");
    must(read(server, &byte, 1) != 1, "read");
    took[i] = nanoseconds() - begun;
  }
  qsort(took, times, sizeof *took, by_size);
  printf("%lld\n", (long long)took[times / 2]);
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[2]))};
  if (count > 3 && inet_pton(AF_INET, arguments[3], &address.sin_addr) != 1) return 2;
  int one = 1, made = socket(AF_INET, SOCK_STREAM, 0);
  must(made < 0, "socket");
  if (strcmp(arguments[1], "serve") == 0) {
    must(setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), "SO_REUSEADDR");
    must(bind(made, (struct sockaddr *)&address, sizeof address) || listen(made, 8), "listen");
    serve(made);
  }
  if (count != 5 || atoi(arguments[4]) < 1) return 2;
  must(connect(made, (struct sockaddr *)&address, sizeof address), "connect");
  ask(at_once(made), atoi(arguments[4]));
}
