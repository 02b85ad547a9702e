internal import Config
internal import Crypto
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// The listeners of each talk target, from the configuration: names here, numbers in the loops.
struct Routing {
    /// One talk target for each channel and each peer, so that a person can talk to any of them.
    let targets: [TalkTarget]
    /// Their names, in the same order.
    let names: [String]
    /// Every configured channel, in the order of the configuration.
    let channels: [Channel]
    /// The `id` of each configured button's target; nil where a button has no target of its own.
    let buttonTargets: [Int?]
    /// The number of each channel, present or recent; a channel keeps its number, so that the
    /// meaning of a stream stays.
    private let channelNumbers: [String: Int]

    /// Stream 0 is a peer spoken to alone; each channel has a number of its own (protocol.md §2.4).
    init(_ config: Config, _ directory: PeerDirectory, after former: Routing? = nil) {
        let numbers = Self.numbers(of: config.channels, after: former)
        var targets: [TalkTarget] = []
        var names: [String] = []
        var channels: [Channel] = []
        for channel in config.channels {
            let reference = Reference.of(channel: channel.name)
            let members = directory.listeners(of: .channel(channel.name), in: config)
            let number = numbers[channel.name]!
            targets.append(
                TalkTarget(
                    stream: UInt8(number), reference: reference, listeners: PeerSet(members),
                    priority: channel.priority))
            names.append(channel.name)
            channels.append(
                Channel(
                    number: number, reference: reference, members: members,
                    isListenedTo: channel.listen))
        }
        for (place, number) in directory.numbers.enumerated() {
            targets.append(
                TalkTarget(
                    stream: 0, reference: 0, listeners: [number],
                    priority: config.peers[place].priority))
            names.append(config.peers[place].name)
        }
        self.targets = targets
        self.names = names
        self.channels = channels
        channelNumbers = numbers
        buttonTargets = config.buttons.map { button in
            button.talk.map { targets[names.firstIndex(of: $0.name)!].id }
        }
    }

    /// Gives each channel a number: its former one, or one that no present or recent channel has.
    private static func numbers(
        of channels: [Config.Channel], after former: Routing?
    ) -> [String: Int] {
        var known = former?.channelNumbers ?? [:]
        let present = Set(channels.map { $0.name })
        for channel in channels where known[channel.name] == nil {
            let all = Channel.numbers
            if all.allSatisfy({ known.values.contains($0) }) {
                known = known.filter { present.contains($0.key) }
            }
            // Fewer channels than streams: one is free.
            known[channel.name] = all.first { !known.values.contains($0) }
        }
        return known
    }

    /// The target of this name.
    func target(named name: String) -> TalkTarget? {
        names.firstIndex(of: name).map { targets[$0] }
    }

    /// The target of this `id` and its name; nil after the target was removed.
    func target(_ id: Int) -> (target: TalkTarget, name: String)? {
        targets.firstIndex { $0.id == id }.map { (targets[$0], names[$0]) }
    }

    /// The name of the channel of this number.
    func channelName(_ number: Int) -> String? {
        channelNumbers.first { $0.value == number }?.key
    }

    /// The name of the channel of this reference; nil where this station has no such channel.
    func channelName(of reference: UInt64) -> String? {
        channels.first { $0.reference == reference }.flatMap { channelName($0.number) }
    }

    /// The name of the channel of this reference, which else is that of a call.
    func talkName(of reference: UInt64) -> String { channelName(of: reference) ?? "call" }
}

extension Routing {
    /// Returns the name of the talk target with this `id`.
    func name(of target: Int, aimedBy aims: Aims, _ directory: PeerDirectory) -> String? {
        guard let aim = aims.aim(of: target) else { return self.target(target)?.name }
        switch aim.name {
        case .none: return nil
        case .named(let name): return name
        case .peers(let peers): return peers.map { directory[$0].name }.joined(separator: ", ")
        }
    }
}

