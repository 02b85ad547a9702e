package import Wire

/// The records of one opened packet that have an effect.
///
/// A packet has room for hundreds of records, and each may need an answer, so only a few count
/// (protocol.md §2.4): `most` in all, as many numbered ones as one ACK names, one PING, one
/// PATH_CHALLENGE, one ROSTER_ASK and one MESSAGE. A CONFIRM is alone. Of HEARD only the first
/// counts.
package struct PacketRecords {
    static let most = 32
    static let numberedMost = Acknowledgement.capacity

    /// The records in their order, without a HEARD that belongs to a report before it.
    package private(set) var all: [ControlRecord] = []
    /// The number of records beyond the limits, which have no effect.
    package private(set) var excess = 0
    /// The HEARD that counts, wherever it is in the packet.
    private let firstHeard: Heard?

    /// Reads the plain bytes of a packet; no record counts where they are malformed.
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

    /// Returns the HEARD of the same stream beside a REPORT.
    package func heard(beside record: ControlRecord) -> Heard? {
        guard case .report(let report) = record, firstHeard?.stream == report.stream else {
            return nil
        }
        return firstHeard
    }

    /// The records that a packet may still hold.
    private struct Room {
        private var left = PacketRecords.most
        private var numberedLeft = PacketRecords.numberedMost
        /// The types already seen, as bits, of which a packet may hold one record.
        private var taken: UInt32 = 0

        /// Returns whether this record counts.
        mutating func admit(_ record: ControlRecord) -> Bool {
            guard left > 0 else { return false }
            if record.mid != nil {
                guard numberedLeft > 0 else { return false }
                numberedLeft -= 1
            }
            switch record {
            // The answer to a challenge goes to the packet's source, whatever that is; each
            // question gets a packet of its own as answer.
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
