internal import CLinux

/// Memory for secrets, wiped when its one owner ends.
///
/// A class, because Embedded Swift cannot destroy a noncopyable value whose deinit is in another
/// module. A `Secret`, which cannot be copied, holds the only reference to its memory.
// @unchecked Sendable: only the `mutating` access of its owner writes.
@safe final class SecretMemory: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
    private let isPage: Bool

    private init(_ bytes: UnsafeMutableRawBufferPointer, isPage: Bool) {
        unsafe self.bytes = unsafe bytes
        self.isPage = isPage
    }

    /// Zeros, kept out of core dumps and, where the system allows it, out of swap.
    static func page(_ size: Int) -> SecretMemory {
        guard let start = unsafe secret_allocate(size) else {
            preconditionFailure("no memory for a key")
        }
        return unsafe SecretMemory(
            UnsafeMutableRawBufferPointer(start: start, count: size), isPage: true)
    }

    /// Zeros on the heap, for the short life of a computation.
    static func heap(_ size: Int) -> SecretMemory {
        precondition(size > 0)
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: size, alignment: MemoryLayout<UInt64>.alignment)
        unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        return unsafe SecretMemory(bytes, isPage: false)
    }

    deinit {
        // SAFETY: allocated above in the way `isPage` says; spans cannot outlive the owner.
        if isPage {
            unsafe secret_free(bytes.baseAddress!, bytes.count)
        } else {
            unsafe explicit_bzero(bytes.baseAddress!, bytes.count)
            unsafe bytes.deallocate()
        }
    }
}

/// Any number of secret bytes in memory of their own, wiped when it is freed.
// @unchecked Sendable: only this value reaches the memory, and only `mutating` access writes it.
@safe public struct Secret: ~Copyable, @unchecked Sendable {
    private let owner: SecretMemory
    private let memory: UnsafeMutableRawBufferPointer

    /// Makes `count` zero bytes, at least one.
    public init(count: Int) { self.init(.page(count)) }

    /// Working memory of a computation.
    ///
    /// On the heap, because Swift leaves copies of a value on the stack wherever it moves it.
    init(scratch count: Int) { self.init(.heap(count)) }

    private init(_ owner: SecretMemory) {
        self.owner = owner
        unsafe memory = owner.bytes
    }

    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { elements(UInt8.self) }
    }

    public var mutableBytes: MutableSpan<UInt8> {
        @_lifetime(&self)
        mutating get { mutableElements(UInt8.self) }
    }

    /// The memory as numbers in the machine's byte order.
    @_lifetime(borrow self)
    func elements<Element: FixedWidthInteger & BitwiseCopyable>(
        _: Element.Type
    ) -> Span<Element> {
        // SAFETY: any bytes are an integer, the alignment is that of the widest, the memory is
        // `self`'s until deinit, and `self` outlives the span.
        unsafe _overrideLifetime(
            Span(_unsafeBytes: UnsafeRawBufferPointer(memory)), borrowing: self)
    }

    /// Like `elements`, but for writing.
    @_lifetime(&self)
    mutating func mutableElements<Element: FixedWidthInteger & BitwiseCopyable>(
        _: Element.Type
    ) -> MutableSpan<Element> {
        // SAFETY: as above; the exclusive access to `self` is the span's.
        unsafe _overrideLifetime(MutableSpan(_unsafeBytes: memory), mutating: &self)
    }

    /// Declares the first `count` bytes public from here on, which the check of constant time
    /// cannot know.
    func declassify(first count: Int) { ConstantTime.disclose(bytes.extracting(first: count)) }
}

/// Comparison in a time that does not depend on the contents.
enum ConstantTime {
    /// True when both spans hold the same bytes; the time depends on their sizes only.
    static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt32 = 0
        for i in left.indices { difference |= UInt32(left[i] ^ right[i]) }
        return secret_is_zero(difference)
    }

    /// Declares bytes known from here on, which the check of constant time cannot know.
    ///
    /// The content of a message decides what is done, and includes no key. Compiles to nothing.
    static func disclose(_ bytes: Span<UInt8>) {
        // SAFETY: in the check it reads no memory.
        unsafe bytes.withUnsafeBytes { unsafe secret_declassify($0.baseAddress, $0.count) }
    }
}

/// The kernel's random generator.
public enum Random {
    /// Fills `bytes` from getrandom(2), which waits at boot until the kernel has a seed.
    ///
    /// Traps when the kernel refuses: without randomness nothing is safe.
    public static func fill(_ bytes: inout MutableSpan<UInt8>) {
        let status = unsafe bytes.withUnsafeMutableBufferPointer {
            $0.isEmpty ? 0 : unsafe secret_random($0.baseAddress!, $0.count)
        }
        precondition(status == 0, "the kernel gives no random bytes")
    }
}
