internal import Synchronization

/// A field that makes the compiler pass a large noncopyable value by address.
///
/// Without it, borrowing the value borrows each of its fields: the compiler copies some of them
/// back and forth, and its check of noncopyable values takes minutes for each module with methods
/// on the value. An atomic cannot leave its place in memory, nor can a value that holds one.
public struct PassedByAddress: ~Copyable {
    private let cell = Atomic<Bool>(false)

    public init() {}
}
