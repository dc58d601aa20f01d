/* DHCPv4 clients that come, renew, start again, give back, decline and vanish, and write down what they were given.

   They stand behind one relay address on the loopback (RFC 8357 lets it send from any port).  So many of them are busy at
   a time; each busy one has a lane.  What a client may believe is written to a file, for somebody else to judge: one
   record of 32 octets for each ACK, NAK, RELEASE, DECLINE, for each address that a DECLINE put into quarantine (the next
   OFFER names another one), and for each client that asked for its lease and never heard anything.

   It ends after so many exchanges, or at SIGTERM; then, and at each SIGUSR1, every client that holds a lease asks for it
   as after a restart (INIT-REBOOT).

   usage: clients -p port -g giaddr -o file [-n clients] [-w lanes] [-e exchanges] [-l timeout-ms] [-s seed] [-D declines]
                  [-V vanishing, in 10,000] [-G giving back, in 10,000]
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

#include "../../../bench/dhcp.h"
#include "../../../bench/timing.h"

enum { QUARANTINED = 64, UNANSWERED = 65 };                                  /* kinds of records that are no messages */
enum { IDLE, DISCOVERING, SELECTING, RENEWING, REBOOTING };                  /* what a lane is at */
enum { MAX_LANES = 4096 };
enum { DISCOVERS = 2, REQUESTS = 200 };                                      /* tries before a client gives up */

struct record {
    uint64_t at, asked; /* microseconds: when it was heard or sent; when it was asked for at first */
    uint32_t client, address, seconds;
    uint8_t kind, how, unused[2];
};

struct client {
    uint32_t address, declined;
    uint64_t end;
    uint8_t generation, busy;
};

struct lane {
    uint32_t client, address, server, tries;
    uint16_t round;
    uint8_t phase;
    uint64_t asked, sent;
};

static const char *giaddr = "127.80.0.1", *path;
static uint32_t client_count = 1000, lane_count = 32, declines, vanishing, giving_back = 800;
static uint64_t exchanges = 10000, seed = 88172645463325252u, timeout = 300000;
static uint16_t port;
static struct client *clients;
static struct lane lanes[MAX_LANES];
static struct sockaddr_in there;
static uint8_t giaddr_octets[4];
static int handle;
static FILE *out;
static uint64_t done, sent_again, unserved, refused, released, declined, vanished, rebooted, slowest;
static uint32_t sweep; /* the next client to ask for what it holds; client_count: nobody is asked */
static volatile sig_atomic_t stopped, wanted;

static uint32_t chance(uint32_t below)
{
    return (uint32_t)((shifted(&seed) >> 16) % below);
}

static uint32_t name_of(uint32_t number)
{
    return (uint32_t)clients[number].generation << 24 | number;
}

static void note(uint8_t kind, const struct lane *lane, uint32_t address, uint32_t seconds)
{
    struct record record = {
        .at = microseconds(), .asked = lane->asked, .client = name_of(lane->client), .address = address,
        .seconds = seconds, .kind = kind, .how = lane->phase,
    };
    fwrite(&record, sizeof record, 1, out);
}

/* Send a message; `ciaddr`, option 50 and option 54 where they are not 0. */
static void emit(uint32_t number, uint8_t kind, uint32_t ciaddr, uint32_t requested, uint32_t server)
{
    static const uint8_t agent[2] = {19, 0};
    const struct lane *lane = &lanes[number];
    uint8_t message[LARGEST] = {0}, *at = message + FIXED;

    put_head(message, number << 16 | lane->round, giaddr_octets);
    put32(message + 12, ciaddr);
    message[28] = 2, message[29] = 0x0d;
    put32(message + 30, name_of(lane->client));
    at = put_option(at, 53, &kind, 1);
    if (requested)
        at = put_number(at, 50, requested);
    if (server)
        at = put_number(at, 54, server);
    size_t size = put_end(message, put_option(at, 82, agent, sizeof agent));
    for (int again = 0; again < 1000; again++) {
        if (sendto(handle, message, size, 0, (struct sockaddr *)&there, sizeof there) >= 0)
            return;
        if (errno != EAGAIN && errno != ENOBUFS && errno != ECONNREFUSED && errno != EPERM)
            break;
        usleep(100);
    }
}

