// The worker links libgit2 as an archive, and needs none of its transports. These take the place of the members of the
// archive that lead to TLS, SSH, HTTP and Kerberos, so that the linker leaves them out: thirteen libraries fewer are loaded
// at each start, and no code that could speak to a server is in the process that reads foreign objects.
//
// The names are those of libgit2 1.5; Package.swift links no other version as an archive.
#include "include/no_network.h"

#include <stdbool.h>

bool git_http__expect_continue = false;

// What libgit2 starts with.
int git_mbedtls_stream_global_init(void) { return 0; }
int git_openssl_stream_global_init(void) { return 0; }
int git_transport_ssh_global_init(void) { return 0; }

// What a remote would need; the arguments do not matter.
int git_mbedtls__set_cert_location(void) { return -1; }
int git_mbedtls_stream_new(void) { return -1; }
int git_mbedtls_stream_wrap(void) { return -1; }
int git_smart_subtransport_http(void) { return -1; }
int git_smart_subtransport_ssh(void) { return -1; }
int git_transport_ssh_with_paths(void) { return -1; }
