internal import Config
internal import Crypto
internal import Station
internal import Wire

/// The listeners of each talk target, worked out from the configuration: names here, numbers in the
/// loops.
struct Routing {
    /// One talk target for each channel and each peer, so that any of them can be talked to.
    let targets: [TalkTarget]
    /// Their names, in the same order.
    let names: [String]
    /// Every configured channel, in the order of the configuration.
    let channels: [Channel]
    /// The `id` of the target each configured button speaks into; nil when it has none of its own.
    let buttonTargets: [Int?]
    /// The number of each channel, now or lately; it keeps it, so a stream's meaning stays.
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
                    priority: Priority(channel.priority)))
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
                    priority: Priority(config.peers[place].priority)))
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

    /// A number for each channel: the one it had, else one that no other has or had lately.
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

    /// The target of this `id`, and what it is called; nil when it was taken away.
    func target(_ id: Int) -> (target: TalkTarget, name: String)? {
        targets.firstIndex { $0.id == id }.map { (targets[$0], names[$0]) }
    }

    /// The name of the channel of this number.
    func channelName(_ number: Int) -> String? {
        channelNumbers.first { $0.value == number }?.key
    }

    /// The name of the channel of this reference; nil where this station does not have it.
    func channelName(of reference: UInt64) -> String? {
        channels.first { $0.reference == reference }.flatMap { channelName($0.number) }
    }
}

extension Priority {
    init(_ configured: Config.Priority) {
        self =
            switch configured {
            case .normal: .normal
            case .high: .high
            case .emergency: .emergency
            }
    }
}

extension Routing {
    /// What the talk target of this `id` is called.
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
/// They are of SHA-256, so two names do not have the same ones by chance. A word before the name
/// keeps a channel and a relay of one name apart.
enum Reference {
    static func of(channel name: String) -> UInt64 { first("intercom/1 channel", name) }

    static func of(relay name: String) -> UInt64 { first("intercom/1 relay", name) }

    private static func first(_ kind: String, _ name: String) -> UInt64 {
        let text = Array(kind.utf8) + Array(name.utf8)
        return SHA256.reference(of: SHA256.hash(text.span))
    }
}
