#define _GNU_SOURCE
#include "internal.h"

#include <arpa/inet.h>
#include <endian.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAPPED_PREFIX 0xffff00000000ull

int clinux_address_is_v4(const struct clinux_address *address) {
    return address->high == 0 && address->low >> 32 == 0xffff;
}

static uint64_t load(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return be64toh(value);
}

static void store(uint64_t value, uint8_t *bytes) {
    value = htobe64(value);
    memcpy(bytes, &value, sizeof value);
}

int clinux_address_pack(
    const struct clinux_address *address, int is_v6, struct sockaddr_storage *packed,
    socklen_t *size) {
    if (is_v6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)packed;
        *in6 = (struct sockaddr_in6){
            .sin6_family = AF_INET6,
            .sin6_port = htons(address->port),
            .sin6_scope_id = address->scope,
        };
        store(address->high, in6->sin6_addr.s6_addr);
        store(address->low, in6->sin6_addr.s6_addr + 8);
        *size = sizeof *in6;
        return 0;
    }
    if (!clinux_address_is_v4(address))
        return -EAFNOSUPPORT;
    struct sockaddr_in *in = (struct sockaddr_in *)packed;
    *in = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(address->port),
        .sin_addr.s_addr = htonl((uint32_t)address->low),
    };
    *size = sizeof *in;
    return 0;
}

void clinux_address_unpack(
    const struct sockaddr_storage *packed, struct clinux_address *address) {
    *address = (struct clinux_address){0};
    if (packed->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)packed;
        address->low = MAPPED_PREFIX | ntohl(in->sin_addr.s_addr);
        address->port = ntohs(in->sin_port);
    } else if (packed->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)packed;
        address->high = load(in6->sin6_addr.s6_addr);
        address->low = load(in6->sin6_addr.s6_addr + 8);
        address->scope = in6->sin6_scope_id;
        address->port = ntohs(in6->sin6_port);
    }
}

static int parse_scope(const char *text, uint32_t *scope) {
    *scope = if_nametoindex(text);
    if (*scope != 0)
        return 0;
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || number == 0 || number > UINT32_MAX)
        return -EINVAL;
    *scope = (uint32_t)number;
    return 0;
}

int clinux_address_parse(const char *text, struct clinux_address *address) {
    char host[CLINUX_ADDRESS_TEXT_MAX];
    if (strlen(text) >= sizeof host)
        return -EINVAL;
    strcpy(host, text);

    struct in_addr in;
    if (inet_pton(AF_INET, host, &in) == 1) {
        address->high = 0;
        address->low = MAPPED_PREFIX | ntohl(in.s_addr);
        address->scope = 0;
        return 0;
    }
    uint32_t scope = 0;
    char *percent = strchr(host, '%');
    if (percent != NULL) {
        *percent = '\0';
        if (parse_scope(percent + 1, &scope) < 0)
            return -EINVAL;
    }
    struct in6_addr in6;
    if (inet_pton(AF_INET6, host, &in6) != 1)
        return -EINVAL;
    // Elsewhere the kernel ignores the scope, and one address would have two spellings.
    if (percent != NULL && !IN6_IS_ADDR_LINKLOCAL(&in6))
        return -EINVAL;
    address->high = load(in6.s6_addr);
    address->low = load(in6.s6_addr + 8);
    address->scope = scope;
    return 0;
}

void clinux_address_format(const struct clinux_address *address, char *text) {
    if (clinux_address_is_v4(address)) {
        struct in_addr in = {htonl((uint32_t)address->low)};
        inet_ntop(AF_INET, &in, text, INET_ADDRSTRLEN);
        return;
    }
    struct in6_addr in6;
    store(address->high, in6.s6_addr);
    store(address->low, in6.s6_addr + 8);
    inet_ntop(AF_INET6, &in6, text, INET6_ADDRSTRLEN);
    if (address->scope == 0)
        return;
    char name[IF_NAMESIZE];
    if (if_indextoname(address->scope, name) == NULL)
        snprintf(name, sizeof name, "%u", address->scope);
    strcat(text, "%");
    strcat(text, name);
}

int clinux_resolve(const char *host, struct clinux_address *addresses, int capacity) {
    // No AI_ADDRCONFIG: that flag leaves out ::1 and 127.0.0.1 on a machine without a network; an
    // address of a family that the machine lacks is merely unreachable.
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *list = NULL;
    int error = getaddrinfo(host, NULL, &hints, &list);
    if (error != 0)
        return error;
    int count = 0;
    for (struct addrinfo *entry = list; entry != NULL && count < capacity; entry = entry->ai_next) {
        struct sockaddr_storage packed = {0};
        if (entry->ai_addrlen > sizeof packed)
            continue;
        memcpy(&packed, entry->ai_addr, entry->ai_addrlen);
        if (packed.ss_family == AF_INET || packed.ss_family == AF_INET6)
            clinux_address_unpack(&packed, &addresses[count++]);
    }
    freeaddrinfo(list);
    return count > 0 ? count : EAI_NONAME;
}
