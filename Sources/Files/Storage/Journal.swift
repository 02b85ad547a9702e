internal import HAL
package import Report
package import Time

/// The exits of events from this program: the journal, and the user's program.
package struct Journal {
    private var budget = LogBudget()
    private var hook = EventHook()
    /// The number of lines that neither the journal nor standard error took.
    package private(set) var lost = 0

    package init() {}

    /// The number of lines left out of the journal.
    package var suppressed: Int { budget.suppressed }
    /// The number of events for which the user's program did not run, or failed.
    package var unhooked: Int { hook.left }

    /// The time for the next `tick`.
    package func deadline(at now: Instant) -> Instant? { hook.deadline(at: now) }

    /// Reports an event, and runs the user's program for it, if there is one.
    package mutating func tell(_ event: Event, program: String?, at now: Instant) {
        if let program, event.kind != .hookFault { hook.add(event, program: program) }
        if budget.admits(event.kind, of: event.peer, at: now), !Log.tell(event) { lost += 1 }
    }

    /// Adds a text to an event, in full because a person asked for it.
    package mutating func note(_ kind: Event.Kind, _ text: String) {
        write(Event(kind, at: Int(Clock.wallMilliseconds())), text)
    }

    /// Reports once how many lines were left out, after the time of the limit.
    package mutating func tellSuppressed(at now: Instant) {
        while let share = budget.reopened(at: now) {
            var event = Event(share.kind, at: Int(Clock.wallMilliseconds()))
            event.peer = share.peer
            let what = share.kind.rawValue + (share.peer.map { " of \($0)" } ?? "")
            write(
                event, "\(share.suppressed) more like this suppressed: \(what)", share.suppressed)
        }
    }

    /// Runs the user's program for the waiting events.
    ///
    /// - Returns: The reason of a failure, once a minute.
    package mutating func tick(at now: Instant) -> String? {
        hook.tick(at: now)
    }

    /// Ends the programs that still run.
    package mutating func close() { hook.close() }

    private mutating func write(_ event: Event, _ text: String, _ suppressed: Int? = nil) {
        if !Log.tell(event, saying: text, suppressed: suppressed) { lost += 1 }
    }
}

/// The limit on journal lines of one kind of event: repeated events must not fill the disk.
///
/// Each kind has a number of lines for each peer, and for the station itself, in the minute that
/// begins with the first line. So no peer can displace a line of another peer. Further events are
/// counted, and the count is logged once when the minute is over. Relays have more lines than a
/// hand can cause, because the journal must show who opened a door.
struct LogBudget {
    static func linesPerMinute(of kind: Event.Kind) -> Int { kind == .relay ? 600 : 20 }
    private static let minute = Duration.seconds(60)

    /// The events of one kind, of one peer, or of the station itself where `peer` is nil.
    struct Share {
        let kind: Event.Kind
        let peer: String?
        fileprivate(set) var lines = 0
        fileprivate(set) var suppressed = 0
        /// The end of the minute.
        let end: Instant
    }

    /// The number of suppressed events of all kinds since the start.
    private(set) var suppressed = 0
    /// The shares of the last minute, and those with a count to report.
    private var shares: [Share] = []

    /// Whether an event of a peer may be logged now; otherwise it is counted.
    mutating func admits(_ kind: Event.Kind, of peer: String?, at now: Instant) -> Bool {
        // The count of a past minute is reported first: `reopened` is called every second.
        shares.removeAll { now >= $0.end && $0.suppressed == 0 }
        let place = shares.firstIndex { $0.kind == kind && $0.peer == peer } ?? shares.count
        if place == shares.count {
            shares.append(Share(kind: kind, peer: peer, end: now + Self.minute))
        }
        guard shares[place].lines < Self.linesPerMinute(of: kind) else {
            shares[place].suppressed += 1
            suppressed += 1
            return false
        }
        shares[place].lines += 1
        return true
    }

    /// Returns a share whose minute is over and whose suppressed events are unreported; nil when
    /// there is none.
    mutating func reopened(at now: Instant) -> Share? {
        shares.firstIndex { now >= $0.end && $0.suppressed > 0 }.map { shares.remove(at: $0) }
    }
}

