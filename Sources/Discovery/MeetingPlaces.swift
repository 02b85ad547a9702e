public import Wire

/// The announcement of a station that meets another one (protocol.md §1.9).
public struct MeetingBeacon: Equatable, Sendable {
    public static let idSize = 16
    private static let version = Array("v=1".utf8)
    private static let idKey = Array("i=".utf8)
    private static let ready = Array("r".utf8)

    /// The name of the station in this meeting, which is the same on all links.
    public let id: [UInt8]
    /// Whether it has looked for long enough to pair.
    public let isReady: Bool

    public init(id: [UInt8], isReady: Bool) {
        precondition(id.count == Self.idSize)
        self.id = id
        self.isReady = isReady
    }

    /// Reads the strings of a TXT record; nil for another version, or without a name.
    init?(text: [UInt8]) {
        guard let strings = TextStrings(parsing: text), strings.contains(Self.version),
            let id = strings.value(of: Self.idKey), id.count == Self.idSize
        else { return nil }
        self.id = id
        isReady = strings.contains(Self.ready)
    }

    /// The strings of the TXT record.
    var text: [UInt8] {
        TextStrings.bytes(
            of: [Self.version, Self.idKey + id] + (isReady ? [Self.ready] : []))
    }
}

/// The stations that have announced a meeting since this one's began (protocol.md §1.9).
///
/// None is forgotten: where there is a third, nobody is paired, also if it is gone already.
public struct MeetingPlaces: Sendable {
    public struct Place: Equatable, Sendable {
        public let id: [UInt8]
        /// Those that routers know come first.
        public fileprivate(set) var addresses: [Endpoint]
        public fileprivate(set) var isReady: Bool
        public fileprivate(set) var isGone: Bool
    }

    /// More are of no interest: two are one too many.
    static let most = 4
    /// Of one station.
    static let addressesMost = 8

    public private(set) var list: [Place] = []
    /// Datagrams were dropped unread, and there may have been a station in any of them.
    public private(set) var isBlind = false

    public init() {}

    mutating func saw(_ beacon: MeetingBeacon, at address: Endpoint, isFarewell: Bool) {
        guard let place = list.firstIndex(where: { $0.id == beacon.id }) else {
            guard list.count < Self.most else { return }
            return list.append(
                Place(
                    id: beacon.id, addresses: [address], isReady: beacon.isReady,
                    isGone: isFarewell))
        }
        list[place].isGone = isFarewell
        if beacon.isReady { list[place].isReady = true }
        guard list[place].addresses.count < Self.addressesMost,
            !list[place].addresses.contains(address)
        else { return }
        let known = list[place].addresses.firstIndex { $0.scope != 0 }
        let end = address.scope == 0 ? known : nil
        list[place].addresses.insert(address, at: end ?? list[place].addresses.count)
    }

    mutating func missed() { isBlind = true }

    mutating func forget() { self = MeetingPlaces() }
}
