internal import Audio
internal import Config
internal import Report

/// What a person is told to do next, in the journal and in `status` alike.
enum Advice {
    static func unconfigured(_ folder: String) -> Fault {
        Fault(
            "unconfigured", "no settings yet, so no sound and no peers",
            fix: "sudo intercomctl setup writes \(folder)/intercomd.conf, and intercomctl reload"
                + " applies it")
    }

    /// There is nobody to talk to.
    static func unpaired(isInSite: Bool) -> Fault {
        Fault(
            "no_peers", "no peers yet",
            fix: "intercomctl pair\(isInSite ? " --join" : "") shows a code to type at the other"
                + " station")
    }

    /// A peer offers its site to a station that is in none, or in another one.
    ///
    /// - Parameters:
    ///   - site: Its site.
    ///   - peer: The peer.
    ///   - other: The site of this station.
    ///   - keys: The digits of the keys of both sites.
    ///   - introduces: Whether this station introduces its own.
    /// - Returns: The meaning, and the command for it.
    static func offer(
        of site: String, by peer: String, leaving other: String?, keys: (String, String?),
        introduces: Bool
    ) -> Fault {
        func fault(_ text: String, fix: String?) -> Fault {
            Fault("site_offered", of: peer, text, fix: fix)
        }
        guard let other else {
            return fault("shows the site \(site)", fix: "to join it: intercomctl site join")
        }
        if site == other {
            // One of the two was made anew because the key of the other is lost.
            let (theirs, own) = (keys.0.prefix(9), (keys.1 ?? "").prefix(9))
            return fault(
                "is in a site \(site) with the key \(theirs) …, and this station in the one with"
                    + " \(own) …",
                fix: "if this one is the right one, there: sudo intercomctl site leave, then"
                    + " intercomctl site join; if that one is, here: "
                    + (introduces
                        ? "sudo intercomctl site leave says how" : "intercomctl site join"))
        }
        if introduces {
            return fault("shows the site \(site), and this station introduces \(other)", fix: nil)
        }
        return fault(
            "offers the site \(site)",
            fix: "to switch from \(other) to it: intercomctl site join \(peer)")
    }

    /// Peers that are in the site under a key that this station has left, and stations of it that
    /// may be.
    static func unchanged(_ peers: [String], perhaps others: [String]) -> Fault {
        Fault(
            "former_site",
            "still under the site's former key, which this station has left:"
                + " \(peers.joined(separator: ", "))"
                + (others.isEmpty
                    ? "" : ", and perhaps \(others.joined(separator: ", ")), not heard of since"),
            fix: "to change over, there: intercomctl site join")
    }

    /// A station of the site has no peer here, as one that was put out has its name.
    static func displaced(_ name: String) -> Fault {
        Fault(
            "displaced", of: name,
            "the one of the site is no peer here: the former one, which was put out, keeps the"
                + " name",
            fix: "to make room: sudo intercomctl peer remove \(name); if the new one was paired"
                + " with this station after the backup that was restored here, then pair the two"
                + " anew: intercomctl pair")
    }

    /// A station of the site has no peer here, as another peer, or a channel, has its name.
    static func nameTaken(_ name: String, by peer: Config.Peer?) -> Fault {
        let fix =
            if let peer, peer.isLearned {
                "give that one another: sudo intercomctl peer rename \(name) NAME"
            } else {
                "give that one another, in \(peer?.origin.file ?? "the settings"), then:"
                    + " intercomctl reload"
            }
        return Fault(
            "displaced", of: name,
            "the one of the site is no peer here: \(peer == nil ? "a channel" : "another peer") has"
                + " that name", fix: fix)
    }

    /// The same where this station itself has the name.
    static func ownName(_ name: String) -> Fault {
        Fault(
            "displaced", of: name,
            "the one of the site is no peer here: this station itself is called that",
            fix: "give this one another name, in [station], then: intercomctl reload; if it takes"
                + " the place of that one, where the site is introduced: sudo intercomctl site"
                + " replace \(name) PEER")
    }

    /// Several stations say that they introduce the site of this one.
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

    /// The same where settings name the one that was put out: they are to mean its successor.
    static func succeeded(_ peer: String, _ name: String, by heir: String) -> Fault {
        Fault(
            "displaced", of: peer,
            "was put out, settings name it, and the site has another \(name) in its place",
            fix: "for the new one to take it: sudo intercomctl peer replace \(peer) \(heir)")
    }

    /// These peers answer, and do not accept this station.
    static func putOut(of name: String, _ site: SiteStatus, by peers: [String]) -> Fault {
        guard !site.introduces || !site.hasLeft else {
            return Fault(
                "put_out",
                "this station introduces the site under a new key, and is refused by"
                    + " \(peers.joined(separator: ", ")): where they use the former key still, its"
                    + " owner may have taken this one out",
                // By the first one they all find the site.
                fix: "on one of them: intercomctl pair --join --move, and sudo intercomctl pair"
                    + " --join CODE here; then on each of the others: intercomctl site join")
        }
        // A key that was taken over is of no use.
        let (cause, fix) =
            site.introduces
            ? (
                "another one may introduce the site \(name) now, with a new key",
                "to join it: leave this one (sudo intercomctl site leave says how), then"
                    + " intercomctl pair --join here, and sudo intercomctl pair --join CODE there"
            )
            : (
                "the site \(name) may have put it out"
                    + (site.hasLeft
                        ? ", or the owner of its former key, where that is still in use (there:"
                            + " intercomctl site join)" : ""),
                // Not by name: one that lies would lead this station into its own site.
                "to come back: intercomctl pair --join --move, and sudo intercomctl pair --join"
                    + " CODE at the station that introduces"
            )
        return Fault("put_out", "stations of the site refuse this one: \(cause)", fix: fix)
    }

    /// What to do about a microphone in which speech stands too little above the noise.
    static func noise(_ signalToNoise: Double?) -> Fault? {
        guard let signalToNoise, signalToNoise < SignalToNoise.good else { return nil }
        return Fault(
            "noise", of: "microphone",
            "speech is only \(Int(signalToNoise)) dB above the noise (40 is good)",
            fix: "speak closer to it, or take it away from fans, cables and power supplies")
    }

    /// What to do where echo cancelling is asked for and cannot be.
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
