internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Wire

/// This station as a pairing sees it at the moment: its key, settings and files.
struct PairingGround {
    let publicKey: PublicKey
    let config: Config
    /// The files of the settings in use.
    let used: PeerFiles
    /// Where the settings are.
    let folder: String
    /// Whether there is a LAN on which stations find each other.
    let isOnLAN: Bool
    /// The peers with which there is a session now.
    let up: [PublicKey]

    /// The introduction that the other station gets.
    var card: PairingCard? {
        var capabilities = Capabilities(bootID: 0)
        capabilities.flags = config.network.port
        return PairingCard(
            publicKey: publicKey, capabilities: capabilities, name: config.station.name)
    }

    /// The one address at which the settings let it listen, never wider than was asked for; nil
    /// means every address.
    var listen: SocketAddress? {
        config.network.listen.flatMap { SocketAddress(host: $0, port: config.network.port) }
    }

    /// The addresses of this station, one of which a person types at the other station: those that
    /// it can reach come first.
    var hosts: [String] {
        let port = config.network.port
        if let listen { return [listen.asTyped] }
        var hosts: [String] = []
        for interface in NetworkInterface.ranked(NetworkInterface.all() ?? [])
        where interface.isUp && interface.isRunning && !interface.isLoopback {
            for address in interface.addresses where address.scope == 0 {
                let place = SocketAddress(high: address.high, low: address.low, port: port)
                hosts.append(place.asTyped)
            }
        }
        return hosts
    }

    /// The peer that another station would become; nothing is on the disk yet.
    ///
    /// One that is admitted has stored this station, so that a session which has come up since
    /// counts nothing.
    func peer(
        _ card: PairingCard, suite: Suite, named name: String?, at address: String,
        isAdmitted: Bool, takesBack: Bool
    ) throws(PairedPeer.Refusal) -> PairedPeer {
        try PairedPeer(
            card.publicKey, called: card.name, named: name, suite: suite, address: address,
            isUp: !isAdmitted && up.contains(card.publicKey), takesBack: takesBack,
            among: used, and: try found())
    }

    /// All files as they are now.
    ///
    /// Settings that a person is just changing, and that cannot be read, do not hinder a pairing.
    private func found() throws(PairedPeer.Refusal) -> PeerFiles {
        do throws(SystemError) {
            return PeerFiles(try StationFiles.sources(in: folder).sources, in: used.paths)
        } catch {}
        do throws(SystemError) {
            let written = try ConfigFolder.stateSources(in: used.paths)
            return PeerFiles(
                used.sources.filter { !$0.role.isOfState } + written, in: used.paths)
        } catch { throw .failed(error.description) }
    }
}

extension SocketAddress {
    /// The address as people and settings write it: without the port that every station has.
    var asTyped: String { port == PeerAddress.defaultPort ? host : description }
}
