/// What a file of the history says: its records, and what in it is none.
public struct HistoryFile {
    public private(set) var records: [HistoryRecord] = []
    /// Lines that are not as they were written, each with its newline.
    public private(set) var damaged: [[UInt8]] = []
    /// What there is of a last line without an end: power failed while it was written.
    public private(set) var torn: [UInt8] = []
    /// Lines that are whole and of no kind known here: a newer program's.
    public private(set) var unknown = 0
    /// The file without what is damaged or torn.
    public private(set) var whole: [UInt8] = []

    public var isTorn: Bool { !torn.isEmpty }

    /// Whether everything in it is as it was written.
    public var isSound: Bool { damaged.isEmpty && !isTorn }

    /// Reads a file; whatever bytes these are.
    public init(parsing bytes: [UInt8]) {
        var start = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            defer { start = index + 1 }
            guard index > start else { continue }
            let line = bytes.span.extracting(start..<index)
            guard let object = SealedLine.open(line) else {
                damaged.append(Array(bytes[start...index]))
                continue
            }
            whole += bytes[start...index]
            guard let record = HistoryRecord(json: object) else {
                unknown += 1
                continue
            }
            records.append(record)
        }
        torn = Array(bytes[start...])
    }
}

extension HistoryRecord {
    /// The line of the file, newline included.
    public var line: [UInt8] { SealedLine.seal(json) }
}

extension HistoryRecord {
    /// What ends a call that was open when the station fell.
    ///
    /// How long one could talk is not known.
    public func ended(by cause: Cause, at timeMilliseconds: Int) -> HistoryRecord {
        var end = self
        end.phase = .end
        end.cause = cause
        end.timeMilliseconds = max(timeMilliseconds, self.timeMilliseconds)
        return end
    }

    /// The starts among these that have no end, in their order.
    public static func open(in records: [HistoryRecord]) -> [HistoryRecord] {
        let ended = Set(records.filter { $0.phase == .end }.map { $0.place })
        var seen: Set<String> = []
        return records.filter {
            $0.phase == .start && !ended.contains($0.place) && seen.insert($0.place).inserted
        }
    }

    /// Names a call on this side.
    ///
    /// Not by its peer, who of a channel is known only at the end.
    var place: String { "\(call) \(direction.rawValue)" }
}
