internal import Crypto
internal import Time

extension FuzzTarget {
    /// Sessions that come, switch and go, with true, changed and repeated datagrams on them.
    static let keySlots = FuzzTarget(name: "key-slots") { bytes, isPlanted in
        var input = FuzzInput(bytes)
        var now = Instant(nanoseconds: 0)
        let suite = Suite(rawValue: UInt8(1 + input.below(2))) ?? .aesGCM
        var slots = KeySlots()
        var far: [UInt32: FarEnd] = [:]
        var seen: Set<[UInt8]> = []
        var sent: [[UInt8]] = []
        // No keys come twice: they would open what was opened before.
        var installs: UInt8 = 0
        var plaintext = [UInt8](repeating: 0, count: 1207)
        for _ in 0..<24 where !input.isAtEnd {
            let index = UInt32(1 + input.below(6))
            switch input.below(8) {
            case 0, 1:
                guard !slots.owns(index: index) else { break }
                let end = FarEnd(suite: suite, index: index, number: installs, at: now)
                installs += 1
                far[index] = end
                _ = slots.install(end.here(at: now))
            case 2...4:
                guard let end = far[index], var frame = end.seal(at: now) else { break }
                sent.append(frame)
                input.mutate(&frame)
                take(frame)
            case 5:
                guard !sent.isEmpty else { break }
                take(sent[input.below(sent.count)])
            case 6: _ = slots.drop(index: index)
            default:
                now = now + .milliseconds(Int(input.word()))
                take(input.piece(input.below(200)))
            }
        }

        func take(_ frame: [UInt8]) {
            var span = plaintext.mutableSpan
            let isTrue = sent.contains(frame)
            switch slots.open(frame.span, at: now, into: &span) {
            case .opened(let opened, let slot, let age):
                precondition(isTrue && seen.insert(frame).inserted, "opened what was not sent once")
                precondition(age >= .zero && opened.count == frame.count - 25)
                planted(isPlanted, at: slot == .previous)
            case .switched(_, let age, let index, _):
                precondition(isTrue && seen.insert(frame).inserted, "opened what was not sent once")
                precondition(age >= .zero && slots.currentIndex == index)
            case .refused: break
            case .foreign: break
            }
        }
    }
}

/// The other end of a session.
private final class FarEnd {
    private let keys: (i2r: UInt8, r2i: UInt8)
    private let suite: Suite
    private let index: UInt32
    private var sealer: Sealer
    private let clock: SessionClock

    init(suite: Suite, index: UInt32, number: UInt8, at now: Instant) {
        keys = (number, number ^ 0x80)
        self.suite = suite
        self.index = index
        clock = SessionClock(began: now, peerBegan: now)
        sealer = Sealer(suite: suite, keys: Self.direction(number ^ 0x80), receiverIndex: index)
    }

    private static func direction(_ number: UInt8) -> DirectionKeys {
        DirectionKeys(
            key: Key { for i in $0.indices { $0[i] = number } },
            headerKey: Key { for i in $0.indices { $0[i] = ~number } },
            iv: AEAD.Nonce(repeating: number))
    }

    func here(at now: Instant) -> SessionKeys {
        SessionKeys(
            suite: suite,
            keys: TransportKeys(
                initiatorToResponder: Self.direction(keys.i2r),
                responderToInitiator: Self.direction(keys.r2i)),
            isInitiator: true, localIndex: index, remoteIndex: index + 100, clock: clock)
    }

    func seal(at now: Instant) -> [UInt8]? {
        let plaintext = [UInt8](repeating: 0x11, count: 64)
        var datagram = [UInt8](repeating: 0, count: 1232)
        var span = datagram.mutableSpan
        return sealer.seal(
            flags: 0x40, time: clock.time(at: now), plaintext: plaintext.span, into: &span
        ).map { Array(datagram[..<$0]) }
    }
}
