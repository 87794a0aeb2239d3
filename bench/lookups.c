/*
 * Asks a DNS server for one name again and again, by UDP.
 *
 *   lookups ADDRESS NAME flood SECONDS WAITING   as many as it takes, WAITING at a time; prints lookups a second
 *   lookups ADDRESS NAME pace SECONDS RATE       RATE a second, one at a time; prints microseconds: median, 99 %, most
 *
 * A question that has no answer after a second counts as lost, and lost ones make it fail.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static unsigned char question[512];
static int length;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void make(const char *name) {
    memset(question, 0, 12);
    question[2] = 1; /* recursion is desired */
    question[5] = 1; /* one question */
    length = 12;
    while (*name) {
        size_t label = strcspn(name, ".");
        if (label == 0 || label > 63 || length + label > 400) {
            fprintf(stderr, "lookups: not a name\n");
            exit(2);
        }
        question[length++] = (unsigned char)label;
        memcpy(question + length, name, label);
        length += (int)label;
        name += label + (name[label] == '.');
    }
    question[length++] = 0;
    memcpy(question + length, "\0\1\0\1", 4); /* A, IN */
    length += 4;
}

static void ask(int s, unsigned id) {
    question[0] = (unsigned char)(id >> 8);
    question[1] = (unsigned char)id;
    if (send(s, question, (size_t)length, 0) != length) {
        perror("lookups: send");
        exit(1);
    }
}

/* The number of the next answer, -1 when none came in time. */
static int hear(int s, int milliseconds) {
    unsigned char answer[4096];
    struct pollfd p = {s, POLLIN, 0};
    for (;;) {
        ssize_t got = recv(s, answer, sizeof answer, MSG_DONTWAIT);
        if (got >= 12) {
            if ((answer[3] & 15) != 0 || answer[7] == 0) {
                fprintf(stderr, "lookups: the server answers with code %d and %d addresses\n", answer[3] & 15, answer[7]);
                exit(1);
            }
            return answer[0] << 8 | answer[1];
        }
        if (got < 0 && errno != EAGAIN) {
            perror("lookups: recv");
            exit(1);
        }
        if (poll(&p, 1, milliseconds) == 0) {
            return -1;
        }
    }
}

static void flood(int s, double seconds, int waiting) {
    long answered = 0;
    unsigned id = 0;
    double begun = now(), ended;
    for (int i = 0; i < waiting; i++) {
        ask(s, id++);
    }
    do {
        if (hear(s, 1000) < 0) {
            fprintf(stderr, "lookups: answers were lost\n");
            exit(1);
        }
        answered++;
        ask(s, id++);
        ended = now();
    } while (ended - begun < seconds);
    printf("%.0f\n", (double)answered / (ended - begun));
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void pace(int s, double seconds, double rate) {
    int count = (int)(seconds * rate);
    double *took = calloc((size_t)count, sizeof *took), begun = now();
    for (int i = 0; i < count; i++) {
        double at = begun + i / rate, left = at - now();
        if (left > 0) {
            usleep((useconds_t)(left * 1e6));
        }
        double sent = now();
        ask(s, (unsigned)i & 0xffff);
        if (hear(s, 1000) != (i & 0xffff)) {
            fprintf(stderr, "lookups: an answer was lost\n");
            exit(1);
        }
        took[i] = (now() - sent) * 1e6;
    }
    qsort(took, (size_t)count, sizeof *took, by_size);
    printf("%.0f %.0f %.0f\n", took[count / 2], took[(int)(count * 0.99)], took[count - 1]);
}

int main(int argc, char **argv) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (argc != 6 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
        fprintf(stderr, "usage: lookups ADDRESS NAME flood|pace SECONDS WAITING|RATE\n");
        return 2;
    }
    if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("lookups");
        return 1;
    }
    make(argv[2]);
    if (strcmp(argv[3], "flood") == 0) {
        flood(s, atof(argv[4]), atoi(argv[5]));
    } else {
        pace(s, atof(argv[4]), atof(argv[5]));
    }
    return 0;
}
