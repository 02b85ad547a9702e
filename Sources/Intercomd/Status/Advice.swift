/// What a person is told to do next, in the journal and in `status` alike.
enum Advice {
    static func unconfigured(_ folder: String) -> String {
        "no settings yet, so no sound and no peers: sudo intercomctl setup writes"
            + " \(folder)/intercomd.conf, and intercomctl reload applies it"
    }

    static let unpaired =
        "no peers yet; intercomctl pair shows a code to type at the other station"
    static let unpairedSite =
        "no peers yet; intercomctl pair --join shows a code to type at the other station"

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
    ) -> String {
        guard let other else {
            return "\(peer) shows the site \(site); to join it: intercomctl site join"
        }
        if site == other {
            // One of the two was made anew because the key of the other is lost.
            let (theirs, own) = (keys.0.prefix(9), (keys.1 ?? "").prefix(9))
            return "\(peer) is in a site \(site) with the key \(theirs) …, and this station in the"
                + " one with \(own) …; if this one is the newer, there: intercomctl site join; if"
                + " that one is, here: "
                + (introduces
                    ? "sudo intercomctl site leave" : "intercomctl site join \(peer)")
        }
        if introduces {
            return "\(peer) shows the site \(site), and this station introduces \(other)"
        }
        return "\(peer) offers the site \(site); to switch from \(other) to it: intercomctl site"
            + " join \(peer)"
    }

    /// Peers that are in the site under a key that this station has left.
    static func unchanged(_ peers: [String]) -> String {
        "still under the site's former key, which this station has left:"
            + " \(peers.joined(separator: ", ")); to change over, there: intercomctl site join"
    }

    /// A station of the site has no peer here, as one that was put out has its name.
    static func displaced(_ name: String) -> String {
        "\(name) of the site is no peer here: the former one, which was put out, keeps the name; to"
            + " make room: sudo intercomctl peer remove \(name)"
    }

    /// The same where settings name the one that was put out: they are to mean its successor.
    static func succeeded(_ peer: String, _ name: String, by heir: String) -> String {
        "settings name \(peer), which was put out, and the site has another \(name) in its place;"
            + " for the new one to take it: sudo intercomctl peer replace \(peer) \(heir)"
    }

    /// Most peers that answer do not accept this station.
    static func putOut(of site: String, introduces: Bool) -> String {
        let fault = "stations of the site refuse this one: "
        // A key that was taken over is of no use.
        guard !introduces else {
            return fault + "another one may introduce the site \(site) now, with a new key; to join"
                + " it: leave this one (sudo intercomctl site leave says how), then intercomctl"
                + " pair --join here, and pair --join CODE there"
        }
        return fault + "the site \(site) may have put it out; to come back: intercomctl pair --join"
            + " --move, and pair --join CODE at the station that introduces"
    }

    /// A button talks to a channel or a peer that does not exist.
    static func awaited(_ name: String, isInSite: Bool) -> String {
        "a button is for \(name), which is neither a channel nor a peer now: nobody hears it; "
            + (isInSite
                ? "for a channel, where the site is introduced: sudo intercomctl site channel"
                    + " \(name) STATIONS; for a station, pair with it"
                : "pair with that station, or join its site")
            + "; or give the button another target"
    }

    /// Speech should stand so far above the noise, in dB.
    static let signalToNoiseMin = 40.0

    /// What to do about a microphone in which speech stands too little above the noise.
    static func noise(_ signalToNoise: Double?) -> String? {
        guard let signalToNoise, signalToNoise < signalToNoiseMin else { return nil }
        return "microphone: speech is only \(Int(signalToNoise)) dB above the noise (40 is good):"
            + " speak closer to it, or take it away from fans, cables and power supplies"
    }

    /// What to do where echo cancelling is asked for and cannot be.
    static func echoStays(_ reason: String) -> String {
        "the echo is not cancelled: \(reason); give input and output in [audio] one card"
    }

    static func restart(for line: String) -> String {
        "changed in the files, and waits for a restart of intercomd: \(line)"
    }
}
