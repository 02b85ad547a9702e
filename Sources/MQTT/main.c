// intercomd-mqtt: one connection to an MQTT broker, for intercomd, which starts this program.
//
// It is a separate program, so that TLS and MQTT, which a hostile broker may attack, stay away from
// the keys, the microphone and the sound. It gets topics and payloads, and knows neither a peer nor
// a key. It ends when the connection or intercomd ends; intercomd tries again.
//
// Standard input is a socket of packets (SOCK_SEQPACKET). From intercomd:
//   C host\0 port\0 tls\0 ca\0 user\0 file\0 will\0
//                                                connect; the first packet, and only that. The
//                                                password is in the file. When the connection has
//                                                ended, the broker writes "offline", retained, to
//                                                the topic of the will, if there is one
//   S topic                                        subscribe
//   U topic                                        unsubscribe
//   P topic\0 payload                              publish, retained for a day and a half
//   R topic\0 payload                              publish, retained
//   N topic\0 payload                              publish now or never
// and to it:
//   C                                              connected
//   M topic\0 payload                              a message
//   K topic\0 payload                              a message that the broker had kept
//   E reason                                       the end

#include <errno.h>
#include <linux/landlock.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    daemon_socket = 0,
    packet_most = 1024,
    // A packet of intercomd.
    order_most = 16 << 10,
    topic_most = 64,
    // The most messages of a broker at once, and in a second: a house has 31 peers with a topic for
    // each of three days.
    burst = 200,
    rate = 10,
    keepalive_s = 60,
    retained_s = 36 * 3600,
    // Bytes of heap: a broker may announce a message of any size.
    heap_most = 64 << 20,
};

static void end(const char *format, ...) {
    char text[packet_most] = "E";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + 1, sizeof text - 1, format, arguments);
    va_end(arguments);
    send(daemon_socket, text, strlen(text), MSG_NOSIGNAL);
    exit(1);
}

// The library's first error message.
static char complaint[256];

static void check(int result, const char *what) {
    if (result == MOSQ_ERR_SUCCESS)
        return;
    const char *why = result == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(result);
    end("%s: %s", what, complaint[0] != 0 ? complaint : why);
}

static void logged(struct mosquitto *client, void *unused, int level, const char *text) {
    (void)client, (void)unused;
    // "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed"
    const char *words = strrchr(text, ':');
    if (level == MOSQ_LOG_ERR && complaint[0] == 0)
        snprintf(complaint, sizeof complaint, "%s", words != NULL ? words + 1 : text);
}

static void connected(struct mosquitto *client, void *unused, int reason, int flags,
                      const mosquitto_property *properties) {
    (void)client, (void)unused, (void)flags, (void)properties;
    if (reason != 0)
        end("the broker refuses: %s", mosquitto_reason_string(reason));
    send(daemon_socket, "C", 1, MSG_NOSIGNAL);
}

static void disconnected(struct mosquitto *client, void *unused, int reason,
                         const mosquitto_property *properties) {
    (void)client, (void)unused, (void)properties;
    if (reason == 0)
        exit(0);
    check(reason, "the connection has ended");
}

// Returns whether the broker has sent no more messages than a house needs.
static bool takes_one_more(void) {
    static double left = burst;
    static struct timespec last;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    // In whole seconds.
    if (last.tv_sec != 0)
        left += rate * (double)(now.tv_sec - last.tv_sec);
    last = now;
    if (left > burst)
        left = burst;
    if (left < 1)
        return false;
    left -= 1;
    return true;
}

static void brought(struct mosquitto *client, void *unused, const struct mosquitto_message *message,
                    const mosquitto_property *properties) {
    (void)client, (void)unused, (void)properties;
    size_t topic = strlen(message->topic) + 1, size = (size_t)message->payloadlen;
    char packet[packet_most] = "M";
    if (message->retain)
        packet[0] = 'K';
    if (topic > topic_most || 1 + topic + size > sizeof packet || !takes_one_more())
        return;
    memcpy(packet + 1, message->topic, topic);
    if (size > 0)
        memcpy(packet + 1 + topic, message->payload, size);
    send(daemon_socket, packet, 1 + topic + size, MSG_NOSIGNAL);
}

// Returns the next text of a packet, which a zero ends.
static char *next(char **place, const char *limit) {
    char *text = *place, *zero = memchr(text, 0, (size_t)(limit - text));
    if (zero == NULL)
        end("a packet of intercomd is cut");
    *place = zero + 1;
    return text;
}

// Gives the broker the name and the password, which is the first line of a file.
static void sign_in(struct mosquitto *client, const char *user, const char *path) {
    char password[256] = "";
    if (path[0] != 0) {
        FILE *file = fopen(path, "re");
        if (file == NULL)
            end("%s: %s", path, strerror(errno));
        setbuf(file, NULL);
        if (fgets(password, sizeof password, file) == NULL)
            end("%s is empty", path);
        fclose(file);
        password[strcspn(password, "\r\n")] = 0;
    }
    check(mosquitto_username_pw_set(client, user, password), "user");
    explicit_bzero(password, sizeof password);
}

