/// The content of a history file: its records, and damaged lines.
public struct HistoryFile {
    public private(set) var records: [HistoryRecord] = []
    /// Damaged lines, each with its newline.
    public private(set) var damaged: [[UInt8]] = []
    /// An incomplete last line: power failed while it was written.
    public private(set) var torn: [UInt8] = []
    /// The number of undamaged lines of an unknown kind, written by a newer program.
    public private(set) var unknown = 0
    /// The file without damaged and incomplete lines.
    public private(set) var whole: [UInt8] = []

    public var isTorn: Bool { !torn.isEmpty }

    /// Whether nothing in the file is damaged.
    public var isSound: Bool { damaged.isEmpty && !isTorn }

    /// Reads a file; whatever bytes these are.
    public init(parsing bytes: [UInt8]) {
        var start = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            defer { start = index + 1 }
            guard index > start else { continue }
            let line = bytes.span.extracting(start..<index)
            guard let object = JSON(parsing: line) else {
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
    public var line: [UInt8] { json.line }
}

extension HistoryRecord {
    /// The record that ends a call which was open when the station crashed.
    ///
    /// Its talk time is unknown.
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
    /// Not by its peer: of a call to a channel, the peer is known only at the end.
    var place: String { "\(call) \(direction.rawValue)" }
}
