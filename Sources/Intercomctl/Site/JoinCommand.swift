internal import Config
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Time

/// `site join [PEER]`: joins the site that a peer shows, and leaves the present site.
func joinSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let wish = try peerName(ifAny: invocation.arguments.first)
    let now = try statusNow(invocation)
    if now.site.introduces, let name = now.site.name {
        throw Failure(SiteFiles.refusal(toLeave: name.visible))
    }
    // The introducer may be no peer here, if a former introducer has taken it out.
    let isPeer = now.peers.contains { $0.name == wish }
    let status = try siteShown(
        by: isPeer ? wish : nil, within: isPeer || wish == nil ? .seconds(5) : .zero, invocation)
    // Typed digits select the site.
    let meant = status.offers.filter { SiteQuestion.isMeant($0, invocation.site) }
    let shown = meant.isEmpty ? status.offers : meant
    var offers = shown.filter { wish == nil || $0.peer == wish }
    // Only one of the peers that show the same site is listed; a person reads or types the digits.
    let isLeft = wish.map { status.left.contains($0) } ?? false
    let others = shown.filter { $0.wasLeft || !isLeft }
    if offers.isEmpty, others.count == 1,
        invocation.site != nil || (Keyboard.isThere && !invocation.isYes)
    {
        offers = others
    }
    guard let offer = offers.first else {
        let wished = wish ?? "no peer"
        if let wish, status.name == nil || !status.offers.isEmpty {
            _ = try findPeer(wish, in: now)
        }
        if let other = status.offers.first {
            throw Failure(
                "\(wished) shows no site beside that of \(other.peer.visible):"
                    + " \(other.name.visible), \(other.fingerprint.visible); to join it:"
                    + " intercomctl site join \(other.peer.visible)")
        }
        let finding =
            status.name.map {
                "this station is in the site \($0.visible) already, and \(wished) shows"
                    + " \(wish == nil ? "another" : "no other")"
            } ?? "\(wished) shows \(wish == nil ? "a" : "no") site"
        throw Failure(
            "\(finding); after a start, or a change, wait half a minute; else pair with the station"
                + " that is to introduce: intercomctl pair --join"
                + " \(status.name == nil ? "" : "--move ")here, and sudo intercomctl pair --join"
                + " CODE there")
    }
    guard offers.count == 1 else {
        let peers = offers.map { offer in
            let words = offer.wasLeft ? ", which this station has left" : ""
            return "\(offer.peer.visible) (\(offer.name.visible)\(words))"
        }
        throw Failure.usage(
            "several peers show a site: \(peers.joined(separator: ", ")); name one: site join PEER,"
                + " or --site DIGITS")
    }
    let question = SiteQuestion(
        name: offer.name, stations: offer.stations, digits: offer.fingerprint,
        showing: "\(offer.peer) shows the ", leaving: status.name, wasLeft: offer.wasLeft)
    guard try question.isConfirmed(invocation, mayAsk: true) else { return try printUnchanged() }
    return try join(offer, invocation)
}

/// Offers to join the site of a newly paired peer, where `pair --join` has introduced this station.
func offerToJoin(_ peer: String, _ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let status = try siteShown(by: peer, within: .seconds(3), invocation)
    guard status.name == nil,
        let offer = status.offers.first(where: { $0.peer == peer && !$0.wasLeft })
    else {
        try remindOfSite(peer, invocation)
        return .ok
    }
    let answer = try choice(
        "\(peer.visible) shows the site \(offer.name.visible), with"
            + " \(plural(offer.stations, "station")); the digits of its key:"
            + " \(offer.fingerprint.visible)\njoin it? [yes]:")
    guard answer == "yes" else {
        try printLine("later: intercomctl site join")
        return .ok
    }
    return try join(offer, invocation)
}

/// Waits until this peer, or any peer for nil, shows a site with the typed digits, if any.
///
/// Returns after `patience` at the latest; a peer does not show a recent change at once.
private func siteShown(
    by peer: String?, within patience: Duration, _ invocation: borrowing Invocation
) throws(Failure) -> SiteStatus {
    let end = Clock.now() + patience
    while true {
        let status = try statusNow(invocation).site
        let isShown = status.offers.contains {
            (peer == nil || $0.peer == peer) && SiteQuestion.isMeant($0, invocation.site)
        }
        if isShown || Clock.now() > end { return status }
        Clock.sleep(.milliseconds(200))
    }
}

/// The step of `pair --join` after the pairing.
enum Joining {
    /// This station introduces the other one to its site.
    case introducing
    /// This station joins the site of the other one, and leaves its present site.
    ///
    /// The digits and number identify the present site: it may be the same, and have taken this
    /// station out.
    case joining(leaving: (digits: String?, number: Int)?)

