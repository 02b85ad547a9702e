internal import Station
internal import Time
internal import Wire

/// The settings of one station; rooms are numbers here.
struct RoomSettings {
    struct Group {
        let name: String
        /// The number of its stream at every station, and its name on the wire.
        let number: Int
        var members: Set<Int>
        var isListenedTo = true
        /// Whether all who answer a call of it are in the call together.
        var joins = false
        var priority = Priority.normal

        var reference: UInt64 { 0xCAFE_0000 + UInt64(number) }
    }

    /// Rooms whose station is a peer.
    var peers: Set<Int>
    var channels: [Group]
    var policies: [Int: Policy] = [:]
    /// A speaker that may beep, a lamp of the open microphone, one of the call light.
    var canBeep = true
    var hasTalkLamp = false
    var hasCallLamp = true
    var isHalfDuplex = false
    var talkMax = Duration.seconds(20)
    var tail = Duration.milliseconds(150)

    func policy(of room: Int) -> Policy { policies[room] ?? Policy() }
}

/// Who is spoken to by which name: the names of the settings, and the numbers of the peers.
struct RoomRouting {
    private(set) var targets: [TalkTarget] = []
    private(set) var names: [String] = []
    private(set) var channels: [Channel] = []

    /// - Parameters:
    ///   - settings: Of this station.
    ///   - numbers: Of its peers, by room.
    init(_ settings: RoomSettings, _ numbers: [Int: Int]) {
        for channel in settings.channels {
            let members = channel.members.compactMap { numbers[$0] }.sorted()
            channels.append(
                Channel(
                    number: channel.number, reference: channel.reference, members: members,
                    isListenedTo: channel.isListenedTo))
            names.append(channel.name)
            targets.append(
                TalkTarget(
                    stream: UInt8(channel.number), reference: channel.reference,
                    listeners: PeerSet(members), priority: channel.priority))
        }
        for (room, number) in numbers.sorted(by: { $0.key < $1.key }) {
            names.append(Self.name(ofRoom: room))
            targets.append(TalkTarget(stream: 0, reference: 0, listeners: [number]))
        }
    }

    static func name(ofRoom room: Int) -> String { "room \(room)" }

    func target(named name: String) -> TalkTarget? {
        names.firstIndex(of: name).map { targets[$0] }
    }

    func target(_ id: Int) -> (target: TalkTarget, name: String)? {
        targets.firstIndex { $0.id == id }.map { (targets[$0], names[$0]) }
    }
}
