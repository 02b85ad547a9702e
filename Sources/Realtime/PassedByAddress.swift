internal import Synchronization

/// A field of a large noncopyable value that has the compiler pass that value by address.
///
/// Without one a borrow of the value is a borrow of every field in it: some of them are copied to
/// and fro, and the compiler's check of noncopyable values takes minutes for each module that has
/// methods on it. An atomic cannot leave its place in memory, nor can what holds one.
public struct PassedByAddress: ~Copyable {
    private let cell = Atomic<Bool>(false)

    public init() {}
}
