import Vectors

@testable import Crypto

extension IntercomVectors {
    func handshake(_ suite: Suite) -> Handshake { handshake[Int(suite.rawValue) - 1] }

    /// The keys of one direction, "i2r" or "r2i".
    func keys(_ suite: Suite, _ direction: String) -> DirectionKeys {
        let keys = handshake(suite).keys
        let texts = direction == "i2r" ? keys.i2r : keys.r2i
        return DirectionKeys(
            key: Key(hex: texts.key), headerKey: Key(hex: texts.hp), iv: AEAD.Nonce(hex: texts.iv))
    }

    /// The index in the packets of that direction: their receiver's.
    func index(_ direction: String) -> UInt32 {
        [UInt8](hex: direction == "i2r" ? inputs.resp_index : inputs.init_index)
            .reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// One packet sealed with the vectors' keys at any counter.
    func seal(
        _ suite: Suite, _ direction: String, flags: UInt8, counter: UInt64, time: UInt16 = 0,
        _ plaintext: [UInt8]
    ) -> [UInt8] {
        var sealer = Sealer(
            suite: suite, keys: keys(suite, direction), receiverIndex: index(direction),
            counter: counter)
        return sealer.sealed(flags: flags, time: time, plaintext) ?? []
    }

    /// An opener of a direction that has already opened all packets before `counter`.
    func opener(_ suite: Suite, _ direction: String, before counter: UInt64 = 0) -> Opener {
        var opener = Opener(suite: suite, keys: keys(suite, direction))
        // In steps small enough to reconstruct a counter from its low half, as in a long session.
        var seen: UInt64 = 0
        while seen + 30_000 < counter {
            seen += 30_000
            let packet = seal(
                suite, direction, flags: 0, counter: seen, [UInt8](repeating: 0, count: 64))
            _ = opener.opened(packet)
        }
        return opener
    }
}

extension Sealer {
    /// The datagram of one packet; nil when the counter is used up.
    mutating func sealed(flags: UInt8, time: UInt16 = 0, _ plaintext: [UInt8]) -> [UInt8]? {
        var datagram = [UInt8](repeating: 0xEE, count: PacketSeal.datagramMax)
        var span = datagram.mutableSpan
        guard
            let size = seal(flags: flags, time: time, plaintext: plaintext.span, into: &span)
        else { return nil }
        return Array(datagram[..<size])
    }
}

/// An opened datagram with its plaintext, in a form tests can compare.
enum OpenedPacket: Equatable {
    case opened(flags: UInt8, counter: UInt64, time: UInt16 = 0, isNewest: Bool, [UInt8])
    case refused(Opener.Refusal)
}

extension Opener {
    mutating func opened(_ datagram: [UInt8]) -> OpenedPacket {
        var plaintext = [UInt8](repeating: 0xEE, count: PacketSeal.plaintextMax)
        var span = plaintext.mutableSpan
        switch open(datagram.span, into: &span) {
        case .opened(let opened):
            return .opened(
                flags: opened.flags, counter: opened.counter, time: opened.time,
                isNewest: opened.isNewest,
                Array(plaintext[..<opened.count]))
        case .refused(let refusal):
            return .refused(refusal)
        }
    }
}
