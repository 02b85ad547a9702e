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
    return watch.isUnheard(at: Clock.now()) ? .failed : .ok
}

/// Prints the listeners; with `--json`, one object for the first report.
private func say(
    _ words: FirstWords, _ result: Reply.PTT, _ invocation: borrowing Invocation
) throws(Failure) {
    var result = result
    result.heard = words.heard
    try printResult(result.json, words.sentence("heard by ").visible, invocation)
}

/// The reports of the listeners during a talk, over a second connection to the daemon.
///
/// Never waits: the program that talks must see Ctrl-C and a closed terminal at once.
struct ListenerWatch: ~Copyable {
    private(set) var words: FirstWords
    private var daemon: Daemon?
    private var isAsked = false
    /// Whether a listener has ever reported that it hears.
    private var wasHeard = false
    private let begin: Instant
    private var next: Instant
    /// The sentence that was printed last; nil before the first.
    private var told: String?

    /// The pause between two requests after the first report.
    private static let pause = Duration.milliseconds(500)

    /// `heard` is the state at the start of the talk.
    init(_ heard: [HeardBy], at now: Instant) {
        words = FirstWords(heard, at: now)
        (begin, next) = (now, now)
    }

    /// Whether no listener has heard the talk: each has reported why, or has not reported in time.
    func isUnheard(at now: Instant) -> Bool {
        guard !wasHeard else { return false }
        return now >= begin + FirstWords.patience ? words.isSilent : words.isUnheard
    }

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
        told = sentence
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
        wasHeard = wasHeard || words.isHeard
        next = now + (isUntold ? FirstWords.look : Self.pause)
    }

    private mutating func hangUp(at now: Instant) {
        daemon = nil
        isAsked = false
        next = now + Self.pause
    }
}