    /// The time that a person at the other station may take.
    private static let patience = Duration.seconds(120)
    /// After this time the person there has perhaps not typed `--join`: a station that introduces
    /// may first wait for the lists of others, and a new list takes seconds.
    private static let hint = Duration.seconds(30)

    private static let ways =
        "if it introduces one, there: sudo intercomctl site add, with the name that this station"
        + " has there (intercomctl peers); if it does not, pair with the one that does; if there is"
        + " no site yet: sudo intercomctl site init NAME"

    /// Decides which of the two this station can do.
    ///
    /// - Throws: the reason if it can do neither, before anything is paired.
    init(_ invocation: borrowing Invocation) throws(Failure) {
        let status = try statusNow(invocation).site
        guard let name = status.name else {
            self = .joining(leaving: nil)
            return
        }
        if invocation.isMoving {
            guard !status.introduces else {
                throw Failure(SiteFiles.refusal(toLeave: name.visible))
            }
            self = .joining(leaving: (status.fingerprint, status.number ?? 0))
            return
        }
        guard status.introduces else {
            throw Failure(
                "this station is in the site \(name.visible), and does not introduce it: pair the"
                    + " new one with \(status.introducer.visible); or, to leave that site, to come"
                    + " back to it, or to join it under a new key: intercomctl pair --join --move")
        }
        guard try hasSiteKey(ConfigFolder(invocation.configFolder).paths) != nil else {
            let words = invocation.arguments
            throw Failure(
                "this station introduces others to the site \(name.visible), and that needs root:"
                    + " sudo intercomctl pair \(words.map { "\($0) " }.joined().visible)--join")
        }
        self = .introducing
    }

    /// Whether this station signs a roster, which needs root.
    var isIntroducing: Bool {
        if case .introducing = self { true } else { false }
    }

    /// Introduces this peer, or joins its site.
    func go(on peer: String, _ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
        guard case .joining(let former) = self else {
            return try introduce(paired: peer, invocation)
        }
        let begin = Clock.now()
        if !invocation.isJSON {
            try printLine("waiting for \(peer.visible) to show its site")
        }
        var hasHint = invocation.isJSON
        while Clock.now() < begin + Self.patience {
            let status = try statusNow(invocation).site
            if let offer = try Self.offer(of: peer, in: status, after: Clock.now() - begin) {
                return try join(offer, invocation)
            }
            if !hasHint, Clock.now() > begin + Self.hint {
                hasHint = true
                try printLine("it shows none yet; \(Self.ways)")
            }
            let isOther = former?.digits != status.fingerprint
            // The site has taken this station back with a newer roster. Or this station was never
            // out: the peer has announced the same roster, which it does only to stations in it.
            let isBack =
                status.peers.contains(peer)
                && (former?.number ?? 0 < status.number ?? 0 || !status.behind.contains(peer))
            if let name = status.name, isOther || isBack {
                try printLine("this station is in the site \(name.visible)")
                return .ok
            }
            Clock.sleep(.milliseconds(300))
        }
        throw Failure(
            "\(peer.visible) is a peer, and has shown no site; \(Self.ways); then here: intercomctl"
                + " site join")
    }

    /// The site that a paired peer shows and that this station joins; nil while there is none.
    ///
    /// - Throws: How to go back to a site that this station has left, where the peer shows no other
    ///   one after this wait.
    static func offer(
        of peer: String, in status: SiteStatus, after wait: Duration
    ) throws(Failure) -> SiteStatus.Offer? {
        let shown = status.offers.filter { $0.peer == peer }
        if let offer = shown.first(where: { !$0.wasLeft }) { return offer }
        // A pairing is no consent to a key that was left; but the peer may have left it just now,
        // too, and be about to show another site.
        guard let offer = shown.first, wait > hint else { return nil }
        throw Failure(
            "\(peer.visible) shows the site \(offer.name.visible), which this station has left; to"
                + " go back to it: intercomctl site join \(peer.visible)")
    }
}

/// Reminds a person that a peer is not in the site of this station; the peer may replace a former
/// one, or the site may have taken it out.
func remindOfSite(
    _ peer: String, after former: String? = nil, _ invocation: borrowing Invocation
) throws(Failure) {
    guard !invocation.isJSON, let site = try? statusNow(invocation).site, let name = site.name,
        !site.peers.contains(peer)
    else { return }
    if let book = try? PeerBook(invocation), let key = try? book.peer(peer).key,
        let former = SiteFiles.removed(book.paths)[key]
    {
        return try printLine(
            "the site took \(former.visible) out, and here it is a peer again; to end that: sudo"
                + " intercomctl peer remove \(peer.visible)")
    }
    let place = former.flatMap { site.peers.contains($0) ? $0 : nil }
        .flatMap { try? PeerBook(invocation).site(of: $0)?.name }
    try printLine(
        "\(peer.visible) is a peer of this station alone, and not in the site \(name.visible);"
            + " for that\(wayIntoSite(of: peer.visible, inPlaceOf: place, site))")
}

