/* A DHCPv4 load generator: it keeps a fixed number of exchanges outstanding ("closed loop"), or begins so many a second
   whatever becomes of them ("open loop", -R), as clients do that know nothing of each other.

   It plays a relay agent: every message leaves from giaddr:67 and carries that giaddr, so that one machine with one
   address can be forty thousand clients.  Each exchange (DISCOVER to OFFER, DORA, or a renewing REQUEST to its ACK)
   occupies one lane; when it ends, the lane takes the next client.  A lane that hears nothing for the timeout gives its
   client up, counts a loss and goes on.  In the open loop an ended lane waits for its turn; when none is free, the
   exchange that is due is counted as never begun.

   It ends after its seconds, or earlier at SIGTERM, and then reports what it has.  It checks what it is given: an
   address acknowledged to one client while another still holds it is a conflict.

   usage: load [-m dora|discover|renew] [-d server] [-g giaddr] [-n clients] [-w lanes] [-t seconds] [-r] [-i]
               [-v vendor-class] [-o oui] [-f fill-seconds] [-l timeout-ms] [-R rate]
     -r  clients in random order        -i  send option 61        -v  send option 60        -o  first three MAC octets
   One line of JSON on standard output. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dhcp.h"
#include "timing.h"

enum { MAX_LANES = 65535, MAX_SAMPLES = 4000000, MAX_OPEN_SECONDS = 600, CALM = 32 };

struct lane {
    uint32_t client, address, server;
    uint16_t round; /* tells a late answer from the one that is awaited */
    uint8_t sending;
    uint64_t began, sent;
};

struct options {
    const char *mode, *server, *giaddr, *vendor;
    uint32_t clients, lanes, oui;
    double seconds, fill_seconds, rate;
    int timeout_ms, shuffled, client_id;
};

struct counts {
    uint64_t done, timeouts, naks, conflicts, moved, crowded;
};

static struct options opt = {
    .mode = "dora", .server = "10.77.0.1", .giaddr = "10.77.0.2", .clients = 40000, .lanes = 32, .oui = 0x02aa00,
    .seconds = 3, .fill_seconds = 60, .timeout_ms = 1000,
};
static struct lane lanes[MAX_LANES];
static struct counts counts;
static uint32_t *order, *held;         /* the order of clients; the address that each holds */
static uint32_t *holder;               /* by the low 24 bits of an address: client + 1 */
static uint32_t *samples;              /* microseconds of each timed exchange */
static uint32_t *idle, idle_count;     /* lanes that wait for their turn in the open loop */
static uint64_t sample_count, next_client;
static int handle, renewing, timing;
static volatile sig_atomic_t stopped;
static uint8_t giaddr_octets[4];

static void put_mac(uint8_t *at, uint32_t client)
{
    put32(at, opt.oui << 8 | client >> 16);
    at[4] = (uint8_t)(client >> 8);
    at[5] = (uint8_t)client;
}

static void transmit(uint32_t number)
{
    static const uint8_t wanted[] = {1, 3, 6, 15, 42, 43, 51, 66, 67, 150, 160};
    struct lane *lane = &lanes[number];
    uint8_t message[LARGEST] = {0}, *at = message + FIXED, octets[7];

    put_head(message, number << 16 | lane->round, giaddr_octets);
    put_mac(message + 28, lane->client);
    at = put_option(at, 53, &lane->sending, 1);
    if (lane->sending == REQUEST && renewing && timing) {
        put32(message + 12, lane->address);
    } else if (lane->sending == REQUEST) {
        at = put_number(at, 54, lane->server);
        at = put_number(at, 50, lane->address);
    }
    if (opt.vendor)
        at = put_option(at, 60, opt.vendor, strlen(opt.vendor));
    if (opt.client_id) {
        octets[0] = 1;
        put_mac(octets + 1, lane->client);
        at = put_option(at, 61, octets, 7);
    }
    at = put_option(at, 55, wanted, sizeof wanted);
    size_t size = put_end(message, at);
    lane->sent = microseconds();
    while (send(handle, message, size, 0) < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ECONNREFUSED))
        usleep(100);
}

static void begin(uint32_t number)
{
    struct lane *lane = &lanes[number];
    lane->round++;
    lane->began = microseconds();
    lane->sending = DISCOVER;
    lane->client = order[next_client++ % opt.clients];
    if (renewing && timing) {
        while (!held[lane->client])
            lane->client = order[next_client++ % opt.clients];
        lane->sending = REQUEST;
        lane->address = held[lane->client];
    }
    transmit(number);
}

