package import Wire

/// The records of one packet that was opened, as far as they count.
///
/// A packet has room for hundreds, and each may be answered or judged: of CONFIRM, and of HEARD,
/// only the first in a packet counts.
package struct PacketRecords {
    /// One record, for whom it is.
    package enum Record: Equatable {
        /// For the sessions.
        case confirm(UInt8)
        case close
        /// What came of our sound, and what was heard of it, where that is said beside it.
        case report(Report, Heard?)
        /// Whether we are heard; `isAlone` where no report before it has taken it along.
        case heard(Heard, isAlone: Bool)
        case other(ControlRecord)
    }

    /// In their order.
    package private(set) var all: [Record] = []

    /// Reads the plain bytes of a packet; none where they are malformed.
    package init(_ plain: Span<UInt8>) {
        var records: [ControlRecord] = []
        _ = ControlReader.read(plain) { records.append($0) }
        self.init(records)
    }

    package init(_ records: [ControlRecord]) {
        let heard = records.lazy.compactMap { Self.heard($0) }.first
        var hasConfirm = false
        var hasReport = false
        var hasHeard = false
        for record in records {
            switch record {
            case .confirm(let value):
                if !hasConfirm { all.append(.confirm(value)) }
                hasConfirm = true
            case .close: all.append(.close)
            case .report(let report):
                let beside = heard?.stream == report.stream ? heard : nil
                if beside != nil { hasReport = true }
                all.append(.report(report, beside))
            case .heard(let found):
                if !hasHeard { all.append(.heard(found, isAlone: !hasReport)) }
                hasHeard = true
            default: all.append(.other(record))
            }
        }
    }

    private static func heard(_ record: ControlRecord) -> Heard? {
        if case .heard(let heard) = record { heard } else { nil }
    }
}
