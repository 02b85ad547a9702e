internal import Config
internal import Control
internal import HAL
internal import Settings
internal import Site
internal import Time

/// `site join [PEER]`: joins the site that a peer shows, and leaves the one of this station.
func joinSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let status = try siteNow(invocation)
    let wish = try invocation.arguments.first.map { (name) throws(Failure) in try peerName(name) }
    let offers = status.offers.filter { wish == nil || $0.peer == wish }
    guard let offer = offers.first else {
        if let name = status.name {
            throw Failure(
                .failed,
                "this station is in the site \(name.visible), and \(wish ?? "no peer") shows"
                    + " another one; to leave it: sudo intercomctl site leave")
        }
        throw Failure(
            .failed,
            "\(wish ?? "no peer") shows \(wish == nil ? "a" : "no") site; pair with the station"
                + " that introduces, and there: sudo intercomctl site add, with the name that this"
                + " station has there")
    }
    guard offers.count == 1 else {
        let peers = offers.map { "\($0.peer.visible) (\($0.name.visible))" }
        throw Failure(
            .usage,
            "several peers show a site: \(peers.joined(separator: ", ")); name one: site join PEER")
    }
    let question = SiteQuestion(
        name: offer.name, stations: offer.stations, digits: offer.fingerprint,
        showing: "\(offer.peer) shows the ", leaving: status.name)
    guard try question.isConfirmed(invocation, mayAsk: true) else {
        try printLine("nothing is changed")
        return .failed
    }
    return try join(offer, invocation)
}

/// What `pair --join` does when the two are peers.
enum Joining {
    /// This station introduces the other one to its site.
    case introducing
    /// This station joins the site of the other one, and leaves the one whose key has these digits.
    case joining(leaving: String?)

    /// So long may a person at the other station take.
    private static let patience = Duration.seconds(120)

    /// Which of the two this station can do.
    ///
    /// - Throws: that it can do neither, before anything is paired.
    init(_ invocation: borrowing Invocation) throws(Failure) {
        let status = try siteNow(invocation)
        guard let name = status.name else {
            self = .joining(leaving: nil)
            return
        }
        let paths = ConfigFolder(invocation.configFolder).paths
        if invocation.isMoving {
            guard try !hasSiteKey(paths) else {
                throw Failure(.failed, SiteFiles.refusal(toLeave: name.visible, paths))
            }
            self = .joining(leaving: status.fingerprint)
            return
        }
        guard try siteKey(paths) != nil else {
            throw Failure(
                .failed,
                "this station is in the site \(name.visible), which another station introduces:"
                    + " pair the new one there; or, to leave that site: intercomctl pair --join"
                    + " --move")
        }
        self = .introducing
    }

    /// Whether this station signs a roster, which needs root.
    var isIntroducing: Bool {
        if case .introducing = self { true } else { false }
    }

    /// Does it with this peer.
    func go(on peer: String, _ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
        guard case .joining(let former) = self else { return try introduce(peer, nil, invocation) }
        let end = Clock.now() + Self.patience
        if !invocation.isJSON {
            try printLine("waiting for \(peer.visible) to show its site")
        }
        while Clock.now() < end {
            let status = try siteNow(invocation)
            if let offer = status.offers.first(where: { $0.peer == peer }) {
                return try join(offer, invocation)
            }
            if let name = status.name, status.fingerprint != former {
                try printLine("this station is in the site \(name.visible)")
                return .ok
            }
            Clock.sleep(.milliseconds(300))
        }
        throw Failure(
            .failed,
            "\(peer.visible) is a peer, and has shown no site; if it introduces one, there: sudo"
                + " intercomctl site add, with the name that this station has there; if not, first:"
                + " sudo intercomctl site init NAME; then here: intercomctl site join")
    }
}

private func siteNow(_ invocation: borrowing Invocation) throws(Failure) -> SiteStatus {
    var daemon = try Daemon(invocation)
    guard case .status(let status) = try daemon.ask(.status) else { throw Failure.misfit }
    return status.site
}

private func join(
    _ offer: SiteStatus.Offer, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let done = try daemon.order(.join(peer: offer.peer, site: offer.fingerprint))
    guard !invocation.isJSON else {
        try printLine(done.json)
        return .ok
    }
    for line in done.text.split(separator: "\n") { try printLine(String(line).visible) }
    return .ok
}
