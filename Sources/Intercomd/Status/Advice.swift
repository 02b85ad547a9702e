internal import Audio
internal import Config
internal import Report

/// The next step for a person, in the journal and in `status` alike.
enum Advice {
    static func unconfigured(_ folder: String) -> Fault {
        Fault(
            "unconfigured", "no settings yet, so no sound and no peers",
            fix: "sudo intercomctl setup writes \(folder)/intercomd.conf, and intercomctl reload"
                + " applies it")
    }

    /// Reports that this station has no peer to talk to.
    static func unpaired(isInSite: Bool) -> Fault {
        Fault(
            "no_peers", "no peers yet",
            fix: "intercomctl pair\(isInSite ? " --join" : "") shows a code to type at the other"
                + " station")
    }

    /// Reports a peer's offer of its site to a station that is in no site, or in another one.
    ///
    /// - Parameters:
    ///   - offer: The peer and its site.
    ///   - site: The site of this station.
    /// - Returns: The meaning, and the command for it.
    static func offer(_ offer: SiteStatus.Offer, to site: SiteStatus) -> Fault {
        func fault(_ text: String, fix: String) -> Fault {
            Fault("site_offered", of: offer.peer, text, fix: fix)
        }
        guard let own = site.name else {
            if offer.wasLeft {
                return fault(
                    "shows the site \(offer.name) with the key \(offer.fingerprint.prefix(9)) …,"
                        + " which this station has left",
                    fix: "to go back to it, if no thief has that key: intercomctl site join"
                        + " \(offer.peer)")
            }
            return fault("shows the site \(offer.name)", fix: "to join it: intercomctl site join")
        }
        let left = offer.wasLeft ? ", which this station has left" : ""
        // The peers that came with a site leave with it: an introducing station may have none left
        // then.
        let joining =
            site.introduces
            ? "sudo intercomctl site leave, then intercomctl pair --join, and sudo intercomctl pair"
                + " --join CODE at the station that introduces that one"
            : joining(offer.peer)
        guard offer.name == own else {
            return fault(
                "offers the site \(offer.name)\(left)",
                fix: "to switch from \(own) to it: \(joining)")
        }
        // One of the two sites was created anew: the key of the other is lost, or may be a thief's.
        return fault(
            "is in a site \(own) with the key \(offer.fingerprint.prefix(9)) …\(left), and this"
                + " station in the one with \((site.fingerprint ?? "").prefix(9)) …",
            fix: "if that one is the right one, here: \(joining); if this one is, intercomctl"
                + " status there says how"
        )
    }

    /// Reports peers that are in the site under a key that this station has left.
    ///
    /// One that introduces cannot change over; it is reported by itself.
    static func unchanged(_ site: SiteStatus) -> Fault? {
        let peers = site.left.filter { name in
            !site.formerIntroducers.contains { $0.peer == name }
        }
        guard !peers.isEmpty else { return nil }
        // An introducing station is shown none.
        let shown = site.offers.first { $0.wasLeft && peers.contains($0.peer) }
        return Fault(
            "former_site",
            "in this site under a former key: \(peers.joined(separator: ", "))",
            fix: "to change over, there: intercomctl site join, which asks for the digits"
                + (shown.map { "; if theirs is the right one, here: \(joining($0.peer))" }
                    ?? "; else see troubleshoot.md"))
    }

    private static func joining(_ peer: String) -> String { "intercomctl site join \(peer)" }

    /// Reports a peer that introduces the site under a key that this station has left.
    ///
    /// A stolen introducer that was paired stays a peer, as it may be an honest one as well.
    static func formerIntroducer(
        _ found: SiteStatus.FormerIntroducer, to site: SiteStatus, _ config: Config
    ) -> Fault {
        let name = found.peer
        let peer = config.peers.first { $0.name == name }
        let removal =
            if let station = found.station {
                "\(site.place): sudo intercomctl site remove \(station)"
            } else if let peer, !peer.isLearned {
                "take it out of \(peer.origin.file)"
            } else if config.needs(peer: name) {
                "sudo intercomctl peer set \(name) --revoked yes"
            } else { "sudo intercomctl peer remove \(name)" }
        let isShown = site.offers.contains { $0.wasLeft && $0.peer == name }
        return Fault(
            "former_introducer", of: name,
            "introduces this site under a former key"
                + (found.station == nil ? ", and is not in it now" : ""),
            fix: "if it was stolen, \(removal)"
                + (isShown ? "; if its site is the right one, here: \(joining(name))" : "")
                + "; else see troubleshoot.md")
    }

