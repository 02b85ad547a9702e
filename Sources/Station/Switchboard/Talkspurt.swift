internal import Time

/// A talkspurt of this station on which listeners still report.
struct Talkspurt: Sendable {
    /// The talkspurt's number, counted since the start.
    let number: Int
    let target: Int
    let name: String?
    var share: HeardShare
    /// The number of sent frames, and when the talkspurt ended; nil while it goes on.
    private(set) var ended: (frames: Int, at: Instant)?
    /// Whether no listener counts as hearing the talkspurt at this moment.
    var isUnheard = false
    /// Whether its listeners did not hear the talk before, and none has yet reported that it hears
    /// this.
    var isDoubted: Bool
    /// When to judge again whether a listener hears it, because a reason may pass until then.
    var judgedNext: Instant?
    /// Peers that have started meanwhile: the network has not lost the sound that they missed.
    var missedBy = PeerSet()
    /// How often a change was reported, and when last: a peer's reports may alternate.
    private(set) var tellings = 0
    private var toldAt = Instant(nanoseconds: .min / 2)
    /// Why this station's microphone gives nothing, or last gave nothing.
    ///
    /// The listeners hear silence, and cannot know the cause.
    private(set) var silence: Obstacle?
    /// When the silence began; nil while the microphone gives sound.
    private var silentSince: Instant?
    /// How long silence was sent, in stretches that are over.
    private var mutedMs = 0.0
    /// How long nothing was sent at all, because the microphone was gone.
    private var lostMs = 0.0
    /// Whether the microphone gave sound at any time of the talkspurt.
    private var hasBeenOpen = false
    private let begun: Instant
    /// When the last listener joined, or the microphone came back.
    private var joined: Instant

    /// Changes of one talkspurt that are reported at once, and the pause between later ones.
    private static let tellingsMax = 6
    private static let tellingsApart = Duration.seconds(10)

    /// - Parameters:
    ///   - number: The talkspurt's number.
    ///   - target: The talk target, by its `id`.
    ///   - name: The target's name.
    ///   - share: The share that its listeners have heard.
    ///   - isDoubted: Whether they did not hear the talk before.
    ///   - now: The time.
    init(
        number: Int, to target: Int, called name: String?, _ share: HeardShare, isDoubted: Bool,
        at now: Instant
    ) {
        (begun, joined) = (now, now)
        (self.number, self.target, self.name) = (number, target, name)
        (self.share, self.isDoubted) = (share, isDoubted)
    }

    /// Adds listeners from now on.
    mutating func join(_ others: PeerSet, at now: Instant) {
        share.join(others)
        joined = now
    }

    /// Returns whether the talkspurt goes on, and this listener sends nothing.
    func isSilent(_ peer: Int, at now: Instant) -> Bool {
        ended == nil && !isCut && share.listeners.contains(peer)
            && share.isSilent(peer, since: joined, at: now)
    }

    /// Returns the milliseconds that have arrived at a listener and are not reported as played yet.
    func waiting(at peer: Int) -> UInt16 { share.waiting(at: peer, frames: ended?.frames) }

    /// Whether nothing is sent because the microphone is gone: then no report can come back.
    private var isCut: Bool { silentSince != nil && silence == .microphoneLost }

    /// Returns whether one more change may be reported now, and counts it if so.
    mutating func takeTelling(at now: Instant) -> Bool {
        guard tellings < Self.tellingsMax || now >= toldAt + Self.tellingsApart else {
            return false
        }
        tellings += 1
        toldAt = now
        return true
    }

    /// Takes the reason for the microphone's silence, and its beginning; nil means an open
    /// microphone.
    mutating func update(_ silence: Obstacle?, since: Instant, at now: Instant) {
        if isCut { joined = now }
        let begins = silentSince == nil ? max(begun, min(since, now)) : now
        close(at: now)
        guard let silence else { return hasBeenOpen = true }
        self.silence = silence
        silentSince = begins
    }

    /// Ends the talkspurt, of which so many frames were sent.
    mutating func end(frames: Int, at now: Instant) {
        ended = (frames, now)
        close(at: now)
    }

    private mutating func close(at now: Instant) {
        guard let since = silentSince else { return }
        let ms = Double((now - since).nanoseconds) / 1e6
        if silence == .microphoneLost { lostMs += ms } else { mutedMs += ms }
        silentSince = nil
    }

    /// Returns the share of the talk that went into an open microphone, of so much sent sound.
    func openShare(ofMs sent: Double) -> Double {
        guard hasBeenOpen, sent > 0 else { return 0 }
        return max(0, sent - mutedMs) / (sent + lostMs)
    }
}
