#define _GNU_SOURCE
#include "include/curl_shims.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>

// Sets an option and leaves the function with libcurl's code when that fails.
#define SET(option, value)                                             \
    do {                                                               \
        CURLcode set_code = curl_easy_setopt(easy, option, value);     \
        if (set_code != CURLE_OK) return set_code;                     \
    } while (0)

void shim_curl_get_facts(CURL *easy, struct shim_curl_facts *facts) {
    long header_size = 0, request_size = 0;
    curl_off_t downloaded = 0, uploaded = 0;
    memset(facts, 0, sizeof *facts);
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &facts->new_connections);
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &facts->system_error);
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &facts->verify_result);
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &facts->connect_code);
    curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &facts->local_port);
    curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &header_size);
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_size);
    curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &downloaded);
    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &facts->name_lookup_time);
    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &facts->connect_time);
    curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &facts->tls_time);
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &facts->ready_time);
    curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &facts->first_byte_time);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &facts->total_time);
    facts->bytes_received = downloaded + header_size;
    facts->bytes_sent = uploaded + request_size;
}

bool shim_curl_is_connecting(CURL *easy) {
    curl_off_t ready = 0;
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
    return ready == 0;
}

bool shim_curl_has_connected(CURLM *multi) {
    fd_set reads, writes, errors;
    int highest = -1;
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_ZERO(&errors);
    if (curl_multi_fdset(multi, &reads, &writes, &errors, &highest) != CURLM_OK) return false;
    for (int file = 0; file <= highest; file++) {
        struct sockaddr_storage peer;
        socklen_t size = sizeof peer;
        if (!FD_ISSET(file, &reads) && !FD_ISSET(file, &writes)) continue;
        // A thread that resolves a name has a socket of another family.
        if (getpeername(file, (struct sockaddr *)&peer, &size) == 0 && peer.ss_family != AF_UNIX) return true;
    }
    return false;
}

curl_off_t shim_curl_body_bytes_sent(CURL *easy) {
    curl_off_t uploaded = 0;
    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    return uploaded;
}

// libcurl's own sockets would be inherited by every program that we start.
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)context;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

CURLcode shim_curl_set_fixed_options(CURL *easy) {
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    // Empty: whatever this libcurl can decode.
    SET(CURLOPT_ACCEPT_ENCODING, "");
    // A poll may come minutes after the one before. The default gives up on a connection after 118 s without use;
    // keep-alive probes hold it open through address translation and notice when the peer is gone.
    SET(CURLOPT_MAXAGE_CONN, 3600L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_TCP_KEEPIDLE, 30L);
    SET(CURLOPT_TCP_KEEPINTVL, 15L);
    SET(CURLOPT_BUFFERSIZE, 65536L);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    SET(CURLOPT_REDIR_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    // Without this the end of a transfer waits until getaddrinfo(3) returns, however long that takes.
    SET(CURLOPT_QUICK_EXIT, 1L);
#endif
    return CURLE_OK;
}

bool shim_curl_abandons_name_lookup(void) {
#if LIBCURL_VERSION_NUM >= 0x075700
    return true;
#else
    return false;
#endif
}

CURLcode shim_curl_set_error_buffer(CURL *easy, char *buffer) {
    SET(CURLOPT_ERRORBUFFER, buffer);
    return CURLE_OK;
}

CURLcode shim_curl_set_callbacks(
    CURL *easy, curl_write_callback on_header, curl_write_callback on_body, void *context
) {
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, context);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, context);
    return CURLE_OK;
}

CURLcode shim_curl_set_url(CURL *easy, const char *url) {
    SET(CURLOPT_URL, url);
    return CURLE_OK;
}

CURLcode shim_curl_set_socket_file(CURL *easy, const char *path) {
    SET(CURLOPT_UNIX_SOCKET_PATH, path);
    return CURLE_OK;
}

CURLcode shim_curl_set_headers(CURL *easy, struct curl_slist *headers) {
    SET(CURLOPT_HTTPHEADER, headers);
    return CURLE_OK;
}

CURLcode shim_curl_set_user_agent(CURL *easy, const char *user_agent) {
    SET(CURLOPT_USERAGENT, user_agent);
    return CURLE_OK;
}

CURLcode shim_curl_set_connect_timeout(CURL *easy, long milliseconds) {
    SET(CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
    return CURLE_OK;
}

CURLcode shim_curl_set_method_without_body(CURL *easy, const char *other_method) {
    SET(CURLOPT_HTTPGET, 1L);
    SET(CURLOPT_CUSTOMREQUEST, other_method);
    return CURLE_OK;
}

CURLcode shim_curl_set_method_head(CURL *easy) {
    SET(CURLOPT_NOBODY, 1L);
    return CURLE_OK;
}

CURLcode shim_curl_set_method_with_body(CURL *easy, const char *other_method, const void *body, curl_off_t length) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, length);
    // libcurl keeps the pointer, and takes none for a body that is read by a callback.
    SET(CURLOPT_POSTFIELDS, body ? body : "");
    SET(CURLOPT_CUSTOMREQUEST, other_method);
    return CURLE_OK;
}

CURLcode shim_curl_set_basic_credential(CURL *easy, const char *username, const char *password) {
    SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    SET(CURLOPT_USERNAME, username);
    SET(CURLOPT_PASSWORD, password);
    return CURLE_OK;
}

CURLcode shim_curl_set_bearer_credential(CURL *easy, const char *token) {
    SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
    SET(CURLOPT_XOAUTH2_BEARER, token);
    return CURLE_OK;
}

CURLcode shim_curl_set_trusted(CURL *easy, const char *file, const char *directory) {
    SET(CURLOPT_CAINFO, file);
    SET(CURLOPT_CAPATH, directory);
    SET(CURLOPT_PROXY_CAINFO, file);
    SET(CURLOPT_PROXY_CAPATH, directory);
    return CURLE_OK;
}

CURLcode shim_curl_set_unverified(CURL *easy) {
    SET(CURLOPT_SSL_VERIFYPEER, 0L);
    SET(CURLOPT_SSL_VERIFYHOST, 0L);
    return CURLE_OK;
}

CURLcode shim_curl_set_client_certificate(CURL *easy, const char *certificate, const char *key) {
    SET(CURLOPT_SSLCERT, certificate);
    SET(CURLOPT_SSLKEY, key);
    SET(CURLOPT_KEYPASSWD, "");
    return CURLE_OK;
}

CURLcode shim_curl_set_proxy(CURL *easy, const char *proxy, const char *exceptions) {
    SET(CURLOPT_PROXY, proxy);
    SET(CURLOPT_NOPROXY, exceptions);
    return CURLE_OK;
}

CURLcode shim_curl_forget_cookies(CURL *easy) {
    SET(CURLOPT_COOKIELIST, "ALL");
    // curl_easy_reset leaves the names of cookie files alone in some versions.
    SET(CURLOPT_COOKIEFILE, NULL);
    return CURLE_OK;
}

CURLcode shim_curl_set_cookie_file(CURL *easy, const char *path) {
    SET(CURLOPT_COOKIEFILE, path);
    return CURLE_OK;
}

int shim_memory_file(const char *name) {
    return memfd_create(name, MFD_CLOEXEC);
}
