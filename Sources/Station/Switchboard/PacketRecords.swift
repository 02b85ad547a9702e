package import Wire

/// The records of one packet that was opened, as far as they count.
///
/// A packet has room for hundreds, and each may be answered or judged, so few count (protocol.md
/// §2.4): so many, of numbered ones as many as one ACK names, one PING, one PATH_CHALLENGE, one
/// ROSTER_ASK and one MESSAGE. A CONFIRM is alone. Of HEARD only the first counts.
package struct PacketRecords {
    static let most = 32
    static let numberedMost = Acknowledgement.capacity

    /// In their order, without a HEARD that a report before it has taken along.
    package private(set) var all: [ControlRecord] = []
    /// How many have no effect because there are too many.
    package private(set) var excess = 0
    /// The HEARD that counts, wherever it stands.
    private let firstHeard: Heard?

    /// Reads the plain bytes of a packet; none where they are malformed.
    package init(_ plain: Span<UInt8>) {
        var records: [ControlRecord] = []
        _ = ControlReader.read(plain) { records.append($0) }
        self.init(records)
    }

    package init(_ records: [ControlRecord]) {
        firstHeard = records.lazy.compactMap { Self.heard($0) }.first
        let confirmation = records.first { if case .confirm = $0 { true } else { false } }
        if let confirmation {
            all = [confirmation]
            excess = records.count - 1
            return
        }
        var room = Room()
        var isHeardTold = false
        for record in records {
            guard room.admit(record) else {
                excess += 1
                continue
            }
            if Self.heard(record) != nil {
                guard !isHeardTold else { continue }
                isHeardTold = true
            }
            if heard(beside: record) != nil { isHeardTold = true }
            all.append(record)
        }
    }

    /// The HEARD of the same stream that a REPORT has beside it.
    package func heard(beside record: ControlRecord) -> Heard? {
        guard case .report(let report) = record, firstHeard?.stream == report.stream else {
            return nil
        }
        return firstHeard
    }

    /// What a packet may still hold.
    private struct Room {
        private var left = PacketRecords.most
        private var numberedLeft = PacketRecords.numberedMost
        /// The types of which one came that is alone in a packet, as bits.
        private var taken: UInt32 = 0

        /// Whether this record counts.
        mutating func admit(_ record: ControlRecord) -> Bool {
            guard left > 0 else { return false }
            if record.mid != nil {
                guard numberedLeft > 0 else { return false }
                numberedLeft -= 1
            }
            switch record {
            // The answer to a challenge goes wherever the packet came from; each question is
            // answered with a packet of its own.
            case .ping, .pathChallenge, .rosterQuestion, .message:
                let bit: UInt32 = 1 << UInt32(record.type)
                guard taken & bit == 0 else { return false }
                taken |= bit
            default: break
            }
            left -= 1
            return true
        }
    }

    private static func heard(_ record: ControlRecord) -> Heard? {
        if case .heard(let heard) = record { heard } else { nil }
    }
}
