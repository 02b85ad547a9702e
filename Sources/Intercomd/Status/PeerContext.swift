internal import Crypto
internal import HAL
internal import Peering
internal import Report
internal import Wire

/// What both sides of a pair are called, and where.
struct PeerContext {
    let peer: String
    /// Where it is called, or where it was last; nil when there is no address.
    let endpoint: String?
    let suite: Suite
    let own: String
    let ownKey: String
    /// Whether a pre-shared key is known here: the other station needs it, too.
    let hasPSK: Bool
    /// Whether it is looked for on the LAN.
    let isSearched: Bool
    /// Whether it is in the roster of this station's site.
    let isInSite: Bool
    /// What it was called in this station's site, which has put it out, and its key.
    let former: (name: String, key: String)?
    /// Whether its site may have put this station out.
    let isPutOut: Bool
    /// Where the site is changed.
    let place: String
    /// The peer that is up at its address.
    let heir: String?
    /// What the resolver said of its name.
    let resolver: String?

    init(
        peer: String, endpoint: String?, suite: Suite, own: String, ownKey: String,
        hasPSK: Bool = false, isSearched: Bool, isInSite: Bool = false,
        former: (name: String, key: String)? = nil, isPutOut: Bool = false,
        place: String,
        heir: String? = nil, resolver: String?
    ) {
        (self.peer, self.endpoint, self.suite) = (peer, endpoint, suite)
        (self.own, self.ownKey, self.resolver) = (own, ownKey, resolver)
        (self.hasPSK, self.heir, self.former) = (hasPSK, heir, former)
        (self.isSearched, self.isInSite, self.isPutOut) = (isSearched, isInSite, isPutOut)
        self.place = place
    }

    /// Why the peer may want nothing of this station, which is seen there.
    fileprivate var refusals: String {
        "intercomctl status there: it may have put this station out, or have its name for"
            + " another one"
            + (isInSite ? "; if it is not in the site yet: intercomctl site join" : "")
    }
}

/// Why a peer is down and what to do about it.
///
/// Where the only sign is a packet from its address, which anyone may have sent, the words tell of
/// that packet, and do not claim that it is true.
extension Fault {
    init(_ reason: DownReason, in context: PeerContext) {
        let (text, fix): (String, String)
        let place = context.endpoint ?? "its address"
        let addition = "sudo intercomctl peer add \(context.own) ADDRESS \(context.ownKey)"
        switch reason {
        case .revoked where context.isInSite:
            text = "it was put out here: there is no session with it"
            fix = "to take it back: sudo intercomctl peer set \(context.peer) --revoked no"
        case .revoked:
            text =
                "it was put out, by its site\(context.former == nil ? " or here" : ""): there is no"
                + " session with it"
            fix =
                "to be rid of it: sudo intercomctl peer remove \(context.peer), once no settings"
                + " name it; to take it back"
                + (context.former.map {
                    ", \(context.place): sudo intercomctl site add \($0.name) \($0.key)"
                } ?? ": sudo intercomctl peer set \(context.peer) --revoked no")
        case .noNetwork:
            text = "this station has no network"
            fix = "intercomctl doctor network"
        case .unresolved:
            text = context.resolver ?? "the name of its address is not found"
            fix = "see whether that name is right, and whether the router or mDNS knows it"
        case .ownAddress(let endpoint):
            text = "its address \(SocketAddress(endpoint)) is this station's own"
            fix = "give it its own: sudo intercomctl peer set \(context.peer) --address ADDRESS"
        case .noAddress where context.isSearched:
            text = "has no address here, and does not announce itself to this station on the LAN"
            fix =
                "see whether it is on, on the same network, and knows the key of this station"
                + " (\(context.refusals)); on another network it needs an address: sudo"
                + " intercomctl peer set \(context.peer) --address ADDRESS"
        case .noAddress:
            text = "has not called, and there is no address to call it at"
            fix = "see whether it is on, and knows the address and key of this station"
        case .calling:
            text = "is being called at \(place)"
            fix = "wait a few seconds"
        case .noAnswer:
            text =
                "no answer from \(place)"
                + (context.heir.map { ", where \($0) is now" } ?? "")
            fix =
                "see whether it is on and intercomd runs there (intercomctl doctor), and whether a"
                + " firewall drops UDP"
        case .notAccepted where context.isPutOut:
            text = "does not accept this station any more"
            fix = "intercomctl status says what that may mean"
        case .notAccepted:
            text =
                "answers at \(place), but does not accept this station: this station is not added"
                + " there, or has another psk or suite there"
            fix =
                context.isInSite
                ? "see \(context.refusals)"
                : "see intercomctl status there; if this station is not added there: "
                    + (context.hasPSK ? "pair the two anew: intercomctl pair" : addition)
        case .psk:
            text = "calls with another psk than the one known here"
            fix =
                "pair the two anew: intercomctl pair; or give both sides the same psk: sudo"
                + " intercomctl peer set --psk-file FILE \(context.peer)"
        case .suite(let theirs):
            text = "calls with \(Self.name(theirs)), and here it has \(Self.name(context.suite))"
            fix =
                "on both sides: sudo intercomctl peer set --suite auto NAME; here NAME is"
                + " \(context.peer)"
        case .otherKey(let key, let endpoint):
            text =
                "a station at \(SocketAddress(endpoint)) calls with another key than the one known"
                + " here: \(key.text) (\(key.fingerprint))"
            fix =
                "if that is \(context.peer) with a new key, compare these digits with intercomctl"
                + " key show --fingerprint there, then "
                + (context.isInSite
                    ? "\(context.place): sudo intercomctl site"
                    : "here: sudo intercomctl peer")
                + " replace \(context.peer) \(key.text)"
        case .toldOtherKey(let endpoint):
            text =
                "a packet from its address \(SocketAddress(endpoint)) was made for another key than"
                + " this station's"
            fix =
                (context.isInSite
                    ? "\(context.place): sudo intercomctl site"
                    : "there: sudo intercomctl peer")
                + " replace \(context.own) \(context.ownKey)"
        case .otherVersion(let version, let endpoint):
            text =
                "a packet from its address \(SocketAddress(endpoint)) speaks version \(version) of"
                + " the protocol, and this station version \(HandshakeHeader.version)"
            fix =
                "install the same intercomd on both; its version: intercomctl version, here and"
                + " there"
        case .portClosed(let endpoint):
            text = "nothing listens at \(SocketAddress(endpoint)): the port is closed"
            fix =
                "see whether intercomd runs there, whether port in its [network] is this one, and"
                + " whether its firewall lets UDP in: intercomctl doctor"
        case .unreachable(let endpoint):
            text = "\(SocketAddress(endpoint).host) cannot be reached"
            fix =
                "see whether it is on and has its cable or Wi-Fi, whether that is still its"
                + " address, and whether a firewall refuses UDP"
        case .noRoute(let endpoint):
            text = "this machine has no route to \(SocketAddress(endpoint).host)"
            fix = "see whether that address is right, and ip route"
        case .blocked(let endpoint):
            text = "this machine's own firewall lets nothing out to \(SocketAddress(endpoint))"
            fix = "let UDP to that port out"
        }
        self.init(reason.code.description, of: context.peer, text, fix: fix)
    }

    private static func name(_ suite: Suite) -> String {
        suite == .aesGCM ? "suite 1 (AES-256-GCM)" : "suite 2 (ChaCha20-Poly1305)"
    }
}