/// The user's program that is run at every event: `[events] on-event`.
///
/// At most four run at once, and `waitingMax` events wait; a program that takes longer than 10 s is
/// ended. No number of events of one peer delays another peer: the peer with the fewest running
/// programs is next, and without room, the peer with the most waiting events loses its newest. The
/// content of an event goes into the environment: no shell reads it, no argument holds it.
struct EventHook {
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
        /// The peer of the event; nil for this station's own.
        let peer: String?
        let environment: [String]
    }

    private var running: [Run] = []
    private var waiting: [Waiting] = []
    /// The number of events for which no program was run, or the program failed.
    private(set) var left = 0
    private var nextComplaint = Instant(nanoseconds: .min)

    /// The time for the next `tick`: ten times a second while a program runs.
    func deadline(at now: Instant) -> Instant? {
        running.isEmpty ? nil : now + .milliseconds(100)
    }

    /// Lets the program run for an event, soon.
    mutating func add(_ event: Event, program path: String) {
        if waiting.count >= Self.waitingMax {
            left += 1
            guard let place = newestOfTheMost(besides: event.peer) else { return }
            waiting.remove(at: place)
        }
        waiting.append(
            Waiting(path: path, peer: event.peer, environment: Self.environment(of: event)))
    }

    /// Returns the newest waiting event of the peer with the most, where that peer has at
    /// least two more than this one; nil otherwise.
    private func newestOfTheMost(besides peer: String?) -> Int? {
        func count(_ peer: String?) -> Int { waiting.count { $0.peer == peer } }
        let most = waiting.max { count($0.peer) < count($1.peer) }
        guard let most, count(most.peer) > count(peer) + 1 else { return nil }
        return waiting.lastIndex { $0.peer == most.peer }
    }

    /// The oldest waiting event of the peer with the fewest running programs.
    private var next: Int? {
        waiting.indices.min { one, other in
            func count(_ place: Int) -> Int { running.count { $0.peer == waiting[place].peer } }
            return count(one) < count(other)
        }
    }

    /// Starts waiting programs, and ends slow ones.
    ///
    /// - Returns: The reason of a failure; once a minute, because a program that fails does so at
    ///   every event.
    mutating func tick(at now: Instant) -> String? {
        var complaint: String?
        for place in running.indices.reversed() {
            if let status = running[place].program.ended() {
                let run = running.remove(at: place)
                if run.isKilled {
                    complaint = complaint ?? "the program took longer than 10 s, and was ended"
                    left += 1
                } else if status != 0 {
                    complaint = complaint ?? "the program ended with status \(status)"
                    left += 1
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
            } catch {
                complaint = complaint ?? error.description
                left += 1
            }
        }
        guard let complaint, now >= nextComplaint else { return nil }
        nextComplaint = now + Self.quietFor
        return "on-event: \(complaint)"
    }

    /// Ends all running programs.
    mutating func close() {
        for run in running { run.program.kill() }
        waiting = []
    }

    /// Makes the environment of the program: a variable for each of the event's fields that is not
    /// null.
    static func environment(of event: Event) -> [String] {
        var all = [
            "PATH=/usr/local/bin:/usr/bin:/bin", "INTERCOM_EVENT=\(event.kind.rawValue)",
            "INTERCOM_TIME_MS=\(event.timeMilliseconds)",
            "INTERCOM_SENTENCE=\(event.sentence)",
        ]
        let fields: [(name: String, value: String?)] = [
            ("PEER", event.peer), ("TARGET", event.target), ("CALL", event.call),
            ("BUTTON", event.button ?? event.lamp),
            ("SECONDS", event.seconds.map { Event.tenths($0) }), ("DETAIL", event.detail),
            ("BY", event.asker), ("UID", event.user.map { "\($0)" }),
        ]
        for case (let name, let value?) in fields {
            all.append("INTERCOM_\(name)=\(value.visible)")
        }
        return all
    }
}

/// Lines for the administrator of the station: in the journal with fields, else on standard error.
///
/// Only the control thread and the start-up write here, and never per packet.
package enum Log {
    package static func error(_ text: String) { start(text, .error) }
    package static func warning(_ text: String) { start(text, .warning) }
    package static func notice(_ text: String) { start(text, .notice) }

    /// Logs an event while the station runs, without waiting.
    ///
    /// Uses the words of `saying`, if given; `suppressed` is the number of suppressed events of its
    /// kind. Returns false when neither the journal nor standard error took it.
    package static func tell(_ event: Event, saying text: String? = nil, suppressed: Int? = nil)
        -> Bool
    {
        let message = text?.visible ?? event.sentence
        let priority = event.kind.priority
        if let journal {
            var entry = entry(message, priority)
            entry.set("MESSAGE_ID", event.kind.messageID.description)
            entry.set("INTERCOM_EVENT", event.kind.rawValue)
            if let peer = event.peer { entry.set("INTERCOM_PEER", peer.visible) }
            if let target = event.target { entry.set("INTERCOM_TARGET", target.visible) }
            let button = event.button ?? event.lamp
            if let button { entry.set("INTERCOM_BUTTON", button.visible) }
            if let asker = event.asker { entry.set("INTERCOM_BY", asker.visible) }
            if let user = event.user { entry.set("INTERCOM_UID", "\(user)") }
            if let suppressed { entry.set("INTERCOM_SUPPRESSED", "\(suppressed)") }
            if journal.send(entry) { return true }
        }
        return Terminal.offer(line(message, priority), to: .complaint)
    }

    /// Writes the whole text, however long that takes.
    ///
    /// For the start, and for the few files that a reload reads or writes.
    private static func start(_ text: String, _ priority: Event.Priority) {
        for part in text.split(separator: "\n") {
            let message = String(part).visible
            if let journal, journal.send(entry(message, priority)) { continue }
            Terminal.write(line(message, priority), to: .complaint)
        }
    }

    private static func entry(_ message: String, _ priority: Event.Priority) -> JournalEntry {
        var entry = JournalEntry()
        entry.set("MESSAGE", message)
        entry.set("PRIORITY", "\(priority.rawValue)")
        entry.set("SYSLOG_IDENTIFIER", "intercomd")
        return entry
    }

    private static func line(_ message: String, _ priority: Event.Priority) -> String {
        // The journal takes the number for the priority (sd-daemon(3)); a person needs none.
        let mark = journal == nil ? "" : "<\(priority.rawValue)>"
        return "\(mark)\(message)\n"
    }

    /// Nil unless standard error goes to the journal.
    private static let journal: JournalSocket? =
        JournalSocket.isStandardError
        ? JournalSocket(
            path: Environment.value(of: "INTERCOM_JOURNAL_SOCKET") ?? JournalSocket.standardPath)
        : nil
}
