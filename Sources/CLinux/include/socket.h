#ifndef CLINUX_SOCKET_H
#define CLINUX_SOCKET_H

// UDP and TCP over IPv4 and IPv6, and Unix sockets.

#include <stddef.h>
#include <stdint.h>

/// An IP address and port in one form for both families.
struct clinux_address {
    uint64_t high, low; // The 16 bytes of the IPv6 address, or of ::ffff:a.b.c.d, as numbers.
    uint32_t scope;     // The interface of a link-local address, or 0.
    uint16_t port;
};

#define CLINUX_ADDRESS_TEXT_MAX 80

/// Reads a numeric address ("192.0.2.1", "fe80::1%eth0"), and leaves the port alone.
int clinux_address_parse(const char *text, struct clinux_address *address);
/// Writes the numeric address without its port.
void clinux_address_format(const struct clinux_address *address, char *text);

/// Asks the resolver for the addresses of a name; the call may take many seconds.
///
/// Returns their number, or an EAI code, which is negative.
int clinux_resolve(const char *host, struct clinux_address *addresses, int capacity);

/// Makes a nonblocking UDP socket whose packets are marked as voice; `is_v6` makes it serve both
/// families, and the sizes are those of the kernel's buffers.
int clinux_udp_make(int is_v6, int send_size, int receive_size);
/// Makes the kernel stamp each datagram with its time of arrival.
int clinux_udp_stamp(int fd);
int clinux_udp_bind(int fd, int is_v6, const struct clinux_address *address);
/// Lets this socket and the next one bound share the port.
int clinux_udp_share_port(int fd);
/// The sockets of the port, in the order of binding.
enum clinux_port_socket {
    CLINUX_PORT_HANDSHAKE,
    CLINUX_PORT_DATA,
    CLINUX_PORT_INITIATIONS,
    CLINUX_PORT_STRAYS,
};

/// The most preferred addresses at a time.
#define CLINUX_PREFERRED_MAX 64

/// Makes the kernel choose the socket of the port for each datagram by its first byte: data from
/// `first` on, initiations for `asking`, handshakes for the others.
///
/// Data from addresses other than the `count` preferred ones goes to the strays; with a negative
/// count no data does. The scope of an address is ignored.
int clinux_udp_split(
    int fd, uint8_t asking, uint8_t first, const struct clinux_address *preferred, int count);
int clinux_udp_local(int fd, struct clinux_address *address);

/// Returns how many datagrams the kernel had no room for since the socket was made.
int64_t clinux_udp_overflow(int fd);

ptrdiff_t clinux_udp_send(
    int fd, int is_v6, const void *bytes, size_t size, const struct clinux_address *to);
/// Returns the datagram's whole size, even if only its beginning fitted.
ptrdiff_t clinux_udp_receive(int fd, void *bytes, size_t size, struct clinux_address *from);

/// Makes a nonblocking TCP socket that listens; `is_v6` makes it serve both families.
int clinux_tcp_listen(int is_v6, const struct clinux_address *address);
int clinux_tcp_accept(int fd, struct clinux_address *from);
/// Begins to connect; `from`, if not NULL, is the own address, of the same family.
int clinux_tcp_connect(int is_v6, const struct clinux_address *to,
                       const struct clinux_address *from);
/// Returns the socket's pending error, negated, or 0: the result of connecting, once the socket is
/// writable, and later of sending.
int clinux_socket_error(int fd);
/// Makes closing the socket abort the connection, or end it in order again.
int clinux_tcp_set_abort(int fd, int on);

/// The most datagrams that one call takes, and the room for each.
#define CLINUX_INBOX_COUNT 8
#define CLINUX_INBOX_ROOM 1500

struct clinux_inbox;

/// Makes room for that many datagrams; NULL without memory.
struct clinux_inbox *clinux_inbox_make(void);
void clinux_inbox_free(struct clinux_inbox *inbox);
/// Takes the waiting datagrams; returns their number, 0 where none waits.
int clinux_inbox_receive(struct clinux_inbox *inbox, int fd);
/// Returns the bytes of a datagram, as far as they fitted; `size` is its whole size.
const uint8_t *clinux_inbox_bytes(const struct clinux_inbox *inbox, int index, size_t *size);
/// Returns for how many ns the datagram has waited in the kernel, by its clock; 0 where the kernel
/// does not report it.
int64_t clinux_inbox_waited(const struct clinux_inbox *inbox, int index);
void clinux_inbox_source(
    const struct clinux_inbox *inbox, int index, struct clinux_address *from);

/// The most datagrams that one call sends, and the longest size.
#define CLINUX_OUTBOX_COUNT 16
#define CLINUX_OUTBOX_ROOM 1232

struct clinux_outbox;

/// Makes room for that many datagrams; NULL without memory.
struct clinux_outbox *clinux_outbox_make(void);
void clinux_outbox_free(struct clinux_outbox *outbox);
/// Returns whether the outbox must be sent before the longest datagram fits again.
int clinux_outbox_is_full(const struct clinux_outbox *outbox);
/// Returns the place to write the next datagram: CLINUX_OUTBOX_ROOM bytes, unless the outbox is
/// full.
uint8_t *clinux_outbox_room(struct clinux_outbox *outbox);
/// Queues the datagram written there, of `size` bytes.
///
/// Returns its index, or -EAFNOSUPPORT where the socket has no way to `to`.
int clinux_outbox_add(
    struct clinux_outbox *outbox, size_t size, int is_v6, const struct clinux_address *to);
/// Sends and removes all datagrams; returns how many there were.
int clinux_outbox_send(struct clinux_outbox *outbox, int fd);
/// Returns why one of those datagrams was not sent: an errno, or 0 where it was sent.
int clinux_outbox_error(const struct clinux_outbox *outbox, int index);

/// Makes a nonblocking listening socket; its file never has more rights than `mode`.
int clinux_local_listen(const char *path, uint32_t mode);
int clinux_local_connect(const char *path);
int clinux_local_accept(int fd);
/// Returns 1 when the program at the other end had this group besides its own as it connected; else
/// 0.
int clinux_local_has_group(int fd, uint32_t group);
int clinux_local_identity(int fd, int32_t *process, uint32_t *user, uint32_t *group);
/// Never raises SIGPIPE.
ptrdiff_t clinux_local_send(int fd, const void *bytes, size_t size);

/// Makes a nonblocking Unix datagram socket without a name.
int clinux_local_datagram_make(void);
/// Sends one datagram to the Unix socket at a path, whole or not at all, and never waits; a path
/// that begins with '@' is an abstract name.
int clinux_local_send_to(int fd, const char *path, const void *bytes, size_t size);

// Sockets for multicast DNS: one for a family of addresses on one interface.

/// Makes a nonblocking socket that gets only datagrams to the group of multicast DNS on one
/// interface.
///
/// It shares the port with every program that shares it too. With a `source` that is not all zeros
/// it sends from that address, else from one that the kernel chooses. The kernel drops responses
/// whose first record is about another service than an intercom's.
int clinux_multicast_make(int is_v6, uint32_t interface, const struct clinux_address *source);

/// Sends one datagram to the group.
ptrdiff_t clinux_multicast_send(
    int fd, int is_v6, uint32_t interface, const struct clinux_address *source, const void *bytes,
    size_t size);

/// Returns the datagram's whole size, even if only its beginning fitted; `hop_limit` is 0 where the
/// kernel does not report it.
ptrdiff_t clinux_multicast_receive(
    int fd, void *bytes, size_t size, struct clinux_address *from, int *hop_limit);

#endif
