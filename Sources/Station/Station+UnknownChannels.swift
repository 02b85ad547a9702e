internal import Time
internal import Wire

/// Streams of a peer that are bound to a channel this station does not have.
struct UnknownChannels {
    /// A station tells all it speaks on at once: what it tells later than that is news.
    static let burst = Duration.seconds(2)

    /// When the last such binding came.
    var boundAt: Instant?
    /// Streams that no longer count: the peer has bound a known channel after them, and not them.
    var former: [UInt8] = []
    /// When the peer was to tell all its streams anew, and those it has told since, as bits.
    var renewedAt: Instant?
    var told: UInt32 = 0
}

extension Station {
    /// Notes whether the peer speaks on a channel that is not here, at each of its bindings.
    ///
    /// A channel that it does not have any more is never unbound. But with every session it binds
    /// those it has, all together, and one that it has renamed at once.
    mutating func lookForUnknownChannel(_ binding: StreamBinding, of peer: Int) {
        peers[peer].unknown.former.removeAll { $0 == binding.stream }
        peers[peer].unknown.told |= 1 << UInt32(binding.stream)
        if isUnknown(binding) {
            peers[peer].unknown.boundAt = now
        } else if binding.purpose == .talk, binding.reference != 0,
            let boundAt = peers[peer].unknown.boundAt, now >= boundAt + UnknownChannels.burst
        {
            peers[peer].unknown.former = unknownStreams(of: peer)
        }
        seekUnknownChannel(of: peer)
    }

    /// Begins to note which streams the peer binds with a new session.
    mutating func expectBindings(of peer: Int) {
        peers[peer].unknown.renewedAt = now
        peers[peer].unknown.told = 0
    }

    /// Forgets unknown channels that the peer has not bound again with its new session.
    mutating func forgetUntoldChannels(of peer: Int) {
        guard let at = peers[peer].unknown.renewedAt, now >= at + UnknownChannels.burst else {
            return
        }
        peers[peer].unknown.renewedAt = nil
        let told = peers[peer].unknown.told
        peers[peer].unknown.former = unknownStreams(of: peer)
            .filter { told >> UInt32($0) & 1 == 0 }
        seekUnknownChannel(of: peer)
    }

    mutating func seekUnknownChannel(of peer: Int) {
        let former = peers[peer].unknown.former
        peers[peer].view.hasUnknownChannel = unknownStreams(of: peer)
            .contains { !former.contains($0) }
    }

    private func unknownStreams(of peer: Int) -> [UInt8] {
        peers[peer].theirs.filter { isUnknown($0) }.map { $0.stream }
    }

    private func isUnknown(_ binding: StreamBinding) -> Bool {
        binding.purpose == .talk && binding.reference != 0
            && !channels.contains { $0.reference == binding.reference }
    }

    /// Forgets that the peer knows the streams of targets that are gone: should they come back, it
    /// is told again at once.
    mutating func forgetBindingsGone(to peer: Int) {
        let present = targets + aimed
        peers[peer].bindings.removeAll { binding in
            !present.contains { $0.stream == binding.stream && $0.listeners.contains(peer) }
        }
    }
}
