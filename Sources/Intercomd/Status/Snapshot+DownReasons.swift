internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Wire

/// Words and advice for the reasons why a peer is down.
///
/// Where the only sign is a packet from the peer's address, which anyone may have sent, the words
/// describe that packet, and do not claim that it is true.
extension Snapshot {
    func fault(of peer: Int, _ reason: DownReason) -> Fault {
        let (text, fix): (String, String)
        let name = directory[peer].name
        let session = peers[peer].session
        let isInSite = peers[peer].isInSite
        // The peer's name in this station's site, which has put it out.
        let former = peers[peer].formerName
        let place = session?.endpoint.map { SocketAddress($0).description } ?? "its address"
        let own = (name: config.station.name, key: ownKey.text)
        let siteCommand = isInSite ? "\(site.place): sudo intercomctl site" : nil
        // The peer may want no contact with this station; only the peer's `status` shows that.
        let refusals =
            "intercomctl status there: it may have put this station out, or have its name for"
            + " another one"
            + (siteCommand.map {
                "; if it is not in the site, or under another key: intercomctl site join there"
                    + (site.introducers.contains(name)
                        ? "" : ", or, if it has left for good, \($0) remove \(name)")
            } ?? "")
        let heir = heir(of: peer)
        let succession =
            heir.map {
                "if \($0.name) is that box anew: "
                    + (isInSite && !site.introduces
                        ? "pair it with \(site.introducer), and there: sudo intercomctl site"
                            + " replace \(name) PEER; else "
                        : "sudo intercomctl \(isInSite ? "site" : "peer") replace \(name)"
                            + " \($0.name); else ")
            } ?? ""
        switch reason {
        case .revoked where isInSite:
            text = "it was put out here: there is no session with it"
            fix = "to take it back: sudo intercomctl peer set \(name) --revoked no"
        case .revoked:
            text =
                "it was put out, by its site\(former == nil ? " or here" : ""): there is no"
                + " session with it"
            fix =
                "to be rid of it: sudo intercomctl peer remove \(name), once no settings name it;"
                + " to take it back"
                + (former.map {
                    ", \(site.place): sudo intercomctl site add \($0) \(directory[peer].key)"
                } ?? ": sudo intercomctl peer set \(name) --revoked no")
        case .noNetwork:
            text = "this station has no network"
            fix = "intercomctl status"
        case .unresolved:
            text =
                switchboard.whereabouts.complaint(of: peer)
                ?? "the name of its address is not found"
            fix = "see whether that name is right, and whether the router or mDNS knows it"
        case .ownAddress(let endpoint):
            text = "its address \(SocketAddress(endpoint)) is this station's own"
            fix =
                "give it its own: sudo intercomctl peer set \(name) --address ADDRESS; or, if"
                + " this memory card is a copy, " + config.paths.keyAnew(on: "this station")
        case .noAddress where isLANSearched:
            let isFormer =
                isInSite && site.hasLeft && site.behind.contains(name)
                && !site.older.contains { $0.station == name }
            text =
                isFormer
                ? "is not known to be under the site's key, and is not found on the LAN"
                : "has no address here, and does not announce itself to this station on the LAN"
            fix =
                succession
                + (isFormer
                    ? "if it is under another key, there: intercomctl site join; else "
                    : "")
                + "see whether it is on, on the same network, and knows the key of this station"
                + " (\(refusals)); on another network it needs an address: sudo"
                + " intercomctl peer set \(name) --address ADDRESS"
        case .noAddress:
            text = "has not called, and there is no address to call it at"
            fix = "see whether it is on, and knows the address and key of this station"
        case .handshaking:
            text = "is being called at \(place)"
            fix = "wait a few seconds"
        case .noAnswer:
            let look =
                "see whether it is on and intercomd runs there (intercomctl doctor), and whether a"
                + " firewall drops UDP"
            text =
                "no answer from \(place)"
                + (heir.map { $0.isThere ? ", where \($0.name) is now" : "" } ?? "")
            if heir != nil {
                fix = succession + look
            } else if isInSite, !site.introduces, site.introducers.contains(name) {
                fix =
                    "\(look); if it was erased, the site needs another introducer: sudo"
                    + " intercomctl site init NAME --take-over"
            } else {
                fix =
                    "\(look); if it was erased or set up anew: "
                    + (isInSite && !site.introduces
                        ? "intercomctl pair with \(site.introducer)"
                        : "sudo intercomctl pair here, and type there what it shows; then it says"
                            + " here how that box gets this name")
            }
        case .notAccepted where refusing.contains(peer):
            text = "does not accept this station any more"
            fix = "intercomctl status says what that may mean"
        case .notAccepted:
            text =
                "answers at \(place), but does not accept this station: this station is not added"
                + " there, or has another psk or suite there"
            fix =
                isInSite
                ? "see \(refusals); if the psks differ: intercomctl pair"
                : "see intercomctl status there; if this station is not added there: "
                    + (session?.hasPSK ?? false
                        ? "pair the two anew: intercomctl pair"
                        : "sudo intercomctl peer add \(own.name) ADDRESS \(own.key)")
                    + "; if the two are done with each other: sudo intercomctl peer remove \(name)"
        case .psk:
            text = "calls with another psk than the one known here"
            fix =
                "pair the two anew: intercomctl pair; or give both sides the same psk: sudo"
                + " intercomctl peer set --psk-file FILE \(name)"
        case .suite(let theirs):
            let ours = session?.suite ?? .aesGCM
            text = "calls with \(Self.words(theirs)), and here it has \(Self.words(ours))"
            fix = "on both sides: sudo intercomctl peer set --suite auto NAME; here NAME is \(name)"
        case .otherKey(let key, let endpoint) where putOut[key.text] != nil:
            text = "a station at \(SocketAddress(endpoint)) calls with a key that the site took out"
            fix =
                "if that is \(name) with an older memory card: put the newer one back; if it is a"
                + " former box: switch it off"
        case .otherKey(let key, let endpoint):
            text =
                "a station at \(SocketAddress(endpoint)) calls with another key than the one known"
                + " here: \(key.text) (\(key.fingerprint))"
            fix =
                "if that is \(name) with a new key"
                + (siteCommand == nil ? ": intercomctl pair; or" : ",")
                + " compare these digits with intercomctl key show --fingerprint there, then "
                + (siteCommand ?? "here: sudo intercomctl peer")
                + " replace \(name) \(key.text)"
        case .toldOtherKey(let endpoint):
            text =
                "a packet from its address \(SocketAddress(endpoint)) was made for another key than"
                + " this station's"
            // The introducer's list has its own key: the entry there is the wrong one.
            fix =
                (site.introduces
                    ? "there: intercomctl site join, or, if nothing is to join, sudo intercomctl"
                        + " peer"
                    : siteCommand ?? "there: sudo intercomctl peer")
                + " replace \(own.name) \(own.key)"
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
        case .forwarderDown(let forwarder):
            text = "\(directory[forwarder].name), which passed its packets on, is down"
            fix =
                "see whether \(directory[forwarder].name) is on and intercomd runs there; or give"
                + " one of the two an open UDP port or IPv6"
        }
        return Fault(reason.code.description, of: name, text, fix: fix)
    }

    /// A peer that is up and may be this peer's box, set up anew: it is at the same address, or a
    /// pairing has added a number to this peer's name.
    private func heir(of peer: Int) -> (name: String, isThere: Bool)? {
        let (place, own) = (peers[peer].session?.endpoint, "\(directory[peer].name)-")
        let others = directory.numbers.filter { $0 != peer && peers[$0].downReason == nil }
        let there = others.first { place != nil && peers[$0].session?.endpoint == place }
        let numbered = others.first {
            let name = directory[$0].name
            return name.hasPrefix(own)
                && name.utf8.dropFirst(own.utf8.count).allSatisfy { (48...57).contains($0) }
        }
        return (there ?? numbered).map { (directory[$0].name, there != nil) }
    }

    private static func words(_ suite: Suite) -> String {
        suite == .aesGCM ? "suite 1 (AES-256-GCM)" : "suite 2 (ChaCha20-Poly1305)"
    }
}