    /// Reports a station of the site that is no peer here: a peer that was put out has its name.
    static func displaced(_ name: String) -> Fault {
        displaced(
            name, "the former one, which was put out, keeps the name",
            fix: "to make room: sudo intercomctl peer remove \(name); if the new one was paired"
                + " with this station after the backup that was restored here, then pair the two"
                + " anew: intercomctl pair")
    }

    /// Reports the same where this station itself, another peer or a channel has the name.
    static func nameTaken(_ name: String, in config: Config) -> Fault {
        if name == config.station.name {
            return displaced(
                name, "this station itself is called that",
                fix: "give this one another name, in [station], then: intercomctl reload; if it"
                    + " takes the place of that one, where the site is introduced: sudo intercomctl"
                    + " site replace \(name) PEER")
        }
        let peer = config.peers.first { $0.name == name }
        return displaced(
            name, "\(peer == nil ? "a channel" : "another peer") has that name",
            fix: "give that one another"
                + (peer?.isLearned == true
                    ? ": sudo intercomctl peer rename \(name) NAME"
                    : ", in \(peer?.origin.file ?? "the settings"), then: intercomctl reload"))
    }

    private static func displaced(_ name: String, _ cause: String, fix: String) -> Fault {
        Fault("displaced", of: name, "the one of the site is no peer here: \(cause)", fix: fix)
    }

    /// Reports several stations that claim to introduce the site of this one.
    static func rivals(_ stations: [String], of site: String) -> Fault {
        Fault(
            "site",
            "\(stations.joined(separator: " and ")) introduce the site: what one changes, the other"
                + " undoes without knowing it",
            fix: "on \(stations.joined(separator: " or ")), whichever is not to introduce: sudo rm"
                + " /var/lib/intercomd/keys/site.key (its state directory), then intercomctl site"
                + " list; if one of them is stolen, on another: sudo intercomctl site init"
                + " \(site) --take-over")
    }

    /// Reports a peer that was put out while settings name it: they should mean its successor.
    static func succeeded(_ peer: String, _ name: String, by heir: String) -> Fault {
        Fault(
            "displaced", of: peer,
            "was put out, settings name it, and the site has another \(name) in its place",
            fix: "for the new one to take it: sudo intercomctl peer replace \(peer) \(heir)")
    }

    /// Reports peers that answer and do not accept this station.
    ///
    /// No key of a site shows that it is the newest, or its owner's. Only a person knows which site
    /// to join, so the advice names no station.
    static func putOut(of name: String, _ site: SiteStatus, by peers: [String]) -> Fault {
        let pairing = "intercomctl pair --join"
        let ways =
            site.introduces
            ? "if this one is right, there: intercomctl site join, or, where no peer shows it,"
                + " \(pairing) --move, and sudo \(pairing) CODE here; if theirs is, here: sudo"
                + " intercomctl site leave, then \(pairing), and sudo \(pairing) CODE at the"
                + " station that is to introduce"
            : (site.hasLeft
                ? "if theirs is another one, and wrong, there: intercomctl site join; " : "")
                + "to come back: \(pairing) --move, and sudo \(pairing) CODE at the station that is"
                + " to introduce"
        let theft =
            "; if somebody else has done it, the key is stolen, so first, unless you have just done"
            + " so, at a station that you trust: sudo intercomctl site init \(name) --take-over"
        return Fault(
            "put_out",
            "this station is refused by \(peers.joined(separator: ", ")): the site \(name) may have"
                + " put it out or replaced it, or have another key there",
            fix:
                "compare the digits of its key (intercomctl site list, here and there);"
                + " \(ways)\(theft)")
    }

    /// Advises on a microphone in which speech stands too little above the noise.
    static func noise(_ signalToNoise: Double?) -> Fault? {
        guard let signalToNoise, signalToNoise < SignalToNoise.good else { return nil }
        return Fault(
            "noise", of: "microphone",
            "speech is only \(Int(signalToNoise)) dB above the noise (40 is good)",
            fix: "speak closer to it, or take it away from fans, cables and power supplies")
    }

    /// Advises on echo cancelling that is wanted but impossible.
    static func echoStays(_ reason: String) -> Fault {
        Fault(
            "echo", "the echo is not cancelled: \(reason)",
            fix: "give input and output in [audio] one card")
    }

    static func restart(for line: String) -> Fault {
        Fault(
            "restart", "changed in the files, and waits for a restart of intercomd: \(line)",
            fix: "sudo systemctl restart intercomd")
    }
}
