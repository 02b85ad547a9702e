internal import HAL
internal import Report
internal import Time

/// `call TARGET` rings the target; `drop-in PEER` and `listen PEER` open microphones without an
/// answer, if the peer allows it.
func calling(_ mode: Request.CallMode) -> Command.Function {
    { (invocation) throws(Failure) in try beginCall(mode, invocation) }
}

/// `answer`, `reject`, `hangup`: a request that is done at once.
func asking(_ request: Request) -> Command.Function {
    { (invocation) throws(Failure) in try ask(request, invocation) }
}

/// `relay NAME [PEER]`: switches a relay on for its pulse.
func switchRelay(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let relay = invocation.arguments[0]
    guard invocation.arguments.count > 1 else {
        return try ask(.relay(relay, peer: nil), invocation)
    }
    let peer = invocation.arguments[1]
    return try askPeer(peer, .relay(relay, peer: peer), invocation)
}

/// `signal PEER`: lights the peer's call light.
func signalPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let peer = invocation.arguments[0]
    return try askPeer(peer, .signal(peer: peer), invocation)
}

/// The first reports of the listeners to a talkspurt: whether they hear it.
struct FirstWords {
    private(set) var heard: [HeardBy]
    /// For each listener: whether its state was unknown at the start.
    private let isAsked: [Bool]
    /// For each listener: whether it has reported.
    private var hasSaid: [Bool]
    /// For each listener: whether the daemon has waited for its reports in vain.
    private var isGone: [Bool]
    /// Whether a report is still missing.
    private(set) var isOpen: Bool
    private let begin: Instant

    /// The first sound is played 0.1 s after the press; the rest is for slow networks.
    static let patience = Duration.seconds(1)
    static let look = Duration.milliseconds(20)

    /// Takes the state at the start: a listener without a reason has not reported yet; for a
    /// listener that is down, the details may follow.
    init(_ heard: [HeardBy], at now: Instant) {
        self.heard = heard
        begin = now
        isAsked = heard.map { $0.reason == nil }
        hasSaid = heard.map { _ in false }
        isGone = hasSaid
        isOpen = heard.contains { $0.reason == nil || $0.reason == .down }
    }

    /// Takes the reports that the peers have sent so far.
    mutating func hear(_ list: PeerList) {
        isOpen = false
        for place in heard.indices {
            let peer = list.peers.first { $0.name == heard[place].peer }
            heard[place].detail = peer?.refusal
            if let answer = peer.flatMap({ Self.word(of: $0) }) {
                if answer != .noAnswer { hasSaid[place] = true }
                isGone[place] = answer == .noAnswer
                heard[place].reason = answer
            } else if hasSaid[place], peer?.hearsNow == nil {
                // The talk pauses, so a listener has nothing to report.
                continue
            } else if isAsked[place] || heard[place].reason == .down {
                heard[place].reason = .noAnswer
                isOpen = isOpen || isAsked[place]
            }
        }
    }

    /// Stops waiting for missing reports.
    mutating func giveUp() {
        for place in heard.indices where isOpen && heard[place].reason == nil {
            heard[place].reason = .noAnswer
        }
        isOpen = false
    }

    /// Whether a listener reports that it hears; valid only after `hear`.
    var isHeard: Bool { heard.contains { $0.reason == nil } }

    /// Whether every listener is known not to hear.
    var isUnheard: Bool {
        heard.indices.allSatisfy { isDeaf($0) }
    }

    /// Whether a listener is known not to hear, or has never reported.
    private func isDeaf(_ place: Int) -> Bool {
        switch heard[place].reason {
        case nil, .unknown: false
        case .noAnswer: isGone[place] && !hasSaid[place]
        default: true
        }
    }

    /// Whether no listener hears; false if the version of a listener cannot report that.
    var isSilent: Bool {
        heard.allSatisfy { one in one.reason.map { $0 != .unknown } ?? false }
    }

    /// Lists the listeners that do not report: after earlier reports, or from the start.
    private func silent(afterWords: Bool) -> [String] {
        heard.indices.filter {
            heard[$0].reason == .noAnswer && hasSaid[$0] == afterWords && !isDeaf($0)
        }.map { heard[$0].peer }
    }

    /// `garage; not heard by kitchen (the speaker is muted)`, or `heard by garage; …`.
    func sentence(_ head: String = "") -> String {
        guard !heard.isEmpty else {
            return "nobody hears you: no peer listens;"
                + " intercomctl peers shows them, intercomctl pair adds one"
        }
        let hears = heard.filter { $0.reason == nil }.map { $0.peer }
        let gone = silent(afterWords: true)
        let open = silent(afterWords: false)
        let older = heard.filter { $0.reason == .unknown }.map { $0.peer }
        let deaf = heard.indices.filter { isDeaf($0) }.map { heard[$0] }
        var parts: [String] = []
        if !hears.isEmpty { parts.append(head + hears.joined(separator: ", ")) }
        if !open.isEmpty {
            parts.append("no report yet from \(open.joined(separator: ", "))")
        }
        if !gone.isEmpty {
            parts.append("nothing comes back any more from \(gone.joined(separator: ", "))")
        }
        if !older.isEmpty {
            let who = older.joined(separator: ", ")
            parts.append("no report from \(who): its version is too old to send one")
        }
        if !deaf.isEmpty {
            let isAll = deaf.count == heard.count
            parts.append((isAll ? "nobody hears you: " : "not heard by ") + deaf.sentence)
        }
        return parts.joined(separator: "; ")
    }

    /// Waits for the reports of the listeners that are up.
    mutating func ask(_ daemon: inout Daemon) throws(Failure) {
        let end = begin + Self.patience
        while isOpen {
            let isLast = Clock.now() >= end
            guard case .peers(let list) = try daemon.ask(.peers) else { throw Failure.misfit }
            hear(list)
            if isLast { return }
            if isOpen { Clock.sleep(Self.look) }
        }
    }

    /// Returns nil without a report; otherwise the reason why the peer does not hear, if any.
    private static func word(of peer: PeerStatus) -> HeardBy.Reason?? {
        switch peer.hearsNow {
        case "heard"?: return .some(nil)
        case let word?: return .some(HeardBy.Reason(word: word))
        case nil: break
        }
        guard peer.state == .down else { return nil }
        return .some(peer.down.reason == HeardBy.Reason.noNetwork.rawValue ? .noNetwork : .down)
    }
}