/* The lane's exchange has ended, well or not. */
static void ended(uint32_t number)
{
    if (!timing || !opt.rate) {
        begin(number);
        return;
    }
    lanes[number].round++; /* what still comes for it is late */
    lanes[number].sending = 0;
    idle[idle_count++] = number;
}

static void finish(uint32_t number, uint64_t now)
{
    counts.done++;
    if (timing && sample_count < MAX_SAMPLES)
        samples[sample_count++] = (uint32_t)(now - lanes[number].began);
    ended(number);
}

static void acknowledged(const struct lane *lane, uint32_t address)
{
    uint32_t *slot = &holder[address & 0xffffff], before = held[lane->client];
    if (*slot && *slot != lane->client + 1)
        counts.conflicts++;
    if (before && before != address) {
        counts.moved++;
        if (holder[before & 0xffffff] == lane->client + 1)
            holder[before & 0xffffff] = 0;
    }
    *slot = lane->client + 1;
    held[lane->client] = address;
}

static void receive(const uint8_t *message, size_t size)
{
    struct answer answer;
    if (!read_answer(message, size, &answer))
        return;
    uint32_t number = answer.xid >> 16;
    if (number >= opt.lanes || lanes[number].round != (answer.xid & 0xffff))
        return;
    struct lane *lane = &lanes[number];
    uint64_t now = microseconds();
    if (answer.kind == NAK) {
        counts.naks++;
        ended(number);
    } else if (lane->sending == DISCOVER && answer.kind == OFFER) {
        if (!strcmp(opt.mode, "discover")) {
            finish(number, now);
            return;
        }
        lane->sending = REQUEST;
        lane->address = answer.address;
        lane->server = answer.server;
        transmit(number);
    } else if (lane->sending == REQUEST && answer.kind == ACK) {
        acknowledged(lane, answer.address);
        finish(number, now);
    }
}

static void give_up(uint64_t now)
{
    for (uint32_t number = 0; number < opt.lanes; number++)
        if (lanes[number].sending && now - lanes[number].sent > (uint64_t)opt.timeout_ms * 1000u) {
            counts.timeouts++;
            ended(number);
        }
}

/* Begin what is due by now; how many that makes in all. */
static uint64_t begin_due(uint64_t begun, uint64_t passed)
{
    for (uint64_t due = (uint64_t)((double)passed * opt.rate / 1e6); begun < due; begun++)
        if (idle_count)
            begin(idle[--idle_count]);
        else
            counts.crowded++;
    return begun;
}

/* Keep all lanes busy for a time, or until so many exchanges are done; the seconds that it took. */
static double drive(double seconds, uint64_t enough)
{
    uint64_t began = microseconds(), end = began + (uint64_t)(seconds * 1e6), looked = began, begun = 0, now;
    uint8_t message[LARGEST];
    uint32_t filling = opt.rate && opt.lanes > CALM ? CALM : opt.lanes; /* an open loop has lanes for the worst */
    for (uint32_t number = 0; number < (timing ? opt.lanes : filling); number++)
        ended(number);
    while (!stopped && (now = microseconds()) < end && counts.done < enough) {
        if (now - looked > 10000) {
            looked = now;
            give_up(now);
        }
        if (timing && opt.rate)
            begun = begin_due(begun, now - began);
        struct pollfd waiting = {handle, POLLIN, 0};
        if (poll(&waiting, 1, timing && opt.rate ? 1 : 10) <= 0)
            continue;
        ssize_t size;
        for (int turn = 0; turn < 64 && (size = recv(handle, message, sizeof message, MSG_DONTWAIT)) > 0; turn++)
            receive(message, (size_t)size);
    }
    return (double)(microseconds() - began) / 1e6;
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
    while ((letter = getopt(argc, argv, "m:d:g:n:w:t:f:l:v:o:R:ri")) > 0)
        switch (letter) {
        case 'm': opt.mode = optarg; break;
        case 'd': opt.server = optarg; break;
        case 'g': opt.giaddr = optarg; break;
        case 'n': opt.clients = (uint32_t)atoi(optarg); break;
        case 'w': opt.lanes = (uint32_t)atoi(optarg); break;
        case 't': opt.seconds = atof(optarg); break;
        case 'f': opt.fill_seconds = atof(optarg); break;
        case 'l': opt.timeout_ms = atoi(optarg); break;
        case 'v': opt.vendor = optarg; break;
        case 'o': opt.oui = (uint32_t)strtoul(optarg, NULL, 16); break;
        case 'R': opt.rate = atof(optarg); break;
        case 'r': opt.shuffled = 1; break;
        case 'i': opt.client_id = 1; break;
        default: exit(2);
        }
    if (!opt.clients || opt.clients > 1u << 24 || !opt.lanes || opt.lanes > MAX_LANES || opt.lanes > opt.clients ||
        opt.rate < 0 || opt.seconds <= 0 || opt.seconds > MAX_OPEN_SECONDS || opt.fill_seconds > MAX_OPEN_SECONDS ||
        (opt.vendor && strlen(opt.vendor) > 255)) {
        fprintf(stderr, "load: an option is out of range\n");
        exit(2);
    }
    renewing = !strcmp(opt.mode, "renew");
    if (!renewing && strcmp(opt.mode, "dora") && strcmp(opt.mode, "discover")) {
        fprintf(stderr, "load: -m dora, discover or renew\n");
        exit(2);
    }
}