// Gives up all rights but the connection and the heap: even a broker that controls this program
// cannot make it open another file or socket, start a program, or, where the kernel has Landlock,
// delete a file.
static void confine(void) {
    // All rights to files that the first version of Landlock knows are denied.
    struct landlock_ruleset_attr files = {
        .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &files, sizeof files, 0);
    const struct rlimit none = {0, 0}, heap = {heap_most, heap_most};
    if (setrlimit(RLIMIT_NOFILE, &none) < 0 || setrlimit(RLIMIT_NPROC, &none) < 0
        || setrlimit(RLIMIT_DATA, &heap) < 0)
        end("setrlimit: %s", strerror(errno));
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    syscall(SYS_landlock_restrict_self, ruleset, 0);
    close(ruleset);
}

static struct mosquitto *connection(char *place, const char *limit) {
    char *host = next(&place, limit), *port = next(&place, limit), *tls = next(&place, limit);
    char *ca = next(&place, limit), *user = next(&place, limit), *file = next(&place, limit);
    char *will = next(&place, limit);
    mosquitto_lib_init();
    // With one ID, the broker gives up a dead connection when the next one begins, and not later,
    // when its will would replace what this one has published.
    struct mosquitto *client = mosquitto_new(will[0] != 0 ? will : NULL, true, NULL);
    if (client == NULL)
        end("no memory");
    check(mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5), "MQTT 5");
    // Without this, each message may wait 40 ms for the acknowledgement of the one before.
    check(mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1), "TCP_NODELAY");
    if (tls[0] == '1' && ca[0] != 0)
        check(mosquitto_tls_set(client, ca, NULL, NULL, NULL, NULL), ca);
    else if (tls[0] == '1')
        check(mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1), "certificates");
    if (user[0] != 0)
        sign_in(client, user, file);
    if (will[0] != 0)
        check(mosquitto_will_set_v5(client, will, 7, "offline", 1, true, NULL), will);
    mosquitto_log_callback_set(client, logged);
    mosquitto_connect_v5_callback_set(client, connected);
    mosquitto_disconnect_v5_callback_set(client, disconnected);
    mosquitto_message_v5_callback_set(client, brought);
    mosquitto_property *properties = NULL;
    check(mosquitto_property_add_int32(&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, packet_most),
          "size");
    check(mosquitto_connect_bind_v5(client, host, atoi(port), keepalive_s, NULL, properties), host);
    mosquitto_property_free_all(&properties);
    confine();
    return client;
}

// Publishes a message as the letter of its packet says.
static void publish(struct mosquitto *client, char letter, const char *topic, const void *payload,
                    size_t size) {
    mosquitto_property *properties = NULL;
    if (letter == 'P')
        check(mosquitto_property_add_int32(&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL,
                                           retained_s), "expiry");
    check(mosquitto_publish_v5(client, NULL, topic, (int)size, payload, letter != 'N',
                               letter != 'N', properties), "publish");
    mosquitto_property_free_all(&properties);
}

// Carries out one packet of intercomd; false at the end of the packets.
static bool obey(struct mosquitto **client) {
    char packet[order_most + 1];
    ssize_t size = recv(daemon_socket, packet, order_most, 0);
    if (size <= 0)
        return false;
    // A zero ends the topic of a subscription.
    packet[size] = 0;
    char *place = packet + 1, *limit = packet + size;
    if ((*client == NULL) != (packet[0] == 'C'))
        end("intercomd begins with another packet");
    switch (packet[0]) {
    case 'C':
        *client = connection(place, limit);
        break;
    case 'S':
        check(mosquitto_subscribe_v5(*client, NULL, place, 1, 0, NULL), "subscribe");
        break;
    case 'U':
        check(mosquitto_unsubscribe_v5(*client, NULL, place, NULL), "unsubscribe");
        break;
    case 'P':
    case 'R':
    case 'N': {
        const char *topic = next(&place, limit);
        publish(*client, packet[0], topic, place, (size_t)(limit - place));
        break;
    }
    default:
        end("an unknown packet of intercomd");
    }
    return true;
}

int main(void) {
    struct mosquitto *client = NULL;
    while (true) {
        // Not poll(2), which needs a limit of descriptors above zero.
        fd_set readable, writable;
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        // What the broker does not take stays with intercomd, which drops what comes too late.
        if (client == NULL || !mosquitto_want_write(client))
            FD_SET(daemon_socket, &readable);
        int broker = client != NULL ? mosquitto_socket(client) : -1;
        if (broker >= 0)
            FD_SET(broker, &readable);
        if (broker >= 0 && mosquitto_want_write(client))
            FD_SET(broker, &writable);
        struct timeval second = {.tv_sec = 1};
        if (select(broker + 1 > 1 ? broker + 1 : 1, &readable, &writable, NULL, &second) < 0)
            end("select: %s", strerror(errno));
        if (FD_ISSET(daemon_socket, &readable) && !obey(&client))
            break;
        if (broker < 0)
            continue;
        if (FD_ISSET(broker, &readable))
            check(mosquitto_loop_read(client, 1), "the connection has ended");
        if (mosquitto_want_write(client))
            check(mosquitto_loop_write(client, 1), "the connection has ended");
        check(mosquitto_loop_misc(client), "the connection has ended");
    }
    // The broker gets no DISCONNECT, so that the will counts when intercomd stops, too.
    return 0;
}
