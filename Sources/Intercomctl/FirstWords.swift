internal import Control
internal import HAL
internal import Time

/// What listeners say of a talkspurt that has just begun: whether they hear it.
struct FirstWords {
    let heard: [HeardBy]

    init(_ heard: [HeardBy]) { self.heard = heard }

    /// The first sound is played a tenth of a second after the press; and networks differ.
    private static let patience = Duration.seconds(1)
    private static let look = Duration.milliseconds(20)

    /// Whether it is known that nobody hears it.
    var isUnheard: Bool {
        heard.allSatisfy { one in
            one.reason.map { $0 != .unknown && $0 != .noAnswer } ?? false
        }
    }

    /// `garage; not heard by kitchen (its speaker is muted)`.
    var sentence: String {
        guard !heard.isEmpty else { return "nobody hears it now" }
        let hears = heard.filter { $0.reason == nil }.map { $0.peer }
        let open = heard.filter { $0.reason == .unknown || $0.reason == .noAnswer }.map { $0.peer }
        let deaf = heard.filter { one in
            one.reason.map { $0 != .unknown && $0 != .noAnswer } ?? false
        }
        var parts: [String] = []
        if !hears.isEmpty { parts.append(hears.joined(separator: ", ")) }
        if !open.isEmpty {
            parts.append("not known yet whether heard by \(open.joined(separator: ", "))")
        }
        if !deaf.isEmpty {
            let head = deaf.count == heard.count ? "nobody hears it now: " : "not heard by "
            parts.append(head + deaf.sentence)
        }
        return parts.joined(separator: "; ")
    }

    /// Waits until those that are there have said whether they hear.
    static func ask(
        _ heard: [HeardBy], _ daemon: inout Daemon
    ) throws(Failure) -> [HeardBy] {
        guard heard.contains(where: { $0.reason == nil }) else { return heard }
        let end = Clock.now() + patience
        var found = heard
        while true {
            let isLast = Clock.now() >= end
            guard case .peers(let list) = try daemon.ask(.peers) else { throw misfit() }
            var isOpen = false
            for place in found.indices where heard[place].reason == nil {
                let peer = list.peers.first { $0.name == heard[place].peer }
                let answer = peer.flatMap { word(of: $0) }
                isOpen = isOpen || answer == nil
                found[place].reason = answer == nil ? .noAnswer : answer!
            }
            if !isOpen || isLast { return found }
            Clock.sleep(look)
        }
    }

    /// Nil until it has said; then why it does not hear, if so.
    private static func word(of peer: PeerStatus) -> HeardBy.Reason?? {
        switch peer.hearsNow {
        case "heard"?: return .some(nil)
        case let word?: return .some(HeardBy.Reason(rawValue: word) ?? .other)
        case nil: break
        }
        if peer.state == .down { return .some(.down) }
        // An older program reports what arrives, and says no more.
        let reports = peer.reportAgeSeconds.map { $0 < 0.9 } ?? false
        return reports ? .some(.unknown) : nil
    }
}
