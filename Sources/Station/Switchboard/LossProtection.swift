package import Audio
internal import Time
internal import Wire

/// The protection of the sound to each peer against loss, chosen by the peer's reports and round
/// trips.
package struct LossProtection: Sendable {
    /// The encoder's frames.
    package struct Frames: Equatable, Sendable {
        let samples: Int
        /// Bytes of a frame, and of a frame that is sent more than once.
        let size: Int
        let sizeRepeated: Int

        /// - Parameters:
        ///   - samples: The length of a frame at 48 kHz.
        ///   - size: The bytes of a frame.
        ///   - sizeRepeated: The bytes of a frame that is sent more than once.
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

    /// Returns the loss on the way to a peer, and the protection chosen.
    package func redundancy(of peer: Int) -> Redundancy { ways[peer].redundancy }

    /// Takes a peer's report on our sound.
    mutating func reported(
        _ report: Report, by peer: Int, at now: Instant, _ orders: inout Orders
    ) {
        change(peer, &orders) { $0.reported(report, at: now) }
    }

    /// Takes the round trip of a peer's answer, which shows queues on the way.
    mutating func measured(
        _ roundTrip: Duration, to peer: Int, at now: Instant, _ orders: inout Orders
    ) {
        change(peer, &orders) { $0.measured(roundTrip, at: now) }
    }

    /// Begins anew, with unknown ways or other frames, and reports the protection for these peers.
    ///
    /// `isWireless` says whether this machine sends by radio.
    mutating func begin(
        _ frames: Frames, isWireless: Bool, to peers: [Int], _ orders: inout Orders
    ) {
        self.frames = frames
        ways = ByPeer(Way(frames, isWireless: isWireless))
        for peer in peers { begin(peer, &orders) }
    }

    /// Begins anew for a peer to which the way is unknown.
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
    /// A report takes effect when the round trip measured because of the report is known, as only
    /// the round trip shows whether the loss came with a queue; or else when the next report comes.
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