static void transmit(uint32_t number)
{
    struct lane *lane = &lanes[number];
    lane->sent = microseconds();
    switch (lane->phase) {
    case DISCOVERING: emit(number, DISCOVER, 0, 0, 0); break;
    case SELECTING: emit(number, REQUEST, 0, lane->address, lane->server); break;
    case RENEWING: emit(number, REQUEST, lane->address, 0, 0); break;
    case REBOOTING: emit(number, REQUEST, 0, lane->address, 0); break;
    }
}

static void ask(uint32_t number, uint8_t phase)
{
    struct lane *lane = &lanes[number];
    lane->phase = phase;
    lane->tries = 0;
    lane->round++;
    lane->asked = microseconds();
    transmit(number);
}

static int holds(const struct client *client, uint64_t now)
{
    return client->address && client->end > now;
}

/* A client that holds an address does something with it. */
static void act(uint32_t number, struct client *client)
{
    struct lane *lane = &lanes[number];
    uint32_t roll = chance(10000);
    lane->address = client->address;
    if (roll < vanishing) { /* it is gone, and its lease has to run out; somebody else comes */
        vanished++;
        client->generation++;
        client->address = client->declined = 0;
    } else if (roll < vanishing + 20 && declined < declines) {
        declined++;
        note(DECLINE, lane, client->address, 0);
        emit(number, DECLINE, 0, client->address, lane->server);
        client->declined = client->address;
        client->address = 0;
    } else if (roll < vanishing + 20 + giving_back) {
        released++;
        note(RELEASE, lane, client->address, 0);
        emit(number, RELEASE, client->address, 0, lane->server);
        client->address = 0;
    } else if (roll < 2500) {
        rebooted++;
        ask(number, REBOOTING);
        return;
    } else if (roll > 3500) {
        ask(number, RENEWING);
        return;
    } /* else it forgot what it had */
    ask(number, DISCOVERING);
}

static void begin(uint32_t number)
{
    struct lane *lane = &lanes[number];
    uint64_t now = microseconds();
    lane->phase = IDLE;
    for (; sweep < client_count; sweep++) {
        struct client *client = &clients[sweep];
        if (client->busy || !holds(client, now + 2 * timeout))
            continue;
        lane->client = sweep++;
        client->busy = 1;
        lane->address = client->address;
        ask(number, REBOOTING);
        return;
    }
    if (stopped || done >= exchanges)
        return;
    uint32_t found = chance(client_count);
    while (clients[found].busy)
        found = (found + 1) % client_count;
    struct client *client = &clients[found];
    lane->client = found;
    client->busy = 1;
    if (holds(client, now))
        act(number, client);
    else
        ask(number, DISCOVERING);
}

static void finish(uint32_t number)
{
    clients[lanes[number].client].busy = 0;
    done++;
    begin(number);
}

static void heard(uint32_t number, const struct answer *answer)
{
    uint32_t address = answer->address, seconds = answer->seconds;
    int kind = answer->kind;
    struct lane *lane = &lanes[number];
    struct client *client = &clients[lane->client];
    uint64_t now = microseconds();
    if (lane->phase == DISCOVERING && kind == OFFER) {
        if (client->declined == address) { /* the DECLINE was not heard */
            emit(number, DECLINE, 0, address, answer->server);
            ask(number, DISCOVERING);
            return;
        }
        if (client->declined)
            note(QUARANTINED, lane, client->declined, 0);
        client->declined = 0;
        lane->address = address;
        lane->server = answer->server;
        ask(number, SELECTING);
    } else if (lane->phase != DISCOVERING && kind == ACK) {
        note(ACK, lane, address, seconds);
        client->address = address;
        client->end = lane->asked + (uint64_t)seconds * 1000000u;
        if (now - lane->asked > slowest)
            slowest = now - lane->asked;
        finish(number);
    } else if (lane->phase != DISCOVERING && kind == NAK) {
        refused++;
        note(NAK, lane, lane->address, 0);
        client->address = 0;
        finish(number);
    }
}

static void receive(const uint8_t *message, size_t size)
{
    struct answer answer;
    if (!read_answer(message, size, &answer))
        return;
    uint32_t number = answer.xid >> 16;
    if (number < lane_count && lanes[number].round == (answer.xid & 0xffff))
        heard(number, &answer);
}

