internal import Time

/// A talkspurt of this station that listeners still report on.
struct Talkspurt: Sendable {
    /// Counted since the start.
    let number: Int
    let target: Int
    let name: String?
    var share: HeardShare
    /// Frames that were sent of it, and when; nil while it goes on.
    private(set) var ended: (frames: Int, at: Instant)?
    /// Whether no listener is known to hear the talkspurt at this moment.
    var isUnheard = false
    /// Its listeners did not hear what was said last, and none has said yet that it hears this.
    var isDoubted: Bool
    /// Peers that have started meanwhile: what they have not heard, the network has not lost.
    var missedBy = PeerSet()
    /// How often that was told, and when last: a peer may say one thing and the other in turn.
    private(set) var tellings = 0
    private var toldAt = Instant(nanoseconds: .min / 2)
    /// Why this station's microphone gives nothing, or gave nothing last.
    ///
    /// The listeners hear silence, and cannot know that.
    private(set) var silence: Obstacle?
    /// Since when it gives nothing; nil while it gives sound.
    private var silentSince: Instant?
    /// How long silence was sent, in the times that are over.
    private var mutedMs = 0.0
    /// How long nothing was sent at all, as the microphone was gone.
    private var lostMs = 0.0
    /// Whether the microphone gave sound at any time of the talkspurt.
    private var hasBeenOpen = false
    private let begun: Instant
    /// When the last of its listeners came to it, or the microphone came back.
    private var joined: Instant

    /// Changes of one talkspurt that are told at once, and how far apart those after them are.
    private static let tellingsMax = 6
    private static let tellingsApart = Duration.seconds(10)

    /// - Parameters:
    ///   - number: Its own.
    ///   - target: The talk target, by its `id`.
    ///   - name: What people call it.
    ///   - share: What its listeners have heard of it.
    ///   - isDoubted: Whether they did not hear what was said last.
    ///   - now: The time.
    init(
        number: Int, to target: Int, called name: String?, _ share: HeardShare, isDoubted: Bool,
        at now: Instant
    ) {
        (begun, joined) = (now, now)
        (self.number, self.target, self.name) = (number, target, name)
        (self.share, self.isDoubted) = (share, isDoubted)
    }

    /// Others hear it as well from now on.
    mutating func join(_ others: PeerSet, at now: Instant) {
        share.join(others)
        joined = now
    }

    /// Whether it goes on, and nothing comes back of one of its listeners.
    func isSilent(_ peer: Int, at now: Instant) -> Bool {
        ended == nil && !isCut && share.listeners.contains(peer)
            && share.isSilent(peer, since: joined, at: now)
    }

    /// Milliseconds of it that a listener has and was not told to have played, as far as is known.
    func waiting(at peer: Int) -> UInt16 { share.waiting(at: peer, frames: ended?.frames) }

    /// Whether nothing is sent, as the microphone is gone: nothing can come back then.
    private var isCut: Bool { silentSince != nil && silence == .microphoneLost }

    /// Whether one more change may be told now; counts it if so.
    mutating func takeTelling(at now: Instant) -> Bool {
        guard tellings < Self.tellingsMax || now >= toldAt + Self.tellingsApart else {
            return false
        }
        tellings += 1
        toldAt = now
        return true
    }

    /// The microphone gives nothing, since when, and why; or it is open.
    mutating func update(_ silence: Obstacle?, since: Instant, at now: Instant) {
        if isCut { joined = now }
        let begins = silentSince == nil ? max(begun, min(since, now)) : now
        close(at: now)
        guard let silence else { return hasBeenOpen = true }
        self.silence = silence
        silentSince = begins
    }

    /// It is over, so many frames of it were sent.
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

    /// Which share of the talk was said into an open microphone, of which so much was sent.
    func openShare(ofMs sent: Double) -> Double {
        guard hasBeenOpen, sent > 0 else { return 0 }
        return max(0, sent - mutedMs) / (sent + lostMs)
    }
}