static void open_socket(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(67)}, there = here;
    int buffer = 4 << 20, yes = 1;
    handle = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(handle, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (inet_pton(AF_INET, opt.giaddr, &here.sin_addr) != 1 || inet_pton(AF_INET, opt.server, &there.sin_addr) != 1) {
        fprintf(stderr, "load: not an address\n");
        exit(2);
    }
    memcpy(giaddr_octets, &here.sin_addr, 4);
    if (bind(handle, (struct sockaddr *)&here, sizeof here) || connect(handle, (struct sockaddr *)&there, sizeof there)) {
        perror("load: cannot speak from the giaddr");
        exit(1);
    }
}

static void prepare(void)
{
    uint64_t state = 88172645463325252u;
    order = malloc(opt.clients * sizeof *order);
    held = calloc(opt.clients, sizeof *held);
    holder = calloc(1u << 24, sizeof *holder);
    samples = malloc(MAX_SAMPLES * sizeof *samples);
    idle = malloc(opt.lanes * sizeof *idle);
    if (!order || !held || !holder || !samples || !idle) {
        fprintf(stderr, "load: out of memory\n");
        exit(1);
    }
    for (uint32_t client = 0; client < opt.clients; client++)
        order[client] = client;
    for (uint32_t left = opt.clients; opt.shuffled && left > 1; left--) {
        uint32_t other = (uint32_t)(shifted(&state) % left), kept = order[left - 1];
        order[left - 1] = order[other];
        order[other] = kept;
    }
}

int main(int argc, char **argv)
{
    uint8_t late[LARGEST];
    uint32_t addresses = 0;
    double filled = 0;

    read_options(argc, argv);
    signal(SIGTERM, stop);
    open_socket();
    prepare();
    if (renewing) {
        filled = drive(opt.fill_seconds, opt.clients);
        uint64_t conflicts = counts.conflicts;
        memset(&counts, 0, sizeof counts);
        counts.conflicts = conflicts;
        usleep(200000);
        while (recv(handle, late, sizeof late, MSG_DONTWAIT) > 0)
            ;
        next_client = 0;
    }
    for (uint32_t client = 0; client < opt.clients; client++)
        addresses += held[client] != 0;
    if (renewing && !addresses) {
        fprintf(stderr, "load: nobody got an address\n");
        return 1;
    }
    timing = 1;
    double took = drive(opt.seconds, UINT64_MAX);
    for (addresses = 0; opt.clients; opt.clients--)
        addresses += held[opt.clients - 1] != 0;
    qsort(samples, sample_count, sizeof *samples, rising);
    printf("{\"mode\":\"%s\",\"seconds\":%.3f,\"done\":%llu,\"rate\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
           "\"max_ms\":%.3f,\"timeouts\":%llu,\"naks\":%llu,\"conflicts\":%llu,\"moved\":%llu,\"addresses\":%u,"
           "\"fill_seconds\":%.1f,\"crowded\":%llu}\n",
           opt.mode, took, (unsigned long long)counts.done, (double)counts.done / took, at(0.5),
           at(0.99), at(1), (unsigned long long)counts.timeouts,
           (unsigned long long)counts.naks, (unsigned long long)counts.conflicts, (unsigned long long)counts.moved,
           addresses, filled, (unsigned long long)counts.crowded);
    return 0;
}
