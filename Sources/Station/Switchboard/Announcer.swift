internal import Wire

/// An announcement: sound that a caller reads from a file, said to a channel or a peer.
///
/// Nothing of it begins before there is sound: if its caller went before that, nothing would tell
/// the listeners its end.
package struct Announcer: Sendable {
    /// What is announced, and to whom.
    package struct Job: Equatable, Sendable {
        let caller: CallerTicket
        /// The channel or the peer that it goes to.
        let target: TalkTarget
        package let name: String
        let priority: Priority
    }

    private enum State {
        case idle
        /// Sound is awaited.
        case reading(Job)
        case speaking(Job, spurt: Int)
        /// Everything was sent, or given up: the last reports of its listeners are awaited.
        case over(Job, spurt: Int)
    }

    static let target = Int(TalkTarget.announcement)

    private var state = State.idle

    /// What is announced, until the caller has been told what was heard; nil when there is none.
    package var job: Job? {
        switch state {
        case .idle: nil
        case .reading(let job), .speaking(let job, _), .over(let job, _): job
        }
    }

    /// Whether it is to begin as soon as there is sound.
    package var awaitsSound: Bool {
        if case .reading = state { true } else { false }
    }

    /// Whether it sounds.
    package var isSpeaking: Bool {
        if case .speaking = state { true } else { false }
    }

    /// One is asked for; another one must not be under way.
    mutating func begin(_ job: Job) {
        guard case .idle = state else { preconditionFailure("one announcement at a time") }
        state = .reading(job)
    }

    /// Enough sound is here: it begins, as the talkspurt of this number.
    mutating func speak(_ spurt: Int) {
        guard case .reading(let job) = state else { return }
        state = .speaking(job, spurt: spurt)
    }

    /// Nothing more of it is sent.
    ///
    /// - Returns: Whether it had begun; nil where none was under way.
    mutating func end(_ orders: inout Orders) -> Bool? {
        switch state {
        case .idle, .over: return nil
        case .reading(let job):
            state = .idle
            orders.add(.answer(job.caller, .announced(to: job.name, [])))
            return false
        case .speaking(let job, let spurt):
            state = .over(job, spurt: spurt)
            orders.add(.announcementEnded(to: job.name))
            return true
        }
    }

    /// The last reports on a talkspurt are in.
    mutating func reportsAreIn(_ number: Int, _ heard: [HeardAt], _ orders: inout Orders) {
        guard case .over(let job, spurt: number) = state else { return }
        state = .idle
        orders.add(.answer(job.caller, .announced(to: job.name, heard)))
    }

    /// Forgets a caller that is gone: after the end nobody waits for what was heard, and the next
    /// may begin.
    ///
    /// - Returns: Whether the announcement is to end with it.
    mutating func forget(_ hasGone: (CallerTicket) -> Bool) -> Bool {
        guard let caller = job?.caller, hasGone(caller) else { return false }
        if case .over = state { state = .idle }
        return job != nil
    }
}
