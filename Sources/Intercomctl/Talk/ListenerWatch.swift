internal import Control
internal import HAL
internal import Time

/// What listeners say while a talk goes on, asked over a line to the daemon of its own.
///
/// It never waits: the program that talks must see Ctrl-C and a closed terminal at once.
struct ListenerWatch: ~Copyable {
    private(set) var words: FirstWords
    private var daemon: Daemon?
    private var isAsked = false
    /// Whether a listener has ever said that it hears.
    private var wasHeard = false
    private let begin: Instant
    private var next: Instant
    /// The sentence that was news last; nil before the first.
    private var told: String?

    /// Between two looks after the first words.
    private static let pause = Duration.milliseconds(500)

    /// `heard` is what was known as the talk began.
    init(_ heard: [HeardBy], at now: Instant) {
        words = FirstWords(heard, at: now)
        (begin, next) = (now, now)
    }

    /// Whether nobody has heard the talk: each listener has said why not, or had the time to say
    /// something and was silent.
    func isUnheard(at now: Instant) -> Bool {
        guard !wasHeard else { return false }
        return now >= begin + FirstWords.patience ? words.isSilent : words.isUnheard
    }

    /// Whether nothing was told yet.
    var isUntold: Bool { told == nil }

    /// Takes an answer that has come, and asks again when that is due.
    ///
    /// - Returns: whether `words` are news: the first, and whatever changes after them.
    mutating func look(_ invocation: borrowing Invocation) -> Bool {
        let now = Clock.now()
        if !isUntold || words.isOpen, isAsked || now >= next {
            // Where all places at the daemon are taken, one may be free the next time.
            do throws(Failure) { try ask(invocation, at: now) } catch { hangUp(at: now) }
        }
        guard !isUntold || !words.isOpen || now >= begin + FirstWords.patience else { return false }
        return tell()
    }

    /// Counts the words as told, with those that have not said as silent.
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
