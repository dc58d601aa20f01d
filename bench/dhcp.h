/* DHCPv4 messages as the load generator and the clients of the checker write and read them. */
#ifndef DHCP_H
#define DHCP_H
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, DECLINE = 4, ACK = 5, NAK = 6, RELEASE = 7 };
enum { FIXED = 240, SMALLEST = 300, LARGEST = 1500 };

struct answer {
    uint32_t xid, address, server, seconds;
    int kind; /* 0: there is none */
};

static inline void put32(uint8_t *at, uint32_t value)
{
    value = htonl(value);
    memcpy(at, &value, 4);
}

static inline uint32_t get32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, 4);
    return ntohl(value);
}

static inline uint8_t *put_option(uint8_t *at, uint8_t code, const void *value, size_t size)
{
    *at++ = code;
    *at++ = (uint8_t)size;
    memcpy(at, value, size);
    return at + size;
}

static inline uint8_t *put_number(uint8_t *at, uint8_t code, uint32_t value)
{
    uint8_t octets[4];
    put32(octets, value);
    return put_option(at, code, octets, sizeof octets);
}

/* Begin a message of an Ethernet client behind a relay. */
static inline void put_head(uint8_t *message, uint32_t xid, const uint8_t *giaddr)
{
    static const uint8_t cookie[4] = {0x63, 0x82, 0x53, 0x63};
    message[0] = 1, message[1] = 1, message[2] = 6, message[3] = 1;
    put32(message + 4, xid);
    memcpy(message + 24, giaddr, 4);
    memcpy(message + 236, cookie, sizeof cookie);
}

/* End a message; its size. */
static inline size_t put_end(const uint8_t *message, uint8_t *at)
{
    *at++ = 255;
    return at - message < SMALLEST ? SMALLEST : (size_t)(at - message);
}

/* Read an answer; 0 when it is none, or an option runs over its end. */
static inline int read_answer(const uint8_t *message, size_t size, struct answer *answer)
{
    if (size <= FIXED || message[0] != 2)
        return 0;
    *answer = (struct answer){.xid = get32(message + 4), .address = get32(message + 16)};
    for (size_t at = FIXED; at + 1 < size && message[at] != 255;) {
        if (!message[at]) {
            at++;
            continue;
        }
        size_t length = message[at + 1];
        if (at + 2 + length > size)
            return 0;
        if (message[at] == 53 && length == 1)
            answer->kind = message[at + 2];
        if (message[at] == 54 && length == 4)
            answer->server = get32(message + at + 2);
        if (message[at] == 51 && length == 4)
            answer->seconds = get32(message + at + 2);
        at += 2 + length;
    }
    return 1;
}

/* The next number of a row that is the same every time (xorshift). */
static inline uint64_t shifted(uint64_t *state)
{
    *state ^= *state << 13, *state ^= *state >> 7, *state ^= *state << 17;
    return *state;
}
#endif
