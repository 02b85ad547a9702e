internal import HAL
package import Report
package import Time

/// The call history on disk: `history` in the state directory, and three older files.
///
/// A line is written at once, with one call, and the disk is synced at most every 30 s. Records
/// that cannot be written wait in memory, within a limit, and are tried again. Nothing here ends
/// the program, and only start and end wait for the disk.
package struct History: ~Copyable {
    /// The result of a write of lines.
    struct Written {
        var count = 0
        var error: SystemError?
    }

    package static let fileMax = 256 * 1024
    /// Files before the current one.
    package static let former = 3
    package static let syncInterval = Duration.seconds(30)
    /// The most bytes that wait while nothing can be written, some 150 records.
    package static let waitingMax = 64 * 1024

    /// The last call that has ended since the start, of those that reached a station.
    package private(set) var lastEnded: HistoryRecord?
    private let files: HistoryFiles
    /// The newest record of a call of each peer, by the peer's name.
    private var lastIncoming: [String: HistoryRecord] = [:]
    /// The lines that are not on disk, oldest first.
    private var waiting: [[UInt8]] = []
    private var waitingBytes = 0
    /// The lines that are being written.
    private var sent: [[UInt8]] = []
    private var writing: Background<Written>?
    /// The lists that were asked for, of which the first may be under way.
    private var queries: [HistoryQuery] = []
    private var listing: Background<HistoryList>?
    /// The number of records for which there was no room.
    package private(set) var lost = 0
    /// The number of lines of the last run that are no records, such as one cut short by a power
    /// failure.
    package private(set) var damaged = 0
    /// Why nothing can be written; nil when writing works.
    package private(set) var problem: Fault?
    /// News of the files, for the journal, until the caller takes it.
    private var notices: [String] = []
    private var owesSync = false
    private var nextSync = Instant(nanoseconds: .min)
    private var nextTry = Instant(nanoseconds: .min)

    package init(in folder: String) { files = HistoryFiles("\(folder)/history") }

    /// Whether a task of the disk is under way.
    var isAsking: Bool { writing != nil || listing != nil }

    /// The time for the next `tick`.
    package func deadline(at now: Instant) -> Instant? {
        if let work = writing?.look(at: now) ?? listing?.look(at: now) { return work }
        if problem != nil { return nextTry }
        return owesSync ? nextSync : nil
    }

    /// Reads the files of the last run, and ends the calls that were open when that run crashed.
    ///
    /// Waits for the disk.
    package mutating func begin(wall: Int, at now: Instant) -> [String] {
        let found = files.read { notices.append(Fault($0).sentence(ofWaiting: "history")) }
        damaged = found.damaged
        for record in found.records { remember(record) }
        for start in HistoryRecord.open(in: found.records) {
            wait(for: start.ended(by: .crash, at: wall))
        }
        if !waiting.isEmpty {
            send()
            follow(files.write(sent, isSynced: true), at: now)
        }
        return takeNotices()
    }

    /// Returns the newest calls of the last run, by `call`: an offer of such a call is not a new
    /// call.
    package func formerCalls() -> [String] {
        var query = HistoryQuery()
        query.limit = 64
        return HistoryList(files.read().records, query).calls.map { $0.record.call }
    }

    /// Whether a call that did not reach this station is later than all known ones of its peer.
    ///
    /// Of such calls within an hour the first one counts: a peer may invent them.
    package func isNews(_ vain: HistoryRecord, wall: Int) -> Bool {
        guard let last = lastIncoming[vain.peer] else { return true }
        // A call within a minute is the same one, which came although no answer reached the peer.
        let spacing = last.cause == .notReachable ? 3_600_000 : 60_000
        // A clock that ran ahead was corrected.
        let isAhead = last.timeMilliseconds >= wall + spacing
        return isAhead || last.timeMilliseconds <= vain.timeMilliseconds - spacing
    }

    private mutating func remember(_ record: HistoryRecord) {
        if record.direction == .incoming { lastIncoming[record.peer] = record }
    }

    /// Keeps a record, to be written as soon as the disk takes it.
    package mutating func append(_ record: HistoryRecord, at now: Instant) -> [String] {
        if record.phase == .end, record.cause != .notReachable { lastEnded = record }
        remember(record)
        wait(for: record)
        return tick(at: now)
    }

    private mutating func wait(for record: HistoryRecord) {
        let line = record.encoded
        while waitingBytes + line.count > Self.waitingMax, !waiting.isEmpty {
            waitingBytes -= waiting.removeFirst().count
            lost += 1
        }
        waiting.append(line)
        waitingBytes += line.count
    }

    /// Does due writes, syncs and lists, one after the other.
    package mutating func tick(at now: Instant) -> [String] {
        if let written = writing?.take() {
            writing = nil
            follow(written, at: now)
        }
        if let writing, writing.isLate(at: now) { fail(lateness(ofDiskWith: files.path)) }
        if writing == nil, listing == nil { beginNext(at: now) }
        return takeNotices()
    }

    private mutating func beginNext(at now: Instant) {
        // After a failure the next attempt is delayed: a full disk is not asked each time.
        let isDue = problem == nil || now >= nextTry
        let isSynced = now >= nextSync
        if isDue, !waiting.isEmpty || owesSync && isSynced {
            send()
            if isSynced { nextSync = now + Self.syncInterval }
            owesSync = !isSynced
            writing = Background { [files, sent] in files.write(sent, isSynced: isSynced) }
        } else if let query = queries.first {
            listing = Background { [files, waiting, problem] in
                var found = files.read()
                for line in waiting { found.add(line) }
                var list = HistoryList(found.records, query)
                list.problem = problem?.sentence
                return list
            }
        }
    }

    private mutating func send() {
        sent = waiting
        waiting = []
        waitingBytes = 0
    }

    private mutating func follow(_ written: Written, at now: Instant) {
        waiting = sent.dropFirst(written.count) + waiting
        waitingBytes = waiting.reduce(0) { $0 + $1.count }
        sent = []
        if let error = written.error {
            nextTry = now + Self.syncInterval
            // Also where everything is written, but the disk has not synced it.
            owesSync = true
            fail(Fault(error))
        } else if problem != nil {
            problem = nil
            notices.append(
                "history: written again"
                    + (lost > 0 ? ", without \(lost) records for which there was no room" : ""))
        }
    }

    private mutating func fail(_ reason: Fault) {
        if problem == nil { notices.append(reason.sentence(ofWaiting: "history")) }
        problem = reason
    }

    /// Lists the calls of a query, once all known records of them are on the disk.
    package mutating func ask(_ query: HistoryQuery) { queries.append(query) }

    /// Whether the disk delays lists for longer than a healthy disk ever does.
    package func isLate(at now: Instant) -> Bool {
        (writing?.isLate(at: now) ?? listing?.isLate(at: now)) == true
    }

    /// Returns the oldest requested list, once; nil before it is ready.
    package mutating func nextList() -> HistoryList? {
        guard let list = listing?.take() else { return nil }
        listing = nil
        queries.removeFirst()
        return list
    }

    /// Writes and syncs the waiting lines, and waits for that within a limit.
    package mutating func close(at now: Instant, within limit: Duration) -> [String] {
        let end = Clock.now() + limit
        if let written = writing?.take(within: limit) {
            writing = nil
            follow(written, at: now)
        }
        guard writing == nil, !waiting.isEmpty || owesSync else { return takeNotices() }
        send()
        writing = Background { [files, sent] in files.write(sent, isSynced: true) }
        if let written = writing?.take(within: end - Clock.now()) { follow(written, at: now) }
        return takeNotices()
    }

    private mutating func takeNotices() -> [String] {
        defer { notices = [] }
        return notices
    }
}

