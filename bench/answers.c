/* What the docker command itself takes for an exec: an engine that does nothing, and answers at once on a unix socket what
 * `docker exec` asks for. usage: answers SOCKET   until it is killed. For bench/run. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CONNECTIONS = 64, SIZE = 65536 };

struct connection {
    char in[SIZE + 1];
    size_t length;
};

static struct connection connections[CONNECTIONS];
static struct pollfd polled[CONNECTIONS + 1];

static void say(int fd, const char *status, const char *body) {
    char out[1024];
    int length = snprintf(out, sizeof out,
                          "HTTP/1.1 %s\r\nApi-Version: 1.50\r\nOstype: linux\r\nServer: none (linux)\r\n"
                          "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                          status, strlen(body), body);
    if (write(fd, out, (size_t)length) != length) exit(1);
}

/* Answers one request; true where the connection is over with that. */
static int answer(int fd, const char *request) {
    static const char upgrade[] = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n"
                                  "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    if (!strncmp(request, "HEAD ", 5)) {
        say(fd, "200 OK", "");
    } else if (strstr(request, "/start HTTP/")) {
        if (write(fd, upgrade, sizeof upgrade - 1) < 0) exit(1);
        return 1; /* the command has ended */
    } else if (strstr(request, "/exec HTTP/")) {
        say(fd, "201 Created", "{\"Id\":\"e\"}");
    } else if (strstr(request, "/exec/e/json HTTP/")) {
        say(fd, "200 OK", "{\"ID\":\"e\",\"Running\":false,\"ExitCode\":0}");
    } else {
        say(fd, "200 OK", "{\"Id\":\"c\",\"State\":{\"Running\":true},\"Config\":{\"Tty\":false}}");
    }
    return 0;
}

/* Takes what has come; true where the connection is over. */
static int take(struct connection *from, int fd) {
    ssize_t got = read(fd, from->in + from->length, SIZE - from->length);
    if (got <= 0) return 1;
    from->length += (size_t)got;
    from->in[from->length] = 0;
    char *end;
    while ((end = strstr(from->in, "\r\n\r\n"))) {
        char *said = strcasestr(from->in, "\r\nContent-Length:");
        size_t all = (size_t)(end + 4 - from->in) + (said && said < end ? strtoul(said + 17, NULL, 10) : 0);
        if (from->length < all) return 0;
        *strchr(from->in, '\r') = 0; /* the request's first line */
        if (answer(fd, from->in)) return 1;
        memmove(from->in, from->in + all, from->length - all + 1);
        from->length -= all;
    }
    return 0;
}

int main(int argc, char **argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
    strcpy(address.sun_path, argv[1]);
    unlink(argv[1]);
    polled[0].fd = socket(AF_UNIX, SOCK_STREAM, 0);
    polled[0].events = POLLIN;
    if (bind(polled[0].fd, (struct sockaddr *)&address, sizeof address) || listen(polled[0].fd, 16)) return 1;
    for (int i = 1; i <= CONNECTIONS; i++) polled[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    while (poll(polled, CONNECTIONS + 1, -1) > 0) {
        for (int i = 1; i <= CONNECTIONS; i++) {
            if (polled[i].fd >= 0 && polled[i].revents && take(&connections[i - 1], polled[i].fd)) {
                close(polled[i].fd);
                polled[i].fd = -1;
            }
        }
        if (!polled[0].revents) continue;
        int fd = accept(polled[0].fd, NULL, NULL);
        for (int i = 1; fd >= 0 && i <= CONNECTIONS; i++) {
            if (polled[i].fd < 0) {
                polled[i].fd = fd;
                connections[i - 1].length = 0;
                fd = -1;
            }
        }
        if (fd >= 0) close(fd);
    }
    return 1;
}
