internal import HAL
package import Report
package import Time

/// The call history on disk: `history` in the state directory, and three older files.
///
/// A line is written with one call as soon as it is known, and the disk is asked to keep it at most
/// every 30 s. What cannot be written waits in memory, so much of it, and is tried again. Nothing
/// here ends the program, and but for the start and the end nothing waits for the disk.
package struct History: ~Copyable {
    /// What came of lines that were to be written.
    struct Written {
        var count = 0
        var error: SystemError?
    }

    package static let fileMax = 256 * 1024
    /// Files before the current one.
    package static let former = 3
    package static let syncInterval = Duration.seconds(30)
    /// Bytes that wait where nothing can be written, some 150 records.
    package static let waitingMax = 64 * 1024

    /// The call that has ended last since the start.
    package private(set) var lastEnded: HistoryRecord?
    private let files: HistoryFiles
    /// Lines that are not on disk, the oldest first.
    private var waiting: [[UInt8]] = []
    private var waitingBytes = 0
    /// The lines that are being written.
    private var sent: [[UInt8]] = []
    private var writing: Background<Written>?
    /// Lists that were asked for, the first of which may be under way.
    private var queries: [HistoryQuery] = []
    private var listing: Background<HistoryList>?
    /// Records for which there was no room.
    package private(set) var lost = 0
    /// Lines of the last run that are no records, such as one that a power cut has cut short.
    package private(set) var damaged = 0
    /// Why nothing can be written; nil when it can.
    package private(set) var problem: Fault?
    /// News of the files, for the journal, until the caller takes it.
    private var notices: [String] = []
    private var owesSync = false
    private var nextSync = Instant(nanoseconds: .min)
    private var nextTry = Instant(nanoseconds: .min)

    package init(in folder: String) { files = HistoryFiles("\(folder)/history") }

    /// Whether the disk is asked for something.
    var isAsking: Bool { writing != nil || listing != nil }

    /// When `tick` is due.
    package func deadline(at now: Instant) -> Instant? {
        if let work = writing?.look(at: now) ?? listing?.look(at: now) { return work }
        if problem != nil { return nextTry }
        return owesSync ? nextSync : nil
    }

    /// Looks through the files of the last run, and ends the calls that were open when it fell.
    ///
    /// Waits for the disk.
    package mutating func begin(wall: Int, at now: Instant) -> [String] {
        let found = files.read { notices.append(Fault($0).sentence(ofWaiting: "history")) }
        damaged = found.damaged
        for start in HistoryRecord.open(in: found.records) {
            wait(for: start.ended(by: .crash, at: wall))
        }
        if !waiting.isEmpty {
            send()
            follow(files.write(sent, isSynced: true), at: now)
        }
        return takeNotices()
    }

    /// The newest calls of the last run, by their `call`: an offer of one of them is no new call.
    package func formerCalls() -> [String] {
        var query = HistoryQuery()
        query.limit = 64
        return HistoryList(files.read().records, query).calls.map { $0.record.call }
    }

    /// Keeps a record, which is written as soon as the disk takes it.
    package mutating func append(_ record: HistoryRecord, at now: Instant) -> [String] {
        if record.phase == .end { lastEnded = record }
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

    /// Writes, syncs and lists what is due, one after the other.
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
        // Where the last try failed, the next one is due later: a full disk is not asked each time.
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
            // Also where all is written, and the disk has not kept it.
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

    /// Lists the calls that are asked for, when all that is known of them is on the disk.
    package mutating func ask(_ query: HistoryQuery) { queries.append(query) }

    /// Whether the disk holds lists up for longer than one that is well ever does.
    package func isLate(at now: Instant) -> Bool {
        (writing?.isLate(at: now) ?? listing?.isLate(at: now)) == true
    }

    /// The list that was asked for first, once; nil while it is not there.
    package mutating func nextList() -> HistoryList? {
        guard let list = listing?.take() else { return nil }
        listing = nil
        queries.removeFirst()
        return list
    }

    /// Writes what waits, has the disk keep it, and waits for that so long at most.
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

/// The files of the call history, and the one that is open; used by one thread at a time.
final class HistoryFiles: @unchecked Sendable {
    /// A file of another's making may be larger than ours ever are.
    private static let readMax = 4 * History.fileMax
    private static let mode: UInt32 = 0o600

    let path: String
    private var file: AppendFile?

    init(_ path: String) { self.path = path }

    /// All records, the oldest first.
    ///
    /// - Parameter tell: Is given why a file that is there cannot be read.
    /// - Returns: What the others hold.
    func read(_ tell: (SystemError) -> Void = { _ in }) -> HistoryFile {
        var found = HistoryFile()
        for number in stride(from: History.former, through: 0, by: -1) {
            do throws(SystemError) {
                found.add(try FileStore.read(name(number), limit: Self.readMax))
            } catch { if error.errno != SystemError.noSuchFile { tell(error) } }
        }
        return found
    }

    /// Writes these lines up to the first that fails, and has the disk keep them if that is wanted.
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

    /// The file to write to; it is opened anew after a failure.
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