/// Describes how to bring a peer into the site, perhaps as the successor of a station.
func wayIntoSite(of peer: String, inPlaceOf former: String?, _ site: SiteStatus) -> String {
    let introducer = site.introducer.visible
    guard let former else {
        return site.introduces
            ? ": sudo intercomctl site add \(peer)"
            : ", pair it with \(introducer): intercomctl pair --join"
    }
    return site.introduces
        ? ", in the place of \(former): sudo intercomctl site replace \(former) \(peer);"
            + " beside it: sudo intercomctl site add \(peer)"
        : ", in the place of \(former), pair it with \(introducer); there: sudo intercomctl site"
            + " replace \(former) PEER"
}

extension SiteStatus {
    /// Asks the daemon; empty if none answers.
    init(at invocation: borrowing Invocation) {
        self = (try? statusNow(invocation).site) ?? SiteStatus()
    }
}

private func join(
    _ offer: SiteStatus.Offer, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    var done = try daemon.order(.join(peer: offer.peer, site: offer.fingerprint))
    if offer.wasLeft { done.text += "\n\(SiteQuestion.doubt)" }
    for line in formerIntroducers(invocation) { done.text += "\n\(line)" }
    let lines = done.text.split(separator: "\n").map { String($0).visible }
    try printResult(done.json, lines.joined(separator: "\n"), invocation)
    return .ok
}

/// The question whether a person means this site, by the digits of its key.
struct SiteQuestion {
    let name: String
    let stations: Int
    let digits: String
    /// Words before the site, if any.
    var showing = ""
    /// The site that this station is in.
    var leaving: String?
    /// Whether this station has left the key of that site.
    var wasLeft = false

    static let doubt = "this station has left that key, which a thief may have"

    /// Asks, unless the command line has the answer.
    ///
    /// - Parameters:
    ///   - invocation: The command line.
    ///   - mayAsk: Whether standard input comes from the person.
    /// - Returns: whether the person means it.
    /// - Throws: the option to add if there is no terminal to ask at; other digits.
    func isConfirmed(
        _ invocation: borrowing Invocation, mayAsk: Bool
    ) throws(Failure) -> Bool {
        if let typed = invocation.site {
            guard Self.areDigits(typed, of: digits) else { throw Self.otherDigits }
            return true
        }
        // A program's yes to all is no consent to a key that was left.
        if invocation.isYes, !wasLeft { return true }
        guard Keyboard.isThere, mayAsk else {
            throw Failure.usage(
                (wasLeft ? "\(Self.doubt); " : "")
                    + "to join the site \(name.visible), add --site with the digits that"
                    + " \"intercomctl site list\" shows at the station that is to introduce")
        }
        let loss =
            (leaving.map { "this station leaves the site \($0.visible)\n" } ?? "")
            + (wasLeft ? "\(Self.doubt)\n" : "")
        let question =
            "\(showing.visible)site \(name.visible), with \(plural(stations, "station"))\n"
            + "the digits of its key: \(digits.visible)\n\(loss)"
            + "Are they those of \"intercomctl site list\" at the station that is to introduce?"
            + " yes, the digits, or no [no]"
        while true {
            if let isYes = try isYes(answer(to: question)) { return isYes }
        }
    }

    /// Whether an answer is a yes, or the digits; nil if it is not clear.
    ///
    /// - Throws: a failure if typed digits differ.
    func isYes(_ answer: String) throws(Failure) -> Bool? {
        if Self.areDigits(answer, of: digits) { return true }
        if answer.contains(where: { ("0"..."9").contains($0) }) { throw Self.otherDigits }
        return yesOrNo(answer)
    }

    /// Whether a peer's site has the typed digits; without digits, any site does.
    static func isMeant(_ offer: SiteStatus.Offer, _ typed: String?) -> Bool {
        typed.map { areDigits($0, of: offer.fingerprint) } ?? true
    }

    private static func areDigits(_ typed: String, of digits: String) -> Bool {
        Config.Peer.digits(in: typed.withoutHyphens) == digits
    }

    private static let otherDigits = Failure(
        "these are NOT the digits of the key of that site: have them read out again at the station"
            + " that introduces (intercomctl site list), or, where it has begun the site anew, wait"
            + " half a minute; nothing is changed")
}