static void again(uint32_t number)
{
    struct lane *lane = &lanes[number];
    if (++lane->tries < (lane->phase == DISCOVERING ? (uint32_t)DISCOVERS : (uint32_t)REQUESTS)) {
        sent_again++;
        if (lane->phase == DISCOVERING && clients[lane->client].declined)
            emit(number, DECLINE, 0, clients[lane->client].declined, lane->server);
        transmit(number);
        return;
    }
    clients[lane->client].address = clients[lane->client].busy = 0;
    if (lane->phase == DISCOVERING)
        unserved++;
    else
        note(UNANSWERED, lane, lane->address, 0);
    begin(number);
}

/* Turn until there is nothing more to do. */
static void drive(void)
{
    uint8_t message[LARGEST];
    uint64_t looked = 0, now;
    int swept = 0, busy = 1;
    while (busy) {
        if (wanted) {
            wanted = 0;
            sweep = 0;
        }
        if (!swept && (stopped || done >= exchanges)) {
            swept = 1;
            sweep = 0;
        }
        now = microseconds();
        if (now - looked > 10000) {
            looked = now;
            fflush(out);
            busy = 0;
            for (uint32_t number = 0; number < lane_count; number++) {
                if (lanes[number].phase == IDLE)
                    begin(number);
                else if (now - lanes[number].sent > timeout)
                    again(number);
                busy |= lanes[number].phase != IDLE;
            }
            busy |= !swept;
        }
        struct pollfd waiting = {handle, POLLIN, 0};
        if (poll(&waiting, 1, 10) <= 0)
            continue;
        ssize_t size;
        for (int turn = 0; turn < 64 && (size = recv(handle, message, sizeof message, MSG_DONTWAIT)) > 0; turn++)
            receive(message, (size_t)size);
    }
}

static void stop(int signal)
{
    if (signal == SIGUSR1)
        wanted = 1;
    else
        stopped = 1;
}

static void read_options(int argc, char **argv)
{
    int letter;
    while ((letter = getopt(argc, argv, "p:g:o:n:w:e:l:s:D:V:G:")) > 0)
        switch (letter) {
        case 'p': port = (uint16_t)atoi(optarg); break;
        case 'g': giaddr = optarg; break;
        case 'o': path = optarg; break;
        case 'n': client_count = (uint32_t)atoi(optarg); break;
        case 'w': lane_count = (uint32_t)atoi(optarg); break;
        case 'e': exchanges = strtoull(optarg, NULL, 10); break;
        case 'l': timeout = strtoull(optarg, NULL, 10) * 1000; break;
        case 's': seed ^= strtoull(optarg, NULL, 10) << 32; break;
        case 'D': declines = (uint32_t)atoi(optarg); break;
        case 'V': vanishing = (uint32_t)atoi(optarg); break;
        case 'G': giving_back = (uint32_t)atoi(optarg); break;
        default: exit(2);
        }
    if (!port || !path || !timeout || !lane_count || lane_count > MAX_LANES || client_count <= lane_count ||
        client_count >= 1u << 24 || vanishing + giving_back > 2000) {
        fprintf(stderr, "clients: an option is missing or out of range\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    int buffer = 4 << 20;
    struct sockaddr_in here = {.sin_family = AF_INET};
    read_options(argc, argv);
    signal(SIGTERM, stop), signal(SIGINT, stop), signal(SIGUSR1, stop);
    clients = calloc(client_count, sizeof *clients);
    out = fopen(path, "wb");
    handle = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(handle, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    there.sin_family = AF_INET, there.sin_port = htons(port), inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
    if (!clients || !out || inet_pton(AF_INET, giaddr, &here.sin_addr) != 1 ||
        bind(handle, (struct sockaddr *)&here, sizeof here)) {
        perror("clients: cannot begin");
        return 1;
    }
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    memcpy(giaddr_octets, &here.sin_addr, 4);
    sweep = client_count;
    uint64_t began = microseconds();
    drive();
    fclose(out);
    printf("{\"exchanges\":%llu,\"seconds\":%.3f,\"sent_again\":%llu,\"unserved\":%llu,\"refused\":%llu,"
           "\"released\":%llu,\"declined\":%llu,\"vanished\":%llu,\"rebooted\":%llu,\"slowest_ms\":%.1f}\n",
           (unsigned long long)done, (double)(microseconds() - began) / 1e6, (unsigned long long)sent_again,
           (unsigned long long)unserved, (unsigned long long)refused, (unsigned long long)released,
           (unsigned long long)declined, (unsigned long long)vanished, (unsigned long long)rebooted,
           (double)slowest / 1000);
    return 0;
}