/// The files of the call history, and the open one; used by one thread at a time.
final class HistoryFiles: @unchecked Sendable {
    /// A file from another program may be larger than this station's ever are.
    private static let readMax = 4 * History.fileMax
    private static let mode: UInt32 = 0o600

    let path: String
    private var file: AppendFile?

    init(_ path: String) { self.path = path }

    /// Reads all records, oldest first.
    ///
    /// - Parameter tell: Gets the reason why an existing file is unreadable.
    /// - Returns: The content of the other files.
    func read(_ tell: (SystemError) -> Void = { _ in }) -> HistoryFile {
        var found = HistoryFile()
        for number in stride(from: History.former, through: 0, by: -1) {
            do throws(SystemError) {
                found.add(try FileStore.read(name(number), limit: Self.readMax))
            } catch { if error.errno != SystemError.noSuchFile { tell(error) } }
        }
        return found
    }

    /// Writes these lines up to the first failure, and syncs them on request.
    func write(_ lines: [[UInt8]], isSynced: Bool) -> History.Written {
        var written = History.Written()
        do throws(SystemError) {
            for line in lines {
                try write(line)
                written.count += 1
            }
            if isSynced { try sync() }
        } catch { written.error = error }
        return written
    }

    private func write(_ line: [UInt8]) throws(SystemError) {
        var current = try takeFile()
        if current.size > 0, current.size + line.count > History.fileMax {
            try current.sync()
            _ = consume current
            try rotate()
            current = try AppendFile(path, mode: Self.mode)
        }
        try current.append(line)
        file = consume current
    }

    /// Returns the file to write to, opened anew after a failure.
    private func takeFile() throws(SystemError) -> AppendFile {
        if let file = file.take() { return file }
        return try AppendFile(path, mode: Self.mode)
    }

    private func sync() throws(SystemError) {
        guard let current = file.take() else { return }
        try current.sync()
        file = consume current
    }

    private func rotate() throws(SystemError) {
        for number in stride(from: History.former - 1, through: 0, by: -1) {
            guard try FileStore.status(of: name(number)) != nil else { continue }
            try FileStore.rename(name(number), to: name(number + 1))
        }
    }

    private func name(_ number: Int) -> String { number == 0 ? path : "\(path).\(number)" }
}
