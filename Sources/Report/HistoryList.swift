/// Some calls of the history, the newest first: what `intercomctl history` shows.
public struct HistoryList: JSONRecord, Equatable, Sendable {
    public var schema = 1
    public var calls: [Call] = []
    /// Whether there are older calls that were not asked for, or did not fit.
    public var isCut = false
    /// Why the history is not being written; null when it is.
    public var problem: String?

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("schema", &schema)
        coder.field("calls", &calls)
        coder.field("more", &isCut)
        coder.field("problem", &problem)
    }

    /// One call, as its two records tell it.
    public struct Call: JSONRecord, Equatable, Sendable {
        /// Milliseconds since 1970, UTC; the end is null while it goes on.
        public var startedMilliseconds = 0
        public var endedMilliseconds: Int?
        public var record = HistoryRecord()

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("started_ms", &startedMilliseconds)
            coder.field("ended_ms", &endedMilliseconds)
            record.fields(&coder)
        }
    }

    /// What a reply holds with room to spare.
    public static let callsMax = 300

    /// The calls that records tell of, the newest first.
    ///
    /// - Parameters:
    ///   - records: in the order in which they were written.
    ///   - query: which of them.
    public init(_ records: [HistoryRecord], _ query: HistoryQuery) {
        var places: [String: Int] = [:]
        var found: [Call] = []
        for record in records {
            let place = places[record.place] ?? found.count
            if place == found.count {
                places[record.place] = place
                var call = Call()
                call.startedMilliseconds = record.beganMilliseconds
                found.append(call)
            }
            found[place].record = record
            if record.phase == .end { found[place].endedMilliseconds = record.timeMilliseconds }
        }
        let limit = min(query.limit, Self.callsMax)
        var skipped = 0
        for call in found.reversed() {
            guard !query.isMissed || call.record.isMissed,
                call.startedMilliseconds >= query.sinceMilliseconds
            else { continue }
            if skipped < query.skip {
                skipped += 1
                continue
            }
            guard calls.count < limit else {
                isCut = true
                break
            }
            calls.append(call)
        }
    }
}

/// Which calls are asked for.
public struct HistoryQuery: Equatable, Sendable {
    /// Only missed calls.
    public var isMissed = false
    /// Only those that began then or later: milliseconds since 1970.
    public var sinceMilliseconds = 0
    /// The most calls in one reply.
    public var limit = HistoryList.callsMax
    /// The number of newest calls to skip, which an earlier reply had.
    public var skip = 0

    public init() {}
}

extension HistoryRecord {
    /// The times that a record can have, in milliseconds since 1970: to the end of the year 9999.
    private static let times = 0...253_402_300_799_999

    /// When the call began, as far as this record alone can tell.
    fileprivate var beganMilliseconds: Int {
        guard phase == .end else { return timeMilliseconds }
        let seconds = (ringSeconds ?? 0) + (talkSeconds ?? 0)
        guard Self.times.contains(timeMilliseconds), seconds.isFinite,
            (0...1e9).contains(seconds)
        else { return timeMilliseconds }
        return timeMilliseconds - Int(seconds * 1000)
    }
}
