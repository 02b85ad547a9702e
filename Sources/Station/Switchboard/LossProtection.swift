package import Audio
internal import Time
internal import Wire

/// How the sound to each peer is protected against loss, by what the peer reports and by how soon
/// it answers.
package struct LossProtection: Sendable {
    /// What the encoder makes of the sound.
    package struct Frames: Equatable, Sendable {
        let samples: Int
        /// Bytes of a frame, and of one that is sent more than once.
        let size: Int
        let sizeRepeated: Int

        /// - Parameters:
        ///   - samples: The length of a frame at 48 kHz.
        ///   - size: Its bytes.
        ///   - sizeRepeated: The bytes of one that is sent more than once.
        package init(samples: Int, size: Int, sizeRepeated: Int) {
            (self.samples, self.size, self.sizeRepeated) = (samples, size, sizeRepeated)
        }
    }

    private(set) var frames: Frames
    private var ways: ByPeer<Way>

    package init(_ frames: Frames) {
        self.frames = frames
        ways = ByPeer(Way(frames, isWireless: false))
    }

    /// What is known of the way to a peer, and done about it.
    package func redundancy(of peer: Int) -> Redundancy { ways[peer].redundancy }

    /// A peer has reported on our sound.
    mutating func reported(
        _ report: Report, by peer: Int, at now: Instant, _ orders: inout Orders
    ) {
        change(peer, &orders) { $0.reported(report, at: now) }
    }

    /// A peer has answered: how long that took tells of queues on the way.
    mutating func measured(
        _ roundTrip: Duration, to peer: Int, at now: Instant, _ orders: inout Orders
    ) {
        change(peer, &orders) { $0.measured(roundTrip, at: now) }
    }

    /// Nothing is known of any way, or the frames are different from now on: the sound to these
    /// peers is told.
    ///
    /// `isWireless` says whether this machine sends by radio.
    mutating func begin(
        _ frames: Frames, isWireless: Bool, to peers: [Int], _ orders: inout Orders
    ) {
        self.frames = frames
        ways = ByPeer(Way(frames, isWireless: isWireless))
        for peer in peers { begin(peer, &orders) }
    }

    /// Nothing is known of the way to this peer any more.
    mutating func begin(_ peer: Int, _ orders: inout Orders) {
        ways[peer] = ways.blank
        orders.add(.protect(peer: peer, ways[peer].redundancy.choice))
    }

    private mutating func change(_ peer: Int, _ orders: inout Orders, _ body: (inout Way) -> Void) {
        let before = ways[peer].redundancy.choice
        body(&ways[peer])
        let choice = ways[peer].redundancy.choice
        if choice != before { orders.add(.protect(peer: peer, choice)) }
    }
}

extension LossProtection {
    /// The way to one peer.
    ///
    /// A report takes effect when the round trip that was measured because of it is known: only
    /// that tells whether the loss came with a queue. The next report waits no longer.
    struct Way: Sendable {
        private(set) var redundancy: Redundancy
        private var waiting: Report?

        init(_ frames: Frames, isWireless: Bool) {
            redundancy = Redundancy(
                frameSamples: frames.samples, frameSize: frames.size,
                frameSizeRepeated: frames.sizeRepeated,
                rooms: AudioPacket.roomMin...AudioPacket.roomMax, depthMin: isWireless ? 1 : 0)
        }

        mutating func reported(_ report: Report, at now: Instant) {
            act(at: now)
            waiting = report
        }

        mutating func measured(_ roundTrip: Duration, at now: Instant) {
            redundancy.add(roundTrip: roundTrip, at: now)
            act(at: now)
        }

        private mutating func act(at now: Instant) {
            guard let report = waiting else { return }
            waiting = nil
            redundancy.report(
                loss256: report.loss, burst8: report.burst,
                jitter: .microseconds(100 * Int(report.jitter)), at: now)
        }
    }
}
