/*
 * http-load.c: a client of HTTP/1.1 that costs little beside the server that it asks: `http-load PORT TARGETS`. The file TARGETS has a path,
 * a tab and the body to be expected in each line ("\n" for a line's end in it); requests take them in turn.
 *
 * For each line "CONNECTIONS REQUESTS PAUSE AWAKE" on stdin it sends so many requests and prints how long that took in all, and then how long each
 * took from its first byte sent to the last byte of its response, in nanoseconds. Connections are made before and kept. With 0 of them each
 * request makes one of its own, which is part of its time. PAUSE, in microseconds, passes before each request of a connection. With AWAKE 1
 * it looks for responses on kept connections all the time; with 0 it sleeps until one comes, and whoever sends that has to wake it.
 * A response other than a 200 with the expected body ends the program with status 1.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_CONNECTIONS 256
#define MOST_TARGETS 2000
#define RESPONSE_BYTES 16384

struct target {
    char *request;
    size_t request_len;
    char *body;
    size_t body_len;
};

struct connection {
    int fd;
    const struct target *target;
    uint64_t sent_ns;
    size_t len;
    char response[RESPONSE_BYTES + 1];
};

static struct target targets[MOST_TARGETS];
static size_t target_count, next_target;
static struct connection connections[MOST_CONNECTIONS];
static struct sockaddr_in server = { .sin_family = AF_INET };

static long must(long result, const char *what)
{
    if (result == -1) {
        perror(what);
        exit(1);
    }
    return result;
}

static _Noreturn void refuse(const struct connection *from, const char *what)
{
    fprintf(stderr, "http-load: %s to %.60s\n%s\n", what, from->target->request, from->response);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static size_t unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; to++) {
        if (from[0] == '\\' && from[1] == 'n') {
            *to = '\n';
            from += 2;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

static void read_targets(const char *path, int port)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;

    must(file == NULL ? -1 : 0, path);
    while (target_count < MOST_TARGETS && getline(&line, &room, file) != -1) {
        struct target *target = &targets[target_count++];
        char *body = strchr(line, '\t');

        line[strcspn(line, "\n")] = '\0';
        must(body == NULL ? -1 : 0, "a line without a tab");
        *body = '\0';
        target->request_len = (size_t)must(
            asprintf(&target->request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", line, port), "asprintf");
        target->body = strdup(body + 1);
        target->body_len = unescape(target->body);
    }
    fclose(file);
    free(line);
    must(target_count == 0 ? -1 : 0, "no targets");
}

static void open_connection(struct connection *connection)
{
    int yes = 1;

    connection->fd = (int)must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    must(setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), "TCP_NODELAY");
    must(connect(connection->fd, (struct sockaddr *)&server, sizeof server), "connect");
}

static void send_request(struct connection *connection)
{
    const struct target *target = &targets[next_target++ % target_count];

    connection->target = target;
    connection->len = 0;
    connection->response[0] = '\0';
    if (must(write(connection->fd, target->request, target->request_len), "write") != (ssize_t)target->request_len)
        refuse(connection, "a request that was not taken whole");
}

/* Whether the response is whole; if so it is the right one. */
static int is_whole(struct connection *connection)
{
    const struct target *target = connection->target;
    const char *head_end = strstr(connection->response, "\r\n\r\n");
    const char *length;

    if (head_end == NULL)
        return 0;
    if (strncmp(connection->response, "HTTP/1.1 200 ", 13) != 0)
        refuse(connection, "got a status other than 200");
    length = strcasestr(connection->response, "\r\ncontent-length:");
    if (length == NULL || length > head_end || strtoul(length + 17, NULL, 10) != target->body_len)
        refuse(connection, "got another content-length than expected");
    head_end += 4;
    if (connection->len < (size_t)(head_end - connection->response) + target->body_len)
        return 0;
    if (strcmp(head_end, target->body) != 0)
        refuse(connection, "got another body than expected");
    return 1;
}

static int receive(struct connection *connection)
{
    ssize_t len = must(read(connection->fd, connection->response + connection->len, RESPONSE_BYTES - connection->len), "read");

    if (len == 0)
        refuse(connection, "the connection ended before the response");
    connection->len += (size_t)len;
    connection->response[connection->len] = '\0';
    return is_whole(connection);
}

static void ask_anew(size_t requests, useconds_t pause, uint64_t *times)
{
    struct connection *connection = &connections[0];

    for (size_t i = 0; i < requests; i++) {
        if (pause > 0)
            usleep(pause);
        connection->sent_ns = now_ns();
        open_connection(connection);
        send_request(connection);
        while (!receive(connection))
            ;
        times[i] = now_ns() - connection->sent_ns;
        close(connection->fd);
    }
}

static void ask_again(size_t count, size_t requests, useconds_t pause, int awake, uint64_t *times)
{
    int timeout = awake ? 0 : -1;
    int epoll = (int)must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    size_t sent = 0, answered = 0;
    struct epoll_event ready[MOST_CONNECTIONS];

    for (; sent < count; sent++) {
        struct epoll_event event = { .events = EPOLLIN, .data = { .ptr = &connections[sent] } };

        must(epoll_ctl(epoll, EPOLL_CTL_ADD, connections[sent].fd, &event), "epoll_ctl");
        connections[sent].sent_ns = now_ns();
        send_request(&connections[sent]);
    }
    while (answered < requests) {
        int found = (int)must(epoll_wait(epoll, ready, MOST_CONNECTIONS, timeout), "epoll_wait");

        for (int i = 0; i < found; i++) {
            struct connection *connection = ready[i].data.ptr;

            if (!receive(connection))
                continue;
            times[answered++] = now_ns() - connection->sent_ns;
            if (sent == requests)
                continue;
            if (pause > 0)
                usleep(pause);
            sent++;
            connection->sent_ns = now_ns();
            send_request(connection);
        }
    }
    close(epoll);
}

int main(int argc, char **argv)
{
    size_t count, requests;
    useconds_t pause;
    int awake;

    if (argc != 3) {
        fprintf(stderr, "usage: http-load PORT TARGETS\n");
        return 2;
    }
    server.sin_port = htons((uint16_t)atoi(argv[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    read_targets(argv[2], atoi(argv[1]));
    while (scanf("%zu %zu %u %d", &count, &requests, &pause, &awake) == 4) {
        uint64_t *times = calloc(requests + 1, sizeof *times);
        uint64_t start;

        must(times == NULL || count > MOST_CONNECTIONS || count > requests ? -1 : 0, "too many connections");
        for (size_t i = 0; i < count; i++)
            open_connection(&connections[i]);
        start = now_ns();
        if (count == 0)
            ask_anew(requests, pause, times);
        else
            ask_again(count, requests, pause, awake, times);
        printf("%llu", (unsigned long long)(now_ns() - start));
        for (size_t i = 0; i < requests; i++)
            printf(" %llu", (unsigned long long)times[i]);
        printf("\n");
        fflush(stdout);
        for (size_t i = 0; i < count; i++)
            close(connections[i].fd);
        free(times);
    }
    return 0;
}
