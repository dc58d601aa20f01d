/* A TFTP load generator: so many clients, each of which reads one file after the other, and checks what it gets.

   A "%" in the name stands for the number of the transfer modulo 100.  Octet k of every file must be k modulo 256, and
   a file of another size than -e is bad.  A client that hears nothing for the timeout says again what it said last, and
   gives up after the eighth time.  It ends after its seconds or transfers, or earlier at SIGTERM.

   usage: tftp_load [-d server] [-p port] [-f name] [-c clients] [-n transfers] [-t seconds] [-b blksize]
                    [-w windowsize] [-l timeout-ms] [-e size]
   One line of JSON on standard output. */
#define _GNU_SOURCE
#include <arpa/inet.h>
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

enum { RRQ = 1, DATA = 3, ACK = 4, ERROR = 5, OACK = 6 };
enum { MAX_CLIENTS = 1000, MAX_SAMPLES = 4000000, LARGEST = 65536, EVENTS = 64, NAMES = 100, TRIES = 8 };

struct client {
    int handle, known, agreed, tries, is_bad;
    struct sockaddr_in peer;
    uint32_t next, in_window, blksize, windowsize;
    uint64_t got, began, heard;
    uint8_t said[512];
    size_t said_size;
};

static struct {
    const char *server, *name;
    int port, clients, timeout_ms, blksize, windowsize;
    long long expected;
    uint64_t transfers;
    double seconds;
} opt = {"10.77.0.1", "big.bin", 69, 16, 1000, 0, 0, -1, UINT64_MAX, 3};

static struct {
    uint64_t done, octets, bad, errors, timeouts, gave_up, started;
} counts;

static struct client clients[MAX_CLIENTS];
static struct sockaddr_in server;
static uint8_t pattern[LARGEST + 256]; /* what files are made of */
static uint32_t *samples;
static uint64_t sample_count;
static int waiting, live;
static volatile sig_atomic_t stopped;

static void repeat(struct client *client)
{
    const struct sockaddr_in *to = client->known ? &client->peer : &server;
    client->heard = microseconds();
    sendto(client->handle, client->said, client->said_size, 0, (const struct sockaddr *)to, sizeof *to);
}

static size_t put_text(struct client *client, size_t at, const char *text)
{
    size_t size = strlen(text) + 1;
    if (at + size > sizeof client->said)
        return at;
    memcpy(client->said + at, text, size);
    return at + size;
}

static size_t put_option(struct client *client, size_t at, const char *name, int value)
{
    char text[16];
    if (!value)
        return at;
    snprintf(text, sizeof text, "%d", value);
    return put_text(client, put_text(client, at, name), text);
}

static void acknowledge(struct client *client, uint32_t block)
{
    client->said[0] = 0, client->said[1] = ACK;
    client->said[2] = (uint8_t)(block >> 8), client->said[3] = (uint8_t)block;
    client->said_size = 4;
    client->in_window = 0;
    repeat(client);
}

