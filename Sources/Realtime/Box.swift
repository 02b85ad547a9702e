internal import Synchronization

/// One value on the heap, with one owner at any time.
///
/// A large value crosses threads by moving its box through an `SPSCRing`: only the pointer moves,
/// and the compiler refuses a second owner. `init` allocates and `deinit` frees, so a box that
/// reaches the media loop goes back through a ring and ends on the thread that made it.
@safe public struct Box<Value: ~Copyable>: ~Copyable {
    private let storage: UnsafeMutablePointer<Value>

    /// Allocates room for `value` and moves it there.
    public init(_ value: consuming Value) {
        unsafe storage = .allocate(capacity: 1)
        unsafe storage.initialize(to: value)
    }

    deinit {
        unsafe storage.deinitialize(count: 1)
        unsafe storage.deallocate()
    }

    /// The value, read and changed in place: neither moves it, nor allocates.
    public var value: Value {
        unsafeAddress { unsafe UnsafePointer(storage) }
        unsafeMutableAddress { unsafe storage }
    }
}

// SAFETY: a box owns its value alone, as the value itself would be owned.
extension Box: @unchecked Sendable where Value: Sendable & ~Copyable {}

/// A field that makes the compiler pass a large noncopyable value by address.
///
/// Without it, borrowing the value borrows each of its fields: the compiler copies some of them
/// back and forth, and its check of noncopyable values takes minutes for each module with methods
/// on the value. An atomic cannot leave its place in memory, nor can a value that holds one.
public struct PassedByAddress: ~Copyable {
    private let cell = Atomic<Bool>(false)

    public init() {}
}
