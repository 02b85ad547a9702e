internal import HAL
internal import Report
internal import Time

/// The user's program that is run at every event: `[events] on-event`.
///
/// Four at once at most, others wait, so many of them; one that takes longer than 10 s is ended.
/// The events of one peer, however many, hold up no other's: who has the fewest running is next,
/// and where no room is left, who has the most waiting gives up its newest.
/// What an event says goes into its environment: no shell reads it, no argument holds it.
struct EventHook {
    /// Why something did not run, or how it ended.
    enum Notice: Equatable {
        case failed(String)
    }

    static let runningMax = 4
    static let waitingMax = 32
    static let patience = Duration.seconds(10)
    private static let quietFor = Duration.seconds(60)

    private struct Run {
        let program: ChildProgram
        let peer: String?
        let end: Instant
        var isKilled = false
    }

    private struct Waiting {
        let path: String
        /// Nil for what this station does itself.
        let peer: String?
        let environment: [String]
    }

    private var running: [Run] = []
    private var waiting: [Waiting] = []
    /// Events for which no program was run, or it failed.
    private(set) var left = 0
    private var nextComplaint = Instant(nanoseconds: .min)

    /// When `tick` is due: it looks ten times a second while something runs.
    func deadline(at now: Instant) -> Instant? {
        running.isEmpty ? nil : now + .milliseconds(100)
    }

    /// An event happened: the program is run for it, soon.
    mutating func add(_ event: Event, program path: String) {
        if waiting.count >= Self.waitingMax {
            left += 1
            guard let place = newestOfTheMost(besides: event.peer) else { return }
            waiting.remove(at: place)
        }
        waiting.append(
            Waiting(path: path, peer: event.peer, environment: Self.environment(of: event)))
    }

    /// The newest that waits for the peer with the most, where that has more than one place more
    /// than this one; nil where it has not.
    private func newestOfTheMost(besides peer: String?) -> Int? {
        func count(_ peer: String?) -> Int { waiting.count { $0.peer == peer } }
        let most = waiting.max { count($0.peer) < count($1.peer) }
        guard let most, count(most.peer) > count(peer) + 1 else { return nil }
        return waiting.lastIndex { $0.peer == most.peer }
    }

    /// The one that waits longest for the peer with the fewest that run.
    private var next: Int? {
        waiting.indices.min { one, other in
            func count(_ place: Int) -> Int { running.count { $0.peer == waiting[place].peer } }
            return count(one) < count(other)
        }
    }

    /// Starts what waits, and ends what takes too long.
    mutating func tick(at now: Instant, _ tell: (Notice) -> Void) {
        for place in running.indices.reversed() {
            if let status = running[place].program.ended() {
                let run = running.remove(at: place)
                if run.isKilled {
                    complain("the program took longer than 10 s, and was ended", at: now, tell)
                } else if status != 0 {
                    complain("the program ended with status \(status)", at: now, tell)
                }
            } else if now >= running[place].end, !running[place].isKilled {
                running[place].program.kill()
                running[place].isKilled = true
            }
        }
        while running.count < Self.runningMax, let place = next {
            let next = waiting.remove(at: place)
            do throws(SystemError) {
                let program = try ChildProgram(next.path, environment: next.environment)
                running.append(Run(program: program, peer: next.peer, end: now + Self.patience))
            } catch { complain(error.description, at: now, tell) }
        }
    }

    /// Ends all that still runs.
    mutating func close() {
        for run in running { run.program.kill() }
        waiting = []
    }

    /// Once a minute: a program that fails does so at every event.
    private mutating func complain(_ what: String, at now: Instant, _ tell: (Notice) -> Void) {
        left += 1
        guard now >= nextComplaint else { return }
        nextComplaint = now + Self.quietFor
        tell(.failed("on-event: \(what)"))
    }

    /// What the program is told: a variable for each of the event's fields that is not null.
    static func environment(of event: Event) -> [String] {
        var all = [
            "PATH=/usr/local/bin:/usr/bin:/bin", "INTERCOM_EVENT=\(event.kind.rawValue)",
            "INTERCOM_TIME_MS=\(event.timeMilliseconds)",
            "INTERCOM_SENTENCE=\(event.sentence)",
        ]
        if let peer = event.peer { all.append("INTERCOM_PEER=\(peer.visible)") }
        if let target = event.target { all.append("INTERCOM_TARGET=\(target.visible)") }
        if let call = event.call { all.append("INTERCOM_CALL=\(call.visible)") }
        let button = event.button ?? event.lamp
        if let button { all.append("INTERCOM_BUTTON=\(button.visible)") }
        if let seconds = event.seconds, seconds.isFinite, seconds.magnitude < 1e9 {
            all.append("INTERCOM_SECONDS=\(Event.tenths(seconds))")
        }
        if let detail = event.detail { all.append("INTERCOM_DETAIL=\(detail.visible)") }
        if let asker = event.asker { all.append("INTERCOM_BY=\(asker.visible)") }
        if let user = event.user { all.append("INTERCOM_UID=\(user)") }
        return all
    }
}
