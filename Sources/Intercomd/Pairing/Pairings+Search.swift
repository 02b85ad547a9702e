internal import Config
internal import Control
internal import HAL
internal import Peering
internal import Time
internal import Wire

/// The search for stations that show a code, where one was typed without a host (protocol.md §1.9).
extension Pairings {
    /// What is found, and the code that is tried there.
    struct Search: ~Copyable {
        let code: PairingCode
        let began: Instant

        consuming fileprivate func leave() -> PairingCode { code }
    }

    /// How long others may answer after the first one.
    private static let gathering = Duration.seconds(1)
    /// How long it looks if none answers.
    private static let patience = Duration.seconds(3)

    /// Looks for stations that show a code.
    ///
    /// - Returns: Why not; nil where the answer comes later.
    mutating func search(
        for job: PairingJob, _ code: consuming PairingCode, on ground: PairingGround,
        at now: Instant
    ) -> Reply? {
        guard ground.isOnLAN else {
            return .refused(ControlError(.failed, Self.unsearched(ground.config.network)))
        }
        self.job = job
        search = Search(code: code, began: now)
        order(.seek(true))
        let text = "looking for a station that shows a code"
        tell(PairingReport(.searching, text))
        return nil
    }

    /// Why there is no search, and what to do.
    private static func unsearched(_ network: Config.Network) -> String {
        let search = "cannot search for the station that shows the code"
        let families: [SocketAddress.Family] = [.ipv4, .ipv6]
        // An address would not help.
        if let fault = NetworkFault(NetworkInterface.all() ?? [], for: families) {
            return "\(search): \(fault.text); \(fault.fix); then type this again"
        }
        let why = network.discovery ? "this machine has no LAN" : "discovery = no in [network]"
        return "\(search) (\(why)): pair HOST CODE, with an address of that station"
    }

    private var began: Instant? {
        switch search {
        case .some(let search): search.began
        case .none: nil
        }
    }

    var isSearching: Bool { began != nil }

    /// When to look at what was found.
    func searchDeadline(at now: Instant) -> Instant? {
        guard let began else { return nil }
        return now < began + Self.gathering ? began + Self.gathering : began + Self.patience
    }

    /// Tries the code at the stations that were found, when others have had their time.
    mutating func found(_ stations: [[Endpoint]], on ground: PairingGround, at now: Instant) {
        guard let began, now >= began + Self.gathering else { return }
        if stations.isEmpty {
            guard now >= began + Self.patience else { return }
            return fail(
                "not_found",
                "no station on this LAN shows a code; does \"intercomctl pair\" run there? If it"
                    + " does, type its address, too: pair HOST CODE")
        }
        guard let search = search.take() else { return }
        order(.seek(false))
        job?.found = stations.count
        set(out: search.leave(), to: stations.map { .init($0) }, on: ground, at: now)
    }

    mutating func stopSearching() {
        guard isSearching else { return }
        search = nil
        order(.seek(false))
    }
}
