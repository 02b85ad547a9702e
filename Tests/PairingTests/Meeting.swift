import Crypto
import Testing
import Time
import Wire

@testable import Peering

/// A desk that shows a code, an errand with one, and the stream between them, in virtual time.
///
/// Codes are stretched with one round, so that a thousand meetings take seconds.
struct Meeting: ~Copyable {
    enum DeskEnd: Equatable {
        case none
        case stranger
        case wrongCode(left: Int)
        case unfinished(left: Int)
        case refused(PairingFailure)
        case paired(String, Suite, psk: String)
        case timedOut

        init(_ result: consuming PairingDesk.Try) {
            switch consume result {
            case .stranger: self = .stranger
            case .wrongCode(let left): self = .wrongCode(left: left)
            case .unfinished(let left): self = .unfinished(left: left)
            case .refused(let failure): self = .refused(failure)
            case .paired(let paired):
                self = .paired(paired.peer.name, paired.suite, psk: hex(paired.psk))
            }
        }
    }

    enum ErrandEnd: Equatable {
        case none
        case failed(PairingErrand.Failure)
        case paired(String, Suite, psk: String)
    }

    static let start = Instant(nanoseconds: 1_000_000_000)
    static let box = PairingErrand.Box([Endpoint(high: 0, low: 1, port: 5577)])

    var desk: PairingDesk
    var errand: PairingErrand
    var now = start
    var deskEnd = DeskEnd.none
    var errandEnd = ErrandEnd.none
    /// The messages as they were sent, P1 first.
    var messages: [[UInt8]] = []

    init(shown: String, typed: String, boxes: [PairingErrand.Box] = [box]) throws {
        // First all that can fail: a noncopyable value is made whole or not at all.
        let (office, kitchen) = (try card("office"), try card("kitchen"))
        let entered = try PairingCode(typed: typed)
        let code = try PairingCode(typed: shown)
        let suites = OfferedSuites(withAES: true)
        var desk = PairingDesk(suites: suites, rounds: 1)
        let end = desk.show(code, as: kitchen, isAtScreen: true, at: Self.start)
        #expect(end == Self.start + PairingWindow.length)
        self.desk = desk
        errand = PairingErrand(entered, at: boxes, card: office, suites: suites, rounds: 1)
    }

    /// Lets the two talk until neither has anything to say.
    ///
    /// - Parameter change: Is given the number of each message, 1 for P1, and the message; returns
    ///   what arrives.
    mutating func run(_ change: (Int, [UInt8]) -> [UInt8] = { _, bytes in bytes }) {
        guard case .connect = errand.begin(at: now) else { return }
        desk.enter(at: now)
        followErrand(errand.connected(at: now), change)
        // A side that waits for ever is given up.
        for _ in 0..<4 {
            now = now + PairingWindow.patience
            tickDesk()
            followErrand(errand.tick(at: now), change)
        }
    }

    mutating func tickDesk() {
        switch desk.tick(at: now) {
        case .nothing: break
        case .over(let result): endDesk(result)
        case .timedOut: deskEnd = .timedOut
        }
    }

    private mutating func followErrand(
        _ step: consuming PairingErrand.Step, _ change: (Int, [UInt8]) -> [UInt8]
    ) {
        switch consume step {
        case .wait: break
        case .connect: Issue.record("there is one box")
        case .send(let bytes):
            messages.append(bytes)
            let arrived = change(messages.count, bytes)
            followDesk(desk.take(arrived.span, at: now), change)
        case .paired(let paired, at: _):
            errandEnd = .paired(paired.peer.name, paired.suite, psk: hex(paired.psk))
            if let result = desk.left(isInOrder: true, at: now) { endDesk(result) }
        case .failed(let failure):
            errandEnd = .failed(failure)
            if let result = desk.left(isInOrder: false, at: now) { endDesk(result) }
        }
    }

    private mutating func followDesk(
        _ step: consuming PairingDesk.Step, _ change: (Int, [UInt8]) -> [UInt8]
    ) {
        switch consume step {
        case .wait: break
        case .send(let bytes): sendErrand(bytes, change)
        case .judge: sendErrand(desk.admit(at: now), change)
        case .over(let result):
            endDesk(result)
            followErrand(errand.left(at: now), change)
        }
    }

    private mutating func sendErrand(_ bytes: [UInt8], _ change: (Int, [UInt8]) -> [UInt8]) {
        messages.append(bytes)
        let arrived = change(messages.count, bytes)
        followErrand(errand.take(arrived.span, at: now), change)
    }

    private mutating func endDesk(_ result: consuming PairingDesk.Try) {
        deskEnd = DeskEnd(result)
    }

    /// Whether either has stored the other.
    var hasPaired: Bool {
        if case .paired = deskEnd { return true }
        if case .paired = errandEnd { return true }
        return false
    }
}
