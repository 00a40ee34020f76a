#pragma once
// What Swift cannot say to libmicrohttpd: MHD_start_daemon and MHD_get_connection_info are variadic, which the importer
// leaves out, and its flags and results are closed enumerations, which Swift cannot combine. Callbacks get plain types.

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
// Glibc's module map leaves this one out.
#include <sys/un.h>

#pragma clang assume_nonnull begin

/// What the library tells us. All of it happens on threads of the library.
struct shim_mhd_callbacks {
    /// Handed to each of the functions.
    void *context;
    /// A connection was accepted; the number that it returns names it from then on.
    uintptr_t (*opened)(void *context, int socket, const struct sockaddr *_Nullable address);
    /// A connection is about to be closed: its descriptor is still valid now and not any more afterwards.
    void (*closed)(void *context, uintptr_t connection_id);
    /// The first line of a request was read; what it returns stands for the request.
    void *_Nonnull (*_Nonnull began)(void *context, uintptr_t connection_id, const char *target);
    /// The head of a request, then each piece of its body, and its end (no bytes) were read. False breaks it off.
    bool (*received)(
        void *context, struct MHD_Connection *connection, void *request, const char *method,
        const uint8_t *_Nullable bytes, size_t count);
    /// Nothing more will happen to the request.
    void (*ended)(void *context, void *request);
    /// The library has something to say.
    void (*logged)(void *context, const char *line);
};

/// Bounds that the library itself keeps.
struct shim_mhd_limits {
    unsigned int threads;
    unsigned int connections;
    unsigned int idle_seconds;
    size_t head_bytes;
};

struct shim_mhd_server;

/// Starts to serve a listening socket, which belongs to the library from then on; null when it cannot.
/// Its threads have all signals blocked.
struct shim_mhd_server *_Nullable shim_mhd_start(
    int listening_socket, struct shim_mhd_limits limits, struct shim_mhd_callbacks callbacks);
/// Ends all connections and threads and frees everything. No connection may be suspended.
void shim_mhd_stop(struct shim_mhd_server *server);

/// Lends the fields of a request's head one by one.
void shim_mhd_headers(
    struct MHD_Connection *connection, void *context,
    void (*body)(
        void *context, const uint8_t *_Nullable name, size_t name_count, const uint8_t *_Nullable value,
        size_t value_count));

/// A response with bytes, which are copied.
struct MHD_Response *_Nullable shim_mhd_response(const void *_Nullable bytes, size_t count);
/// Adds a field to its head.
bool shim_mhd_add_header(struct MHD_Response *response, const char *name, const char *value);
/// Answers, and gives the response up.
bool shim_mhd_answer(struct MHD_Connection *connection, unsigned int status, struct MHD_Response *response);

#pragma clang assume_nonnull end
