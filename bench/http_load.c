/* An HTTP load generator: phones that ask for their files, each from its own address, over connections that are kept.

   On standard input it reads one phone a line: its address, its User-Agent (spaces as "_"), and the paths that it asks
   for in turn.  So many connections are open at once; one whose phone has asked often enough is closed, and the next
   phone opens another one.  An answer other than 200, and one without Content-Length, is bad.

   With -R so many requests are begun a second, whatever becomes of them, as long as a connection is free.
   With -n it ends when so many requests have ended.

   usage: http_load [-d server] [-p port] [-c connections] [-k requests-per-connection] [-t seconds] [-R rate]
                    [-n requests]
   One line of JSON on standard output. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "timing.h"

enum { MAX_CONNECTIONS = 1000, MAX_PHONES = 100000, MAX_PATHS = 8, MAX_SAMPLES = 4000000, HEAD = 8192, EVENTS = 64 };

struct phone {
    struct in_addr address;
    int paths;
    char *request[MAX_PATHS];
};

struct connection {
    int handle, asked, in_head, busy, is_open;
    struct phone *phone;
    uint64_t began;
    long long left; /* octets of the body that have not come */
    size_t size;
    char head[HEAD + 1];
};

static struct {
    const char *server;
    int port, connections, per_connection;
    double seconds, rate;
    uint64_t requests;
} opt = {"10.77.0.1", 8667, 64, 10, 3, 0, UINT64_MAX};

static struct phone phones[MAX_PHONES];
static struct connection connections[MAX_CONNECTIONS];
static struct sockaddr_in server;
static int phone_count, next_phone, waiting;
static uint64_t asked, done, bad, failed, octets, crowded, sample_count;
static uint32_t *samples;
static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static int read_phones(void)
{
    char line[4096];
    while (phone_count < MAX_PHONES && fgets(line, sizeof line, stdin)) {
        struct phone *phone = &phones[phone_count];
        char *rest = NULL, *address = strtok_r(line, " \n", &rest), *agent = strtok_r(NULL, " \n", &rest), *path;
        if (!address || !agent || inet_pton(AF_INET, address, &phone->address) != 1)
            return 0;
        for (char *at = agent; (at = strchr(at, '_')); at++)
            *at = ' ';
        while (phone->paths < MAX_PATHS && (path = strtok_r(NULL, " \n", &rest)))
            if (asprintf(&phone->request[phone->paths++],
                         "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: %s\r\nAccept: */*\r\n\r\n", path, opt.server,
                         opt.port, agent) < 0)
                return 0;
        if (!phone->paths)
            return 0;
        phone_count++;
    }
    return phone_count > 0;
}

static void open_one(struct connection *connection)
{
    int one = 1;
    connection->phone = &phones[next_phone++ % phone_count];
    connection->handle = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connection->asked = connection->is_open = 0;
    connection->busy = 1;
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr = connection->phone->address};
    struct linger at_once = {1, 0}; /* no port is held in TIME_WAIT */
    setsockopt(connection->handle, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    setsockopt(connection->handle, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    setsockopt(connection->handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind(connection->handle, (struct sockaddr *)&from, sizeof from) ||
        (connect(connection->handle, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS)) {
        perror("http_load: connect");
        exit(1);
    }
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = connection};
    epoll_ctl(waiting, EPOLL_CTL_ADD, connection->handle, &event);
}

static void ask(struct connection *connection)
{
    const char *request = connection->phone->request[connection->asked++ % connection->phone->paths];
    connection->began = microseconds();
    asked++;
    connection->in_head = connection->busy = 1;
    connection->size = 0;
    if (send(connection->handle, request, strlen(request), MSG_NOSIGNAL) < 0)
        failed++;
}

/* The connection is free; without a rate it asks at once. */
static void go_on(struct connection *connection, int is_over)
{
    connection->busy = 0;
    if (is_over || connection->asked >= opt.per_connection) {
        close(connection->handle);
        if (asked < opt.requests)
            open_one(connection);
    } else if (opt.rate <= 0) {
        ask(connection);
    }
}

static void opened(struct connection *connection)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(waiting, EPOLL_CTL_MOD, connection->handle, &event);
    connection->is_open = 1;
    go_on(connection, 0);
}

static void answered(struct connection *connection)
{
    done++;
    if (sample_count < MAX_SAMPLES)
        samples[sample_count++] = (uint32_t)(microseconds() - connection->began);
    go_on(connection, 0);
}