/// The eight bytes that stand for a name between two stations (protocol.md §2.4).
///
/// They come from SHA-256, so two names never share them by chance. A word before the name
/// distinguishes a channel from a relay of the same name.
enum Reference {
    static func of(channel name: String) -> UInt64 { first("intercom/1 channel", name) }

    static func of(relay name: String) -> UInt64 { first("intercom/1 relay", name) }

    private static func first(_ kind: String, _ name: String) -> UInt64 {
        let text = Array(kind.utf8) + Array(name.utf8)
        return SHA256.reference(of: SHA256.hash(text.span))
    }
}

/// The peers by number.
///
/// A number stays with its peer while the settings change, so nothing on its way between threads or
/// on the wire is credited to another peer. A peer that has left keeps its name until another peer
/// has the number, so that its goodbye can be reported.
struct PeerDirectory {
    struct Entry {
        var peer: Config.Peer
        let key: PublicKey
    }

    /// The count of all numbers.
    static let capacity = SessionLimits.numbers

    /// The entries by number, up to the highest present or former one.
    private var entries: [Entry?] = []
    /// The present peers, in the order of the configuration.
    private(set) var numbers: [Int] = []

    /// Takes over the peers of a configuration, with the key and the number of each.
    mutating func configure(_ peers: [Config.Peer], keys: [PublicKey], numbers: [Int]) {
        for (place, number) in numbers.enumerated() {
            while entries.count <= number { entries.append(nil) }
            entries[number] = Entry(peer: peers[place], key: keys[place])
        }
        self.numbers = numbers
    }

    var isEmpty: Bool { numbers.isEmpty }

    /// Returns the peers that are new, or have new addresses to call.
    func moved(since former: PeerDirectory) -> [Int] {
        numbers.filter {
            !former.contains($0) || former[$0].places != self[$0].places
        }
    }

    /// One more than the highest present or former number.
    var numbersEnd: Int { entries.count }

    func contains(_ number: Int) -> Bool { numbers.contains(number) }

    /// The number of the peer of this name; nil when there is none.
    func number(named name: String) -> Int? { numbers.first { self[$0].name == name } }

    /// The peer that has this number, or had it last.
    subscript(number: Int) -> Config.Peer {
        entry(number).peer
    }

    func key(of number: Int) -> PublicKey {
        entry(number).key
    }

    private func entry(_ number: Int) -> Entry {
        guard entries.indices.contains(number), let entry = entries[number] else {
            preconditionFailure("nobody has this number")
        }
        return entry
    }

    /// Returns the numbers of this target's listeners, in the order of the configuration, without
    /// peers that were put out: they have no session.
    func listeners(of target: Config.Target, in config: Config) -> [Int] {
        config.listeners(of: target).map { numbers[$0] }.filter { !self[$0].isRevoked }
    }
}

/// Figures of the traffic with peers, computed once a second.
struct Figures {
    /// The time of the last computation.
    private var at: Instant?
    /// The figures by number.
    private(set) var peers = ByPeer(PeerFigures())
    /// The packets of peers that have left, or whose number another peer has now.
    private(set) var packetsBefore: (sent: UInt64, opened: UInt64) = (0, 0)

    /// Takes the present counts of the traffic with these peers; once a second.
    mutating func update(
        _ numbers: [Int], _ traffic: [CounterTable<PeerCount>], at now: Instant
    ) {
        let elapsed = (now - (at ?? now)).milliseconds
        at = now
        for peer in numbers {
            peers[peer].update(
                sent: traffic[peer][.sentBytes], opened: traffic[peer][.openedBytes],
                playedSamples: traffic[peer][.playedSamples],
                concealedMs: traffic[peer][.concealedMs], milliseconds: Int(elapsed))
        }
    }

    /// Starts the counts of a number anew, because another peer has it now.
    mutating func replaced(_ number: Int, _ traffic: CounterTable<PeerCount>) {
        peers[number] = PeerFigures()
        packetsBefore.sent += traffic[.sent]
        packetsBefore.opened += traffic[.opened]
        for count in PeerCount.allCases { traffic.set(count, to: 0) }
    }
}
