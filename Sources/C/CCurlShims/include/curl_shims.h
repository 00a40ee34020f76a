#pragma once
// What Swift cannot say to libcurl: curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, and the
// importer leaves variadic functions out. Here is one typed function for each use that git-sidecar makes of them.
// Nothing newer than libcurl 7.74 is needed; what newer versions add is taken only where the headers have it.

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

/// What one transfer came to, read with curl_easy_getinfo. Times are microseconds since the transfer began.
struct shim_curl_facts {
    long new_connections;
    long system_error;
    long verify_result;
    long connect_code;
    long local_port;
    curl_off_t bytes_received;
    curl_off_t bytes_sent;
    curl_off_t name_lookup_time;
    curl_off_t connect_time;
    curl_off_t tls_time;
    curl_off_t ready_time;
    curl_off_t first_byte_time;
    curl_off_t total_time;
};
void shim_curl_get_facts(CURL *easy, struct shim_curl_facts *facts);

/// Whether a transfer that is under way has a connection whose other end has accepted it.
bool shim_curl_has_connected(CURLM *multi);

/// Whether no request byte could be sent yet: name lookup, connection and TLS are not done.
bool shim_curl_is_connecting(CURL *easy);
/// How many bytes of the request's body are on their way.
curl_off_t shim_curl_body_bytes_sent(CURL *easy);

/// The options that every transfer has.
CURLcode shim_curl_set_fixed_options(CURL *easy);
/// Whether this libcurl can let go of a name lookup that does not return (7.87 and later).
bool shim_curl_abandons_name_lookup(void);

CURLcode shim_curl_set_error_buffer(CURL *easy, char *buffer);
CURLcode shim_curl_set_callbacks(
    CURL *easy, curl_write_callback on_header, curl_write_callback on_body, void *context);
CURLcode shim_curl_set_url(CURL *easy, const char *url);
/// The socket file to connect to in place of the URL's host; null for the host.
CURLcode shim_curl_set_socket_file(CURL *easy, const char *_Nullable path);
CURLcode shim_curl_set_headers(CURL *easy, struct curl_slist *_Nullable headers);
CURLcode shim_curl_set_user_agent(CURL *easy, const char *user_agent);
CURLcode shim_curl_set_connect_timeout(CURL *easy, long milliseconds);

/// A request without a body: GET, or another method that looks like it.
CURLcode shim_curl_set_method_without_body(CURL *easy, const char *_Nullable other_method);
/// HEAD: libcurl must know that no body follows.
CURLcode shim_curl_set_method_head(CURL *easy);
/// A request with a body, which is not copied: POST, or another method that looks like it.
CURLcode shim_curl_set_method_with_body(
    CURL *easy, const char *_Nullable other_method, const void *_Nullable body, curl_off_t length);

CURLcode shim_curl_set_basic_credential(CURL *easy, const char *username, const char *password);
CURLcode shim_curl_set_bearer_credential(CURL *easy, const char *token);

/// The certificates that are trusted: a file, a directory, or both; for the server and for an https proxy.
CURLcode shim_curl_set_trusted(CURL *easy, const char *_Nullable file, const char *_Nullable directory);
/// Accept any certificate and any name, of the server only: an https proxy is still verified.
CURLcode shim_curl_set_unverified(CURL *easy);
/// The certificate and key that we show. The empty passphrase keeps OpenSSL from asking a terminal for one.
CURLcode shim_curl_set_client_certificate(CURL *easy, const char *certificate, const char *key);

/// The proxy, and the hosts that are reached without it. Empty texts: none, and the process's environment is not asked.
CURLcode shim_curl_set_proxy(CURL *easy, const char *proxy, const char *exceptions);
/// Forget the cookies of the request before, and that there are any.
CURLcode shim_curl_forget_cookies(CURL *easy);
/// Read the file again.
CURLcode shim_curl_set_cookie_file(CURL *easy, const char *path);

/// memfd_create(2) needs _GNU_SOURCE.
int shim_memory_file(const char *name);

#pragma clang assume_nonnull end
