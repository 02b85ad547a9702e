package import Control
internal import HAL
package import Time

/// The call history on disk: `history` in the state directory, and three older files.
///
/// A line is written with one call as soon as it is known, and the disk is asked to keep it at most
/// every 30 s. What cannot be written waits in memory, so much of it, and is tried again. Nothing
/// here ends the program.
package struct History: ~Copyable {
    /// What happened to the files, for the journal.
    package enum Notice: Equatable {
        case torn
        case setAside(lines: Int)
        /// There is no room to set them aside: they stay where they are.
        case damaged(lines: Int)
        /// Nothing can be written, and why.
        case failed(String)
        case writtenAgain(lost: Int)
    }

    package static let fileMax = 256 * 1024
    /// Files before the current one.
    package static let former = 3
    package static let syncInterval = Duration.seconds(30)
    /// Bytes that wait where nothing can be written, some 150 records.
    package static let waitingMax = 64 * 1024
    /// Of lines set aside so much is kept; more stays where it was.
    package static let badMax = 4 * 1024 * 1024
    /// What one cut can leave of a record, at most.
    private static let tornMax = 4 * 1024
    private static let mode: UInt32 = 0o600

    /// The call that has ended last since the start.
    package private(set) var lastEnded: HistoryRecord?
    private let path: String
    private var file: AppendFile?
    /// Lines that are not on disk, the oldest first.
    private var waiting: [[UInt8]] = []
    private var waitingBytes = 0
    /// Records for which there was no room.
    package private(set) var lost = 0
    /// Damaged lines found since the start.
    package private(set) var setAside = 0
    /// Why nothing can be written; nil when it can.
    package private(set) var problem: String?
    /// What happened, until the caller takes it.
    private var notices: [Notice] = []
    private var owesSync = false
    private var nextSync = Instant(nanoseconds: .min)
    private var nextTry = Instant(nanoseconds: .min)

    package init(in folder: String) { path = "\(folder)/history" }

    /// When `tick` is due.
    package var deadline: Instant? {
        if problem != nil { return nextTry }
        return owesSync ? nextSync : nil
    }

    /// Looks through the files of the last run, sets aside what is damaged in them, and ends the
    /// calls that were open when it fell.
    package mutating func begin(wall: Int, at now: Instant) -> [Notice] {
        var records: [HistoryRecord] = []
        for number in stride(from: Self.former, through: 0, by: -1) {
            records += clean(name(number)).records
        }
        for start in HistoryRecord.open(in: records) {
            add(start.ended(by: .crash, at: wall), at: now)
        }
        return takeNotices()
    }

    /// Keeps a record.
    package mutating func append(_ record: HistoryRecord, at now: Instant) -> [Notice] {
        if record.phase == .end { lastEnded = record }
        add(record, at: now)
        return takeNotices()
    }

    private mutating func add(_ record: HistoryRecord, at now: Instant) {
        let line = record.line
        while waitingBytes + line.count > Self.waitingMax, !waiting.isEmpty {
            waitingBytes -= waiting.removeFirst().count
            lost += 1
        }
        waiting.append(line)
        waitingBytes += line.count
        // Where the last try failed, the next one is due later: a full disk is not asked each time.
        if problem == nil { write(at: now) }
    }

    /// Writes and syncs what is due.
    package mutating func tick(at now: Instant) -> [Notice] {
        if problem != nil, now >= nextTry { write(at: now) }
        sync(at: now)
        return takeNotices()
    }

    /// Writes what waits, and has the disk keep it.
    package mutating func close(at now: Instant) -> [Notice] {
        if !waiting.isEmpty { write(at: now) }
        nextSync = now
        sync(at: now)
        return takeNotices()
    }

    private mutating func takeNotices() -> [Notice] {
        defer { notices = [] }
        return notices
    }

    /// The newest calls, by their `call`: an offer of one of them is no new call.
    package func formerCalls() -> [String] {
        var query = HistoryQuery()
        query.limit = 64
        return list(query).calls.map { $0.record.call }
    }

    /// The calls that were asked for.
    package func list(_ query: HistoryQuery) -> HistoryList {
        var records: [HistoryRecord] = []
        for number in stride(from: Self.former, through: 0, by: -1) {
            guard let bytes = try? FileStore.read(name(number), limit: Self.readMax) else {
                continue
            }
            records += HistoryFile(parsing: bytes).records
        }
        for line in waiting { records += HistoryFile(parsing: line).records }
        var list = HistoryList(records, query)
        list.problem = problem
        return list
    }

    /// A file of another's making may be larger than ours ever are.
    private static let readMax = 4 * fileMax

    private func name(_ number: Int) -> String { number == 0 ? path : "\(path).\(number)" }

    /// Writes each line that waits; the first that fails stays, with those behind it.
    private mutating func write(at now: Instant) {
        while let line = waiting.first {
            do throws(SystemError) {
                try write(line)
            } catch { return failed(error, at: now) }
            waitingBytes -= waiting.removeFirst().count
            owesSync = true
        }
        if problem != nil {
            problem = nil
            notices.append(.writtenAgain(lost: lost))
        }
        sync(at: now)
    }

    private mutating func write(_ line: [UInt8]) throws(SystemError) {
        var current = try takeFile()
        if current.size > 0, current.size + line.count > Self.fileMax {
            try current.sync()
            _ = consume current
            try rotate()
            current = try AppendFile(path, mode: Self.mode)
        }
        try current.append(line)
        file = consume current
    }

    /// The file to write to; it is opened anew after a failure.
    private mutating func takeFile() throws(SystemError) -> AppendFile {
        switch file.take() {
        case .some(let file): return file
        case .none: return try AppendFile(path, mode: Self.mode)
        }
    }

    private func rotate() throws(SystemError) {
        for number in stride(from: Self.former - 1, through: 0, by: -1) {
            guard try FileStore.status(of: name(number)) != nil else { continue }
            try FileStore.rename(name(number), to: name(number + 1))
        }
    }

    private mutating func sync(at now: Instant) {
        guard owesSync, now >= nextSync else { return }
        owesSync = false
        nextSync = now + Self.syncInterval
        guard let current = file.take() else { return }
        do throws(SystemError) {
            try current.sync()
            file = consume current
        } catch { failed(error, at: now) }
    }

    private mutating func failed(_ error: SystemError, at now: Instant) {
        nextTry = now + Self.syncInterval
        let isNew = problem == nil
        problem = error.description
        if isNew { notices.append(.failed(error.description)) }
    }

    /// Reads a file, and takes out of it what is damaged; that is kept in `history.bad`.
    private mutating func clean(_ path: String) -> HistoryFile {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileStore.read(path, limit: Self.readMax)
        } catch {
            if error.errno != SystemError.noSuchFile { notices.append(.failed(error.description)) }
            return HistoryFile(parsing: [])
        }
        let found = HistoryFile(parsing: bytes)
        guard !found.isSound else { return found }
        var damaged = found.damaged
        if found.torn.count > Self.tornMax {
            damaged.append(found.torn + [UInt8(ascii: "\n")])
        } else if found.isTorn {
            notices.append(.torn)
        }
        if !damaged.isEmpty {
            guard keep(damaged) else {
                // They are passed over, now and at the next start.
                notices.append(.damaged(lines: damaged.count))
                return found
            }
            setAside += damaged.count
            notices.append(.setAside(lines: damaged.count))
        }
        // Where that cannot be written either, the damaged lines are passed over once more.
        try? FileStore.write(found.whole.span, to: path, mode: Self.mode)
        return found
    }

    /// Whether all of them are in `history.bad` now, and kept by the disk.
    private func keep(_ lines: [[UInt8]]) -> Bool {
        guard var bad = try? AppendFile("\(path).bad", mode: Self.mode),
            bad.size + lines.reduce(0, { $0 + $1.count }) <= Self.badMax
        else { return false }
        for line in lines { guard (try? bad.append(line)) != nil else { return false } }
        return (try? bad.sync()) != nil
    }
}
