// Counting references to strings and arrays, in place of the functions of Embedded Swift's library.
//
// Callers take what these return for what they passed; the library of Swift 6.3 returns it without
// its tag (mended in a later Swift: swiftlang/swift, pull request 91151). On arm64, where the
// compiler uses the returned value, that makes a pointer of a short string. The library's own are
// weak symbols, so the linker takes these.

#include <stdint.h>

/// Bits of an object's address in a tagged one, as the library's EmbeddedRuntime.swift has them.
static const uintptr_t address = 0x8FFFFFFFFFFFFFF8;

void *swift_retain_n(void *object, uint32_t count);

/// Adds `count` references to `object`, and returns it with its tag.
void *swift_bridgeObjectRetain_n(void *object, uint32_t count) {
    swift_retain_n((void *)((uintptr_t)object & address), count);
    return object;
}

/// Adds a reference to `object`, and returns it with its tag.
void *swift_bridgeObjectRetain(void *object) {
    return swift_bridgeObjectRetain_n(object, 1);
}
