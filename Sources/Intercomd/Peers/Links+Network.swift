internal import HAL
internal import Peering
internal import Presentation
internal import Station
internal import Wire

/// This machine's own network.
extension Links {
    /// Looks at the interfaces of this machine.
    ///
    /// - Returns: What keeps it from every one of these peers that is not on it; nil when nothing
    ///   does.
    mutating func lookAtNetwork(
        for peers: [Int], _ table: borrowing PeerTable, listen: String?
    ) -> DownWatch.NetworkTrouble? {
        let interfaces = NetworkInterface.all()
        ownHosts = Set((interfaces ?? []).flatMap { one in one.addresses.map { $0.host } })
        // A station without peers is to find its first one.
        var families: Set<SocketAddress.Family> = peers.isEmpty ? [.ipv4, .ipv6] : []
        for peer in peers {
            if let endpoint = table.state(of: peer)?.endpoint {
                let address = SocketAddress(endpoint)
                if !address.isLoopback { families.insert(address.family) }
            } else {
                families.formUnion([.ipv4, .ipv6])
            }
        }
        guard !families.isEmpty, let interfaces else { return nil }
        let own = listen.flatMap { SocketAddress(host: $0, port: 0) }
        return NetworkFault(interfaces, for: Array(families), listen: own).map {
            DownWatch.NetworkTrouble($0)
        }
    }

    /// The peers whose packets stay on this machine.
    func loopback(among peers: [Int], _ table: borrowing PeerTable) -> PeerSet {
        var found = PeerSet()
        for peer in peers {
            guard let endpoint = table.state(of: peer)?.endpoint else { continue }
            if SocketAddress(endpoint).isLoopback { found.insert(peer) }
        }
        return found
    }
}

extension DownWatch.NetworkTrouble {
    fileprivate init(_ fault: NetworkFault) {
        self.init(code: fault.code.description, text: fault.text, fix: fault.fix)
    }
}
