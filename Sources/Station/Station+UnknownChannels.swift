internal import Time
internal import Wire

/// Streams of a peer that are bound to a channel this station does not have.
struct UnknownChannels {
    /// A peer binds all its streams together: a binding that comes later than this is new.
    static let burst = Duration.seconds(2)

    /// When the last such binding came.
    var boundAt: Instant?
    /// Streams that no longer count: the peer has since bound a known channel, but not these.
    var former: [UInt8] = []
    /// When the peer began to bind all its streams again, and the streams bound since, as bits.
    var renewedAt: Instant?
    var told: UInt32 = 0

    /// Forgets streams that are bound to channels that were removed here just now: all others may
    /// have removed them, too, and unbind nothing.
    mutating func forget(_ bindings: [StreamBinding], to gone: [UInt64]) {
        for binding in bindings where gone.contains(binding.reference) {
            former.append(binding.stream)
        }
    }
}

extension Station {
    /// Notes, at each binding, whether the peer speaks on a channel that does not exist here.
    ///
    /// A peer never unbinds a channel that was removed there. But with every session it binds all
    /// its channels together, and a renamed one at once.
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

    /// Begins to note which streams the peer binds in a new session.
    mutating func expectBindings(of peer: Int) {
        peers[peer].unknown.renewedAt = now
        peers[peer].unknown.told = 0
    }

    /// Forgets unknown channels that the peer has not bound again in its new session.
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

    /// Forgets which streams of removed targets the peer knows: if the targets come back, they are
    /// bound again at once.
    mutating func forgetBindingsGone(to peer: Int) {
        let present = targets + aimed
        peers[peer].bindings.removeAll { binding in
            !present.contains { $0.stream == binding.stream && $0.listeners.contains(peer) }
        }
    }
}
