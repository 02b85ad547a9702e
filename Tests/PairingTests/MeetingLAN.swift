import Discovery
import Testing
import Time
import Wire

@testable import Pairing

/// Stations that meet on one LAN, in virtual time: announcements, and one stream at a time.
final class MeetingLAN {
    static let link = Link(interface: 3, isIPv6: false)
    static let start = Instant(nanoseconds: 1_000_000_000_000)

    private(set) var boxes: [MeetingBox] = []
    private(set) var now = start
    /// Is told first what a station announces.
    var heard: (MeetingBox, [UInt8]) -> Void = { _, _ in }
    /// Is told what a station announces when all have heard it.
    var delivered: (MeetingBox, [UInt8]) -> Void = { _, _ in }
    /// Whether an announcement of one station is lost on its way to another one.
    var isLost: (MeetingBox, MeetingBox) -> Bool = { _, _ in false }
    /// What arrives of a message of a pairing, whose number is 1 to 4; nil ends the stream.
    var change: (Int, [UInt8]) -> [UInt8]? = { $1 }
    /// All messages of pairings, as they were sent.
    private(set) var messages: [[UInt8]] = []
    private(set) var connections = 0

    func add(_ name: String, looking: Duration = ButtonMeeting.looking) throws -> MeetingBox {
        let box = try MeetingBox(name, number: UInt64(boxes.count + 1), looking: looking)
        box.join(at: now)
        boxes.append(box)
        return box
    }

    /// Lets time pass until so many seconds after the start.
    func run(until seconds: Double) {
        let end = Self.start + .milliseconds(Int(seconds * 1000))
        while true {
            while step() {}
            let due = max(boxes.compactMap(\.deadline).min() ?? end, now + .milliseconds(1))
            guard due < end else { break }
            now = due
        }
        now = end
        while step() {}
    }

    func hold(_ box: MeetingBox) { box.hold(at: now) }

    /// Somebody sends one station an announcement.
    func inject(_ bytes: [UInt8], from source: Endpoint, to box: MeetingBox) {
        box.discovery.receive(
            bytes.span, from: source, hopLimit: 255, on: Self.link, at: now)
    }

    private func step() -> Bool {
        var hasMoved = false
        for box in boxes {
            box.discovery.tick(at: now)
            while case .send(let bytes, _) = box.discovery.nextAction() {
                hasMoved = true
                heard(box, bytes)
                for other in boxes where other === box || !isLost(box, other) {
                    inject(bytes, from: box.address, to: other)
                }
                delivered(box, bytes)
            }
        }
        for box in boxes {
            guard let step = box.look(at: now) else { continue }
            hasMoved = true
            follow(step, of: box)
        }
        return hasMoved
    }

    private func follow(_ step: ButtonMeeting.Step, of box: MeetingBox) {
        switch step {
        case .ask: box.discovery.seekMeetings(at: now)
        case .show: box.listen(at: now)
        case .enter(let endpoints): connect(box, to: endpoints)
        case .end(.noStationFound): box.end(.noStationFound, at: now)
        case .end(.crowded): box.end(.crowded, at: now)
        case .end(.blind): box.end(.blind, at: now)
        case .leave: box.leave()
        }
    }

    private func connect(_ guest: MeetingBox, to endpoints: [Endpoint]) {
        let places = endpoints.filter { endpoint in
            boxes.contains { $0.place == endpoint && $0.isListening }
        }
        guard let first = places.first, let host = boxes.first(where: { $0.place == first }) else {
            if guest.core?.mayRetry(at: now) != true { guest.end(.failed, at: now) }
            return
        }
        connections += 1
        pair(guest, with: host)
    }

    /// One run of the pairing, all at once.
    private func pair(_ guest: MeetingBox, with host: MeetingBox) {
        var errand = PairingErrand(
            .meeting(), at: [.init([host.place])], card: guest.card,
            suites: OfferedSuites(withAES: true), rounds: 1)
        _ = errand.begin(at: now)
        host.desk.enter(at: now)
        guard case .send(let first) = errand.connected(at: now) else { return }
        var message = first
        for number in 1...4 {
            messages.append(message)
            guard let arrived = change(number, message) else {
                return end(guest, host)
            }
            guard let answer = take(arrived, number, &errand, guest, host) else { return }
            message = answer
        }
    }

    /// - Returns: The answer; nil where the pairing is over.
    private func take(
        _ bytes: [UInt8], _ number: Int, _ errand: inout PairingErrand, _ guest: MeetingBox,
        _ host: MeetingBox
    ) -> [UInt8]? {
        if number % 2 == 1 {
            switch host.desk.take(bytes.span, at: now) {
            case .send(let answer): return answer
            case .judge(let card, _):
                guard host.isThief || host.core?.expects(card) == true else {
                    if let step = host.core?.crowd(at: now) { follow(step, of: host) }
                    end(guest, nil)
                    return nil
                }
                host.core?.settle()
                return host.desk.admit(at: now)
            case .wait: break
            case .over: break
            }
            end(guest, host)
            return nil
        }
        switch errand.take(bytes.span, at: now) {
        case .send(let answer): return answer
        case .paired(let paired, at: _):
            guard guest.core?.expects(paired.peer) == true else {
                if let step = guest.core?.crowd(at: now) { follow(step, of: guest) }
                end(nil, host)
                return nil
            }
            guest.end(.paired(paired.peer.publicKey, psk: hex(paired.psk)), at: now)
            guard case .paired(let other)? = host.desk.left(isInOrder: true, at: now) else {
                Issue.record("the host stores nothing")
                return nil
            }
            host.end(.paired(other.peer.publicKey, psk: hex(other.psk)), at: now)
            return nil
        case .wait: break
        case .connect: break
        case .failed: break
        }
        end(guest, host)
        return nil
    }

    private func end(_ guest: MeetingBox?, _ host: MeetingBox?) {
        guest?.end(.failed, at: now)
        guard let host else { return }
        _ = host.desk.left(isInOrder: false, at: now)
        host.end(.failed, at: now)
    }
}
