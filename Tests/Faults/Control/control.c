#define _GNU_SOURCE
#include "include/control.h"

#include "layout.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct fault_page *fault_page_make(const char *path) {
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return NULL;
    void *page = MAP_FAILED;
    if (ftruncate(file, sizeof(struct fault_page)) == 0)
        page = mmap(NULL, sizeof(struct fault_page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return page == MAP_FAILED ? NULL : page;
}

void fault_page_close(struct fault_page *page) {
    munmap(page, sizeof *page);
}

void fault_page_limit(struct fault_page *page, const char *program, const char *root) {
    snprintf(page->program, sizeof page->program, "%s", program);
    snprintf(page->root, sizeof page->root, "%s", root);
}

void fault_page_arm(
    struct fault_page *page, uint32_t mode, uint32_t kinds, const char *name, const char *path, uint32_t occurrence,
    int32_t error, uint32_t lasting_kinds) {
    fault_page_clear(page);
    page->mode = mode;
    page->kinds = kinds;
    page->occurrence = occurrence;
    page->error = error;
    page->lasting_kinds = lasting_kinds;
    page->victim = 0;
    snprintf(page->name, sizeof page->name, "%s", name);
    snprintf(page->path, sizeof page->path, "%s", path);
    memset(&page->struck, 0, sizeof page->struck);
    atomic_store(&page->count, 0);
    atomic_store(&page->strikes, 0);
    atomic_store(&page->traced, 0);
    atomic_store(&page->armed, 1);
}

void fault_page_clear(struct fault_page *page) {
    atomic_store(&page->armed, 0);
}

uint32_t fault_page_is_armed(struct fault_page *page) {
    return atomic_load(&page->armed);
}

uint32_t fault_page_strikes(struct fault_page *page) {
    return atomic_load(&page->strikes);
}

uint32_t fault_page_traced(struct fault_page *page) {
    uint32_t count = atomic_load(&page->traced);
    return count < FAULT_TRACE ? count : FAULT_TRACE;
}

uint32_t fault_page_trace_kind(struct fault_page *page, uint32_t number) {
    return page->trace[number].kind;
}

const char *fault_page_trace_name(struct fault_page *page, uint32_t number) {
    return page->trace[number].name;
}

const char *fault_page_trace_path(struct fault_page *page, uint32_t number) {
    return page->trace[number].path;
}
