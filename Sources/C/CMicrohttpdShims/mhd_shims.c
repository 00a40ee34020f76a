#define _GNU_SOURCE
#include "include/mhd_shims.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct shim_mhd_server {
    struct MHD_Daemon *daemon;
    struct shim_mhd_callbacks callbacks;
};

static uintptr_t connection_id(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? (uintptr_t)info->socket_context : 0;
}

static void notify_connection(
    void *closure, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code) {
    struct shim_mhd_server *server = closure;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        server->callbacks.closed(server->callbacks.context, (uintptr_t)*socket_context);
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int socket = info ? info->connect_fd : -1;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    *socket_context = (void *)server->callbacks.opened(server->callbacks.context, socket, address);
}

static void *begin_request(void *closure, const char *target, struct MHD_Connection *connection) {
    struct shim_mhd_server *server = closure;
    return server->callbacks.began(server->callbacks.context, connection_id(connection), target);
}

static enum MHD_Result receive_request(
    void *closure, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
    const char *bytes, size_t *count, void **request) {
    (void)path, (void)version;
    struct shim_mhd_server *server = closure;
    bool goes_on = server->callbacks.received(
        server->callbacks.context, connection, *request, method, (const uint8_t *)bytes, *count);
    *count = 0;
    return goes_on ? MHD_YES : MHD_NO;
}

static void end_request(
    void *closure, struct MHD_Connection *connection, void **request, enum MHD_RequestTerminationCode code) {
    (void)connection, (void)code;
    struct shim_mhd_server *server = closure;
    if (*request) server->callbacks.ended(server->callbacks.context, *request);
    *request = NULL;
}

__attribute__((format(printf, 2, 0))) static void log_line(void *closure, const char *format, va_list arguments) {
    struct shim_mhd_server *server = closure;
    char line[512];
    vsnprintf(line, sizeof line, format, arguments);
    server->callbacks.logged(server->callbacks.context, line);
}

struct shim_mhd_server *shim_mhd_start(
    int listening_socket, struct shim_mhd_limits limits, struct shim_mhd_callbacks callbacks) {
    struct shim_mhd_server *server = calloc(1, sizeof *server);
    if (!server) return NULL;
    server->callbacks = callbacks;
    // A pool of one thread is not a pool, and the library refuses it.
    struct MHD_OptionItem pool[] = {
        {limits.threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)limits.threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, receive_request,
        server,
        // First, so that it gets what is said while the others are read.
        MHD_OPTION_EXTERNAL_LOGGER, log_line, server, MHD_OPTION_LISTEN_SOCKET, listening_socket,
        MHD_OPTION_CONNECTION_LIMIT, limits.connections, MHD_OPTION_CONNECTION_TIMEOUT, limits.idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.head_bytes, MHD_OPTION_NOTIFY_CONNECTION, notify_connection, server,
        MHD_OPTION_URI_LOG_CALLBACK, begin_request, server, MHD_OPTION_NOTIFY_COMPLETED, end_request, server,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!server->daemon) {
        free(server);
        return NULL;
    }
    return server;
}

void shim_mhd_stop(struct shim_mhd_server *server) {
    MHD_stop_daemon(server->daemon);
    free(server);
}

struct header_visit {
    void *context;
    void (*body)(void *, const uint8_t *, size_t, const uint8_t *, size_t);
};

static enum MHD_Result visit_header(
    void *closure, enum MHD_ValueKind kind, const char *name, size_t name_count, const char *value,
    size_t value_count) {
    (void)kind;
    struct header_visit *visit = closure;
    visit->body(visit->context, (const uint8_t *)name, name_count, (const uint8_t *)value, value_count);
    return MHD_YES;
}

void shim_mhd_headers(
    struct MHD_Connection *connection, void *context,
    void (*body)(void *, const uint8_t *, size_t, const uint8_t *, size_t)) {
    struct header_visit visit = {context, body};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, visit_header, &visit);
}

struct MHD_Response *shim_mhd_response(const void *bytes, size_t count) {
    // The library copies them, whatever the type of its parameter says.
    return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

bool shim_mhd_add_header(struct MHD_Response *response, const char *name, const char *value) {
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

bool shim_mhd_answer(struct MHD_Connection *connection, unsigned int status, struct MHD_Response *response) {
    bool queued = MHD_queue_response(connection, status, response) == MHD_YES;
    MHD_destroy_response(response);
    return queued;
}
