/// The packets of one talker that wait for their turn; a fixed ring indexed by sequence.
///
/// Sequences here are extended (they do not wrap). All memory is taken in `init`.
@safe struct PacketSlots: ~Copyable {
    /// How far ahead of the playout a packet may be.
    ///
    /// 320 ms of the shortest frames: the longest pre-roll and a network's delay.
    static let count = 128
    /// The longest payload, in bytes.
    static let payloadMax = PCM.payloadMax

    private let bytes: UnsafeMutablePointer<UInt8>
    private var sizes = Table<UInt16>(count: count, repeating: 0)
    private var owners = Table<Int64>(count: count, repeating: -1)

    init() {
        let size = Self.count * Self.payloadMax
        unsafe bytes = .allocate(capacity: size)
        unsafe bytes.initialize(repeating: 0, count: size)
    }

    deinit { unsafe bytes.deallocate() }

    func contains(_ sequence: Int64) -> Bool { owners[index(sequence)] == sequence }

    /// Keeps a payload, overwriting the one `count` sequences away.
    ///
    /// - Precondition: 1 to `payloadMax` bytes.
    mutating func put(_ payload: Span<UInt8>, at sequence: Int64) {
        precondition(!payload.isEmpty && payload.count <= Self.payloadMax)
        let slot = index(sequence)
        let place = unsafe bytes + slot * Self.payloadMax
        unsafe payload.withUnsafeBufferPointer { source in
            // SAFETY: a slot is `payloadMax` long, and nobody else sees this memory.
            unsafe place.update(from: source.baseAddress!, count: source.count)
        }
        sizes[slot] = UInt16(payload.count)
        owners[slot] = sequence
    }

    /// Moves a payload out and returns its size; nil when it is not here.
    ///
    /// - Precondition: `destination` has room for `payloadMax` bytes.
    mutating func take(_ sequence: Int64, into destination: inout MutableSpan<UInt8>) -> Int? {
        precondition(destination.count >= Self.payloadMax)
        let slot = index(sequence)
        guard owners[slot] == sequence else { return nil }
        owners[slot] = -1
        let size = Int(sizes[slot])
        let place = unsafe bytes + slot * Self.payloadMax
        unsafe destination.withUnsafeMutableBufferPointer { target in
            // SAFETY: both have room for `payloadMax`, which `size` does not exceed.
            unsafe target.baseAddress!.update(from: place, count: size)
        }
        return size
    }

    mutating func removeAll() {
        owners.fill(with: -1)
    }

    private func index(_ sequence: Int64) -> Int { Int(sequence & Int64(Self.count - 1)) }
}