/* Begin the next transfer, if there is one left. */
static void begin(struct client *client)
{
    char name[256] = "", number[16];
    const char *mark = strchr(opt.name, '%');
    if (counts.started >= opt.transfers)
        return;
    memset(client, 0, sizeof *client);
    snprintf(number, sizeof number, "%d", (int)(counts.started++ % NAMES));
    if (mark)
        snprintf(name, sizeof name, "%.*s%s%s", (int)(mark - opt.name), opt.name, number, mark + 1);
    else
        snprintf(name, sizeof name, "%s", opt.name);
    client->handle = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (client->handle < 0) {
        perror("tftp_load: socket");
        exit(1);
    }
    int buffer = 4 << 20;
    setsockopt(client->handle, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(waiting, EPOLL_CTL_ADD, client->handle, &event);
    client->next = 1, client->blksize = 512, client->windowsize = 1;
    client->said[1] = RRQ;
    size_t at = put_text(client, put_text(client, 2, name), "octet");
    at = put_option(client, at, "blksize", opt.blksize);
    client->said_size = put_option(client, at, "windowsize", opt.windowsize);
    client->began = microseconds();
    live++;
    repeat(client);
}

static void finish(struct client *client, int is_whole)
{
    uint64_t now = microseconds();
    close(client->handle);
    live--;
    if (is_whole && !client->is_bad && (opt.expected < 0 || client->got == (uint64_t)opt.expected)) {
        counts.done++;
        counts.octets += client->got;
        if (sample_count < MAX_SAMPLES)
            samples[sample_count++] = (uint32_t)(now - client->began);
    } else if (is_whole) {
        counts.bad++;
    }
    client->began = 0;
    begin(client);
}

static void agree(struct client *client, uint8_t *packet, size_t size)
{
    packet[size] = 0;
    for (size_t at = 2; at < size;) {
        const char *name = (const char *)packet + at;
        at += strlen(name) + 1;
        if (at >= size)
            break;
        const char *value = (const char *)packet + at;
        at += strlen(value) + 1;
        if (!strcasecmp(name, "blksize"))
            client->blksize = (uint32_t)atoi(value);
        if (!strcasecmp(name, "windowsize"))
            client->windowsize = (uint32_t)atoi(value);
    }
    client->agreed = 1;
    acknowledge(client, 0);
}

/* Take one block; 1 when it was the last. */
static int take(struct client *client, const uint8_t *packet, size_t size)
{
    uint32_t block = (uint32_t)packet[2] << 8 | packet[3];
    if (block != (client->next & 0xffff)) {
        if (client->in_window) /* something is lost: say what is here, once */
            acknowledge(client, client->next - 1);
        return 0;
    }
    if (memcmp(packet + 4, pattern + (client->got & 255), size - 4))
        client->is_bad = 1;
    client->got += size - 4;
    client->next++;
    client->tries = 0;
    int is_last = size - 4 < client->blksize;
    if (++client->in_window >= client->windowsize || is_last)
        acknowledge(client, block);
    return is_last;
}

static void receive(struct client *client)
{
    static uint8_t packet[LARGEST + 1];
    struct sockaddr_in from;
    for (int turn = 0; turn < 128; turn++) {
        socklen_t size_of_from = sizeof from;
        ssize_t size = recvfrom(client->handle, packet, LARGEST, 0, (struct sockaddr *)&from, &size_of_from);
        if (size < 4)
            return;
        if (!client->known)
            client->peer = from, client->known = 1;
        else if (from.sin_port != client->peer.sin_port)
            continue;
        client->heard = microseconds();
        if (packet[1] == ERROR) {
            if (!counts.errors++)
                fprintf(stderr, "tftp_load: error %d: %.*s\n", packet[3], (int)(size - 4), (char *)packet + 4);
            finish(client, 0);
            return;
        }
        if (packet[1] == OACK && !client->agreed)
            agree(client, packet, (size_t)size);
        if (packet[1] == DATA && take(client, packet, (size_t)size)) {
            finish(client, 1);
            return;
        }
    }
}

static void look_for_late(uint64_t now)
{
    for (int number = 0; number < opt.clients; number++) {
        struct client *client = &clients[number];
        if (!client->began || now < client->heard + (uint64_t)opt.timeout_ms * 1000u)
            continue;
        counts.timeouts++;
        if (++client->tries > TRIES) {
            counts.gave_up++;
            finish(client, 0);
        } else {
            repeat(client);
        }
    }
}

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static double at(double part)
{
    return milliseconds_at(samples, sample_count, part);
}

static void read_options(int argc, char **argv)
{
    int letter;
    while ((letter = getopt(argc, argv, "d:p:f:c:n:t:b:w:l:e:")) > 0)
        switch (letter) {
        case 'd': opt.server = optarg; break;
        case 'p': opt.port = atoi(optarg); break;
        case 'f': opt.name = optarg; break;
        case 'c': opt.clients = atoi(optarg); break;
        case 'n': opt.transfers = strtoull(optarg, NULL, 10); break;
        case 't': opt.seconds = atof(optarg); break;
        case 'b': opt.blksize = atoi(optarg); break;
        case 'w': opt.windowsize = atoi(optarg); break;
        case 'l': opt.timeout_ms = atoi(optarg); break;
        case 'e': opt.expected = atoll(optarg); break;
        default: exit(2);
        }
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)opt.port)};
    if (opt.clients < 1 || opt.clients > MAX_CLIENTS || opt.seconds <= 0 || opt.seconds > 300 || opt.timeout_ms < 1 ||
        strlen(opt.name) > 200 || inet_pton(AF_INET, opt.server, &server.sin_addr) != 1) {
        fprintf(stderr, "tftp_load: an option is out of range\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct epoll_event events[EVENTS];

    read_options(argc, argv);
    signal(SIGTERM, stop);
    for (size_t at = 0; at < sizeof pattern; at++)
        pattern[at] = (uint8_t)at;
    samples = malloc(MAX_SAMPLES * sizeof *samples);
    waiting = epoll_create1(0);
    if (!samples || waiting < 0) {
        perror("tftp_load");
        return 1;
    }
    uint64_t began = microseconds(), end = began + (uint64_t)(opt.seconds * 1e6), looked = began, now = began;
    for (int number = 0; number < opt.clients; number++)
        begin(&clients[number]);
    while (!stopped && live && (now = microseconds()) < end) {
        int count = epoll_wait(waiting, events, EVENTS, 20);
        for (int number = 0; number < count; number++)
            receive(events[number].data.ptr);
        if (now - looked > 20000) {
            looked = now;
            look_for_late(now);
        }
    }
    /* What is under way counts by its octets: a large file need not end in time. */
    uint64_t octets = counts.octets;
    for (int number = 0; number < opt.clients; number++)
        octets += clients[number].began && !clients[number].is_bad ? clients[number].got : 0;
    double took = (double)(microseconds() - began) / 1e6;
    qsort(samples, sample_count, sizeof *samples, rising);
    printf("{\"seconds\":%.3f,\"done\":%llu,\"rate\":%.1f,\"mb_s\":%.2f,\"bad\":%llu,\"errors\":%llu,"
           "\"timeouts\":%llu,\"gave_up\":%llu,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
           took, (unsigned long long)counts.done, (double)counts.done / took, (double)octets / took / 1e6,
           (unsigned long long)counts.bad, (unsigned long long)counts.errors, (unsigned long long)counts.timeouts,
           (unsigned long long)counts.gave_up, at(0.5), at(0.99));
    if (!octets && !counts.done)
        fprintf(stderr, "tftp_load: nothing was read\n");
    return !octets && !counts.done;
}
