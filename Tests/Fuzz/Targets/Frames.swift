internal import Crypto
internal import Wire

extension FuzzTarget {
    /// The plaintext of an audio packet and the flags of a packet.
    static let frames = FuzzTarget(name: "frames") { bytes, isPlanted in
        guard bytes.count > 0 else { return }
        let flags = PacketFlags(rawValue: bytes[0])
        precondition(PacketFlags.streams.contains(flags.stream))
        _ = (flags.kind, flags.isSpurtStart, KeySlots.index(of: bytes))
        guard let packet = AudioPacket(parsing: bytes) else { return }
        for index in 0...packet.depth {
            let range = packet.frame(index).range
            precondition(!range.isEmpty && range.upperBound <= bytes.count)
        }
        planted(isPlanted, at: packet.depth == 7 && packet.isLast && packet.frameSize > 3)
    }
}