static void receive(struct connection *connection)
{
    static char body[1 << 18];
    char *into = connection->in_head ? connection->head + connection->size : body;
    size_t room = connection->in_head ? HEAD - connection->size : sizeof body;
    ssize_t size = recv(connection->handle, into, room, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN)
        return;
    if (size <= 0) {
        failed += (uint64_t)connection->busy;
        go_on(connection, 1);
        return;
    }
    octets += (uint64_t)size;
    if (connection->in_head) {
        connection->size += (size_t)size;
        connection->head[connection->size] = 0;
        char *end = strstr(connection->head, "\r\n\r\n"), *length = strcasestr(connection->head, "\r\nContent-Length:");
        if (!end && connection->size < HEAD)
            return;
        if (!end || !length || strncmp(connection->head, "HTTP/1.1 200", 12)) {
            if (!bad++)
                fprintf(stderr, "http_load: %.40s\n", connection->head);
            go_on(connection, 1);
            return;
        }
        connection->in_head = 0;
        connection->left = atoll(length + 17) - (long long)(connection->head + connection->size - end - 4);
    } else {
        connection->left -= size;
    }
    if (connection->left <= 0)
        answered(connection);
}

static void heard(struct connection *connection)
{
    if (connection->is_open)
        receive(connection);
    else
        opened(connection);
}

static void ask_in_time(uint64_t now, uint64_t began)
{
    static uint64_t begun;
    static int next;
    for (uint64_t due = (uint64_t)((double)(now - began) / 1e6 * opt.rate); begun < due; begun++) {
        int tried = 0;
        while (connections[next].busy && tried++ < opt.connections)
            next = (next + 1) % opt.connections;
        if (connections[next].busy) {
            crowded++;
            continue;
        }
        ask(&connections[next]);
        next = (next + 1) % opt.connections;
    }
}

static void read_options(int argc, char **argv)
{
    int letter;
    while ((letter = getopt(argc, argv, "d:p:c:k:t:R:n:")) > 0)
        switch (letter) {
        case 'd': opt.server = optarg; break;
        case 'p': opt.port = atoi(optarg); break;
        case 'c': opt.connections = atoi(optarg); break;
        case 'k': opt.per_connection = atoi(optarg); break;
        case 't': opt.seconds = atof(optarg); break;
        case 'R': opt.rate = atof(optarg); break;
        case 'n': opt.requests = strtoull(optarg, NULL, 10); break;
        default: exit(2);
        }
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)opt.port)};
    if (opt.connections < 1 || opt.connections > MAX_CONNECTIONS || opt.per_connection < 1 || opt.seconds <= 0 ||
        opt.requests < 1 || opt.rate < 0 || inet_pton(AF_INET, opt.server, &server.sin_addr) != 1) {
        fprintf(stderr, "http_load: an option is out of range\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct epoll_event events[EVENTS];

    read_options(argc, argv);
    if (!read_phones()) {
        fprintf(stderr, "http_load: a line is: address user-agent path ...\n");
        return 2;
    }
    signal(SIGTERM, stop);
    samples = malloc(MAX_SAMPLES * sizeof *samples);
    waiting = epoll_create1(0);
    if (!samples || waiting < 0) {
        perror("http_load");
        return 1;
    }
    uint64_t began = microseconds(), end = began + (uint64_t)(opt.seconds * 1e6), now = began;
    for (int number = 0; number < opt.connections; number++)
        open_one(&connections[number]);
    while (!stopped && done + bad + failed < opt.requests && (now = microseconds()) < end) {
        if (opt.rate > 0)
            ask_in_time(now, began);
        int count = epoll_wait(waiting, events, EVENTS, opt.rate > 0 ? 1 : 20);
        for (int number = 0; number < count; number++)
            heard(events[number].data.ptr);
    }
    double took = (double)(microseconds() - began) / 1e6;
    qsort(samples, sample_count, sizeof *samples, rising);
    printf("{\"seconds\":%.3f,\"done\":%llu,\"rate\":%.1f,\"mb_s\":%.2f,\"bad\":%llu,\"failed\":%llu,\"crowded\":%llu,"
           "\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
           took, (unsigned long long)done, (double)done / took, (double)octets / took / 1e6, (unsigned long long)bad,
           (unsigned long long)failed, (unsigned long long)crowded, milliseconds_at(samples, sample_count, 0.5),
           milliseconds_at(samples, sample_count, 0.99));
    return 0;
}
