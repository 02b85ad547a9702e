internal import HAL
internal import Report

/// The files of the call history, and the one that is open; used by one thread at a time.
final class HistoryFiles: @unchecked Sendable {
    /// A file of another's making may be larger than ours ever are.
    private static let readMax = 4 * History.fileMax
    /// What one cut can leave of a record, at most.
    private static let tornMax = 4 * 1024
    private static let mode: UInt32 = 0o600

    let path: String
    private var file: AppendFile?

    init(_ path: String) { self.path = path }

    /// All records, the oldest first.
    func records() -> [HistoryRecord] {
        var records: [HistoryRecord] = []
        for number in stride(from: History.former, through: 0, by: -1) {
            guard let bytes = try? FileStore.read(name(number), limit: Self.readMax) else {
                continue
            }
            records += HistoryFile(parsing: bytes).records
        }
        return records
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
        switch file.take() {
        case .some(let file): return file
        case .none: return try AppendFile(path, mode: Self.mode)
        }
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

    /// Reads all files, and takes out of them what is damaged; that is kept in `history.bad`.
    func clean(_ tell: (History.Notice) -> Void) -> [HistoryRecord] {
        var records: [HistoryRecord] = []
        for number in stride(from: History.former, through: 0, by: -1) {
            records += clean(name(number), tell).records
        }
        return records
    }

    private func clean(_ path: String, _ tell: (History.Notice) -> Void) -> HistoryFile {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileStore.read(path, limit: Self.readMax)
        } catch {
            if error.errno != SystemError.noSuchFile { tell(.failed(Fault(error))) }
            return HistoryFile(parsing: [])
        }
        let found = HistoryFile(parsing: bytes)
        guard !found.isSound else { return found }
        var damaged = found.damaged
        if found.torn.count > Self.tornMax {
            damaged.append(found.torn + [UInt8(ascii: "\n")])
        } else if found.isTorn {
            tell(.torn)
        }
        if !damaged.isEmpty {
            guard keep(damaged) else {
                // They are passed over, now and at the next start.
                tell(.damaged(lines: damaged.count))
                return found
            }
            tell(.setAside(lines: damaged.count))
        }
        // Where that cannot be written either, the damaged lines are passed over once more.
        try? FileStore.write(found.whole.span, to: path, mode: Self.mode)
        return found
    }

    /// Whether all of them are in `history.bad` now, and kept by the disk.
    private func keep(_ lines: [[UInt8]]) -> Bool {
        guard var bad = try? AppendFile("\(path).bad", mode: Self.mode),
            bad.size + lines.reduce(0, { $0 + $1.count }) <= History.badMax
        else { return false }
        for line in lines { guard (try? bad.append(line)) != nil else { return false } }
        return (try? bad.sync()) != nil
    }
}
