internal import Audio
internal import Crypto
internal import HAL
internal import Realtime
internal import Time
internal import Wire

/// From the plaintext buffer to the network.
extension MediaLoop {
    /// Seals P bytes of the plaintext buffer for one peer and sends them; without a session they
    /// are dropped.
    mutating func sealAndSend(
        to peer: Int, onSession index: UInt32?, _ flags: FrameFlags, at address: SocketAddress?
    ) {
        seal(to: peer, onSession: index, flags, at: address)
        sendSealed()
    }

    /// The same for each of these peers, on its current session.
    mutating func sealAndSend(to listeners: some Swift.Sequence<Int>, _ flags: FrameFlags) {
        for peer in listeners { seal(to: peer, onSession: nil, flags, at: nil) }
        sendSealed()
    }

    /// Seals P bytes of the plaintext buffer for one peer into the outbox, which is sent when it is
    /// full.
    mutating func seal(
        to peer: Int, onSession index: UInt32?, _ flags: FrameFlags, at address: SocketAddress?
    ) {
        guard let endpoint = address ?? self.endpoint(of: peer, onSession: index) else {
            rings.counters.add(.unsentNoSession)
            return
        }
        let plaintextSize = peers[peer].protection.plaintextSize(frameSize: encoder.frameSize)
        guard let size = seal(first: plaintextSize, flags, by: peer, onSession: index) else {
            rings.counters.add(
                peers[peer].slots.currentIndex == nil ? .unsentNoSession : .unsentSpent)
            return
        }
        let traffic = rings.traffic[peer]
        traffic.set(.sentOnCurrent, to: peers[peer].slots.currentCounter)
        traffic.set(.lastSent, to: UInt64(now.nanoseconds))
        guard outbox.append(size: size, to: endpoint, tag: peer) else {
            rings.counters.add(.unsentUnreachable)
            return
        }
        if outbox.isFull { sendSealed() }
    }

    private mutating func seal(
        first size: Int, _ flags: FrameFlags, by peer: Int, onSession index: UInt32?
    ) -> Int? {
        Self.seal(
            plaintext.span.extracting(first: size), flags, by: &peers[peer].slots,
            onSession: index, into: &outbox)
    }

    private static func seal(
        _ plain: Span<UInt8>, _ flags: FrameFlags, by slots: inout KeySlots,
        onSession index: UInt32?, into outbox: inout DatagramOutbox
    ) -> Int? {
        var datagram = outbox.next
        if let index {
            return slots.seal(
                onIndex: index, flags: flags.rawValue, plaintext: plain, into: &datagram)
        }
        return slots.seal(flags: flags.rawValue, plaintext: plain, into: &datagram)
    }

    private mutating func endpoint(of peer: Int, onSession index: UInt32?) -> SocketAddress? {
        guard let index, index == peers[peer].slots.nextIndex else { return peers[peer].endpoint }
        return peers[peer].nextEndpoint
    }

    /// Sends what lies sealed in the outbox.
    mutating func sendSealed() {
        socket.send(&outbox)
        for place in 0..<outbox.count {
            let sent = outbox[place]
            guard sent.result == .sent else {
                rings.counters.add(.unsentUnreachable)
                continue
            }
            let traffic = rings.traffic[sent.tag]
            traffic.add(.sent)
            traffic.add(.sentBytes, UInt64(sent.bytes))
        }
    }
}
