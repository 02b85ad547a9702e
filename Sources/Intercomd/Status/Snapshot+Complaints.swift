internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Report
internal import Station
internal import Time

/// The reasons why peers are down, unknown callers, and keys that two stations use.
extension Snapshot {
    /// Finds why a peer is down, or cannot be reached now; nil when the peer is up.
    func downReason(of peer: Int) -> DownReason? {
        if directory[peer].isRevoked { return .revoked }
        let isCutOff = switchboard.downWatch.cutOff.contains(peer)
        let reason = peers[peer].downReason ?? (isCutOff ? .noNetwork : nil)
        guard let reason, reason != .noNetwork else { return reason }
        // The evidence against a peer that has moved concerns its former address.
        let whereabouts = switchboard.whereabouts
        if whereabouts.hasMoved(peer), whereabouts.complaint(of: peer) != nil {
            return .unresolved
        }
        let here = peers[peer].session?.endpoints.first { isOwn(SocketAddress($0)) }
        // The key may have become that of another peer meanwhile.
        if case .otherKey(let key, _) = reason,
            directory.numbers.contains(where: { directory.key(of: $0) == key })
        {
            return .noAnswer
        }
        guard !reason.isProven, let here else { return reason }
        return .ownAddress(here)
    }

    /// After this time any peer that is down is a problem, whatever the reason.
    private static let downPatience = Duration.seconds(60)

    /// The peers that answer and do not accept this station, where they outnumber the peers that
    /// accept it: one line of `status` covers them all.
    ///
    /// A station that introduces its site and has left a former key lists each refusing station of
    /// the site: that station may still use the former key.
    var refusing: [Int] {
        guard site.name != nil else { return [] }
        let refusing = directory.numbers.filter { downReason(of: $0) == .notAccepted }
        if site.introduces && site.hasLeft { return refusing.filter { peers[$0].isInSite } }
        return refusing.count > directory.numbers.count { downReason(of: $0) == nil }
            ? refusing : []
    }

    /// Whether packets to this address come back to this station itself.
    private func isOwn(_ address: SocketAddress) -> Bool {
        guard address.port == config.network.port else { return false }
        let listen = config.network.listen.flatMap { SocketAddress(host: $0, port: address.port) }
        if let listen, listen != .any(port: address.port), listen != .anyIPv4(port: address.port) {
            return address == listen
        }
        return address.isLoopback || ownHosts.contains(address.host)
    }

    /// Finds the fault that keeps the peer down, or another fault of the peer; nil when nothing is
    /// wrong, or the trouble may pass by itself.
    func problem(of peer: Int) -> Fault? {
        if let shared = sharedKeyFault(of: peer) { return shared }
        // A peer was put out on purpose, here or where its site is introduced.
        guard !directory[peer].isRevoked, let reason = downReason(of: peer), reason != .noNetwork,
            !isToldOnce(peer, reason),
            reason.needsMending
                || peers[peer].session?.downSince.map({ now >= $0 + Self.downPatience }) ?? false
        else { return nil }
        return fault(of: peer, reason)
    }

    private func isToldOnce(_ peer: Int, _ reason: DownReason) -> Bool {
        reason == .notAccepted && refusing.contains(peer)
    }

    /// Finds why the peer is down, where that is neither a problem yet nor on purpose.
    func downNote(of peer: Int) -> Fault? {
        guard let reason = downReason(of: peer) else { return silence(of: peer) }
        guard problem(of: peer) == nil, reason != .revoked, reason != .noNetwork,
            !isToldOnce(peer, reason)
        else { return nil }
        return fault(of: peer, reason)
    }

    /// Reports the silence of a peer that is not given up yet; nil where packets arrive.
    private func silence(of peer: Int) -> Fault? {
        guard switchboard.presence.reach(of: peer) == .stale,
            let last = Instant(gauge: peers[peer].traffic[.lastOpened])
        else { return nil }
        return Fault(
            "silent", of: directory[peer].name,
            "nothing has come from it for \(Int((now - last).inSeconds)) s",
            fix: HeardBy.Reason.noAnswer.fix)
    }

    func addDownReason(of peer: Int, to status: inout PeerStatus) {
        let problem = problem(of: peer)
        status.isProblem = problem != nil
        let reason = downReason(of: peer)
        status.fault = reason.map { fault(of: peer, $0) } ?? problem ?? silence(of: peer)
        guard let reason else { return }
        status.down.reason = reason.code.description
        status.down.ageSeconds = peers[peer].session?.downSince.map { (now - $0).inSeconds }
    }

