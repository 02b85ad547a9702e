internal import HAL
internal import Report
internal import Time

/// `talk TARGET`: holds a virtual talk button until this program ends, or its terminal is closed.
func talk(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let signals = try attempt { () throws(SystemError) in try TerminalSignals() }
    var lifeline = Lifeline(at: Clock.now())
    // The talk ends when this connection closes.
    var daemon = try Daemon(invocation)
    let request = Request.talk(target: invocation.arguments[0])
    guard case .ptt(let result) = try daemon.ask(request) else { throw Failure.misfit }
    if !invocation.isJSON {
        let time = invocation.seconds.map { " for \($0) s" } ?? ""
        try printLine("talking to \(result.target.visible)\(time); Ctrl-C ends it")
    }
    var watch = ListenerWatch(result.heard, at: Clock.now())
    let end = invocation.seconds.map { Clock.now() + .seconds($0) }
    while end.map({ Clock.now() < $0 }) ?? true {
        // The terminal is closed, or the output has no reader.
        if lifeline.poll(at: Clock.now()) {
            return watch.isUnheard(at: Clock.now()) ? .failed : .ok
        }
        if signals.isEnd() { break }
        let isFirst = watch.isUntold
        if watch.look(invocation), isFirst || !invocation.isJSON {
            try say(watch.words, result, invocation)
        }
        guard let reply = try daemon.answer(until: Clock.now() + FirstWords.look) else { continue }
        // The daemon ended the talk: another program released the button, max-talk is over, or
        // there is no target.
        guard case .done(let done) = reply else { throw Failure.misfit }
        throw Failure(done.text.visible)
    }
    if watch.isUntold, watch.tell() { try say(watch.words, result, invocation) }
    guard watch.isUnheard(at: Clock.now()) else { return .ok }
    // The one object tells of the beginning.
    if invocation.isJSON, watch.hasChanged {
        throw Failure(watch.words.sentence("heard by ").visible)
    }
    return .failed
}

/// Prints the listeners; with `--json`, one object for the first report.
private func say(
    _ words: FirstWords, _ result: Reply.PTT, _ invocation: borrowing Invocation
) throws(Failure) {
    var result = result
    result.heard = words.heard
    try printResult(result.json, words.sentence("heard by ").visible, invocation)
}

/// `ptt down|up TARGET`: presses or releases a virtual talk button.
func pressTalkKey(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try press(invocation.arguments[1], isDown: try invocation.isDown(), invocation)
}

/// `reply down|up`: a virtual talk button for the station that was heard last.
func reply(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try press("reply", isDown: try invocation.isDown(), invocation)
}

/// Presses or releases the button, and prints the listeners.
func press(
    _ target: String, isDown: Bool, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let request = Request.ptt(isDown: isDown, target: target)
    guard case .ptt(let result) = try daemon.ask(request) else { throw Failure.misfit }
    guard result.isTalking else {
        let finding = result.wasTalking ? "stopped talking to" : "no command was talking to"
        try printResult(result.json, "\(finding) \(result.target.visible)", invocation)
        return .ok
    }
    var words = FirstWords(result.heard, at: Clock.now())
    if !invocation.isNoWait { try words.ask(&daemon) }
    var answer = result
    answer.heard = words.heard
    let text = "talking to \(result.target.visible): \(words.sentence().visible)"
    try printResult(answer.json, text, invocation)
    return words.isUnheard ? .failed : .ok
}

/// The reports of the listeners during a talk, over a second connection to the daemon.
///
/// Never waits: the program that talks must see Ctrl-C and a closed terminal at once.
struct ListenerWatch: ~Copyable {
    private(set) var words: FirstWords
    private var daemon: Daemon?
    private var isAsked = false
    private let begin: Instant
    private var next: Instant
    /// The sentence that was printed last, and the first one; nil before that.
    private var (told, first): (String?, String?)

    /// The pause between two requests after the first report.
    private static let pause = Duration.milliseconds(500)

    /// `heard` is the state at the start of the talk.
    init(_ heard: [HeardBy], at now: Instant) {
        words = FirstWords(heard, at: now)
        (begin, next) = (now, now)
    }

    /// Whether no listener hears the talk now: each has reported why, or does not report in time.
    func isUnheard(at now: Instant) -> Bool {
        now >= begin + FirstWords.patience ? words.isSilent : words.isUnheard
    }

    /// Whether the listeners have reported something else since the first report.
    var hasChanged: Bool { told != first }

    /// Whether nothing was printed yet.
    var isUntold: Bool { told == nil }

    /// Takes a reply that has arrived, and asks again when the next request is due.
    ///
    /// - Returns: whether `words` are news: the first report, or a change.
    mutating func look(_ invocation: borrowing Invocation) -> Bool {
        let now = Clock.now()
        if !isUntold || words.isOpen, isAsked || now >= next {
            // If the daemon is busy now, it may have room the next time.
            do throws(Failure) { try ask(invocation, at: now) } catch { hangUp(at: now) }
        }
        guard !isUntold || !words.isOpen || now >= begin + FirstWords.patience else { return false }
        return tell()
    }

    /// Counts the report as printed; listeners that have not reported count as silent.
    mutating func tell() -> Bool {
        words.giveUp()
        let sentence = words.sentence()
        guard sentence != told else { return false }
        (told, first) = (sentence, first ?? sentence)
        return true
    }

    private mutating func ask(
        _ invocation: borrowing Invocation, at now: Instant
    ) throws(Failure) {
        var line: Daemon
        if let open = daemon.take() { line = open } else { line = try Daemon(invocation) }
        if !isAsked { try line.begin(.peers) }
        let reply = try line.answer(until: now)
        isAsked = reply == nil
        daemon = consume line
        guard let reply else { return }
        guard case .peers(let list) = reply else { throw Failure.misfit }
        words.hear(list)
        next = now + (isUntold ? FirstWords.look : Self.pause)
    }

    private mutating func hangUp(at now: Instant) {
        daemon = nil
        isAsked = false
        next = now + Self.pause
    }
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
                // A listener that was down has yet to report when it is back.
                if answer != .noAnswer { hasSaid[place] = answer != .down }
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
