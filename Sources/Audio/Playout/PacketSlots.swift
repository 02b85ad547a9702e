internal import Realtime

/// The waiting packets of one talker; a fixed ring indexed by sequence.
///
/// Sequences here are extended (they do not wrap). All memory is allocated in `init`: the payloads
/// lie behind each other in one block of it, and the newest overwrite the oldest.
@safe @usableFromInline struct PacketSlots: ~Copyable {
    /// How far ahead of the playout a packet may be.
    ///
    /// 320 ms of the shortest frames: the longest pre-roll and a network's delay.
    static let count = 128
    /// The longest payload, in bytes.
    static let payloadMax = PCM.payloadMax
    /// Bytes for all waiting packets: half a second at 256 kbit/s, the most a talker may choose.
    static let capacity = 16_384

    /// Raw, so that its pages stay untouched until a packet is put there.
    private let bytes: UnsafeMutableRawPointer
    /// Bytes written or skipped since the beginning.
    private var written = 0
    /// Where each slot's payload begins, in the count of `written`.
    private var begins = FixedArray<Int>(count: count, repeating: 0)
    private var sizes = FixedArray<UInt16>(count: count, repeating: 0)
    private var owners = FixedArray<Int64>(count: count, repeating: .min)

    init() { unsafe bytes = .allocate(byteCount: Self.capacity, alignment: 16) }

    deinit { unsafe bytes.deallocate() }

    func contains(_ sequence: Int64) -> Bool {
        let slot = index(sequence)
        return owners[slot] == sequence && written - begins[slot] <= Self.capacity
    }

    /// Stores a payload.
    ///
    /// The payload `count` sequences away is overwritten, and any in the memory that this one
    /// needs.
    ///
    /// - Precondition: 1 to `payloadMax` bytes.
    mutating func put(_ payload: Span<UInt8>, at sequence: Int64) {
        precondition(!payload.isEmpty && payload.count <= Self.payloadMax)
        // No payload wraps around the end.
        let room = Self.capacity - written % Self.capacity
        if room < payload.count { written += room }
        let slot = index(sequence)
        let place = written % Self.capacity
        // SAFETY: the bytes before the end that are too few were skipped, so `place` and all of the
        // payload lie inside the allocation.
        unsafe payload.withUnsafeBytes {
            unsafe (bytes + place).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
        }
        begins[slot] = written
        written += payload.count
        sizes[slot] = UInt16(payload.count)
        owners[slot] = sequence
    }

    /// Moves a payload out and returns its size; nil when it is not here.
    ///
    /// - Precondition: `destination` has room for `payloadMax` bytes.
    mutating func take(_ sequence: Int64, into destination: inout MutableSpan<UInt8>) -> Int? {
        precondition(destination.count >= Self.payloadMax)
        guard contains(sequence) else { return nil }
        let slot = index(sequence)
        owners[slot] = .min
        let size = Int(sizes[slot])
        let place = begins[slot] % Self.capacity
        // SAFETY: `put` wrote this many bytes there, inside the allocation.
        let payload = unsafe Span<UInt8>(
            _unsafeStart: (bytes + place).assumingMemoryBound(to: UInt8.self), count: size)
        for i in payload.indices { destination[i] = payload[i] }
        return size
    }

    mutating func removeAll() {
        owners.fill(with: .min)
    }

    private func index(_ sequence: Int64) -> Int { Int(sequence & Int64(Self.count - 1)) }
}