    /// Reports two stations that use the key of a peer.
    func sharedKeyFault(of peer: Int) -> Fault? {
        guard let shared = peers[peer].sharedKey else { return nil }
        let (one, other) = shared.endpoints
        return Fault(
            "shared_key", of: directory[peer].name,
            "two stations use its key, \(words(for: one)) and \(words(for: other)): its"
                + " memory card was probably copied", fix: ownKeyAnew)
    }

    /// Another station uses this station's own key: it has called or paired, or peers report it.
    ///
    /// Only a copy of this station's card allows such a call. The claim in a pairing, or a peer's
    /// report, is only their word, and changes nothing but words.
    var ownKeyFault: Fault? {
        let reporters = directory.numbers.filter { peers[$0].reportsOwnKeyShared }
            .map { directory[$0].name }
        let finding: String
        if let ownKeyPlace {
            finding = "a station \(ownKeyPlace) used this station's own key"
        } else if !reporters.isEmpty {
            finding =
                "another station uses this station's own key, as"
                + " \(reporters.joined(separator: ", "))"
                + " \(reporters.count == 1 ? "reports" : "report")"
        } else {
            return nil
        }
        let minutes = ownKeyPlace == nil ? 3 : 10
        return Fault(
            "own_key_shared", "\(finding): its memory card was probably copied",
            fix: "\(ownKeyAnew); this line ends within \(minutes) minutes of that")
    }

    /// The advice that turns one of two stations with one key into another station.
    ///
    /// It loses its peers with its key: their pre-shared keys belong to the other station.
    private var ownKeyAnew: String {
        config.paths.keyAnew(on: "one of the two") + ", then intercomctl pair "
            + (site.name == nil ? "with each of its peers" : "--join, with \(site.introducer)")
    }

    /// The time for which `status` shows the call of a former station.
    private static let formerCallerSeconds = 60.0

    /// The unknown callers, without any that the line of a peer covers already, or that the site
    /// has put out: nothing is to be done about those here.
    var callers: [CallerStatus] {
        let taken: [String] = directory.numbers.compactMap { peer in
            guard case .otherKey(let key, _) = downReason(of: peer) else { return nil }
            return key.text
        }
        // The line of a peer that was put out covers its calls, too.
        let out = directory.numbers.filter { directory[$0].isRevoked }.map { directory[$0].key }
        return strangers.filter {
            !taken.contains($0.key) && !out.contains($0.key) && putOut[$0.key] == nil
                && ($0.formerStation == nil || $0.ageSeconds < Self.formerCallerSeconds)
        }
    }
}

extension CallerStatus {
    init(_ caller: UnknownCaller, at now: Instant) {
        self.init()
        key = caller.publicKey.text
        fingerprint = caller.publicKey.fingerprint
        address = SocketAddress(caller.source).description
        ageSeconds = (now - caller.calledAt).inSeconds
        isProven = caller.isProven
    }
}

extension Snapshot {
    /// The faults to mend, worst first; empty when all is well.
    var problems: [Fault] {
        let still = Fault(
            "sound_still", "the audio thread stands still",
            fix: "the service restarts intercomd; else restart it")
        var found = [
            networkFault, cardFault(.capture), cardFault(.playback), overloadFault,
            isSoundStill ? still : nil, switchboard.isCardStalled ? stallFault : nil,
        ].compactMap { $0 }
        found += standingHindrances.map { $0.fault }
        found += keys.compactMap { fault(of: $0) } + lamps.compactMap { $0.fault }
        found += relays.compactMap { $0.fault }
        for key in keys where key.isStuck {
            found.append(
                Fault(
                    "held", of: "button \(key.button.name)",
                    "held longer than max-talk, so the talk has ended",
                    fix: "release the button, or look whether it is jammed"))
        }
        let refusing = refusing.map { directory[$0].name }
        if let name = site.name, !refusing.isEmpty {
            found.append(Advice.putOut(of: name, site, by: refusing))
        }
        found += (directory.numbers.map { problem(of: $0) } + [ownKeyFault]).compactMap { $0 }
        if !facts.isRealtime {
            found.append(
                Fault(
                    "no_realtime", "no real-time priority, sound may break under load",
                    fix: "give the service LimitRTPRIO=70, or ulimit -r 70"))
        }
        return found + fileFaults + [memoryFault].compactMap { $0 }
    }

    /// The fault of a card that wakes the loop in vain; a sound server does so when periods are
    /// short.
    private var stallFault: Fault {
        let detours = [input, output].flatMap {
            $0.route?.detours ?? []
        }
        guard let detour = detours.first else {
            return Fault(
                "stalled", "the sound card wakes without sound", fix: "unplug it, or try another")
        }
        return Fault(
            "stalled", "\(detour.name) wakes without sound",
            fix: "set period = 20ms in [audio], or use the card itself (intercomctl audio list)")
    }
}
