internal import Wire

/// An announcement: sound that a program reads from a file, sent to a channel or a peer.
///
/// It begins only when there is sound: for a program that left before, no message would end it at
/// the listeners.
package struct Announcer: Sendable {
    /// An announcement and its target.
    package struct Job: Equatable, Sendable {
        let ticket: ProgramTicket
        /// The channel or the peer that hears the announcement.
        let target: TalkTarget
        package let name: String
        let priority: Priority
    }

    private enum State {
        case idle
        /// Sound is awaited.
        case reading(Job)
        case speaking(Job, spurt: Int)
        /// Everything was sent, or given up: the last reports of the listeners are awaited.
        case over(Job, spurt: Int)
    }

    static let target = Int(TalkTarget.announcement)

    private var state = State.idle

    /// The announcement, until its program has got the result; nil when there is none.
    package var job: Job? {
        switch state {
        case .idle: nil
        case .reading(let job), .speaking(let job, _), .over(let job, _): job
        }
    }

    /// Whether the announcement waits for its first sound.
    package var awaitsSound: Bool {
        if case .reading = state { true } else { false }
    }

    /// Whether the announcement sounds.
    package var isSpeaking: Bool {
        if case .speaking = state { true } else { false }
    }

    /// Takes an announcement; no other may be under way.
    mutating func begin(_ job: Job) {
        guard case .idle = state else { preconditionFailure("one announcement at a time") }
        state = .reading(job)
    }

    /// Begins the announcement, whose sound is here, as the talkspurt of this number.
    mutating func speak(_ spurt: Int) {
        guard case .reading(let job) = state else { return }
        state = .speaking(job, spurt: spurt)
    }

    /// Stops sending the announcement.
    ///
    /// - Returns: Whether it had begun; nil where no announcement was being sent.
    mutating func end(_ orders: inout Orders) -> Bool? {
        switch state {
        case .idle, .over: return nil
        case .reading(let job):
            state = .idle
            orders.add(.answer(job.ticket, .announced(to: job.name, [])))
            return false
        case .speaking(let job, let spurt):
            state = .over(job, spurt: spurt)
            orders.add(.announcementEnded(to: job.name))
            return true
        }
    }

    /// Takes the last reports on a talkspurt.
    mutating func reportsAreIn(_ number: Int, _ heard: [HeardAt], _ orders: inout Orders) {
        guard case .over(let job, spurt: number) = state else { return }
        state = .idle
        orders.add(.answer(job.ticket, .announced(to: job.name, heard)))
    }

    /// Forgets a program that is gone: nobody then waits for the last reports, and the next
    /// announcement may begin.
    ///
    /// - Returns: Whether the announcement must end with its program.
    mutating func forget(_ hasGone: (ProgramTicket) -> Bool) -> Bool {
        guard let ticket = job?.ticket, hasGone(ticket) else { return false }
        if case .over = state { state = .idle }
        return job != nil
    }
}
