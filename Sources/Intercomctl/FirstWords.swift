internal import Control
internal import HAL
internal import Time

/// What listeners say of a talkspurt that has just begun: whether they hear it.
struct FirstWords {
    private(set) var heard: [HeardBy]
    /// Of which of them nothing was known as it began.
    private let isAsked: [Bool]
    /// Which of them have said something of it: their programs are not older.
    private var hasSaid: [Bool]
    /// Whether one of them has still to say.
    private(set) var isOpen: Bool
    private let begin: Instant

    /// The first sound is played a tenth of a second after the press; and networks differ.
    static let patience = Duration.seconds(1)
    static let look = Duration.milliseconds(20)
    /// A listener reports at least once a second while sound comes.
    private static let goneAfter = 3.0

    /// What was known as it began; a listener without a reason has still to say.
    init(_ heard: [HeardBy], at now: Instant) {
        self.heard = heard
        begin = now
        isAsked = heard.map { $0.reason == nil }
        hasSaid = heard.map { _ in false }
        isOpen = heard.contains { $0.reason == nil }
    }

    /// Takes what the peers have said until now.
    mutating func hear(_ list: PeerList) {
        isOpen = false
        let age = Double((Clock.now() - begin).milliseconds) / 1_000
        for place in heard.indices {
            let peer = list.peers.first { $0.name == heard[place].peer }
            if peer?.hearsNow != nil { hasSaid[place] = true }
            if let answer = peer.flatMap({ Self.word(of: $0, since: age) }),
                answer != .unknown || !hasSaid[place]
            {
                heard[place].reason = answer
            } else if isAsked[place] || heard[place].reason == .down {
                heard[place].reason = .noAnswer
                isOpen = isOpen || isAsked[place]
            }
        }
    }

    /// Waits no longer for those that have not said.
    mutating func giveUp() {
        for place in heard.indices where isOpen && heard[place].reason == nil {
            heard[place].reason = .noAnswer
        }
        isOpen = false
    }

    /// Whether one has said that it hears; to be asked after `hear` alone.
    var isHeard: Bool { heard.contains { $0.reason == nil } }

    /// Whether it is known that nobody hears it.
    var isUnheard: Bool {
        heard.allSatisfy { Self.isDeaf($0) }
    }

    /// Whether a listener is known not to hear.
    private static func isDeaf(_ one: HeardBy) -> Bool {
        one.reason.map { $0 != .unknown && $0 != .noAnswer } ?? false
    }

    /// Whether nobody has said that it hears, or can only not say so.
    var isSilent: Bool {
        heard.allSatisfy { one in one.reason.map { $0 != .unknown } ?? false }
    }

    /// `garage; not heard by kitchen (its speaker is muted)`, or `heard by garage; …`.
    func sentence(_ head: String = "") -> String {
        guard !heard.isEmpty else { return "nobody hears it now" }
        let hears = heard.filter { $0.reason == nil }.map { $0.peer }
        let open = heard.filter { $0.reason == .noAnswer }.map { $0.peer }
        let older = heard.filter { $0.reason == .unknown }.map { $0.peer }
        let deaf = heard.filter { Self.isDeaf($0) }
        var parts: [String] = []
        if !hears.isEmpty { parts.append(head + hears.joined(separator: ", ")) }
        if !open.isEmpty {
            parts.append("not known yet whether heard by \(open.joined(separator: ", "))")
        }
        if !older.isEmpty {
            let who = older.joined(separator: ", ")
            parts.append("not known whether heard by \(who), whose program is older")
        }
        if !deaf.isEmpty {
            let isAll = deaf.count == heard.count
            parts.append((isAll ? "nobody hears it now: " : "not heard by ") + deaf.sentence)
        }
        return parts.joined(separator: "; ")
    }

    /// Waits until those that are there have said whether they hear.
    mutating func ask(_ daemon: inout Daemon) throws(Failure) {
        let end = begin + Self.patience
        while isOpen {
            let isLast = Clock.now() >= end
            guard case .peers(let list) = try daemon.ask(.peers) else { throw misfit() }
            hear(list)
            if isLast { return }
            if isOpen { Clock.sleep(Self.look) }
        }
    }

    /// Whether a listener that said it hears says nothing more.
    private static func isSilent(_ peer: PeerStatus, since age: Double) -> Bool {
        age > goneAfter && peer.reportAgeSeconds.map { $0 > goneAfter } ?? true
    }

    /// Nil until it has said; then why it does not hear, if so.
    private static func word(of peer: PeerStatus, since age: Double) -> HeardBy.Reason?? {
        switch peer.hearsNow {
        case "heard"? where isSilent(peer, since: age): return nil
        case "heard"?: return .some(nil)
        case let word?: return .some(HeardBy.Reason(rawValue: word) ?? .other)
        case nil: break
        }
        if peer.state == .down {
            return .some(peer.downReason == HeardBy.Reason.noNetwork.rawValue ? .noNetwork : .down)
        }
        // An older program reports what arrives, and says no more. The first reports may be of the
        // talkspurt before.
        let reports = peer.reportAgeSeconds.map { $0 < age - 0.3 } ?? false
        return reports ? .some(.unknown) : nil
    }
}
