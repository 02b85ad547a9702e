import Testing
import Time
import Wire

@testable import Station

let start = Instant(nanoseconds: 5_000_000_000)

extension Switchboard {
    /// A switchboard of a station without targets and channels.
    static func bare(at now: Instant = start) -> Switchboard {
        Switchboard(
            targets: [], channels: [], firstMids: (0..<4).map { 100 * UInt32($0) },
            frames: .init(samples: 480, size: 58, sizeRepeated: 50), at: now)
    }

    /// Takes all that was decided but where streams lead; records to peers stay where they are.
    var decided: [Order] {
        mutating get {
            var found: [Order] = []
            while let order = nextDecision() {
                if case .sound(.hear) = order { continue }
                found.append(order)
            }
            return found
        }
    }

    /// Takes all that was decided, which must be these.
    mutating func expect(_ orders: Order..., at place: SourceLocation = #_sourceLocation) {
        let decided = decided
        #expect(decided == orders, sourceLocation: place)
    }

    /// Takes all that was decided, with what the station has to send or do.
    var ordered: [Order] {
        mutating get {
            var found: [Order] = []
            while let order = nextOrder() { found.append(order) }
            return found
        }
    }

    /// A peer that is up answers a PING just now, so long after it was sent.
    mutating func answered(by peer: Int, after roundTrip: Duration, at now: Instant) {
        self.now = now - roundTrip
        measure(peer)
        var tokens: [UInt32] = []
        while let order = pings.next() {
            guard case .send(peer, let payload) = order else { continue }
            _ = ControlReader.read(payload.bytes.span) { record in
                if case .ping(let token) = record { tokens.append(token) }
            }
        }
        for token in tokens { receive(.pong(token), from: peer, at: now) }
    }

    /// A peer asks for the call light, which its policy allows.
    mutating func signalled(by peer: Int, for time: Duration, at now: Instant) {
        tick(at: now)
        let tenths = UInt16(time.milliseconds / 100)
        signalled(Signal(mid: 1, target: .callLight, reference: 0, time: tenths), by: peer)
    }
}

extension SoundNews {
    /// A talkspurt whose first frame is not known begins.
    static func talking(_ target: Int, _ name: String? = nil) -> SoundNews {
        .talking(target: target, name: name, first: nil, isDoubted: false)
    }
}

extension Orders {
    /// Takes all that wait, which must be these.
    mutating func expect(_ orders: Order..., at place: SourceLocation = #_sourceLocation) {
        let all = all
        #expect(all == orders, sourceLocation: place)
    }

    /// Takes all that wait.
    var all: [Order] {
        mutating get {
            var found: [Order] = []
            while let order = next() { found.append(order) }
            return found
        }
    }
}
