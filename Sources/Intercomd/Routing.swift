internal import Config
internal import Crypto
internal import Station

/// Who speaks to whom, worked out from the configuration once: names here, numbers in the loops.
struct Routing {
    /// One talk target for each channel and each peer, so that any of them can be talked to.
    let targets: [TalkTarget]
    /// Their names, in the same order.
    let names: [String]
    /// Every configured channel, in the order of the configuration.
    let channels: [Channel]
    /// The target each configured button speaks into.
    let buttonTargets: [Int]

    /// Stream 0 is a peer spoken to alone; each channel has the next number (protocol.md §2.4).
    init(_ config: Config) {
        var targets: [TalkTarget] = []
        var names: [String] = []
        for (place, channel) in config.channels.enumerated() {
            let reference = Self.reference(ofChannel: channel.name)
            let listeners = config.listeners(of: .channel(channel.name))
            targets.append(
                TalkTarget(
                    stream: UInt8(place + 1), reference: reference, listeners: listeners))
            names.append(channel.name)
        }
        for (number, peer) in config.peers.enumerated() {
            targets.append(TalkTarget(stream: 0, reference: 0, listeners: [number]))
            names.append(peer.name)
        }
        channels = config.channels.map { channel in
            Channel(
                reference: Self.reference(ofChannel: channel.name),
                members: config.listeners(of: .channel(channel.name)),
                isListenedTo: channel.listen)
        }
        self.targets = targets
        self.names = names
        buttonTargets = config.buttons.map { names.firstIndex(of: $0.talk.name)! }
    }

    func target(named name: String) -> Int? { names.firstIndex(of: name) }

    /// The eight bytes a channel is known by: SHA-256("intercom/1 channel" ‖ name)[0..8).
    static func reference(ofChannel name: String) -> UInt64 {
        let text = Array("intercom/1 channel".utf8) + Array(name.utf8)
        let digest = SHA256.hash(text.span)
        var reference: UInt64 = 0
        for index in 0..<8 { reference = reference << 8 | UInt64(digest[index]) }
        return reference
    }
}
