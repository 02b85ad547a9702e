package import Wire

/// The records of one packet that was opened, as far as they count.
///
/// A packet has room for hundreds, and each may be answered or judged, so few count (protocol.md
/// §2.4): so many, of numbered ones as many as one ACK names, one PING, one PATH_CHALLENGE and one
/// ROSTER_ASK. A CONFIRM is alone. Of HEARD only the first counts.
package struct PacketRecords {
    /// One record, for whom it is.
    package enum Record: Equatable {
        /// For the sessions.
        case confirm(UInt8, boot: UInt64)
        case close
        case pathChallenge(UInt64)
        case pathResponse(UInt64)
        case keyShared
        /// For the site.
        case roster(ControlRecord)
        /// What came of our sound, and what was heard of it, where that is said beside it.
        case report(Report, Heard?)
        /// Whether we are heard; `isAlone` where no report before it has taken it along.
        case heard(Heard, isAlone: Bool)
        case other(ControlRecord)
    }

    static let most = 32
    static let numberedMost = Acknowledgement.capacity

    /// In their order.
    package private(set) var all: [Record] = []
    /// How many have no effect because there are too many.
    package private(set) var excess = 0

    /// Reads the plain bytes of a packet; none where they are malformed.
    package init(_ plain: Span<UInt8>) {
        var records: [ControlRecord] = []
        _ = ControlReader.read(plain) { records.append($0) }
        self.init(records)
    }

    package init(_ records: [ControlRecord]) {
        let heard = records.lazy.compactMap { Self.heard($0) }.first
        if let confirmation = records.lazy.compactMap({ Self.confirmation($0) }).first {
            all = [confirmation]
            excess = records.count - 1
            return
        }
        var room = Room()
        var hasReport = false
        var hasHeard = false
        for record in records {
            guard room.take(record) else {
                excess += 1
                continue
            }
            switch record {
            case .close: all.append(.close)
            case .pathChallenge(let token): all.append(.pathChallenge(token))
            case .pathResponse(let token): all.append(.pathResponse(token))
            case .keyShared: all.append(.keyShared)
            case .roster, .rosterQuestion, .rosterPart: all.append(.roster(record))
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

    /// What a packet may still hold.
    private struct Room {
        private var left = PacketRecords.most
        private var numberedLeft = PacketRecords.numberedMost
        private var hasPing = false
        private var hasChallenge = false
        private var hasQuestion = false

        /// Whether this record counts.
        mutating func take(_ record: ControlRecord) -> Bool {
            guard left > 0 else { return false }
            if record.mid != nil {
                guard numberedLeft > 0 else { return false }
                numberedLeft -= 1
            }
            if case .ping = record {
                guard !hasPing else { return false }
                hasPing = true
            }
            // Its answer goes wherever the packet came from.
            if case .pathChallenge = record {
                guard !hasChallenge else { return false }
                hasChallenge = true
            }
            // Each is answered with a packet of its own.
            if case .rosterQuestion = record {
                guard !hasQuestion else { return false }
                hasQuestion = true
            }
            left -= 1
            return true
        }
    }

    private static func confirmation(_ record: ControlRecord) -> Record? {
        if case .confirm(let value, let boot) = record { .confirm(value, boot: boot) } else { nil }
    }

    private static func heard(_ record: ControlRecord) -> Heard? {
        if case .heard(let heard) = record { heard } else { nil }
    }
}

/// What was asked of peers, a relay or a call light, until the answer is here.
package struct PeerRequests: Sendable {
    /// What came of a request.
    package enum Outcome: Equatable, Sendable {
        case done, denied, unseen, unknown, noAnswer
    }

    /// The oldest is given up for a newer one.
    static let most = 64

    private var waiting: [(peer: Int, mid: UInt32, what: String)] = []

    /// A request went out in the record of this number.
    mutating func asked(_ peer: Int, mid: UInt32, for what: String) {
        if waiting.count == Self.most { waiting.removeFirst() }
        waiting.append((peer, mid, what))
    }

    /// What came of one; nil: nothing came back.
    mutating func resulted(
        _ mid: UInt32, of peer: Int, _ outcome: Outcome, _ orders: inout Orders
    ) {
        guard let place = waiting.firstIndex(where: { $0.peer == peer && $0.mid == mid }) else {
            return
        }
        let what = waiting.remove(at: place).what
        orders.add(.result(peer: peer, peerRequest: mid, what: what, outcome))
    }
}
