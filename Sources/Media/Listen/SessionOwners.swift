internal import Realtime

/// With which peer each session was found last, by the low bits of its index.
///
/// A place to look first, and no more: indices are random, so two sessions may share an entry, and
/// an old one may still be there. The peer's own slots say whether the session is its.
struct SessionOwners: ~Copyable {
    private static let count = 64

    private var peers = FixedArray<Int>(count: count) { _ in 0 }

    subscript(index: UInt32) -> Int {
        get { peers[Self.place(of: index)] }
        set { peers[Self.place(of: index)] = newValue }
    }

    private static func place(of index: UInt32) -> Int { Int(index) & (count - 1) }
}
